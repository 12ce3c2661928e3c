package dev.driveline.contract.registry;

import dev.driveline.contract.id.Vin;
import java.time.Instant;

/**
 * A record of {@code registry.erasures}, key VIN: everybody who holds data of this vehicle erases
 * it, or puts the pseudonym in the VIN's place where a record must stay.
 *
 * @param pseudonym drawn at random, in the shape of a VIN; its first seven characters are {@value
 *     #PREFIX}
 * @param completeBy when nothing of the vehicle may be left, topics included
 */
public record Erasure(Vin pseudonym, Vin vin, Instant at, Instant completeBy) {

    /** No maker's: ISO 3780 gives no region the digit 0. */
    public static final String PREFIX = "0ERASED";
}
