package dev.driveline.runtime.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.rest.ProblemException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class OidcAuthenticatorTest {

    private static final String ISSUER = "https://id.example";
    private static final Vin VIN = Vin.of("WDRV0TESTGATE1000");
    private static final Vin OTHER = Vin.of("WDRV0TESTGATE1001");
    private static final ECKey KEY = key("k1");
    private static final OidcAuthenticator AUTHENTICATOR =
            OidcAuthenticator.withKeys(
                    ISSUER, "driveline", new JWKSet(KEY.toPublicJWK()).toString());

    @Test
    void aGoodTokenSaysWhoCalls() {
        Caller caller =
                AUTHENTICATOR.authenticate(
                        signed(claims().claim("scope", " commands:send  registry:read ")));
        assertEquals("anna", caller.subject());
        assertEquals(TenantId.of("acme"), caller.tenant());
        assertEquals(Set.of("commands:send", "registry:read"), caller.scopes());
        assertNull(caller.actor());
        assertTrue(caller.covers(VIN));
        assertTrue(caller.has(Scope.REGISTRY_READ));
        assertFalse(caller.has(Scope.AUDIT_READ));
    }

    @Test
    void anAppMayActForAPerson() {
        assertEquals(
                "app",
                AUTHENTICATOR
                        .authenticate(signed(claims().claim("act", Map.of("sub", "app"))))
                        .actor());
    }

    @Test
    void theTokenMayCoverSomeVehiclesOnly() {
        Caller caller =
                AUTHENTICATOR.authenticate(signed(claims().claim("vins", List.of(VIN.value()))));
        assertTrue(caller.covers(VIN));
        assertFalse(caller.covers(OTHER));
        ProblemException outside =
                assertThrows(ProblemException.class, () -> caller.mustCover(OTHER));
        assertEquals(ErrorCode.OUTSIDE_CLAIM, outside.code());
        assertFalse(
                AUTHENTICATOR.authenticate(signed(claims().claim("vins", List.of()))).covers(VIN));
        assertFalse(
                AUTHENTICATOR
                        .authenticate(signed(claims().claim("fleets", List.of("f"))))
                        .covers(VIN));
    }

    @Test
    void vinsThatAreNoneOrTooManyAreRefused() {
        refused(ErrorCode.UNAUTHENTICATED, claims().claim("vins", List.of("short")));
        refused(
                ErrorCode.UNAUTHENTICATED,
                claims().claim("vins", Collections.nCopies(51, VIN.value())));
        refused(ErrorCode.UNAUTHENTICATED, claims().claim("vins", 7));
    }

    @Test
    void anExpiredTokenIsToldSo() {
        refused(ErrorCode.TOKEN_EXPIRED, claims().expirationTime(in(Duration.ofMinutes(-1))));
        AUTHENTICATOR.authenticate(signed(claims().expirationTime(in(Duration.ofSeconds(-10)))));
        refused(ErrorCode.UNAUTHENTICATED, claims().notBeforeTime(in(Duration.ofMinutes(1))));
        refused(ErrorCode.UNAUTHENTICATED, claims().expirationTime(null));
    }

    @Test
    void issuerAudienceSubjectAndTenantMustBeThere() {
        refused(ErrorCode.UNAUTHENTICATED, claims().issuer("https://other.example"));
        refused(ErrorCode.UNAUTHENTICATED, claims().issuer(null));
        refused(ErrorCode.UNAUTHENTICATED, claims().audience("other"));
        refused(ErrorCode.UNAUTHENTICATED, claims().audience((String) null));
        refused(ErrorCode.UNAUTHENTICATED, claims().subject(null));
        refused(ErrorCode.UNAUTHENTICATED, claims().claim("tenant", null));
        refused(ErrorCode.UNAUTHENTICATED, claims().claim("tenant", "Not A Tenant!"));
        AUTHENTICATOR.authenticate(signed(claims().audience(List.of("other", "driveline"))));
    }

    @Test
    void onlyTheProvidersKeysSign() throws JOSEException {
        refused(signed(claims().build(), key("k1")));
        refused(signed(claims().build(), key("k2")));
        refused(new PlainJWT(claims().build()).serialize());
        SignedJWT shared =
                new SignedJWT(
                        new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("k1").build(),
                        claims().build());
        shared.sign(
                new MACSigner(
                        KEY.toPublicJWK()
                                .toString()
                                .getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        refused(shared.serialize());
    }

    @Test
    void aKeyThatTheProviderTookIsFoundWithoutARestart() throws IOException {
        AtomicReference<ECKey> inUse = new AtomicReference<>(key("old"));
        HttpServer provider =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        provider.createContext(
                "/keys",
                asked -> {
                    byte[] keys =
                            new JWKSet(inUse.get().toPublicJWK())
                                    .toString()
                                    .getBytes(StandardCharsets.UTF_8);
                    asked.sendResponseHeaders(200, keys.length);
                    asked.getResponseBody().write(keys);
                    asked.close();
                });
        provider.start();
        try {
            OidcAuthenticator authenticator =
                    OidcAuthenticator.of(
                            ISSUER,
                            "driveline",
                            URI.create(
                                    "http://127.0.0.1:"
                                            + provider.getAddress().getPort()
                                            + "/keys"));
            String before = signed(claims().build(), inUse.get());
            assertEquals("anna", authenticator.authenticate(before).subject());
            inUse.set(key("new"));
            String after = signed(claims().build(), inUse.get());
            assertEquals("anna", authenticator.authenticate(after).subject());
            assertThrows(ProblemException.class, () -> authenticator.authenticate(before));
        } finally {
            provider.stop(0);
        }
    }

    @Test
    void aPersonsTokenSaysSo() {
        assertFalse(AUTHENTICATOR.authenticate(signed(claims())).person());
        assertTrue(AUTHENTICATOR.authenticate(signed(claims().claim("person", true))).person());
        refused(ErrorCode.UNAUTHENTICATED, claims().claim("person", "yes"));
    }

    @Test
    void whatIsNoTokenIsRefused() {
        for (String text : List.of("", "x", "a.b.c", "..", "e30.e30.e30")) {
            refused(text);
        }
        String token = signed(claims());
        refused(token.substring(0, token.length() - 3));
    }

    private static JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .issuer(ISSUER)
                .audience("driveline")
                .subject("anna")
                .claim("tenant", "acme")
                .expirationTime(in(Duration.ofMinutes(5)));
    }

    @SuppressWarnings("JavaUtilDate") // the library's own type
    private static Date in(Duration time) {
        return Date.from(Instant.now().plus(time));
    }

    private static void refused(String token) {
        ProblemException refused =
                assertThrows(ProblemException.class, () -> AUTHENTICATOR.authenticate(token));
        assertEquals(ErrorCode.UNAUTHENTICATED, refused.code());
    }

    private static void refused(ErrorCode code, JWTClaimsSet.Builder claims) {
        String token = signed(claims);
        ProblemException refused =
                assertThrows(ProblemException.class, () -> AUTHENTICATOR.authenticate(token));
        assertEquals(code, refused.code(), refused.getMessage());
    }

    private static String signed(JWTClaimsSet.Builder claims) {
        return signed(claims.build(), KEY);
    }

    private static String signed(JWTClaimsSet claims, ECKey key) {
        try {
            SignedJWT token =
                    new SignedJWT(
                            new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(),
                            claims);
            token.sign(new ECDSASigner(key));
            return token.serialize();
        } catch (JOSEException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static ECKey key(String id) {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
        } catch (JOSEException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
