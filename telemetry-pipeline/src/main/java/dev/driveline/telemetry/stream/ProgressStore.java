package dev.driveline.telemetry.stream;

import dev.driveline.contract.id.Vin;
import dev.driveline.telemetry.batch.BatchKind;
import dev.driveline.telemetry.batch.BootId;
import dev.driveline.telemetry.intake.Progress;
import dev.driveline.telemetry.sequence.BootProgress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Progress in a state store of Kafka Streams; of the task's thread.
 *
 * <p>Shape: key VIN (17 bytes) → newest vehicle time of frames (8 bytes); key VIN and an octet 2
 * (18 bytes) → that of signals; key VIN and boot id (25 bytes) → {@link BootProgress#toBytes}; key
 * VIN and an octet 1 (18 bytes) → boot id, number of the batch after (8 bytes each), and the
 * messages under way; key VIN and an octet 3 (18 bytes) → {@code ActiveCodes}. One store for all,
 * since each costs an open database a partition.
 */
final class ProgressStore implements Progress {

    static final String NAME = "vehicle-progress";

    private static final byte UNDER_WAY_MARK = 1;
    private static final byte SIGNALS_MARK = 2;
    private static final byte CODES_MARK = 3;
    private static final int BOOT_KEY_BYTES = Vin.LENGTH + BootId.BYTES;
    private static final int MAX_FORGOTTEN_AT_ONCE = 100_000;

    private final KeyValueStore<byte[], byte[]> store;

    ProgressStore(KeyValueStore<byte[], byte[]> store) {
        this.store = store;
    }

    @Override
    public BootProgress boot(Vin vin, BootId boot) {
        byte[] value = store.get(bootKey(vin, boot));
        return value == null ? BootProgress.none() : BootProgress.fromBytes(value);
    }

    @Override
    public void putBoot(Vin vin, BootId boot, BootProgress progress) {
        store.put(bootKey(vin, boot), progress.toBytes());
    }

    @Override
    public long newestUs(Vin vin, BatchKind kind) {
        byte[] value = store.get(newestKey(vin, kind));
        return value == null ? 0 : ByteBuffer.wrap(value).getLong();
    }

    @Override
    public void putNewestUs(Vin vin, BatchKind kind, long newestUs) {
        store.put(newestKey(vin, kind), ByteBuffer.allocate(Long.BYTES).putLong(newestUs).array());
    }

    @Override
    public byte[] underWay(Vin vin, BootId boot, long seq) {
        byte[] value = store.get(underWayKey(vin));
        if (value == null) {
            return new byte[0];
        }
        ByteBuffer stored = ByteBuffer.wrap(value);
        if (stored.getLong() != boot.bits() || stored.getLong() != seq) {
            return new byte[0];
        }
        byte[] underWay = new byte[stored.remaining()];
        stored.get(underWay);
        return underWay;
    }

    @Override
    public void putUnderWay(Vin vin, BootId boot, long seq, byte[] underWay) {
        byte[] key = underWayKey(vin);
        if (underWay.length > 0) {
            store.put(
                    key,
                    ByteBuffer.allocate(2 * Long.BYTES + underWay.length)
                            .putLong(boot.bits())
                            .putLong(seq + 1)
                            .put(underWay)
                            .array());
        } else if (store.get(key) != null) {
            store.delete(key);
        }
    }

    @Override
    public byte[] activeCodes(Vin vin) {
        byte[] value = store.get(markedKey(vin, CODES_MARK));
        return value == null ? new byte[0] : value;
    }

    @Override
    public void putActiveCodes(Vin vin, byte[] codes) {
        store.put(markedKey(vin, CODES_MARK), codes);
    }

    /** Forgets boots that were silent for 60 days; returns how many. */
    int forgetOutdated(long nowMs) {
        List<byte[]> outdated = new ArrayList<>();
        try (KeyValueIterator<byte[], byte[]> all = store.all()) {
            while (all.hasNext() && outdated.size() < MAX_FORGOTTEN_AT_ONCE) {
                KeyValue<byte[], byte[]> entry = all.next();
                if (entry.key.length == BOOT_KEY_BYTES
                        && BootProgress.fromBytes(entry.value).isOutdated(nowMs)) {
                    outdated.add(entry.key);
                }
            }
        }
        outdated.forEach(store::delete);
        return outdated.size();
    }

    private static byte[] vehicleKey(Vin vin) {
        return vin.value().getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] newestKey(Vin vin, BatchKind kind) {
        return switch (kind) {
            case CAN -> vehicleKey(vin);
            case SIGNALS -> markedKey(vin, SIGNALS_MARK);
        };
    }

    private static byte[] underWayKey(Vin vin) {
        return markedKey(vin, UNDER_WAY_MARK);
    }

    private static byte[] markedKey(Vin vin, byte mark) {
        return ByteBuffer.allocate(Vin.LENGTH + 1).put(vehicleKey(vin)).put(mark).array();
    }

    private static byte[] bootKey(Vin vin, BootId boot) {
        return ByteBuffer.allocate(BOOT_KEY_BYTES)
                .put(vehicleKey(vin))
                .putLong(boot.bits())
                .array();
    }
}
