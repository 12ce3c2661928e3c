package dev.driveline.simulator;

import dev.driveline.contract.command.VehicleCode;
import dev.driveline.contract.trust.CommandKeys;
import dev.driveline.contract.trust.KeyUse;
import dev.driveline.runtime.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whom a TBox obeys: the command root from its factory, and the keys that this root last signed.
 * Not thread-safe. Source: contract section 5.
 */
final class Trust {

    private final PublicKey root;
    private final Path file;
    private final Clock clock;
    private @Nullable CommandKeys keys;
    private String hash = "";
    private final Map<String, PublicKey> publicKeys = new HashMap<>();

    /** What became of a document. */
    sealed interface Taken {
        record Applied(long version, String hash) implements Taken {}

        /**
         * Not taken.
         *
         * @param version 0 where it cannot be believed
         */
        record Refused(VehicleCode code, @Nullable String kid, long version, String hash)
                implements Taken {}
    }

    /**
     * @param file keeps the last version taken
     */
    Trust(PublicKey root, Path file, Clock clock) throws IOException {
        this.root = root;
        this.file = file;
        this.clock = clock;
        if (Files.exists(file)) {
            // It was checked when it was taken; its dates are when it is used.
            var _ = take(Files.readString(file), false);
        }
    }

    /** Version and hash for the check-in; null before the first. */
    @Nullable CommandKeys keys() {
        return keys;
    }

    String hash() {
        return hash;
    }

    /** Only something newer is taken, so that nobody brings an old key back. */
    Taken take(String compact) throws IOException {
        return take(compact, true);
    }

    private Taken take(String compact, boolean keep) throws IOException {
        Signed.Opened opened =
                Signed.open(compact, CommandKeys.TYP, kid -> new Signed.Found.Known(root));
        if (opened instanceof Signed.Opened.Bad(VehicleCode code, String kid)) {
            return new Taken.Refused(code, kid, 0, "");
        }
        byte[] payload = ((Signed.Opened.Good) opened).payload();
        String content = ConfigAgent.hashOf(new String(payload, StandardCharsets.UTF_8));
        CommandKeys read;
        Map<String, PublicKey> decoded = new HashMap<>();
        try {
            read = Json.read(payload, CommandKeys.class);
            for (CommandKeys.Key key : read.keys()) {
                decoded.put(key.kid(), publicKeyOf(key));
            }
        } catch (RuntimeException | GeneralSecurityException unusable) {
            return new Taken.Refused(VehicleCode.MALFORMED, null, 0, content);
        }
        CommandKeys kept = keys;
        if (kept != null && read.version() < kept.version()) {
            return new Taken.Refused(VehicleCode.REPLAY, null, read.version(), content);
        }
        if (!clock.instant().isBefore(read.notAfter()) && keep) {
            return new Taken.Refused(VehicleCode.EXPIRED, null, read.version(), content);
        }
        if (keep) {
            Path next = file.resolveSibling(file.getFileName() + ".next");
            Files.writeString(next, compact);
            Files.move(
                    next,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        }
        keys = read;
        hash = content;
        publicKeys.clear();
        publicKeys.putAll(decoded);
        return new Taken.Applied(read.version(), content);
    }

    /** The keys for one use, as they are valid now. */
    Signed.Keys keysFor(KeyUse use) {
        return kid -> find(kid, use);
    }

    private Signed.Found find(@Nullable String kid, KeyUse use) {
        CommandKeys kept = keys;
        PublicKey known = kid == null ? null : publicKeys.get(kid);
        if (kept == null || known == null) {
            return new Signed.Found.Unknown();
        }
        Instant now = clock.instant();
        boolean valid =
                now.isBefore(kept.notAfter())
                        && kept.keys().stream()
                                .anyMatch(key -> key.kid().equals(kid) && key.mayAt(use, now));
        return valid ? new Signed.Found.Known(known) : new Signed.Found.NotValid();
    }

    private static PublicKey publicKeyOf(CommandKeys.Key key) throws GeneralSecurityException {
        return KeyFactory.getInstance(key.alg().equals("ES256") ? "EC" : "Ed25519")
                .generatePublic(
                        new X509EncodedKeySpec(Base64.getDecoder().decode(key.publicKey())));
    }
}
