package dev.driveline.gateway.kafka;

import dev.driveline.contract.gateway.Heartbeat;
import dev.driveline.contract.id.RunId;
import dev.driveline.gateway.uplink.Parcel;
import dev.driveline.gateway.uplink.Parcels;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** Says every second that this run lives, and at the end that it has ended. Thread-safe. */
public final class Heartbeats implements AutoCloseable {

    static final long PERIOD_MS = 1_000;

    private static final long SILENT_MS = 60_000;

    private final UplinkProducer producer;
    private final RunId run;
    private final int slot;
    private final Clock clock;
    private final Instant startedAt;
    private final IntSupplier sessions;
    private final AtomicLong storedAtMs;
    private final AtomicBoolean waiting = new AtomicBoolean();
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("gateway-heartbeat").factory());

    public Heartbeats(
            UplinkProducer producer, RunId run, int slot, Clock clock, IntSupplier sessions) {
        this.producer = producer;
        this.run = run;
        this.slot = slot;
        this.clock = clock;
        this.startedAt = clock.instant();
        this.sessions = sessions;
        this.storedAtMs = new AtomicLong(clock.millis());
        var _ = timer.scheduleAtFixedRate(() -> beat(false), 0, PERIOD_MS, TimeUnit.MILLISECONDS);
    }

    /** Why this gateway should get no new vehicles: Kafka has taken nothing for a minute. */
    public @Nullable String problem() {
        long silentMs = clock.millis() - storedAtMs.get();
        return silentMs > SILENT_MS
                ? "Kafka has taken nothing for " + silentMs / 1_000 + " s"
                : null;
    }

    @Override
    public void close() {
        timer.shutdownNow();
        waiting.set(false);
        beat(true);
    }

    /** One at a time: behind a Kafka that is away they would pile up. */
    private void beat(boolean ended) {
        if (!waiting.compareAndSet(false, true)) {
            return;
        }
        Heartbeat heartbeat =
                new Heartbeat(run, slot, startedAt, clock.instant(), sessions.getAsInt(), ended);
        var _ =
                producer.send(
                        Parcels.heartbeat(
                                heartbeat,
                                new Parcel.Outcome() {
                                    @Override
                                    public void stored(long offset) {
                                        storedAtMs.set(clock.millis());
                                        waiting.set(false);
                                    }

                                    @Override
                                    public void lost(Exception cause) {
                                        waiting.set(false);
                                    }
                                }));
    }
}
