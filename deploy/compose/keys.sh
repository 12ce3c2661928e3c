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

jws() { # typ, kid, Ed25519 key, payload: a compact JWS (RFC 7515, RFC 8037)
  base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
  local input
  input="$(printf '{"alg":"EdDSA","kid":"%s","typ":"%s"}' "$2" "$1" | base64url).$(printf '%s' "$4" | base64url)"
  printf '%s' "$input" > jws.input
  printf '%s.%s\n' "$input" "$(openssl pkeyutl -sign -rawin -inkey "$3" -in jws.input | base64url)"
  rm jws.input
}

# The registry's signing key, whose public half the gateways pin.
key registry-signing.pem
[ -s registry-signing.pub ] || openssl pkey -in registry-signing.pem -pubout -out registry-signing.pub

# Passwords, and the settings files that hold them for the services.
password postgres-password
password authority-password
password command-keys-password

# The command root, which an operator keeps offline, the key that it lets sign, and its word for that.
if [ ! -s command-keys.jws ]; then
  openssl genpkey -quiet -algorithm ed25519 -out command-root.key
  openssl pkey -in command-root.key -pubout -out command-root.pem
  key command-1.key
  openssl req -x509 -new -key command-1.key -days 3650 -subj /CN=command-1 -out command-1.crt
  openssl pkcs12 -export -inkey command-1.key -in command-1.crt -name command-1 -passout file:command-keys-password -out command-keys.p12
  now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  jws driveline-keys+jws root command-root.key "$(printf '{"v":1,"version":1,"issuedAt":"%s","notAfter":"2099-12-31T00:00:00Z","keys":[{"kid":"command-1","alg":"ES256","use":["COMMAND","CONFIG","FILE"],"notBefore":"%s","notAfter":"2099-12-31T00:00:00Z","publicKey":"%s"}]}' \
    "$now" "$now" "$(openssl pkey -in command-1.key -pubout -outform DER | openssl base64 -A)")" > command-keys.jws
  rm command-1.key command-1.crt
fi
# What seals webhooks' secrets in the database.
[ -s webhook-keys ] || openssl rand -base64 32 > webhook-keys

printf 'postgres.password=%s\n' "$(cat postgres-password)" > postgres.properties
printf 'postgres.password=%s\nregistry.ca.password=%s\n' "$(cat postgres-password)" "$(cat authority-password)" > registry.properties
printf 'postgres.password=%s\ncommand.keystore-password=%s\n' "$(cat postgres-password)" "$(cat command-keys-password)" > command.properties

# Compose mounts the files as they are and the services run as user 10001: others may read the files,
# but on this machine nobody else comes into the folder.
chmod 0644 ./*
chmod 0600 server-ca.key command-root.key
chmod 0700 .
echo "secrets/ is complete: $(ls | wc -l) files"
