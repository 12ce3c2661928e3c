package dev.driveline.registry.est;

import dev.driveline.runtime.settings.Settings;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where vehicles enrol.
 *
 * @param port 0 for any free one
 * @param certificate the server's chain in PEM, the leaf first
 * @param key its private key in PEM (PKCS#8)
 * @param birthAuthorities PEM; whoever they certified may enrol by TLS. Null: by token only. They
 *     are never anchors of the gateways
 * @param retryAfter what an applicant that comes too early is told to wait
 * @param maxConcurrent requests at work at once; more are answered 503
 * @param perSecond enrolments a second, ten seconds' worth at once; more are answered 429
 * @param perTbox enrolments of a TBox in an hour; more are answered 429
 * @param perAddress enrolments from an address in a minute; more are answered 429
 */
public record EstConfig(
        String host,
        int port,
        Path certificate,
        Path key,
        @Nullable Path birthAuthorities,
        Duration retryAfter,
        int maxConcurrent,
        int perSecond,
        int perTbox,
        int perAddress) {

    public static EstConfig from(Settings settings) {
        String birth = settings.optional("est.birth-authorities");
        return new EstConfig(
                settings.text("est.host", "0.0.0.0"),
                settings.port("est.port", 8443),
                Path.of(settings.required("est.tls.certificate")),
                Path.of(settings.required("est.tls.key")),
                birth == null ? null : Path.of(birth),
                settings.duration("est.retry-after", Duration.ofMinutes(5)),
                settings.integer("est.max-concurrent", 64, 1, 10_000),
                settings.integer("est.per-second", 50, 1, 100_000),
                settings.integer("est.per-tbox-and-hour", 20, 1, 100_000),
                settings.integer("est.per-address-and-minute", 600, 1, 1_000_000));
    }
}
