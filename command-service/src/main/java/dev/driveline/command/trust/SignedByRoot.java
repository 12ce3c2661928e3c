package dev.driveline.command.trust;

import dev.driveline.command.config.Differences;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.trust.CommandKeys;
import dev.driveline.contract.trust.TrustAnchors;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.json.MalformedJsonException;
import dev.driveline.runtime.jws.Jws;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.time.Instant;

/**
 * A document that the offline command root signed: {@code command.keys} or {@code trust.anchors}.
 *
 * @param signed the compact JWS
 * @param content what was signed, as JSON text
 */
public record SignedByRoot(
        String namespace, long version, Instant notAfter, String signed, String content) {

    /** As many bytes as a vehicle takes. */
    public static final int MAX_BYTES = 48 * 1024;

    /** Its namespaces, with what their signatures are of. */
    public enum Kind {
        KEYS(CommandKeys.NAMESPACE, CommandKeys.TYP),
        ANCHORS(TrustAnchors.NAMESPACE, TrustAnchors.TYP);

        private final String namespace;
        private final String typ;

        Kind(String namespace, String typ) {
            this.namespace = namespace;
            this.typ = typ;
        }

        public String namespace() {
            return namespace;
        }

        public String typ() {
            return typ;
        }

        /**
         * The kind of a namespace.
         *
         * @throws InvalidValueException where it is none of them
         */
        public static Kind of(String namespace) {
            for (Kind kind : values()) {
                if (kind.namespace.equals(namespace)) {
                    return kind;
                }
            }
            throw new InvalidValueException(
                    "namespace",
                    namespace,
                    "expected " + CommandKeys.NAMESPACE + " or " + TrustAnchors.NAMESPACE);
        }
    }

    /**
     * Checks a document and reads it.
     *
     * @param root its public key
     * @throws InvalidValueException saying what is wrong: form, signature, content
     */
    public static SignedByRoot open(Kind kind, String compact, PublicKey root) {
        String text = compact.strip();
        if (text.length() > MAX_BYTES) {
            throw new InvalidValueException(
                    kind.namespace(), text.length(), "has more than " + MAX_BYTES + " bytes");
        }
        return switch (Jws.verify(text, kind.typ(), kid -> root)) {
            case Jws.Verdict.Invalid invalid ->
                    throw new InvalidValueException(
                            kind.namespace(),
                            text,
                            invalid.why() + " (checked with the command root)");
            case Jws.Verdict.Valid valid -> read(kind, text, valid.payload());
        };
    }

    private static SignedByRoot read(Kind kind, String compact, byte[] payload) {
        String content = new String(payload, StandardCharsets.UTF_8);
        try {
            return switch (kind) {
                case KEYS -> {
                    CommandKeys keys = Json.read(payload, CommandKeys.class);
                    yield new SignedByRoot(
                            kind.namespace(), keys.version(), keys.notAfter(), compact, content);
                }
                case ANCHORS -> {
                    TrustAnchors anchors = Json.read(payload, TrustAnchors.class);
                    yield new SignedByRoot(
                            kind.namespace(),
                            anchors.version(),
                            anchors.notAfter(),
                            compact,
                            content);
                }
            };
        } catch (MalformedJsonException malformed) {
            throw new InvalidValueException(
                    kind.namespace(), content, String.valueOf(malformed.getMessage()));
        }
    }

    /** As a vehicle gets it with its configuration. */
    public Differences.Desired desired() {
        return new Differences.Desired(namespace, version, hash(), signed);
    }

    public String hash() {
        return Differences.hashOf(content);
    }
}
