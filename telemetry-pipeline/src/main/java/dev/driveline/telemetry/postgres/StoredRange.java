package dev.driveline.telemetry.postgres;

import dev.driveline.contract.id.Vin;
import java.util.Set;

/**
 * Which stored samples are asked for.
 *
 * @param tenant the store's number of who asks; only its samples are found
 * @param signals the store's numbers of names
 * @param fromUs vehicle time, inclusive
 * @param toUs exclusive
 */
record StoredRange(int tenant, Vin vin, Set<Integer> signals, long fromUs, long toUs) {

    StoredRange from(long laterUs) {
        return new StoredRange(tenant, vin, signals, laterUs, toUs);
    }
}
