package dev.driveline.registry;

import dev.driveline.contract.id.Vin;
import dev.driveline.registry.est.EstConfig;
import dev.driveline.registry.http.RevocationLimits;
import dev.driveline.registry.vehicle.CheckDigitPolicy;
import dev.driveline.registry.vehicle.CheckDigitPolicy.Mode;
import dev.driveline.registry.x509.AuthorityConfig;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.runtime.settings.Settings;
import dev.driveline.store.postgres.DatabaseConfig;
import dev.driveline.store.postgres.Versions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

/**
 * What a registry is told at its start; secrets print {@code ***}.
 *
 * @param signingKey signs access rules: EC P-256 or Ed25519, PKCS#8 in PEM; made with the authority
 *     if that is to be made, its public half beside it as {@code <file>.pub}
 * @param signingKeyId its {@code kid}
 * @param checkDigits what is done about VINs whose check digit does not hold
 * @param tokenValidity of one-time enrolment tokens
 * @param revocation how often lists and answers about certificates are given to anybody
 * @param epoch raised by one after a restore from backup; everything is published anew then
 */
public record RegistryConfig(
        KafkaConfig kafka,
        DatabaseConfig database,
        AuthorityConfig authority,
        EstConfig est,
        Path signingKey,
        String signingKeyId,
        CheckDigitPolicy checkDigits,
        Duration tokenValidity,
        RevocationLimits revocation,
        int epoch) {

    public static RegistryConfig from(Settings settings) {
        return new RegistryConfig(
                KafkaConfig.from(settings),
                DatabaseConfig.from(settings),
                AuthorityConfig.from(settings),
                EstConfig.from(settings),
                Path.of(settings.required("registry.signing-key")),
                settings.text("registry.signing-key-id", "registry"),
                CheckDigitPolicy.of(
                        modeOf(settings, Vin.Region.NORTH_AMERICA, Mode.WARN),
                        modeOf(settings, Vin.Region.CHINA, Mode.WARN),
                        modeOf(settings, Vin.Region.OTHER, Mode.OFF)),
                settings.duration("registry.token-validity", Duration.ofHours(24)),
                RevocationLimits.from(settings),
                settings.integer("registry.epoch", 0, 0, Versions.MAX_EPOCH));
    }

    private static Mode modeOf(Settings settings, Vin.Region region, Mode fallback) {
        String key =
                "registry.check-digit." + region.name().toLowerCase(Locale.ROOT).replace('_', '-');
        String text = settings.text(key, fallback.name().toLowerCase(Locale.ROOT));
        for (Mode mode : Mode.values()) {
            if (mode.name().equalsIgnoreCase(text)) {
                return mode;
            }
        }
        settings.problem(key, "'" + text + "', expected off, warn or enforce");
        return fallback;
    }
}
