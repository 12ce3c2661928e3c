package dev.driveline.runtime.jws;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import dev.driveline.testkit.Trials;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JwsTest {

    private static final String TYP = "thing+jws";
    private static final byte[] PAYLOAD = "{\"a\":1}".getBytes(StandardCharsets.UTF_8);
    private static final KeyPair EC = keys("EC");
    private static final KeyPair ED = keys("Ed25519");
    private static final Jws.Keys KEYS =
            kid -> Map.<String, PublicKey>of("ec", EC.getPublic(), "ed", ED.getPublic()).get(kid);

    @ParameterizedTest
    @ValueSource(strings = {"ec", "ed"})
    void whatIsSignedHolds(String kid) {
        Jws.Verdict.Valid valid =
                assertInstanceOf(Jws.Verdict.Valid.class, Jws.verify(signed(kid), TYP, KEYS));
        assertEquals(kid, valid.kid());
        assertArrayEquals(PAYLOAD, valid.payload());
    }

    @ParameterizedTest
    @ValueSource(strings = {"ec", "ed"})
    void aChangedBitAnywhereIsFound(String kid) {
        String compact = signed(kid);
        Trials.of(11)
                .run(
                        200,
                        random -> {
                            int at = random.nextInt(compact.length());
                            if (compact.charAt(at) == '.') {
                                return;
                            }
                            String[] parts = compact.split("\\.", -1);
                            int part = random.nextInt(3);
                            byte[] bytes = Base64.getUrlDecoder().decode(parts[part]);
                            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                            parts[part] =
                                    Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
                            random.note(String.join(".", parts));
                            assertInstanceOf(
                                    Jws.Verdict.Invalid.class,
                                    Jws.verify(String.join(".", parts), TYP, KEYS));
                        });
    }

    @Test
    void anotherTypIsRefused() {
        assertEquals(Jws.Fault.MALFORMED, fault(Jws.verify(signed("ec"), "other+jws", KEYS)));
        assertEquals(Jws.Fault.MALFORMED, headerFault("{\"alg\":\"ES256\",\"kid\":\"ec\"}"));
        assertEquals(
                Jws.Fault.MALFORMED,
                headerFault("{\"alg\":\"ES256\",\"kid\":\"ec\",\"typ\":[\"thing+jws\"]}"));
    }

    @Test
    void anUnknownKeyIsNamed() {
        Jws.Verdict verdict =
                Jws.verify(new Jws.Signer("who", EC.getPrivate()).sign(TYP, PAYLOAD), TYP, KEYS);
        assertEquals(Jws.Fault.KEY_UNKNOWN, fault(verdict));
        assertTrue(assertInstanceOf(Jws.Verdict.Invalid.class, verdict).why().contains("who"));
        assertEquals(
                Jws.Fault.KEY_UNKNOWN, headerFault("{\"alg\":\"ES256\",\"typ\":\"thing+jws\"}"));
    }

    @Test
    void anotherKeysSignatureDoesNotHold() {
        String forged = new Jws.Signer("ec", keys("EC").getPrivate()).sign(TYP, PAYLOAD);
        assertEquals(Jws.Fault.SIGNATURE_INVALID, fault(Jws.verify(forged, TYP, KEYS)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "None", "HS256", "ES384", "EdDSA", "es256", ""})
    void theAlgorithmIsTheKeys(String alg) {
        assertEquals(
                Jws.Fault.MALFORMED,
                headerFault("{\"alg\":\"" + alg + "\",\"kid\":\"ec\",\"typ\":\"thing+jws\"}"));
    }

    @Test
    void aPublicKeyIsNoSharedSecret() throws GeneralSecurityException {
        String input = input("{\"alg\":\"HS256\",\"kid\":\"ec\",\"typ\":\"thing+jws\"}");
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(EC.getPublic().getEncoded(), "HmacSHA256"));
        String forged =
                input + "." + encode(mac.doFinal(input.getBytes(StandardCharsets.US_ASCII)));
        assertEquals(Jws.Fault.MALFORMED, fault(Jws.verify(forged, TYP, KEYS)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"jwk", "jku", "x5c", "x5u", "crit", "b64", "zip"})
    void moreHeaderMembersAreRefused(String member) {
        assertEquals(
                Jws.Fault.MALFORMED,
                headerFault(
                        "{\"alg\":\"ES256\",\"kid\":\"ec\",\"typ\":\"thing+jws\",\""
                                + member
                                + "\":\"x\"}"));
    }

    @Test
    void repeatedMembersAreRefused() {
        assertEquals(
                Jws.Fault.MALFORMED,
                headerFault(
                        "{\"alg\":\"ES256\",\"kid\":\"ed\",\"kid\":\"ec\",\"typ\":\"thing+jws\"}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a.b", "a.b.c.d", "!.!.!", "e30..", "W10.e30.AA"})
    void whatIsNoJwsIsMalformed(String text) {
        assertEquals(Jws.Fault.MALFORMED, fault(Jws.verify(text, TYP, KEYS)));
    }

    @Test
    void aSignatureOfZerosOrOfAnotherLengthDoesNotHold() {
        String input = signed("ec").substring(0, signed("ec").lastIndexOf('.'));
        for (int length : new int[] {0, 1, 63, 64, 65, 128}) {
            assertEquals(
                    Jws.Fault.SIGNATURE_INVALID,
                    fault(Jws.verify(input + "." + encode(new byte[length]), TYP, KEYS)));
        }
    }

    @Test
    void aSignerDoesNotShowItsKey() {
        assertEquals("Signer[kid=ec, key=***]", new Jws.Signer("ec", EC.getPrivate()).toString());
    }

    @Test
    void anIndependentLibraryVerifiesOurs() throws Exception {
        JWSObject parsed = JWSObject.parse(signed("ec"));
        assertTrue(parsed.verify(new ECDSAVerifier((ECPublicKey) EC.getPublic())));
        assertEquals(TYP, parsed.getHeader().getType().getType());
        assertFalse(parsed.verify(new ECDSAVerifier((ECPublicKey) keys("EC").getPublic())));
        String[] parts = signed("ed").split("\\.", -1);
        assertEquals(
                JWSAlgorithm.EdDSA,
                JWSHeader.parse(new com.nimbusds.jose.util.Base64URL(parts[0])).getAlgorithm());
        Signature ed25519 = Signature.getInstance("Ed25519");
        ed25519.initVerify(ED.getPublic());
        ed25519.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
        assertTrue(ed25519.verify(Base64.getUrlDecoder().decode(parts[2])));
    }

    @Test
    void oursVerifiesAnIndependentLibrarys() throws Exception {
        JWSObject signed =
                new JWSObject(
                        new JWSHeader.Builder(JWSAlgorithm.ES256)
                                .keyID("ec")
                                .type(new JOSEObjectType(TYP))
                                .build(),
                        new Payload(PAYLOAD));
        signed.sign(new ECDSASigner((ECPrivateKey) EC.getPrivate()));
        assertInstanceOf(Jws.Verdict.Valid.class, Jws.verify(signed.serialize(), TYP, KEYS));
    }

    private static String signed(String kid) {
        return new Jws.Signer(kid, kid.equals("ec") ? EC.getPrivate() : ED.getPrivate())
                .sign(TYP, PAYLOAD);
    }

    /** A header of an attacker's making over a signature that does hold for its bytes. */
    private static Jws.Fault headerFault(String header) {
        try {
            String input = input(header);
            Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
            signature.initSign(EC.getPrivate());
            signature.update(input.getBytes(StandardCharsets.US_ASCII));
            return fault(Jws.verify(input + "." + encode(signature.sign()), TYP, KEYS));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String input(String header) {
        return encode(header.getBytes(StandardCharsets.UTF_8)) + "." + encode(PAYLOAD);
    }

    private static Jws.Fault fault(Jws.Verdict verdict) {
        return assertInstanceOf(Jws.Verdict.Invalid.class, verdict).fault();
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static KeyPair keys(String algorithm) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            if (algorithm.equals("EC")) {
                generator.initialize(new ECGenParameterSpec("secp256r1"));
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
