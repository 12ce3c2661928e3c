package dev.driveline.telemetry.sample;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.telemetry.slice.Buckets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where samples are found, each by the tenant that its vehicle had when it was received.
 * Thread-safe; blocks.
 */
public interface SampleArchive {

    /**
     * The latest sample of each of a vehicle's signals, by name in code point order.
     *
     * @param after only names behind this one; null from the first
     * @param names only these; empty for all
     * @param prefix only names that begin so; possibly empty
     */
    List<Sample> latest(
            TenantId tenant,
            Vin vin,
            @Nullable String after,
            Set<String> names,
            String prefix,
            int limit);

    /** The latest samples of these signals of each vehicle, those that there are. */
    Map<Vin, List<Sample>> latest(TenantId tenant, Map<Vin, Set<String>> names);

    /** The full names of all signals that a vehicle ever sent. */
    Set<String> names(TenantId tenant, Vin vin);

    /**
     * Samples in the order of their keys.
     *
     * @param fromUs vehicle time, inclusive
     * @param toUs exclusive
     * @param after only samples behind this one; null from the first
     */
    List<Sample> history(
            TenantId tenant,
            Vin vin,
            Set<String> names,
            long fromUs,
            long toUs,
            @Nullable SampleKey after,
            int limit);

    /**
     * What samples come to, bucket by bucket.
     *
     * @param name of one signal
     * @param fromUs where the first bucket begins, vehicle time
     * @param lengthUs of each bucket; whole minutes from a whole minute are read from summaries
     */
    Buckets buckets(TenantId tenant, Vin vin, String name, long fromUs, long lengthUs, int number);

    /** What was accepted of a vehicle, a row a boot, the one heard last first. */
    List<BootIntake> intake(TenantId tenant, Vin vin, int limit);
}
