package dev.driveline.runtime.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.nimbusds.jwt.proc.ExpiredJWTException;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.rest.ProblemException;
import java.net.MalformedURLException;
import java.net.URI;
import java.text.ParseException;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Bearer tokens of an OpenID provider: JWT signed with a key of its JWKS, which is fetched when
 * needed, cached, and fetched again for a key id that it did not hold.
 *
 * <p>Claims: {@code iss}, {@code aud}, {@code exp}, {@code sub}, {@code tenant}, {@code scope}
 * (blank separated), optional {@code vins} (at most 50), {@code fleets} (at most 50), {@code
 * act.sub}, {@code person}. Clock skew 30 s. Source: RFC 7519, RFC 9068.
 */
public final class OidcAuthenticator implements Authenticator {

    private static final Set<JWSAlgorithm> ALGORITHMS =
            Set.of(JWSAlgorithm.ES256, JWSAlgorithm.RS256, JWSAlgorithm.PS256);
    private static final int MAX_CLOCK_SKEW_S = 30;
    private static final int MAX_VINS = 50;
    private static final int MAX_FLEETS = 50;

    private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();

    /**
     * @param issuer expected {@code iss}
     * @param audience one of {@code aud}
     * @param keys where the provider's JWKS is found
     */
    public static OidcAuthenticator of(String issuer, String audience, URI keys) {
        try {
            JWKSource<SecurityContext> source =
                    JWKSourceBuilder.<SecurityContext>create(keys.toURL()).retrying(true).build();
            return new OidcAuthenticator(issuer, audience, source);
        } catch (MalformedURLException | IllegalArgumentException wrong) {
            throw new IllegalArgumentException("auth.jwks-uri '" + keys + "' is no URL", wrong);
        }
    }

    /** The same with the provider's keys at hand, as JSON of RFC 7517 §5. */
    public static OidcAuthenticator withKeys(String issuer, String audience, String jwks) {
        try {
            return new OidcAuthenticator(
                    issuer, audience, new ImmutableJWKSet<>(JWKSet.parse(jwks)));
        } catch (ParseException malformed) {
            throw new IllegalArgumentException("no JWK set: " + malformed.getMessage(), malformed);
        }
    }

    private OidcAuthenticator(String issuer, String audience, JWKSource<SecurityContext> source) {
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(ALGORITHMS, source));
        DefaultJWTClaimsVerifier<SecurityContext> verifier =
                new DefaultJWTClaimsVerifier<>(
                        audience,
                        new JWTClaimsSet.Builder().issuer(issuer).build(),
                        Set.of("sub", "exp", "tenant"));
        verifier.setMaxClockSkew(MAX_CLOCK_SKEW_S);
        processor.setJWTClaimsSetVerifier(verifier);
    }

    @Override
    public Caller authenticate(String bearerToken) {
        try {
            return callerOf(processor.process(bearerToken, null));
        } catch (ExpiredJWTException expired) {
            throw new ProblemException(ErrorCode.TOKEN_EXPIRED, "the token's exp has passed");
        } catch (BadJWTException wrongClaims) {
            throw unauthenticated("the token's claims: " + wrongClaims.getMessage());
        } catch (KeySourceException noKeys) {
            throw new ProblemException(
                    ErrorCode.UNAVAILABLE,
                    "the identity provider's keys cannot be had: " + noKeys.getMessage());
        } catch (ParseException | BadJOSEException | JOSEException invalid) {
            throw unauthenticated("the token: " + invalid.getMessage());
        } catch (IllegalArgumentException wrongShape) {
            throw unauthenticated("the token's " + wrongShape.getMessage());
        }
    }

    private static Caller callerOf(JWTClaimsSet claims) throws ParseException {
        String scope = claims.getStringClaim("scope");
        Set<String> scopes =
                scope == null ? Set.of() : Set.copyOf(Arrays.asList(scope.strip().split("\\s+")));
        return new Caller(
                claims.getSubject(),
                actorOf(claims),
                TenantId.of(claims.getStringClaim("tenant")),
                scopes,
                vinsOf(claims),
                fleetsOf(claims),
                _ -> false,
                Boolean.TRUE.equals(claims.getBooleanClaim("person")));
    }

    private static @Nullable String actorOf(JWTClaimsSet claims) throws ParseException {
        Map<String, Object> act = claims.getJSONObjectClaim("act");
        return act != null && act.get("sub") instanceof String actor ? actor : null;
    }

    private static @Nullable Set<String> fleetsOf(JWTClaimsSet claims) throws ParseException {
        List<String> fleets = claims.getStringListClaim("fleets");
        if (fleets != null && fleets.size() > MAX_FLEETS) {
            throw new IllegalArgumentException(
                    "fleets has %d entries, at most %d are taken"
                            .formatted(fleets.size(), MAX_FLEETS));
        }
        return fleets == null ? null : Set.copyOf(new LinkedHashSet<>(fleets));
    }

    /** A token that names fleets covers no other vehicles than theirs and those it names. */
    private static @Nullable Set<Vin> vinsOf(JWTClaimsSet claims) throws ParseException {
        List<String> texts = claims.getStringListClaim("vins");
        if (texts == null) {
            return claims.getClaim("fleets") == null ? null : Set.of();
        }
        if (texts.size() > MAX_VINS) {
            throw new IllegalArgumentException(
                    "vins has " + texts.size() + " entries, at most " + MAX_VINS + " are taken");
        }
        Set<Vin> vins = new LinkedHashSet<>();
        texts.forEach(text -> vins.add(Vin.of(text)));
        return vins;
    }

    private static ProblemException unauthenticated(String detail) {
        return new ProblemException(ErrorCode.UNAUTHENTICATED, detail);
    }
}
