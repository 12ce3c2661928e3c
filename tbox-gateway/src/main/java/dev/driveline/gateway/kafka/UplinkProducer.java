package dev.driveline.gateway.kafka;

import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Headers;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.vehicle.Rejection;
import dev.driveline.gateway.uplink.Outbound;
import dev.driveline.gateway.uplink.Parcel;
import dev.driveline.gateway.uplink.Parcels;
import dev.driveline.gateway.uplink.PartitionBudget;
import dev.driveline.runtime.kafka.KafkaConfig;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gateway's producers behind a hand-off: event loops never meet {@code send}, which can block;
 * one thread does.
 *
 * <p>Telemetry goes in batches that wait a moment to be filled, since a batch of one record costs
 * gateway and broker most of what a full one does; at one batch a second a vehicle hardly notices.
 * What somebody waits for (presence, sessions, reports, replies, events) hardly waits, and goes
 * uncompressed: a compressor of 128 kB for a record of 200 bytes costs more than it saves.
 *
 * <p>Memory for what waits is bounded by a budget a partition, so that the producer's own buffer
 * never fills. A delivery is tried for ever: what a vehicle was not acknowledged stays wanted.
 */
public final class UplinkProducer implements Outbound, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(UplinkProducer.class);
    private static final int REJECTED_VALUE_BYTES = 4_096;
    private static final int DRAIN_AT_ONCE = 1_024;

    /** A wake-up costs as much as ten records: what follows the first is gathered for so long. */
    private static final long GATHER_NS = 500_000;

    private static final int TELEMETRY_LINGER_MS = 10;
    private static final int PROMPT_LINGER_MS = 3;
    private static final int TELEMETRY_BATCH_BYTES = 64 * 1024;

    private final KafkaProducer<byte[], byte[]> telemetry;
    private final KafkaProducer<byte[], byte[]> prompt;
    private final KafkaConfig kafka;
    private final PartitionBudget[] budgets;
    private final LinkedBlockingQueue<Parcel> handedOver = new LinkedBlockingQueue<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread;
    private volatile boolean closing;

    /**
     * @param bufferBytes for everything that waits for Kafka; divided among the partitions
     */
    public UplinkProducer(
            KafkaConfig kafka, String clientId, long bufferBytes, MeterRegistry metrics) {
        this.kafka = kafka;
        this.telemetry =
                producer(
                        clientId + "-telemetry",
                        bufferBytes,
                        Map.of(
                                ProducerConfig.LINGER_MS_CONFIG,
                                TELEMETRY_LINGER_MS,
                                ProducerConfig.BATCH_SIZE_CONFIG,
                                TELEMETRY_BATCH_BYTES));
        this.prompt =
                producer(
                        clientId,
                        bufferBytes,
                        Map.of(
                                ProducerConfig.LINGER_MS_CONFIG,
                                PROMPT_LINGER_MS,
                                ProducerConfig.COMPRESSION_TYPE_CONFIG,
                                "none"));
        this.budgets = new PartitionBudget[kafka.partitions()];
        Arrays.setAll(budgets, partition -> new PartitionBudget(bufferBytes / budgets.length));
        Gauge.builder("gateway.uplink.bytes", this, UplinkProducer::waitingBytes)
                .description("bytes that wait for Kafka")
                .register(metrics);
        this.thread = Thread.ofPlatform().daemon().name(clientId).start(this::run);
    }

    private KafkaProducer<byte[], byte[]> producer(
            String clientId, long bufferBytes, Map<String, Object> more) {
        Map<String, Object> properties = kafka.producer(clientId);
        properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 5_000L);
        // Twice the budgets: batches take more room than their records.
        properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, bufferBytes * 2);
        properties.putAll(more);
        return new KafkaProducer<>(properties);
    }

    private KafkaProducer<byte[], byte[]> producerOf(Topic topic) {
        return switch (topic) {
            case TELEMETRY_CAN, TELEMETRY_SIGNALS_RAW, TELEMETRY_REJECTED -> telemetry;
            default -> prompt;
        };
    }

    @Override
    public boolean send(Parcel parcel) {
        boolean room = !budgeted(parcel) || budgets[partitionOf(parcel.key())].take(parcel.bytes());
        handedOver.add(parcel);
        return room;
    }

    @Override
    public PartitionBudget budgetOf(Vin vin) {
        return budgets[partitionOf(vin)];
    }

    /** The partition of all topics keyed by vehicle. */
    public int partitionOf(Vin vin) {
        return partitionOf(Parcels.key(vin));
    }

    /** Writes out what was handed over, for up to five seconds. */
    @Override
    public void close() {
        closing = true;
        thread.interrupt();
        try {
            if (!stopped.await(12, TimeUnit.SECONDS)) {
                LOG.atWarn().setMessage("producer does not stop").log();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        List<Parcel> batch = new ArrayList<>();
        try {
            while (!closing || !handedOver.isEmpty()) {
                if (handedOver.drainTo(batch, DRAIN_AT_ONCE) == 0) {
                    Parcel next = await();
                    if (next != null) {
                        batch.add(next);
                        LockSupport.parkNanos(GATHER_NS);
                    }
                }
                batch.forEach(this::sendForCertain);
                batch.clear();
            }
        } finally {
            prompt.close(Duration.ofSeconds(5));
            telemetry.close(Duration.ofSeconds(5));
            stopped.countDown();
        }
    }

    private @Nullable Parcel await() {
        try {
            return handedOver.poll(1, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            return null;
        }
    }

    /** Kafka's {@code send} gives up when it cannot learn about a topic; we do not. */
    private void sendForCertain(Parcel parcel) {
        if (!parcel.outcome().wanted()) {
            giveBack(parcel);
            return;
        }
        while (!taken(parcel)) {
            LOG.atWarn()
                    .setMessage("Kafka does not answer")
                    .addKeyValue("topic", parcel.topic().baseName())
                    .log();
            if (closing) {
                completed(parcel, -1, new IllegalStateException("the gateway is stopping"));
                return;
            }
        }
    }

    /**
     * Hands one record to Kafka's producer.
     *
     * @return false where it did not take it, so that it must be handed over again
     */
    private boolean taken(Parcel parcel) {
        AtomicBoolean refused = new AtomicBoolean();
        try {
            var _ =
                    producerOf(parcel.topic())
                            .send(
                                    recordOf(parcel),
                                    (metadata, failure) -> {
                                        // On this thread it never reached the producer's buffer.
                                        if (failure instanceof TimeoutException
                                                && Thread.currentThread().equals(thread)) {
                                            refused.set(true);
                                        } else {
                                            long offset = metadata == null ? -1 : metadata.offset();
                                            completed(parcel, offset, failure);
                                        }
                                    });
            return !refused.get();
        } catch (InterruptException _) {
            return false;
        } catch (RuntimeException fatal) {
            completed(parcel, -1, fatal);
            return true;
        }
    }

    private void completed(Parcel parcel, long offset, @Nullable Exception failure) {
        if (failure instanceof RecordTooLargeException
                && parcel.topic() != Topic.TELEMETRY_REJECTED) {
            giveBack(parcel);
            var _ = send(tooLarge(parcel, failure));
            return;
        }
        giveBack(parcel);
        if (failure == null) {
            parcel.outcome().stored(offset);
        } else {
            LOG.atError()
                    .setMessage("record lost")
                    .addKeyValue("topic", parcel.topic().baseName())
                    .setCause(failure)
                    .log();
            parcel.outcome().lost(failure);
        }
    }

    /**
     * What can never be stored is recorded in part; the vehicle gets its acknowledgement for that.
     */
    private static Parcel tooLarge(Parcel parcel, Exception failure) {
        List<Parcel.Header> headers = new ArrayList<>(parcel.headers());
        headers.add(Parcel.Header.of(Headers.REASON, Rejection.TOO_LARGE.name()));
        headers.add(Parcel.Header.of(Headers.DETAIL, String.valueOf(failure.getMessage())));
        byte[] value = parcel.value();
        byte[] head =
                value == null
                        ? new byte[0]
                        : Arrays.copyOf(value, Math.min(value.length, REJECTED_VALUE_BYTES));
        return new Parcel(Topic.TELEMETRY_REJECTED, parcel.key(), head, headers, parcel.outcome());
    }

    private void giveBack(Parcel parcel) {
        if (budgeted(parcel)) {
            budgets[partitionOf(parcel.key())].give(parcel.bytes());
        }
    }

    private static boolean budgeted(Parcel parcel) {
        return parcel.topic().partitions() == Topic.Partitions.BY_VEHICLE;
    }

    private ProducerRecord<byte[], byte[]> recordOf(Parcel parcel) {
        int partition = budgeted(parcel) ? partitionOf(parcel.key()) : 0;
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(
                        kafka.prefix().of(parcel.topic()), partition, parcel.key(), parcel.value());
        parcel.headers().forEach(header -> record.headers().add(header.name(), header.value()));
        return record;
    }

    /** By the VIN, also where a key has more behind it. */
    private int partitionOf(byte[] key) {
        byte[] vin = key.length == Vin.LENGTH ? key : Arrays.copyOf(key, Vin.LENGTH);
        return BuiltInPartitioner.partitionForKey(vin, budgets.length);
    }

    private double waitingBytes() {
        return Arrays.stream(budgets).mapToLong(PartitionBudget::bytes).sum();
    }
}
