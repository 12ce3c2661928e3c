package dev.driveline.telemetry.kafka;

import dev.driveline.contract.id.Vin;
import dev.driveline.telemetry.live.FleetSource.FleetBatch;
import dev.driveline.telemetry.live.FleetSource.FleetListening;
import dev.driveline.telemetry.live.FleetSource.Round;
import dev.driveline.telemetry.live.LogPosition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * One listener to many vehicles: a bounded list that the tail fills under its lock, and that a
 * round empties under it, so that a round's position is exact.
 */
final class LiveFleetListening implements FleetListening {

    static final int MAX_WAITING_BATCHES = 4_096;

    private final LiveTail tail;
    private final Predicate<Vin> vins;
    private final @Nullable LogPosition after;

    /** Guarded by the tail's lock, as what follows. */
    private List<FleetBatch> waiting = new ArrayList<>();

    private boolean skipped;

    /** What lay behind the position at the begin; of the listener's thread. */
    private List<FleetBatch> before = List.of();

    LiveFleetListening(LiveTail tail, Predicate<Vin> vins, @Nullable LogPosition after) {
        this.tail = tail;
        this.vins = vins;
        this.after = after;
    }

    /** Joins the tail, then reads what lies between the position and where it joined. */
    void begin() {
        LogPosition joined = tail.add(this);
        LogPosition from = after;
        if (from == null) {
            return;
        }
        List<FleetBatch> found = tail.catchUp(from, joined, vins);
        if (found == null) {
            tail.locked(() -> skipped = true);
        } else {
            before = found;
        }
    }

    @Override
    public Round next(Duration wait) throws InterruptedException {
        if (before.isEmpty()) {
            tail.await(wait);
        }
        List<FleetBatch> batches = new ArrayList<>(before);
        before = List.of();
        return tail.round(this, batches);
    }

    /** Under the tail's lock. */
    Round drain(List<FleetBatch> batches, LogPosition position) {
        batches.addAll(waiting);
        waiting = new ArrayList<>();
        boolean was = skipped;
        skipped = false;
        return new Round(batches, was, position);
    }

    /** Under the tail's lock. */
    void offer(ConsumerRecord<byte[], byte[]> record) {
        // Another process may have been further than this one's tail.
        if (after != null && record.offset() < after.next(record.partition())) {
            return;
        }
        FleetBatch batch = FleetCatchUp.batchOf(record, vins);
        if (batch == null) {
            return;
        }
        if (waiting.size() >= MAX_WAITING_BATCHES) {
            waiting.clear();
            skipped = true;
        }
        waiting.add(batch);
    }

    @Override
    public void close() {
        tail.remove(this);
    }
}
