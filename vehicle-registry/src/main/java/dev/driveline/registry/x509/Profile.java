package dev.driveline.registry.x509;

import dev.driveline.runtime.settings.Settings;
import java.net.URI;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the issued certificates are like, and what is said of their revocation.
 *
 * @param validity of the certificates
 * @param keyTypes the keys that are certified
 * @param publicUrl where vehicles' peers reach this REST port, without a slash at its end; the
 *     certificates name their revocation list and responder below it. Null: they name none
 * @param listLife from a revocation list to its next update
 * @param statusLife from a responder's answer to its next update
 */
public record Profile(
        Duration validity,
        Set<KeyType> keyTypes,
        @Nullable String publicUrl,
        Duration listLife,
        Duration statusLife) {

    /**
     * Keys that can be certified. Ed25519 is none of them: the gateway's TLS (BoringSSL) takes no
     * client certificate with it.
     */
    public enum KeyType {
        P_256("P-256"),
        P_384("P-384"),
        /** Of 3,072 to 8,192 bits. */
        RSA("RSA");

        private final String text;

        KeyType(String text) {
            this.text = text;
        }

        /** As the setting has it. */
        public String text() {
            return text;
        }
    }

    public Profile {
        keyTypes = Set.copyOf(keyTypes);
    }

    /** With the settings' defaults for the rest. */
    public static Profile of(Duration validity, @Nullable String publicUrl) {
        return new Profile(
                validity,
                EnumSet.allOf(KeyType.class),
                publicUrl,
                Duration.ofDays(1),
                Duration.ofHours(1));
    }

    public static Profile from(Settings settings) {
        return new Profile(
                settings.duration("registry.certificate-validity", Duration.ofDays(90)),
                keyTypesOf(settings),
                urlOf(settings),
                settings.duration("registry.crl-validity", Duration.ofDays(1)),
                settings.duration("registry.ocsp-validity", Duration.ofHours(1)));
    }

    private static Set<KeyType> keyTypesOf(Settings settings) {
        String key = "registry.certificate-keys";
        String all =
                Stream.of(KeyType.values()).map(KeyType::text).collect(Collectors.joining(","));
        Set<KeyType> types = EnumSet.noneOf(KeyType.class);
        for (String text : settings.text(key, all).split(",", -1)) {
            String wanted = text.strip().toUpperCase(Locale.ROOT);
            Stream.of(KeyType.values())
                    .filter(type -> type.text().equals(wanted))
                    .findFirst()
                    .ifPresentOrElse(
                            types::add,
                            () ->
                                    settings.problem(
                                            key, "'" + text.strip() + "', expected of " + all));
        }
        return types;
    }

    private static @Nullable String urlOf(Settings settings) {
        String key = "registry.public-url";
        String text = settings.text(key, "");
        if (text.isEmpty()) {
            return null;
        }
        try {
            URI uri = URI.create(text);
            // Who fetches a list checks its signature; with https it would first need another list.
            if ("http".equals(uri.getScheme()) && uri.getHost() != null && uri.getQuery() == null) {
                return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
            }
        } catch (IllegalArgumentException malformed) {
            // Answered below.
        }
        settings.problem(key, "'" + text + "', expected http://host[:port][/path]");
        return null;
    }
}
