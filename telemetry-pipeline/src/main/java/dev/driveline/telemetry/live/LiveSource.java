package dev.driveline.telemetry.live;

import dev.driveline.contract.id.Vin;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Decoded batches of a vehicle as they arrive. Thread-safe. */
public interface LiveSource {

    /**
     * Begins to listen.
     *
     * @param after go on behind this sample; null begins with what comes next
     */
    Listening listen(Vin vin, @Nullable LivePosition after);

    /** One listener. One thread. */
    interface Listening extends AutoCloseable {

        /**
         * Whether batches before the next one could not be given, because the log has them no more
         * or the way back is too long; says so once.
         */
        boolean hasSkipped();

        /**
         * The next batch, in the order of the log; null where none came, at the latest after that
         * time.
         *
         * @throws LiveSourceClosedException once the source is closed
         */
        @Nullable LiveBatch next(Duration wait) throws InterruptedException;

        @Override
        void close();
    }

    /** The service stops. */
    final class LiveSourceClosedException extends RuntimeException {
        public LiveSourceClosedException() {
            super("the live source is closed");
        }
    }
}
