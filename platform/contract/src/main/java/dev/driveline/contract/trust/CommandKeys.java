package dev.driveline.contract.trust;

import dev.driveline.contract.error.InvalidValueException;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The payload of the compact JWS {@code command.keys}: the keys that a vehicle obeys, and what for.
 *
 * <p>JOSE header: {@code typ} {@link #TYP}, {@code alg} ES256 or EdDSA, {@code kid} that of the
 * offline command root, which a vehicle has from its factory. It reaches a vehicle on {@code
 * down/config}. A vehicle takes a higher version only, keeps the last it took, and obeys no key
 * outside its dates. Not bound to a vehicle. Source: contract section 5.
 *
 * @param v 1
 * @param version rising for ever
 * @param notAfter a vehicle that has nothing newer by then obeys nobody
 */
public record CommandKeys(int v, long version, Instant issuedAt, Instant notAfter, List<Key> keys) {

    public static final String TYP = "driveline-keys+jws";
    public static final String NAMESPACE = "command.keys";

    /** As many as a TBox must be able to keep. */
    public static final int MAX_KEYS = 16;

    /**
     * @throws InvalidValueException naming what is wrong
     */
    public CommandKeys {
        keys = List.copyOf(keys);
        check(v == 1, "v", v, "expected 1");
        check(version >= 1, "version", version, "expected 1 or more");
        check(notAfter.isAfter(issuedAt), "notAfter", notAfter, "must be after " + issuedAt);
        check(
                !keys.isEmpty() && keys.size() <= MAX_KEYS,
                "keys",
                keys.size(),
                "expected 1 to " + MAX_KEYS);
        Set<String> names = new HashSet<>();
        for (Key key : keys) {
            check(names.add(key.kid()), "kid", key.kid(), "is there twice");
        }
    }

    /**
     * One key.
     *
     * @param kid as in the header of what it signs
     * @param alg ES256 (EC P-256) or EdDSA (Ed25519)
     * @param publicKey SubjectPublicKeyInfo (RFC 5280 §4.1.2.7), DER, in base64
     */
    public record Key(
            String kid,
            String alg,
            Set<KeyUse> use,
            Instant notBefore,
            Instant notAfter,
            String publicKey) {

        public Key {
            check(!kid.isEmpty() && kid.length() <= 64, "kid", kid, "expected 1 to 64 characters");
            check(
                    alg.equals("ES256") || alg.equals("EdDSA"),
                    "alg",
                    alg,
                    "expected ES256 or EdDSA");
            check(!use.isEmpty(), "use of key '" + kid + "'", use, "expected one at least");
            check(
                    notAfter.isAfter(notBefore),
                    "notAfter of key '" + kid + "'",
                    notAfter,
                    "must be after " + notBefore);
            use = Set.copyOf(EnumSet.copyOf(use));
        }

        /** Whether it may sign for {@code wanted} at {@code when}. */
        public boolean mayAt(KeyUse wanted, Instant when) {
            return use.contains(wanted) && !when.isBefore(notBefore) && when.isBefore(notAfter);
        }
    }

    private static void check(boolean holds, String what, Object value, String rule) {
        if (!holds) {
            throw new InvalidValueException(NAMESPACE + ": " + what, value, rule);
        }
    }
}
