package dev.driveline.allinone;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.runtime.auth.Authenticator;
import dev.driveline.runtime.auth.OidcAuthenticator;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.runtime.rest.Route;
import dev.driveline.simulator.Pem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An identity provider for development: gives a token to whoever asks. It lives in the all-in-one
 * only and is not offered when that listens beyond the loopback interface.
 */
final class DevTokens {

    static final String ISSUER = "urn:driveline:dev";
    static final String AUDIENCE = "driveline";
    static final String TENANT = "demo";

    private static final Duration OPERATOR_LIFE = Duration.ofHours(24);
    private static final int MAX_LIFE_S = 86_400;
    private static final String ALL_SCOPES =
            Arrays.stream(Scope.values()).map(Scope::text).collect(Collectors.joining(" "));

    private final ECKey key;
    private final Clock clock;

    private DevTokens(ECKey key, Clock clock) {
        this.key = key;
        this.clock = clock;
    }

    /** With the key kept in {@code oidc.json} of a folder; made if it is missing. */
    static DevTokens in(Path folder, Clock clock) throws IOException {
        Path file = folder.resolve("oidc.json");
        try {
            if (!Files.exists(file)) {
                ECKey made = new ECKeyGenerator(Curve.P_256).keyID("dev-1").generate();
                Pem.writeSecret(file, made.toJSONString());
            }
            return new DevTokens(ECKey.parse(Files.readString(file)), clock);
        } catch (JOSEException | ParseException unusable) {
            throw new IOException(file + " holds no key", unusable);
        }
    }

    Authenticator authenticator() {
        return OidcAuthenticator.withKeys(ISSUER, AUDIENCE, publicKeys());
    }

    /** A token with all scopes for the person at the desk. */
    String operator() {
        return token("operator", ALL_SCOPES, null, OPERATOR_LIFE);
    }

    List<Route> routes() {
        return List.of(
                Route.get(
                        "/dev/oidc/jwks",
                        null,
                        exchange ->
                                Answer.bytes(
                                        200,
                                        "application/jwk-set+json",
                                        publicKeys().getBytes(StandardCharsets.UTF_8))),
                Route.post("/dev/oidc/token", null, this::token));
    }

    /** What a token is asked for; everything may be left out. */
    record Request(
            @Nullable String subject,
            @Nullable String scope,
            @Nullable List<String> vins,
            @Nullable Integer expiresInS) {}

    private Answer token(Exchange exchange) {
        Request request = exchange.body(Request.class);
        int life = request.expiresInS() == null ? 3_600 : request.expiresInS();
        if (life < -MAX_LIFE_S || life > MAX_LIFE_S) {
            throw new ProblemException(
                    ErrorCode.INVALID_REQUEST, "expiresInS " + life + ": at most " + MAX_LIFE_S);
        }
        String token =
                token(
                        request.subject() == null ? "developer" : request.subject(),
                        request.scope() == null ? ALL_SCOPES : request.scope(),
                        request.vins(),
                        Duration.ofSeconds(life));
        return Answer.ok(Map.of("access_token", token, "token_type", "Bearer", "expires_in", life));
    }

    private String token(String subject, String scope, @Nullable List<String> vins, Duration life) {
        Instant now = clock.instant();
        JWTClaimsSet.Builder claims =
                new JWTClaimsSet.Builder()
                        .issuer(ISSUER)
                        .audience(AUDIENCE)
                        .subject(subject)
                        .issueTime(Date.from(now))
                        .expirationTime(Date.from(now.plus(life)))
                        .jwtID(UUID.randomUUID().toString())
                        .claim("tenant", TENANT)
                        .claim("scope", scope);
        if (vins != null) {
            claims.claim("vins", vins);
        }
        SignedJWT jwt =
                new SignedJWT(
                        new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(),
                        claims.build());
        try {
            jwt.sign(new ECDSASigner(key));
        } catch (JOSEException unusable) {
            throw new IllegalStateException("the development key cannot sign", unusable);
        }
        return jwt.serialize();
    }

    private String publicKeys() {
        return new JWKSet(key.toPublicJWK()).toString();
    }
}
