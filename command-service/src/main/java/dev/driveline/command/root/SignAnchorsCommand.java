package dev.driveline.command.root;

import dev.driveline.command.trust.SignedByRoot;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.trust.TrustAnchors;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.jws.KeyStores;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Signs the next version of {@code trust.anchors}. */
@Command(
        name = "sign-anchors",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = {
            "Signs the next version of trust.anchors: all the authorities whose servers vehicles connect",
            "to from now on; name old and new ones while they change."
        })
final class SignAnchorsCommand implements Callable<Integer> {

    private final Clock clock;

    @Mixin private RootKey root = new RootKey();

    @Option(
            names = "--previous",
            paramLabel = "FILE",
            description = "The version before; without it, version 1 is made.")
    private @Nullable Path previous;

    @Option(
            names = "--anchor",
            required = true,
            paramLabel = "FILE",
            description = "Certificates of authorities, PEM or DER.")
    private List<Path> anchors = List.of();

    @Option(names = "--days", description = "For how long a vehicle may live on this version.")
    private int days = 3_650;

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "The signed file.")
    private Path out = Path.of("");

    @Spec private CommandSpec spec = CommandSpec.create();

    SignAnchorsCommand(Clock clock) {
        this.clock = clock;
    }

    @Override
    public Integer call() throws Exception {
        KeyStores.Entry key = root.open();
        long version = 1;
        if (previous != null) {
            version =
                    SignedByRoot.open(
                                            SignedByRoot.Kind.ANCHORS,
                                            Files.readString(previous),
                                            key.chain().getFirst().getPublicKey())
                                    .version()
                            + 1;
        }
        List<String> certificates = new ArrayList<>();
        for (Path file : anchors) {
            certificates.addAll(read(file));
        }
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        TrustAnchors next =
                new TrustAnchors(1, version, now, now.plus(Duration.ofDays(days)), certificates);
        Files.writeString(out, key.signer().sign(TrustAnchors.TYP, Json.bytes(next)) + "\n");
        spec.commandLine()
                .getOut()
                .println(
                        out
                                + ": trust.anchors version "
                                + version
                                + ", authorities "
                                + certificates.size());
        spec.commandLine().getOut().flush();
        return 0;
    }

    private static List<String> read(Path file) throws IOException, GeneralSecurityException {
        List<String> encoded = new ArrayList<>();
        for (Certificate each :
                CertificateFactory.getInstance("X.509")
                        .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)))) {
            if (!(each instanceof X509Certificate authority)
                    || authority.getBasicConstraints() < 0) {
                throw new InvalidValueException("--anchor", file, "holds what is no authority");
            }
            encoded.add(Base64.getEncoder().encodeToString(authority.getEncoded()));
        }
        if (encoded.isEmpty()) {
            throw new InvalidValueException("--anchor", file, "holds no certificate");
        }
        return encoded;
    }
}
