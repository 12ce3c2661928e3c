package dev.driveline.telemetry.kafka;

import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.telemetry.v1.SampleBatch;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.runtime.kafka.TailReader;
import dev.driveline.telemetry.live.FleetSource;
import dev.driveline.telemetry.live.LivePosition;
import dev.driveline.telemetry.live.LiveSource;
import dev.driveline.telemetry.live.LogPosition;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Hands the records of {@code telemetry.signals} to those who listen to their vehicle. Thread-safe;
 * one reader a process, however many listen.
 *
 * <p>A listener that goes on behind an earlier sample, or that was too slow for its queue, first
 * reads what it lacks from the log with a reader of its own, see {@link CatchUp}.
 */
public final class LiveTail implements LiveSource, FleetSource, AutoCloseable {

    private static final String NAME = "telemetry-live";

    private final KafkaConfig kafka;
    private final Clock clock;

    /** Guards the listeners and the ends: a listener knows exactly what it was not handed. */
    private final Object lock = new Object();

    private final Map<Vin, List<LiveListening>> listeners = new HashMap<>();
    private final Set<LiveFleetListening> fleets = new HashSet<>();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final long[] nextOffsets;
    private final TailReader reader;
    private volatile boolean closed;

    private LiveTail(KafkaConfig kafka, Clock clock) {
        this.kafka = kafka;
        this.clock = clock;
        this.nextOffsets = new long[kafka.partitions()];
        this.reader =
                TailReader.start(
                        NAME,
                        kafka.consumer(NAME),
                        kafka.prefix().of(Topic.TELEMETRY_SIGNALS),
                        IntStream.range(0, kafka.partitions()).boxed().toList(),
                        TailReader.From.END,
                        this::take);
    }

    /** Starts reading at the end of the log. */
    public static LiveTail start(KafkaConfig kafka, Clock clock) {
        return new LiveTail(kafka, clock);
    }

    @Override
    public Listening listen(Vin vin, @Nullable LivePosition after) {
        LiveListening listening = new LiveListening(this, vin, after);
        listening.begin();
        return listening;
    }

    @Override
    public void close() {
        closed = true;
        stopping.countDown();
        reader.close();
    }

    @Override
    public FleetListening listen(Predicate<Vin> vins, @Nullable LogPosition after) {
        LiveFleetListening listening = new LiveFleetListening(this, vins, after);
        try {
            listening.begin();
            return listening;
        } catch (RuntimeException failed) {
            listening.close();
            throw failed;
        }
    }

    /** From now on it is handed the records of its vehicles; returns from where on. */
    LogPosition add(LiveFleetListening listening) {
        synchronized (lock) {
            fleets.add(listening);
            return position();
        }
    }

    void remove(LiveFleetListening listening) {
        synchronized (lock) {
            fleets.remove(listening);
        }
    }

    void locked(Runnable action) {
        synchronized (lock) {
            action.run();
        }
    }

    Round round(LiveFleetListening listening, List<FleetBatch> batches) {
        synchronized (lock) {
            return listening.drain(batches, position());
        }
    }

    /**
     * Returns after that time.
     *
     * @throws LiveSourceClosedException once the source is closed
     */
    void await(Duration wait) throws InterruptedException {
        if (stopping.await(wait.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new LiveSourceClosedException();
        }
    }

    /** Null where not all of it can be had. */
    @Nullable List<FleetBatch> catchUp(LogPosition from, LogPosition to, Predicate<Vin> vins) {
        return FleetCatchUp.read(kafka, from, to, vins);
    }

    /** Under the lock. */
    private LogPosition position() {
        long[] next = new long[nextOffsets.length];
        for (int partition = 0; partition < next.length; partition++) {
            // Before the first record, the reader's own position is where it began.
            next[partition] =
                    nextOffsets[partition] == 0
                            ? reader.position(partition)
                            : nextOffsets[partition];
        }
        return LogPosition.of(next);
    }

    boolean isClosed() {
        return closed;
    }

    /** A reader for what lies between a position and {@code endOffset}. */
    CatchUp catchUp(Vin vin, LivePosition after, long endOffset) {
        return CatchUp.open(kafka, clock, vin, after, endOffset);
    }

    int partitionOf(Vin vin) {
        return VehiclePartition.of(vin, kafka.partitions());
    }

    /** From now on it is handed the vehicle's records; returns the first offset that it can get. */
    long add(LiveListening listening) {
        int partition = partitionOf(listening.vin());
        synchronized (lock) {
            listeners.computeIfAbsent(listening.vin(), _ -> new ArrayList<>()).add(listening);
            // Before the first record, the reader's own position is where it began.
            return nextOffsets[partition] == 0
                    ? reader.position(partition)
                    : nextOffsets[partition];
        }
    }

    void remove(LiveListening listening) {
        synchronized (lock) {
            List<LiveListening> those = listeners.get(listening.vin());
            if (those != null) {
                those.remove(listening);
                if (those.isEmpty()) {
                    listeners.remove(listening.vin());
                }
            }
        }
    }

    /** On the reader's thread. */
    private void take(ConsumerRecord<byte[], byte[]> record) {
        synchronized (lock) {
            nextOffsets[record.partition()] = record.offset() + 1;
            fleets.forEach(fleet -> fleet.offer(record));
            if (listeners.isEmpty() || record.key() == null) {
                return;
            }
            String key = new String(record.key(), StandardCharsets.US_ASCII);
            List<LiveListening> those = Vin.isValid(key) ? listeners.get(Vin.of(key)) : null;
            if (those == null) {
                return;
            }
            SampleBatch batch = SignalRecords.batch(record);
            if (batch != null) {
                those.forEach(one -> one.offer(record.partition(), record.offset(), batch));
            }
        }
    }
}
