package dev.driveline.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestCaTest {
    private static final String VIN = "5YJSA1E26HF000337";
    private static final int URI = 6;
    private static final TestCa CA = TestCa.create();

    private static void verify(TestCa ca, TestIdentity identity) throws Exception {
        PKIXParameters trust = new PKIXParameters(Set.of(new TrustAnchor(ca.root(), null)));
        trust.setRevocationEnabled(false);
        CertPathValidator.getInstance("PKIX")
                .validate(
                        CertificateFactory.getInstance("X.509").generateCertPath(identity.chain()),
                        trust);
    }

    private static CertPathValidatorException.Reason refused(TestCa ca, TestIdentity identity) {
        return assertThrows(CertPathValidatorException.class, () -> verify(ca, identity))
                .getReason();
    }

    @Test
    void vehicleIsWhoItSays() throws Exception {
        TestIdentity vehicle = CA.vehicle("acme, \"Ltd\"", VIN);
        verify(CA, vehicle);
        X509Certificate certificate = vehicle.certificate();
        assertEquals(
                List.of(List.of(URI, "urn:vin:" + VIN)),
                List.copyOf(certificate.getSubjectAlternativeNames()));
        assertEquals(List.of("1.3.6.1.5.5.7.3.2"), certificate.getExtendedKeyUsage());
        assertEquals(-1, certificate.getBasicConstraints());
        assertTrue(
                certificate.getSubjectX500Principal().getName().contains("O=acme\\, \\\"Ltd\\\""),
                certificate.getSubjectX500Principal().getName());
        assertFalse(vehicle.toString().contains("PRIVATE"));
    }

    @Test
    void serverHasTheLoopbackNames() throws Exception {
        TestIdentity server = CA.server();
        verify(CA, server);
        assertEquals(3, server.certificate().getSubjectAlternativeNames().size());
        assertEquals(List.of("1.3.6.1.5.5.7.3.1"), server.certificate().getExtendedKeyUsage());
    }

    @Test
    void wrongOnesAreWrongInTheWayTheySay() throws Exception {
        assertEquals(BasicReason.EXPIRED, refused(CA, CA.expiredVehicle("acme", VIN)));
        assertEquals(BasicReason.NOT_YET_VALID, refused(CA, CA.notYetValidVehicle("acme", VIN)));
        refused(TestCa.create(), CA.vehicle("acme", VIN));
        assertNull(CA.vehicleWithoutVin("acme", VIN).certificate().getSubjectAlternativeNames());
        assertEquals(
                2,
                CA.vehicleWithTwoVins("acme", VIN, "JTMRWRFV1HD000001")
                        .certificate()
                        .getSubjectAlternativeNames()
                        .size());
        assertEquals(
                List.of("1.3.6.1.5.5.7.3.1"),
                CA.vehicleWithServerUsage("acme", VIN).certificate().getExtendedKeyUsage());
        assertEquals(
                "CN=" + VIN,
                CA.vehicleWithoutTenant(VIN).certificate().getSubjectX500Principal().getName());
    }

    @Test
    void revocationListNamesTheRevoked() throws Exception {
        TestIdentity good = CA.vehicle("acme", VIN);
        TestIdentity bad = CA.vehicle("acme", VIN);
        X509CRL crl = CA.crl(bad.certificate());
        crl.verify(CA.intermediate().getPublicKey());
        assertTrue(crl.isRevoked(bad.certificate()));
        assertFalse(crl.isRevoked(good.certificate()));
    }

    @Test
    void pemFilesAreReadByTheJdk(@TempDir Path folder) throws Exception {
        TestIdentity vehicle = CA.vehicle("acme", VIN);
        TestIdentity.PemFiles files = vehicle.writeTo(folder, "vehicle");
        byte[] pem = Files.readAllBytes(files.certificate());
        assertEquals(
                vehicle.chain(),
                List.copyOf(
                        CertificateFactory.getInstance("X.509")
                                .generateCertificates(new ByteArrayInputStream(pem))));
        String key = Files.readString(files.key());
        assertTrue(key.startsWith("-----BEGIN PRIVATE KEY-----"), "PKCS #8");
        String base64 = key.replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
        assertEquals(
                vehicle.key(),
                KeyFactory.getInstance("EC")
                        .generatePrivate(
                                new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64))));
        assertEquals(
                CA.root(),
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(
                                new ByteArrayInputStream(
                                        CA.rootPem().getBytes(StandardCharsets.US_ASCII))));
        assertTrue(Files.exists(CA.writeRootTo(folder)));
    }
}
