package dev.driveline.command.command;

import dev.driveline.contract.id.CommandId;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Who waits for the next step of a command in this process. Thread-safe. */
public final class Watchers {

    private final Map<CommandId, Set<Semaphore>> waiting = new ConcurrentHashMap<>();

    /** A step of a command was committed. */
    public void changed(CommandId id) {
        waiting.getOrDefault(id, Set.of()).forEach(Semaphore::release);
    }

    /** Starts to watch; close it in the end. */
    public Watch watch(CommandId id) {
        Semaphore signal = new Semaphore(0);
        waiting.compute(
                id,
                (same, known) -> {
                    Set<Semaphore> all = known == null ? ConcurrentHashMap.newKeySet() : known;
                    all.add(signal);
                    return all;
                });
        return new Watch(id, signal);
    }

    /** One who waits. */
    public final class Watch implements AutoCloseable {

        private final CommandId id;
        private final Semaphore signal;

        private Watch(CommandId id, Semaphore signal) {
            this.id = id;
            this.signal = signal;
        }

        /**
         * Returns at a change, or after {@code ms} at the latest: another process may have made
         * one.
         */
        public void await(long ms) throws InterruptedException {
            if (signal.tryAcquire(ms, TimeUnit.MILLISECONDS)) {
                signal.drainPermits();
            }
        }

        @Override
        public void close() {
            waiting.computeIfPresent(
                    id,
                    (same, known) -> {
                        known.remove(signal);
                        return known.isEmpty() ? null : known;
                    });
        }
    }
}
