package dev.driveline.runtime.auth;

import dev.driveline.runtime.settings.Settings;
import java.net.URI;

/**
 * Whose tokens are taken.
 *
 * @param issuer expected {@code iss}
 * @param audience one of {@code aud}
 * @param keys the provider's JWKS
 */
public record AuthConfig(String issuer, String audience, URI keys) {

    public static AuthConfig from(Settings settings) {
        String keys = settings.required("auth.jwks-uri");
        URI uri = URI.create("http://unset.invalid/");
        try {
            uri = URI.create(keys);
        } catch (IllegalArgumentException wrong) {
            settings.problem("auth.jwks-uri", "'" + keys + "' is no URI");
        }
        return new AuthConfig(
                settings.required("auth.issuer"), settings.text("auth.audience", "driveline"), uri);
    }

    public Authenticator authenticator() {
        return OidcAuthenticator.of(issuer, audience, keys);
    }
}
