package dev.driveline.simulator;

import dev.driveline.contract.command.VehicleCode;
import dev.driveline.contract.config.ConfigMessage;
import dev.driveline.contract.config.ConfigMessage.State;
import dev.driveline.contract.trust.TrustAnchors;
import dev.driveline.runtime.json.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The authorities whose gateways a TBox connects to: those from its factory, until the command root
 * names others. New ones are on trial until a connection was made with them; after {@value
 * #ATTEMPTS} failed attempts the former ones are back, and stay so until it boots anew or is told
 * something else. Not thread-safe. Source: contract section 5, section 6.
 */
final class Anchors {

    static final int ATTEMPTS = 3;

    private final PublicKey root;
    private final Path file;
    private final Clock clock;
    private List<X509Certificate> former;
    private @Nullable Kept kept;
    private @Nullable Kept tried;
    private int failures;
    private String given = "";

    /** A document, and who it names. */
    record Kept(String compact, long version, String hash, List<X509Certificate> authorities) {}

    /** What became of a document. */
    sealed interface Taken {
        /** To be tried: connect anew. */
        record OnTrial(Kept next) implements Taken {}

        /** It is in use, on trial or was tried before. */
        record Known() implements Taken {}

        /**
         * Not to be used.
         *
         * @param version 0 where it cannot be believed
         */
        record Refused(VehicleCode code, @Nullable String kid, long version, String hash)
                implements Taken {}
    }

    /**
     * @param fromTheFactory authorities to begin with
     * @param file keeps the document in use
     */
    Anchors(PublicKey root, List<X509Certificate> fromTheFactory, Path file, Clock clock)
            throws IOException {
        this.root = root;
        this.file = file;
        this.clock = clock;
        this.former = List.copyOf(fromTheFactory);
        if (Files.exists(file)
                && read(Files.readString(file)) instanceof Taken.OnTrial(Kept before)) {
            kept = before;
            former = before.authorities();
        }
    }

    /** Those to connect with now. */
    List<X509Certificate> authorities() {
        Kept next = tried;
        return next == null || failures >= ATTEMPTS ? former : next.authorities();
    }

    /** For the check-in; null before the first. */
    @Nullable Kept kept() {
        return kept;
    }

    Taken take(String compact) {
        Taken read = read(compact);
        if (!(read instanceof Taken.OnTrial(Kept next))) {
            return read;
        }
        Kept now = kept;
        if (now != null && next.version() < now.version()) {
            return new Taken.Refused(VehicleCode.REPLAY, null, next.version(), next.hash());
        }
        if (next.hash().equals(given)) {
            return new Taken.Known();
        }
        given = next.hash();
        if (now != null && next.hash().equals(now.hash())) {
            return new Taken.Known();
        }
        tried = next;
        failures = 0;
        return read;
    }

    /**
     * A connection was made.
     *
     * @return what to report; null for nothing
     */
    ConfigMessage.@Nullable Report connected() throws IOException {
        Kept next = tried;
        if (next == null) {
            return null;
        }
        tried = null;
        if (failures >= ATTEMPTS) {
            return report(next, State.ROLLED_BACK, VehicleCode.CONNECT_FAILED.name());
        }
        Path fresh = file.resolveSibling(file.getFileName() + ".next");
        Files.writeString(fresh, next.compact());
        Files.move(
                fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        kept = next;
        former = next.authorities();
        return report(next, State.APPLIED, null);
    }

    /**
     * An attempt to connect has failed.
     *
     * @return whether it has to be tried with other authorities now
     */
    boolean failed() {
        return tried != null && ++failures == ATTEMPTS;
    }

    private static ConfigMessage.Report report(Kept next, State state, @Nullable String code) {
        return new ConfigMessage.Report(
                1, TrustAnchors.NAMESPACE, next.version(), next.hash(), state, code);
    }

    private Taken read(String compact) {
        Signed.Opened opened =
                Signed.open(compact, TrustAnchors.TYP, kid -> new Signed.Found.Known(root));
        return switch (opened) {
            case Signed.Opened.Bad bad -> new Taken.Refused(bad.code(), bad.kid(), 0, "");
            case Signed.Opened.Good good -> read(compact, good.payload());
        };
    }

    private Taken read(String compact, byte[] payload) {
        String hash = ConfigAgent.hashOf(new String(payload, StandardCharsets.UTF_8));
        try {
            TrustAnchors content = Json.read(payload, TrustAnchors.class);
            if (!clock.instant().isBefore(content.notAfter())) {
                return new Taken.Refused(VehicleCode.EXPIRED, null, content.version(), hash);
            }
            return new Taken.OnTrial(
                    new Kept(compact, content.version(), hash, certificatesOf(content)));
        } catch (RuntimeException | GeneralSecurityException unusable) {
            return new Taken.Refused(VehicleCode.MALFORMED, null, 0, hash);
        }
    }

    private static List<X509Certificate> certificatesOf(TrustAnchors content)
            throws GeneralSecurityException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        List<X509Certificate> authorities = new ArrayList<>();
        for (String each : content.certificates()) {
            authorities.add(
                    (X509Certificate)
                            factory.generateCertificate(
                                    new ByteArrayInputStream(Base64.getDecoder().decode(each))));
        }
        return List.copyOf(authorities);
    }
}
