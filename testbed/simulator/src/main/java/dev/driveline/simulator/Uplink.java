package dev.driveline.simulator;

import com.google.protobuf.ByteString;
import dev.driveline.contract.telemetry.v1.Lost;
import dev.driveline.contract.telemetry.v1.Origin;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Batches between being made and being acknowledged, in order. What was not acknowledged is sent
 * again after a reconnection, byte for byte. Thread-safe.
 *
 * <p>Full: a replay waits ({@code lossless}); a driving vehicle gives up the oldest batch that is
 * not on its way, and says so in {@code lost} of a later one.
 */
final class Uplink {

    private static final int MOST_ON_THE_WAY = 8;
    private static final int MOST_STORED_ON_THE_WAY = 2;

    private final int capacity;
    private final boolean lossless;
    private final byte[] bootId;
    private final Deque<Parcel> waiting = new ArrayDeque<>();
    private final List<Lost> lost = new ArrayList<>();
    private @Nullable Link link;
    private int connection;
    private int onTheWay;
    private int storedOnTheWay;
    private long acknowledged;

    /** A connection's way to publish a batch. */
    interface Link {

        /** Publishes; {@code outcome} is told once, with whether it was acknowledged. */
        void publish(byte[] batch, Outcome outcome);
    }

    /** What became of a publish. */
    interface Outcome {
        void ended(boolean wasAcknowledged);
    }

    private static final class Parcel {
        private final Batcher.Batch batch;
        private final boolean stored;
        private boolean out;

        Parcel(Batcher.Batch batch, boolean stored) {
            this.batch = batch;
            this.stored = stored;
        }
    }

    Uplink(int capacity, boolean lossless, byte[] bootId) {
        this.capacity = capacity;
        this.lossless = lossless;
        this.bootId = bootId.clone();
    }

    /** How a batch made now is to be marked. */
    synchronized Origin origin() {
        return link == null ? Origin.ORIGIN_STORED : Origin.ORIGIN_LIVE;
    }

    /** What was given up since the last call. */
    synchronized List<Lost> takeLost() {
        List<Lost> taken = List.copyOf(lost);
        lost.clear();
        return taken;
    }

    /** Takes a batch. */
    synchronized void submit(Batcher.Batch batch, Origin origin) throws InterruptedException {
        while (lossless && waiting.size() >= capacity) {
            wait();
        }
        if (waiting.size() >= capacity) {
            giveUpOldest();
        }
        waiting.addLast(new Parcel(batch, origin == Origin.ORIGIN_STORED));
        pump();
    }

    /** A connection is there. */
    synchronized void connected(Link newLink) {
        link = newLink;
        connection++;
        onTheWay = 0;
        storedOnTheWay = 0;
        waiting.forEach(parcel -> parcel.out = false);
        pump();
    }

    synchronized void disconnected() {
        link = null;
    }

    synchronized long acknowledged() {
        return acknowledged;
    }

    synchronized int waiting() {
        return waiting.size();
    }

    /** Waits until every batch submitted was acknowledged. */
    synchronized void awaitEmpty() throws InterruptedException {
        while (!waiting.isEmpty()) {
            wait();
        }
    }

    private void giveUpOldest() {
        Parcel oldest = waiting.stream().filter(parcel -> !parcel.out).findFirst().orElse(null);
        if (oldest != null && waiting.remove(oldest)) {
            lost.add(
                    Lost.newBuilder()
                            .setBootId(ByteString.copyFrom(bootId))
                            .setFrom(oldest.batch.seq())
                            .setTo(oldest.batch.seq())
                            .build());
        }
    }

    private void pump() {
        Link current = link;
        if (current == null) {
            return;
        }
        int through = connection;
        for (Parcel parcel : List.copyOf(waiting)) {
            if (onTheWay >= MOST_ON_THE_WAY) {
                return;
            }
            if (!parcel.out && !(parcel.stored && storedOnTheWay >= MOST_STORED_ON_THE_WAY)) {
                parcel.out = true;
                onTheWay++;
                storedOnTheWay += parcel.stored ? 1 : 0;
                current.publish(parcel.batch.bytes(), ended -> ended(through, parcel, ended));
            }
        }
    }

    private synchronized void ended(int through, Parcel parcel, boolean wasAcknowledged) {
        if (wasAcknowledged && waiting.remove(parcel)) {
            acknowledged++;
            notifyAll();
        }
        if (through != connection || link == null) {
            return;
        }
        onTheWay--;
        storedOnTheWay -= parcel.stored ? 1 : 0;
        if (wasAcknowledged) {
            pump();
        }
        // Otherwise the connection is about to end; what is out then goes out again with the next.
    }
}
