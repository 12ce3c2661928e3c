package dev.driveline.simulator.load;

import dev.driveline.contract.id.Vin;
import dev.driveline.contract.mqtt.UpTopic;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * One vehicle of a load: its connection, its window, and what was acknowledged to it.
 *
 * <p>A batch that was not acknowledged when the connection ended is sent again, the same bytes, as
 * the first thing on the next one. Touched on its lane's event loop only.
 */
final class Vehicle {

    private static final int ACCEPTED = 0;
    private static final int FIRST_REFUSAL = 0x80;

    final int number;
    final Lane lane;
    final Acknowledged acknowledged;
    final BatchForm form;
    private final LoadConfig config;
    private final byte[] topic;
    private final long[] sentNs;
    private final long[] seqOf;
    private final int[] freeIds;
    private int free;
    private final Deque<Pending> waiting = new ArrayDeque<>();
    private @Nullable Channel channel;
    private @Nullable Attempt attempt;
    private boolean online;
    private boolean closedLoop;
    private int port;
    private int attempts;
    private long seq;
    private long lastAckNs;
    private long closedAtMs;
    private int disconnectCode = -1;

    /** A batch that could not be sent yet. */
    private record Pending(long seq, long intendedNs) {}

    /** Who is told how a connection attempt ended. */
    interface Attempt {
        void ended(Vehicle vehicle, @Nullable String problem);
    }

    Vehicle(int number, Lane lane, LoadConfig config, long bootSeed) {
        this.number = number;
        this.lane = lane;
        this.config = config;
        Vin vin = Fleet.vin(number);
        byte[] bootId = ByteBuffer.allocate(8).putLong(bootSeed + number).array();
        this.acknowledged = new Acknowledged(vin.value(), bootId);
        this.form = BatchForm.of(bootId, config.payloadBytes());
        this.topic = UpTopic.CAN.of(vin).getBytes(StandardCharsets.UTF_8);
        this.sentNs = new long[config.window() + 1];
        this.seqOf = new long[config.window() + 1];
        this.freeIds = new int[config.window()];
        allFree();
    }

    private void allFree() {
        free = config.window();
        for (int i = 0; i < free; i++) {
            freeIds[i] = free - i;
        }
    }

    // The connection.

    /** Before the TCP connection is made. */
    void connecting(int newPort, Attempt newAttempt) {
        port = newPort;
        attempt = newAttempt;
        attempts++;
    }

    int attempts() {
        return attempts;
    }

    void connected(Channel newChannel) {
        channel = newChannel;
    }

    void secured(Channel on) {
        var _ =
                on.writeAndFlush(
                        Packets.connect(
                                on.alloc(),
                                config.protocol(),
                                acknowledged.vin(),
                                config.keepAliveS()),
                        on.voidPromise());
    }

    void answered(Channel on, int code, boolean resumed) {
        if (code != ACCEPTED) {
            broken(on, "CONNACK 0x%02x".formatted(code));
            return;
        }
        online = true;
        disconnectCode = -1;
        if (resumed) {
            lane.tally.resumed++;
        }
        finish(null);
        sendWaiting();
        on.flush();
    }

    void broken(Channel on, String why) {
        finish(why);
        var _ = on.close();
    }

    /** DISCONNECT came from the server. */
    void dismissed(int code) {
        disconnectCode = code;
        finish("DISCONNECT 0x%02x".formatted(code));
    }

    void gone(Channel was) {
        if (!was.equals(channel)) {
            return;
        }
        channel = null;
        boolean lost = online;
        online = false;
        takeBack();
        finish("closed before CONNACK");
        if (lost) {
            closedAtMs = System.currentTimeMillis();
            lane.lost(this);
        }
    }

    private void finish(@Nullable String problem) {
        Attempt ending = attempt;
        attempt = null;
        if (ending != null) {
            ending.ended(this, problem);
        }
    }

    /** Says DISCONNECT and closes. */
    void leave() {
        Channel leaving = channel;
        closedLoop = false;
        waiting.clear();
        if (leaving != null) {
            online = false;
            var _ =
                    leaving.writeAndFlush(Packets.disconnect(leaving.alloc()))
                            .addListener(ChannelFutureListener.CLOSE);
        }
    }

    /** Closes without a word, as a lost radio link does. */
    void drop() {
        if (channel != null) {
            var _ = channel.close();
        }
    }

    boolean isOnline() {
        return online;
    }

    boolean isAway() {
        return channel == null && attempt == null;
    }

    int port() {
        return port;
    }

    long closedAtMs() {
        return closedAtMs;
    }

    int disconnectCode() {
        return disconnectCode;
    }

    void ping() {
        if (online && channel != null) {
            var _ = channel.writeAndFlush(Packets.ping(channel.alloc()), channel.voidPromise());
        }
    }

    // The batches.

    void closedLoop(boolean on) {
        closedLoop = on;
        if (on) {
            long nowNs = System.nanoTime();
            while (free > 0 && online) {
                publish(nowNs);
            }
            flush();
        }
    }

    /** Sends the next batch, or lets it wait for the window; the caller flushes. */
    void publish(long intendedNs) {
        seq++;
        if (free == 0 || !online) {
            waiting.add(new Pending(seq, intendedNs));
        } else {
            send(seq, intendedNs);
        }
    }

    void flush() {
        if (channel != null) {
            channel.flush();
        }
    }

    private void send(long number, long intendedNs) {
        Channel to = channel;
        if (to == null) {
            return;
        }
        int id = freeIds[--free];
        sentNs[id] = intendedNs;
        seqOf[id] = number;
        lane.tally.sent++;
        var _ =
                to.write(
                        Packets.publish(to.alloc(), config.protocol(), topic, id, form, number),
                        to.voidPromise());
    }

    void acknowledged(int id, int code) {
        if (id < 1 || id >= seqOf.length || seqOf[id] == 0) {
            lane.tally.failed("PUBACK of an unknown packet");
            return;
        }
        long nowNs = System.nanoTime();
        if (code >= FIRST_REFUSAL) {
            lane.tally.refused++;
        } else {
            lane.tally.acked(nowNs - sentNs[id]);
            lastAckNs = nowNs;
            if (config.remember()) {
                acknowledged.add(seqOf[id]);
            }
        }
        seqOf[id] = 0;
        freeIds[free++] = id;
        if (closedLoop) {
            publish(nowNs);
        } else {
            sendWaiting();
        }
    }

    private void sendWaiting() {
        while (free > 0 && online && !waiting.isEmpty()) {
            Pending next = waiting.poll();
            send(next.seq(), next.intendedNs());
        }
    }

    /** What is on its way when the connection ends goes to the front, the oldest first. */
    private void takeBack() {
        java.util.stream.IntStream.range(1, seqOf.length)
                .filter(id -> seqOf[id] != 0)
                .mapToObj(id -> new Pending(seqOf[id], sentNs[id]))
                .sorted((one, other) -> Long.compare(other.seq(), one.seq()))
                .forEach(waiting::addFirst);
        java.util.Arrays.fill(seqOf, 0);
        allFree();
    }

    long unacknowledged() {
        return (long) waiting.size() + config.window() - free;
    }

    boolean acknowledgedSince(long ns) {
        return lastAckNs != 0 && lastAckNs - ns >= 0;
    }
}
