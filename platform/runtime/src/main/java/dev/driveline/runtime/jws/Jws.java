package dev.driveline.runtime.jws;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.runtime.json.Json;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compact JSON Web Signatures with ES256 or EdDSA (Ed25519), nothing else.
 *
 * <p>Source: RFC 7515 §7.1, RFC 7518 §3.4 (r and s back to back), RFC 8037 §3.1. Thread-safe.
 */
public final class Jws {

    private static final Set<String> MEMBERS = Set.of("alg", "kid", "typ");

    private Jws() {}

    /**
     * A key that signs, under its name.
     *
     * @param module what signs with it, where it never leaves a PKCS#11 module; null for the JDK
     */
    public record Signer(String kid, PrivateKey key, @Nullable Provider module) {

        public Signer(String kid, PrivateKey key) {
            this(kid, key, null);
        }

        /** {@code ES256} or {@code EdDSA}. */
        public String algorithm() {
            return algorithmOf(key);
        }

        /**
         * Signs {@code payload} as it stands.
         *
         * @param typ what kind of thing it is, checked by {@link Jws#verify}
         */
        public String sign(String typ, byte[] payload) {
            Map<String, Object> header = new LinkedHashMap<>();
            header.put("alg", algorithm());
            header.put("kid", kid);
            header.put("typ", typ);
            String input = encode(Json.bytes(header)) + "." + encode(payload);
            try {
                Signature signature = signatureFor(algorithm(), module);
                signature.initSign(key);
                signature.update(input.getBytes(StandardCharsets.US_ASCII));
                return input + "." + encode(signature.sign());
            } catch (GeneralSecurityException unusable) {
                throw new IllegalStateException("key " + kid + " cannot sign", unusable);
            }
        }

        @Override
        public String toString() {
            return "Signer[kid=" + kid + ", key=***]";
        }
    }

    /** Public keys by name. */
    @FunctionalInterface
    public interface Keys {
        @Nullable PublicKey byId(String kid);
    }

    /** What {@link #verify} found. */
    public sealed interface Verdict {
        /** The signature holds; {@code payload} are the signed bytes. */
        record Valid(String kid, byte[] payload) implements Verdict {}

        /** It does not; {@code why} is a sentence. */
        record Invalid(Fault fault, String why) implements Verdict {}
    }

    /** What can be wrong. */
    public enum Fault {
        MALFORMED,
        KEY_UNKNOWN,
        SIGNATURE_INVALID
    }

    /**
     * Checks form, type, algorithm and signature; the algorithm is the key's, never the header's.
     */
    public static Verdict verify(String compact, String typ, Keys keys) {
        String[] parts = compact.split("\\.", -1);
        if (parts.length != 3) {
            return new Verdict.Invalid(
                    Fault.MALFORMED, "expected three parts, got " + parts.length);
        }
        try {
            JsonNode header = Json.tree(decode(parts[0]));
            for (var member : header.properties()) {
                if (!MEMBERS.contains(member.getKey())) {
                    return new Verdict.Invalid(
                            Fault.MALFORMED,
                            "header member '" + member.getKey() + "' is not one of alg, kid, typ");
                }
            }
            if (!typ.equals(header.path("typ").textValue())) {
                return new Verdict.Invalid(
                        Fault.MALFORMED, "typ is " + header.path("typ") + ", expected " + typ);
            }
            String kid = header.path("kid").asText();
            PublicKey key = keys.byId(kid);
            if (key == null) {
                return new Verdict.Invalid(Fault.KEY_UNKNOWN, "no key '" + kid + "'");
            }
            String algorithm = algorithmOf(key);
            if (!algorithm.equals(header.path("alg").textValue())) {
                return new Verdict.Invalid(
                        Fault.MALFORMED,
                        "alg is " + header.path("alg") + ", key '" + kid + "' is for " + algorithm);
            }
            Signature signature = signatureFor(algorithm, null);
            signature.initVerify(key);
            signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
            if (!signature.verify(decode(parts[2]))) {
                return new Verdict.Invalid(
                        Fault.SIGNATURE_INVALID, "the signature is not that of key '" + kid + "'");
            }
            return new Verdict.Valid(kid, decode(parts[1]));
        } catch (IllegalArgumentException malformed) {
            return new Verdict.Invalid(Fault.MALFORMED, String.valueOf(malformed.getMessage()));
        } catch (GeneralSecurityException broken) {
            return new Verdict.Invalid(
                    Fault.SIGNATURE_INVALID, String.valueOf(broken.getMessage()));
        }
    }

    /**
     * The key that a signature names, unchecked.
     *
     * @throws IllegalArgumentException if it is no compact JWS
     */
    public static String kidOf(String compact) {
        int dot = compact.indexOf('.');
        return Json.tree(decode(compact.substring(0, Math.max(dot, 0)))).path("kid").asText();
    }

    /** {@code ES256} for an EC key, {@code EdDSA} for another. */
    public static String algorithmOf(Key key) {
        return key.getAlgorithm().equals("EC") ? "ES256" : "EdDSA";
    }

    private static Signature signatureFor(String algorithm, @Nullable Provider module)
            throws GeneralSecurityException {
        String name = algorithm.equals("ES256") ? "SHA256withECDSAinP1363Format" : "Ed25519";
        return module == null ? Signature.getInstance(name) : Signature.getInstance(name, module);
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static byte[] decode(String text) {
        return Base64.getUrlDecoder().decode(text);
    }
}
