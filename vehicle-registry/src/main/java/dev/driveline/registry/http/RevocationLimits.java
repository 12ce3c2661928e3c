package dev.driveline.registry.http;

import dev.driveline.runtime.settings.Settings;

/**
 * How often lists and answers about certificates are given to anybody who asks.
 *
 * @param perSecond in all, ten seconds' worth at once; more are answered 429
 * @param perAddress to an address in a minute; more are answered 429
 */
public record RevocationLimits(int perSecond, int perAddress) {

    public static RevocationLimits from(Settings settings) {
        return new RevocationLimits(
                settings.integer("registry.revocation.per-second", 200, 1, 100_000),
                settings.integer("registry.revocation.per-address-and-minute", 600, 1, 1_000_000));
    }
}
