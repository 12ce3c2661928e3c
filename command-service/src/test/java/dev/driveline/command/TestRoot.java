package dev.driveline.command;

import dev.driveline.command.trust.KeyRing;
import dev.driveline.contract.trust.CommandKeys;
import dev.driveline.contract.trust.KeyUse;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.jws.Jws;
import dev.driveline.runtime.jws.PublicKeys;
import dev.driveline.testkit.TestCa;
import dev.driveline.testkit.TestIdentity;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/** A command root, with keys that it lets sign. */
public final class TestRoot {

    public static final String PASSWORD = "testing";

    private final KeyPair pair = TestCa.newKeys();

    public KeyPair pair() {
        return pair;
    }

    /** Signed by the root. */
    public String sign(CommandKeys keys) {
        return new Jws.Signer("root", pair.getPrivate()).sign(CommandKeys.TYP, Json.bytes(keys));
    }

    /** A version with keys, valid for a year from a minute ago. */
    public static CommandKeys keys(long version, Instant now, CommandKeys.Key... keys) {
        return new CommandKeys(
                1,
                version,
                now.minus(Duration.ofMinutes(1)),
                now.plus(Duration.ofDays(365)),
                List.of(keys));
    }

    /** A key for everything, in force from {@code from} for a year. */
    public static CommandKeys.Key key(String kid, KeyPair pair, Instant from) {
        return key(kid, pair, from, from.plus(Duration.ofDays(365)), Set.of(KeyUse.values()));
    }

    public static CommandKeys.Key key(
            String kid, KeyPair pair, Instant from, Instant until, Set<KeyUse> use) {
        return new CommandKeys.Key(
                kid,
                Jws.algorithmOf(pair.getPublic()),
                use,
                from,
                until,
                Base64.getEncoder().encodeToString(pair.getPublic().getEncoded()));
    }

    public static KeyRing.Held held(String kid, KeyPair pair) {
        return new KeyRing.Held(new Jws.Signer(kid, pair.getPrivate()), pair.getPublic());
    }

    public static KeyPair edwardsKeys() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Settings with a key store of one key, which the root has signed as version 1. */
    CommandConfig.Keys writeTo(Path folder, String kid, KeyPair online)
            throws IOException, GeneralSecurityException {
        Path store = folder.resolve("command-keys.p12");
        write(store, kid, online);
        Path root = folder.resolve("command-root.pem");
        Files.writeString(root, PublicKeys.toPem(pair.getPublic()));
        Path published = folder.resolve("command-keys.jws");
        Instant now = Instant.now();
        Files.writeString(published, sign(keys(1, now, key(kid, online, now.minusSeconds(60)))));
        return new CommandConfig.Keys(store, PASSWORD, root, published, null);
    }

    /** A PKCS#12 store with one key and a certificate of it. */
    static void write(Path file, String kid, KeyPair pair)
            throws IOException, GeneralSecurityException {
        TestIdentity certified = TestCa.create().leaf().commonName(kid).issue(pair);
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                kid,
                pair.getPrivate(),
                PASSWORD.toCharArray(),
                certified.chain().toArray(X509Certificate[]::new));
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, PASSWORD.toCharArray());
        }
    }
}
