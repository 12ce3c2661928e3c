package dev.driveline.registry.x509;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.registry.certificate.Authority.Request;
import dev.driveline.testkit.TestAuthority;
import dev.driveline.testkit.TestCa;
import dev.driveline.testkit.TestIdentity;
import dev.driveline.testkit.Trials;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.Test;

/** Requests and chains that were changed on their way end in a sentence, never in a stack trace. */
final class MutatedInputTest {

    private static final Set<Profile.KeyType> ALL = EnumSet.allOf(Profile.KeyType.class);
    private static final String VIN = "WDRV0TESTREG10004";

    @Test
    void certificationRequests() throws Exception {
        byte[] sound = request("CN=" + VIN + ", O=demo", "urn:vin:" + VIN);
        byte[] leaf = TestCa.create().vehicle("demo", VIN).certificate().getEncoded();
        Set<String> seen = new TreeSet<>();
        Trials.of(43)
                .run(
                        5_000,
                        random -> {
                            byte[] der = Mutations.of(random, sound);
                            Request read = CertificationRequests.read(der, ALL);
                            seen.add(read.getClass().getSimpleName());
                            if (read instanceof Request.Refused refused) {
                                assertFalse(refused.why().isBlank());
                            }
                            // It is asked of sound requests only, but must bear any.
                            assertTrue(CertificationRequests.otherName(der, leaf).length() < 1_000);
                        });
        assertEquals(Set.of("Refused", "Usable"), seen);
    }

    @Test
    void chains() throws Exception {
        TestAuthority root = TestAuthority.root("Root");
        TestIdentity vehicle =
                root.authority("Issuing", TestAuthority.Shape.good()).vehicle("demo", VIN);
        byte[] pem = vehicle.certificatePem().getBytes(StandardCharsets.US_ASCII);
        HandshakeDoctor doctor = HandshakeDoctorTest.doctorTrusting(root, List.of(""));
        Set<String> seen = new TreeSet<>();
        Trials.of(47)
                .run(
                        5_000,
                        random -> {
                            String text =
                                    new String(
                                            Mutations.of(random, pem), StandardCharsets.ISO_8859_1);
                            try {
                                List<X509Certificate> chain = PemCertificates.parse(text, 20);
                                seen.add(doctor.explain(TenantId.of("demo"), chain).rule().name());
                            } catch (InvalidValueException said) {
                                seen.add("unreadable");
                            }
                        });
        assertTrue(seen.containsAll(Set.of("ALL", "PATH", "unreadable")), seen.toString());
    }

    @Test
    void foreignAuthorities() throws Exception {
        byte[] pem =
                PemCertificates.text(List.of(TestAuthority.root("Root").certificate()))
                        .getBytes(StandardCharsets.US_ASCII);
        Set<String> seen = new TreeSet<>();
        Trials.of(53)
                .run(
                        2_000,
                        random -> {
                            String text =
                                    new String(
                                            Mutations.of(random, pem), StandardCharsets.ISO_8859_1);
                            try {
                                var _ =
                                        ForeignAuthorities.read(
                                                text,
                                                TenantId.of("demo"),
                                                List.of("WDR"),
                                                Instant.now());
                                seen.add("read");
                            } catch (InvalidValueException said) {
                                seen.add("refused");
                            }
                        });
        assertEquals(Set.of("read", "refused"), seen);
    }

    private static byte[] request(String subject, String uri) throws Exception {
        KeyPair keys = TestCa.newKeys();
        ExtensionsGenerator extensions = new ExtensionsGenerator();
        extensions.addExtension(
                Extension.subjectAlternativeName,
                false,
                new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, uri)));
        return new JcaPKCS10CertificationRequestBuilder(
                        new X500Principal(subject), keys.getPublic())
                .addAttribute(
                        PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate())
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()))
                .getEncoded();
    }
}
