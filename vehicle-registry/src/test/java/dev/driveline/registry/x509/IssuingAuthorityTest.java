package dev.driveline.registry.x509;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.registry.certificate.Authority.Request;
import dev.driveline.registry.certificate.VehicleCertificate;
import dev.driveline.registry.vehicle.TboxSerial;
import dev.driveline.testkit.TestCa;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class IssuingAuthorityTest {

    private static final Vin VIN = Vin.of("WDRV0TESTREG10004");
    private static final TboxSerial TBOX = new TboxSerial("TB-1");

    @TempDir Path folder;

    private final SecureRandom random = new SecureRandom();

    @Test
    void issuesTheProfileThatGatewaysTake() throws Exception {
        IssuingAuthority authority = open(true, "pw");
        KeyPair keys = TestCa.newKeys();
        VehicleCertificate issued =
                authority.issue(usable(authority, request(keys, "CN=Somebody Else")), VIN, TBOX);
        X509Certificate leaf = parse(issued.der());
        leaf.verify(authority.chain().getFirst().getPublicKey());
        assertEquals("CN=" + VIN + ",O=demo", leaf.getSubjectX500Principal().getName());
        assertEquals(
                List.of(6, "urn:vin:" + VIN), leaf.getSubjectAlternativeNames().iterator().next());
        assertEquals(1, leaf.getSubjectAlternativeNames().size());
        assertEquals(List.of("1.3.6.1.5.5.7.3.2"), leaf.getExtendedKeyUsage());
        assertEquals(-1, leaf.getBasicConstraints());
        assertEquals(keys.getPublic(), leaf.getPublicKey());
        assertEquals(leaf.getSerialNumber().toString(16), issued.id());
        assertEquals(
                Fingerprints.of(authority.chain().getFirst().getSubjectX500Principal()),
                issued.issuer());
        assertEquals(
                Duration.ofDays(90).plus(Keys.SKEW),
                Duration.between(issued.notBefore(), issued.notAfter()));
    }

    @Test
    void isTheSameAfterARestart() {
        IssuingAuthority first = open(true, "pw");
        assertEquals(first.chain(), open(false, "pw").chain());
        assertEquals(2, first.chain().size());
        assertTrue(Files.exists(folder.resolve("ca/root-issuing.p12")));
    }

    @Test
    void aMissingFileAndAWrongPasswordAreSaid() {
        assertTrue(
                assertThrows(IllegalStateException.class, () -> open(false, "pw"))
                        .getMessage()
                        .contains("registry.ca.keystore"));
        open(true, "pw");
        assertTrue(
                assertThrows(IllegalStateException.class, () -> open(false, "wrong"))
                        .getMessage()
                        .contains("registry.ca.password"));
    }

    @Test
    void takesStrongKeysOnly() throws Exception {
        IssuingAuthority authority = open(true, "pw");
        usable(authority, request(keys("EC", "secp384r1"), "CN=a"));
        usable(authority, request(rsa(3_072), "CN=a"));
        refused(authority, request(keys("EC", "secp521r1"), "CN=a"), "expected P-256, P-384, RSA");
        refused(authority, request(rsa(2_048), "CN=a"), "an RSA key of 2048 bits");
        refused(authority, new byte[] {1, 2, 3}, "PKCS#10");
        refused(authority, new byte[0], "PKCS#10");
    }

    @Test
    void asksForProofOfPossession() throws Exception {
        IssuingAuthority authority = open(true, "pw");
        KeyPair shown = TestCa.newKeys();
        KeyPair held = TestCa.newKeys();
        byte[] forged = request(new KeyPair(shown.getPublic(), held.getPrivate()), "CN=a");
        refused(authority, forged, "proof of possession");
    }

    @Test
    void readsTheSerialOfABirthCertificate() {
        TestCa birth = TestCa.create();
        assertEquals(
                Optional.of(TBOX),
                BirthCertificates.serialOf(
                        birth.leaf().commonName("TB-1").forClients().issue().certificate()));
        assertEquals(
                Optional.empty(),
                BirthCertificates.serialOf(
                        birth.leaf().commonName("no serial: spaces").issue().certificate()));
        assertEquals(
                Optional.empty(),
                BirthCertificates.serialOf(
                        birth.leaf().commonName("TB-1").commonName("TB-2").issue().certificate()));
    }

    @Test
    void prefersTheSerialNumberAttribute() throws Exception {
        KeyPair keys = TestCa.newKeys();
        var name =
                new X500Principal(
                        "SERIALNUMBER=TB-1, CN=Some Model",
                        java.util.Map.of("SERIALNUMBER", "2.5.4.5"));
        X509Certificate birth =
                Keys.sign(
                        new JcaX509v3CertificateBuilder(
                                name,
                                Keys.newSerial(random),
                                Date.from(Instant.EPOCH),
                                Date.from(Instant.EPOCH),
                                name,
                                keys.getPublic()),
                        keys.getPrivate(),
                        keys.getPublic(),
                        null);
        assertEquals(Optional.of(TBOX), BirthCertificates.serialOf(birth));
    }

    @Test
    void makesASigningKeyOnce() {
        Path file = folder.resolve("keys/access.pem");
        assertThrows(IllegalStateException.class, () -> SigningKey.open(file, false));
        assertEquals(SigningKey.open(file, true), SigningKey.open(file, true));
        assertTrue(Files.exists(folder.resolve("keys/access.pem.pub")));
    }

    private IssuingAuthority open(boolean create, String password) {
        return IssuingAuthority.open(
                        new AuthorityConfig(
                                new AuthorityConfig.Key(
                                        folder.resolve("ca/issuing.p12"),
                                        password,
                                        TenantId.of("demo")),
                                create,
                                null,
                                Profile.of(Duration.ofDays(90), null)),
                        Clock.systemUTC(),
                        random)
                .getFirst();
    }

    private static Request.Usable usable(IssuingAuthority authority, byte[] request) {
        return assertInstanceOf(Request.Usable.class, authority.read(request));
    }

    private static void refused(IssuingAuthority authority, byte[] request, String why) {
        Request.Refused refused = assertInstanceOf(Request.Refused.class, authority.read(request));
        assertTrue(refused.why().contains(why), refused.why());
    }

    private static byte[] request(KeyPair keys, String subject) throws Exception {
        String algorithm =
                keys.getPublic() instanceof ECPublicKey ? "SHA256withECDSA" : "SHA256withRSA";
        return new JcaPKCS10CertificationRequestBuilder(
                        new X500Principal(subject), keys.getPublic())
                .build(new JcaContentSignerBuilder(algorithm).build(keys.getPrivate()))
                .getEncoded();
    }

    private static KeyPair keys(String algorithm, String curve) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(new ECGenParameterSpec(curve));
        return generator.generateKeyPair();
    }

    private static KeyPair rsa(int bits) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(bits);
        return generator.generateKeyPair();
    }

    private static X509Certificate parse(byte[] der) throws Exception {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(der));
    }
}
