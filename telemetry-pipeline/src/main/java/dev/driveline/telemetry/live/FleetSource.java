package dev.driveline.telemetry.live;

import dev.driveline.contract.id.Vin;
import dev.driveline.contract.telemetry.v1.SampleBatch;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Decoded batches of many vehicles as they arrive. Thread-safe. */
public interface FleetSource {

    /**
     * Begins to listen.
     *
     * @param vins asked for each batch, by another thread; must be quick
     * @param after go on behind this position; null begins with what comes next
     */
    FleetListening listen(Predicate<Vin> vins, @Nullable LogPosition after);

    /** One listener. One thread. */
    interface FleetListening extends AutoCloseable {

        /**
         * What came meanwhile.
         *
         * @throws LiveSource.LiveSourceClosedException once the source is closed
         */
        Round next(Duration wait) throws InterruptedException;

        @Override
        void close();
    }

    /**
     * What came since the round before.
     *
     * @param batches in the order of the log, as far as they are of one vehicle
     * @param skipped whether others could not be given: the log has them no more, the way back is
     *     too long, or there were too many
     * @param position where the next round begins
     */
    record Round(List<FleetBatch> batches, boolean skipped, LogPosition position) {}

    /** A batch and whose it is. */
    record FleetBatch(Vin vin, SampleBatch batch) {}
}
