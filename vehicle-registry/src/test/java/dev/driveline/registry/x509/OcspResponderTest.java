package dev.driveline.registry.x509;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.id.TenantId;
import dev.driveline.registry.certificate.CertificateStatus;
import dev.driveline.registry.certificate.RevocationReason;
import dev.driveline.testkit.TestCa;
import dev.driveline.testkit.TestClock;
import dev.driveline.testkit.Trials;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.OCSPReqBuilder;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.SingleResp;
import org.bouncycastle.cert.ocsp.UnknownStatus;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OcspResponderTest {

    private static final Instant REVOKED_AT = Instant.parse("2026-05-01T00:00:00Z");

    @TempDir Path folder;

    private final TestClock clock = TestClock.at("2026-06-01T12:00:00Z");
    private IssuingAuthority authority;
    private OcspResponder responder;

    @BeforeEach
    void open() {
        authority =
                IssuingAuthority.open(
                                new AuthorityConfig(
                                        new AuthorityConfig.Key(
                                                folder.resolve("issuing.p12"),
                                                "pw",
                                                TenantId.of("demo")),
                                        true,
                                        null,
                                        Profile.of(Duration.ofDays(90), null)),
                                clock,
                                new SecureRandom())
                        .getFirst();
        responder =
                new OcspResponder(List.of(authority), this::statusOf, Duration.ofHours(1), clock);
    }

    private CertificateStatus statusOf(String of, String serial) {
        assertEquals(authority.id(), of);
        return switch (serial) {
            case "a1" -> new CertificateStatus.Good();
            case "b2" ->
                    new CertificateStatus.Revoked(REVOKED_AT, RevocationReason.CERTIFICATE_HOLD);
            default -> new CertificateStatus.Unknown();
        };
    }

    @Test
    void saysGoodRevokedAndUnknown() throws Exception {
        assertNull(answer("a1").getCertStatus());
        RevokedStatus revoked = assertInstanceOf(RevokedStatus.class, answer("b2").getCertStatus());
        assertEquals(6, revoked.getRevocationReason());
        assertEquals(REVOKED_AT, revoked.getRevocationTime().toInstant());
        assertInstanceOf(UnknownStatus.class, answer("c3").getCertStatus());
        assertEquals(
                Duration.ofHours(1),
                Duration.between(
                        answer("a1").getThisUpdate().toInstant(),
                        answer("a1").getNextUpdate().toInstant()));
    }

    @Test
    void signsByACertificateForNothingElse() throws Exception {
        X509Certificate signer = signer();
        signer.verify(authority.certificate().getPublicKey());
        assertEquals(List.of("1.3.6.1.5.5.7.3.9"), signer.getExtendedKeyUsage());
        assertTrue(
                signer.getNonCriticalExtensionOIDs()
                        .contains(OCSPObjectIdentifiers.id_pkix_ocsp_nocheck.getId()));
        assertEquals(signer, signer());
        clock.advance(OcspResponder.RESPONDER_LIFE.dividedBy(2).plusSeconds(1));
        assertNotEquals(signer, signer());
    }

    @Test
    void echoesTheNonceAndIsNotKeptThen() throws Exception {
        byte[] nonce = new DEROctetString(new byte[] {1, 2, 3, 4}).getEncoded();
        OcspResponder.Reply reply = responder.answer(request("a1", nonce));
        assertEquals(Duration.ZERO, reply.life());
        BasicOCSPResp said = basic(reply.der());
        assertArrayEquals(
                nonce,
                said.getExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce)
                        .getExtnValue()
                        .getOctets());
        assertEquals(
                Duration.ofHours(1),
                responder.answer(request(authority.certificate(), "a1")).life());
        assertEquals(1, statusOf(request("a1", new DEROctetString(new byte[200]).getEncoded())));
    }

    @Test
    void anothersCertificatesAndNonsenseAreRefused() throws Exception {
        assertEquals(6, statusOf(request(TestCa.create().intermediate(), "a1")));
        assertEquals(1, statusOf(new byte[0]));
        assertEquals(1, statusOf("no request".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }

    @Test
    void mutatedRequestsAreAnswered() {
        Set<Integer> seen = new TreeSet<>();
        Trials.of(41)
                .run(
                        5_000,
                        random -> {
                            byte[] request =
                                    request("a1", new DEROctetString(random.bytes(8)).getEncoded());
                            seen.add(statusOf(Mutations.of(random, request)));
                        });
        assertTrue(seen.containsAll(Set.of(0, 1, 6)), seen.toString());
    }

    private int statusOf(byte[] request) throws Exception {
        return new OCSPResp(responder.answer(request).der()).getStatus();
    }

    private SingleResp answer(String serial) throws Exception {
        BasicOCSPResp said =
                basic(responder.answer(request(authority.certificate(), serial)).der());
        assertTrue(
                said.isSignatureValid(
                        new JcaContentVerifierProviderBuilder().build(said.getCerts()[0])));
        assertEquals(1, said.getResponses().length);
        return said.getResponses()[0];
    }

    private X509Certificate signer() throws Exception {
        X509CertificateHolder holder =
                basic(responder.answer(request(authority.certificate(), "a1")).der()).getCerts()[0];
        return new JcaX509CertificateConverter().getCertificate(holder);
    }

    private static BasicOCSPResp basic(byte[] der) throws Exception {
        OCSPResp response = new OCSPResp(der);
        assertEquals(0, response.getStatus());
        return (BasicOCSPResp) response.getResponseObject();
    }

    private byte[] request(String serial, byte[] nonce) throws Exception {
        return builder(authority.certificate(), serial)
                .setRequestExtensions(
                        new Extensions(
                                new Extension(
                                        OCSPObjectIdentifiers.id_pkix_ocsp_nonce, false, nonce)))
                .build()
                .getEncoded();
    }

    static byte[] request(X509Certificate issuer, String serial) throws Exception {
        return builder(issuer, serial).build().getEncoded();
    }

    private static OCSPReqBuilder builder(X509Certificate issuer, String serial) throws Exception {
        return new OCSPReqBuilder()
                .addRequest(
                        new CertificateID(
                                new JcaDigestCalculatorProviderBuilder()
                                        .build()
                                        .get(CertificateID.HASH_SHA1),
                                new JcaX509CertificateHolder(issuer),
                                new BigInteger(serial, 16)));
    }
}
