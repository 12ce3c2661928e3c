package dev.driveline.registry.x509;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.registry.certificate.Authority.Request;
import dev.driveline.registry.certificate.Authority.Revoked;
import dev.driveline.registry.certificate.CertificateStatus;
import dev.driveline.registry.certificate.RevocationReason;
import dev.driveline.registry.certificate.VehicleCertificate;
import dev.driveline.registry.vehicle.TboxSerial;
import dev.driveline.runtime.jws.Jws;
import dev.driveline.runtime.jws.KeyStores;
import dev.driveline.testkit.TestCa;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.Security;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An authority whose key is in a PKCS#11 module (SoftHSM), which does not give it away.
 *
 * <p>SoftHSM takes the place of its tokens from the environment, so the token is made and used in a
 * process of its own.
 */
final class ModuleKeyTest {

    private static final String PIN = "4711";

    @TempDir Path folder;

    @Test
    void issuesAndSignsWithAKeyInAModule() throws Exception {
        Path library = library();
        Files.createDirectories(folder.resolve("tokens"));
        Path settings =
                Files.writeString(
                        folder.resolve("softhsm2.conf"),
                        "directories.tokendir = " + folder.resolve("tokens") + "\n");
        run(
                settings,
                List.of(
                        "softhsm2-util",
                        "--init-token",
                        "--free",
                        "--label",
                        "driveline",
                        "--pin",
                        PIN,
                        "--so-pin",
                        PIN));
        Path module =
                Files.writeString(
                        folder.resolve("issuing.pkcs11"),
                        """
                        name = driveline
                        library = %s
                        slotListIndex = 0
                        """
                                .formatted(library));
        String said =
                run(
                        settings,
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Use.class.getName(),
                                module.toString()));
        assertTrue(said.contains(Use.DONE), said);
    }

    @Test
    void aMissingModuleIsSaid() throws Exception {
        Path module =
                Files.writeString(
                        folder.resolve("issuing.pkcs11"), "name = none\nlibrary = /none.so\n");
        String message =
                String.valueOf(
                        assertThrows(IllegalStateException.class, () -> Use.open(module))
                                .getMessage());
        assertTrue(message.contains("registry.ca.keystore"), message);
        assertTrue(message.contains(module.toString()), message);
    }

    private static Path library() {
        List<Path> found =
                Stream.of(
                                "/usr/lib/softhsm/libsofthsm2.so",
                                "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
                                "/usr/lib64/softhsm/libsofthsm2.so",
                                "/usr/local/lib/softhsm/libsofthsm2.so")
                        .map(Path::of)
                        .filter(Files::exists)
                        .toList();
        assumeTrue(!found.isEmpty(), "SoftHSM (Debian: softhsm2) is not installed");
        return found.getFirst();
    }

    private static String run(Path settings, List<String> command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("SOFTHSM2_CONF", settings.toString());
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        return said;
    }

    /** In the process that has the token. */
    static final class Use {

        static final String DONE = "issued by the module";
        private static final TenantId DEMO = TenantId.of("demo");

        private Use() {}

        public static void main(String[] arguments) throws Exception {
            Path module = Path.of(arguments[0]);
            move(module);
            IssuingAuthority authority = open(module);
            X509Certificate issuer = authority.chain().getFirst();
            KeyPair keys = TestCa.newKeys();
            Request.Usable request =
                    assertInstanceOf(
                            Request.Usable.class,
                            authority.read(
                                    new JcaPKCS10CertificationRequestBuilder(
                                                    new X500Principal("CN=a"), keys.getPublic())
                                            .build(
                                                    new JcaContentSignerBuilder("SHA256withECDSA")
                                                            .build(keys.getPrivate()))
                                            .getEncoded()));
            VehicleCertificate issued =
                    authority.issue(request, Vin.of("WDRV0TESTREG10004"), new TboxSerial("TB-1"));
            CertificateFactory certificates = CertificateFactory.getInstance("X.509");
            certificates
                    .generateCertificate(new ByteArrayInputStream(issued.der()))
                    .verify(issuer.getPublicKey());
            Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
            X509CRL list =
                    (X509CRL)
                            certificates.generateCRL(
                                    new ByteArrayInputStream(
                                            authority.sign(
                                                    1,
                                                    now,
                                                    now.plusSeconds(60),
                                                    List.of(
                                                            new Revoked(
                                                                    issued.id(),
                                                                    now,
                                                                    RevocationReason
                                                                            .KEY_COMPROMISE)))));
            list.verify(issuer.getPublicKey());
            OcspResponder responder =
                    new OcspResponder(
                            List.of(authority),
                            (_, _) -> new CertificateStatus.Good(),
                            Duration.ofHours(1),
                            Clock.systemUTC());
            assertTrue(
                    responder.answer(OcspResponderTest.request(issuer, issued.id())).der().length
                            > 100);
            signs(module, issuer);
            IO.println(DONE);
        }

        /** What signs commands takes its keys from the same modules. */
        private static void signs(Path module, X509Certificate certificate) throws Exception {
            Jws.Signer signer = KeyStores.read(module, PIN).getFirst().signer();
            assertInstanceOf(
                    Jws.Verdict.Valid.class,
                    Jws.verify(
                            signer.sign("test+jws", "{}".getBytes(StandardCharsets.UTF_8)),
                            "test+jws",
                            kid -> certificate.getPublicKey()));
        }

        /** Makes an authority in a file and moves its key into the token. */
        private static void move(Path module) throws Exception {
            Path file = module.resolveSibling("issuing.p12");
            IssuingAuthority made = open(file);
            KeyStore from = KeyStore.getInstance("PKCS12");
            try (var in = Files.newInputStream(file)) {
                from.load(in, PIN.toCharArray());
            }
            Provider provider = Security.getProvider("SunPKCS11").configure(module.toString());
            KeyStore token = KeyStore.getInstance("PKCS11", provider);
            token.load(null, PIN.toCharArray());
            token.setKeyEntry(
                    "issuing",
                    from.getKey("issuing", PIN.toCharArray()),
                    PIN.toCharArray(),
                    made.chain().toArray(X509Certificate[]::new));
            assertNull(
                    token.getKey("issuing", PIN.toCharArray()).getEncoded(),
                    "the module keeps its key");
        }

        static IssuingAuthority open(Path keystore) {
            return IssuingAuthority.open(
                            new AuthorityConfig(
                                    new AuthorityConfig.Key(keystore, PIN, DEMO),
                                    true,
                                    null,
                                    Profile.of(Duration.ofDays(90), null)),
                            Clock.systemUTC(),
                            new SecureRandom())
                    .getFirst();
        }
    }
}
