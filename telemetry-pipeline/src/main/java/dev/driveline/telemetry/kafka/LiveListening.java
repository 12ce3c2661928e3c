package dev.driveline.telemetry.kafka;

import dev.driveline.contract.id.Vin;
import dev.driveline.contract.telemetry.v1.SampleBatch;
import dev.driveline.telemetry.live.LiveBatch;
import dev.driveline.telemetry.live.LivePosition;
import dev.driveline.telemetry.live.LiveSource.Listening;
import dev.driveline.telemetry.live.LiveSource.LiveSourceClosedException;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/**
 * One listener: a bounded queue that the tail fills, and before it what has to be read up.
 *
 * <p>{@link #offer} is called by the tail under its lock, the rest by the listener's own thread.
 * What the queue had no place for is read from the log afterwards, so a slow listener loses nothing
 * as long as the log has it.
 */
final class LiveListening implements Listening {

    private static final int MAX_QUEUED_BATCHES = 64;

    private final LiveTail tail;
    private final Vin vin;
    private final LinkedBlockingQueue<LiveBatch> queue =
            new LinkedBlockingQueue<>(MAX_QUEUED_BATCHES + 1);
    private volatile boolean overflowed;
    private @Nullable LivePosition after;
    private @Nullable CatchUp catchUp;
    private boolean skipped;

    LiveListening(LiveTail tail, Vin vin, @Nullable LivePosition after) {
        this.tail = tail;
        this.vin = vin;
        this.after = after;
    }

    Vin vin() {
        return vin;
    }

    /** Joins the tail and, where there is something behind the position, opens the way to it. */
    void begin() {
        overflowed = false;
        queue.clear();
        long firstOffset = tail.add(this);
        LivePosition from = after;
        if (from == null) {
            return;
        }
        if (from.partition() != tail.partitionOf(vin)) {
            skipped = true;
            after = null;
        } else {
            // Another process may have been further than this one's tail.
            long endOffset = Math.max(firstOffset, from.offset() + 1);
            CatchUp opened = tail.catchUp(vin, from, endOffset);
            if (opened.isComplete()) {
                catchUp = opened;
            } else {
                opened.close();
                skipped = true;
                after = null;
            }
        }
    }

    @Override
    public boolean hasSkipped() {
        boolean was = skipped;
        skipped = false;
        return was;
    }

    @Override
    public @Nullable LiveBatch next(Duration wait) throws InterruptedException {
        if (tail.isClosed()) {
            throw new LiveSourceClosedException();
        }
        CatchUp reading = catchUp;
        if (reading != null) {
            LiveBatch batch = readOn(reading, wait);
            if (batch != null || !reading.isDone()) {
                return heard(batch);
            }
            reading.close();
            catchUp = null;
        }
        LiveBatch batch = queue.poll();
        if (batch == null && overflowed) {
            tail.remove(this);
            begin();
            return null;
        }
        return heard(batch == null ? queue.poll(wait.toNanos(), TimeUnit.NANOSECONDS) : batch);
    }

    @Override
    public void close() {
        tail.remove(this);
        if (catchUp != null) {
            catchUp.close();
        }
    }

    private static @Nullable LiveBatch readOn(CatchUp reading, Duration wait)
            throws InterruptedException {
        try {
            return reading.next(wait);
        } catch (InterruptException interrupted) {
            throw new InterruptedException(interrupted.getMessage());
        }
    }

    void offer(int partition, long offset, SampleBatch batch) {
        if (overflowed) {
            return;
        }
        if (queue.size() >= MAX_QUEUED_BATCHES) {
            overflowed = true;
        } else {
            queue.add(new LiveBatch(partition, offset, 0, batch));
        }
    }

    /** Leaves out what was heard before; remembers the place. */
    private @Nullable LiveBatch heard(@Nullable LiveBatch batch) {
        if (batch == null) {
            return null;
        }
        LivePosition known = after;
        if (known != null && batch.offset() < known.offset()) {
            return null;
        }
        int heard = known != null && batch.offset() == known.offset() ? known.place() + 1 : 0;
        if (heard >= batch.batch().getIdxCount() && heard > 0) {
            return null;
        }
        after =
                new LivePosition(
                        batch.partition(), batch.offset(), batch.batch().getIdxCount() - 1);
        return new LiveBatch(batch.partition(), batch.offset(), heard, batch.batch());
    }
}
