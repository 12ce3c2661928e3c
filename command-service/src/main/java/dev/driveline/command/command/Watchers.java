package dev.driveline.command.command;

import dev.driveline.contract.id.CommandId;
import dev.driveline.contract.id.Vin;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Who waits in this process for the next step of a command, or of a vehicle's. Thread-safe. */
public final class Watchers {

    /** By command and by vehicle. */
    private final Map<Record, Set<Semaphore>> waiting = new ConcurrentHashMap<>();

    /** Steps of a vehicle's commands were committed. */
    public void changed(Vin vin, Collection<CommandId> ids) {
        if (!ids.isEmpty()) {
            ids.forEach(this::wake);
            wake(vin);
        }
    }

    private void wake(Record of) {
        waiting.getOrDefault(of, Set.of()).forEach(Semaphore::release);
    }

    /** Starts to watch a command; close it in the end. */
    public Watch watch(CommandId id) {
        return watchOf(id);
    }

    /** As above, for all commands of a vehicle. */
    public Watch watch(Vin vin) {
        return watchOf(vin);
    }

    private Watch watchOf(Record id) {
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

        private final Record id;
        private final Semaphore signal;

        private Watch(Record id, Semaphore signal) {
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
