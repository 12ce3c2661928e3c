#!/usr/bin/env bash
# Makes the keys and passwords of a development installation in ./secrets; what is there is kept.
# Not for production: the server's authority is made here, and its key lies beside it.
set -euo pipefail
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
cd secrets

key() { # file: EC P-256, PKCS#8
  [ -s "$1" ] || openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"
}

password() { # file, without a line's end
  [ -s "$1" ] || openssl rand -hex 24 | tr -d '\n' > "$1"
}

certificate() { # name, host names
  [ -s "$1.crt" ] && return
  key "$1.key"
  openssl req -new -key "$1.key" -subj "/CN=$1" -out "$1.csr"
  openssl x509 -req -in "$1.csr" -CA server-ca.crt -CAkey server-ca.key -CAcreateserial -days 365 -out "$1.crt" 2> /dev/null \
    -extfile <(printf 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\nsubjectAltName=%s\n' "$2")
  rm "$1.csr"
}

# The authority of the servers' certificates; clients are given server-ca.crt to trust.
key server-ca.key
[ -s server-ca.crt ] || openssl req -x509 -new -key server-ca.key -days 3650 -subj "/CN=Driveline development servers" \
  -addext basicConstraints=critical,CA:TRUE,pathlen:0 -addext keyUsage=critical,keyCertSign,cRLSign -out server-ca.crt
certificate gateway "DNS:localhost,DNS:tbox-gateway,IP:127.0.0.1"
certificate est "DNS:localhost,DNS:vehicle-registry,IP:127.0.0.1"

# The registry's signing key, whose public half the gateways pin, and the command service's.
key registry-signing.pem
[ -s registry-signing.pub ] || openssl pkey -in registry-signing.pem -pubout -out registry-signing.pub
key command-signing.pem
[ -s command-signing.pub ] || openssl pkey -in command-signing.pem -pubout -out command-signing.pub

# Passwords, and the settings files that hold them for the services.
password postgres-password
password authority-password
printf 'postgres.password=%s\n' "$(cat postgres-password)" > postgres.properties
printf 'postgres.password=%s\nregistry.ca.password=%s\n' "$(cat postgres-password)" "$(cat authority-password)" > registry.properties

# Compose mounts the files as they are and the services run as user 10001: others may read the files,
# but on this machine nobody else comes into the folder.
chmod 0644 ./*
chmod 0600 server-ca.key
chmod 0700 .
echo "secrets/ is complete: $(ls | wc -l) files"
