package dev.driveline.telemetry.http;

import dev.driveline.contract.telemetry.v1.SampleBatch;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.RestServer;
import dev.driveline.telemetry.batch.BootId;
import dev.driveline.telemetry.live.LatestInWindow;
import dev.driveline.telemetry.live.LiveBatch;
import dev.driveline.telemetry.live.LivePosition;
import dev.driveline.telemetry.live.LiveSource;
import dev.driveline.telemetry.sample.Quality;
import dev.driveline.telemetry.sample.Sample;
import dev.driveline.telemetry.sample.SampleCursor;
import dev.driveline.telemetry.sample.SampleKey;
import dev.driveline.telemetry.sample.SignalDefinition;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One open event stream; of its request's thread.
 *
 * <p>Each sample's event has its place as id. Thinned, only the last event of a round has an id,
 * the place up to which was listened: who resumes there hears the round again rather than miss of
 * it.
 */
final class SampleStream {

    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    private final LiveSource.Listening listening;
    private final Answer.EventSink sink;
    private final Predicate<String> asked;
    private final Duration every;
    private final Function<Sample, SampleBody> shown;
    private final LatestInWindow window = new LatestInWindow();
    private @Nullable LivePosition listened;
    private long lastSentNs = System.nanoTime();
    private long lastRoundNs = System.nanoTime();

    /**
     * @param asked by full name
     * @param shown a sample as the caller sees it
     */
    SampleStream(
            LiveSource.Listening listening,
            Answer.EventSink sink,
            Predicate<String> asked,
            Duration every,
            Function<Sample, SampleBody> shown) {
        this.listening = listening;
        this.sink = sink;
        this.asked = asked;
        this.every = every;
        this.shown = shown;
    }

    /**
     * Sends until the caller goes, the service stops, or the caller may not read any more.
     *
     * @param reset whether the stream begins with a {@code reset}
     */
    void run(boolean reset, BooleanSupplier mayRead) throws InterruptedException {
        boolean open = !reset || sendReset();
        try {
            while (open && mayRead.getAsBoolean()) {
                if (listening.hasSkipped()) {
                    open = sendReset();
                }
                LiveBatch batch = listening.next(patience());
                if (open && batch != null) {
                    open = every.isZero() ? sendEach(batch) : collect(batch);
                }
                open = open && sendRound() && keepAlive() && !sink.closed();
            }
        } catch (LiveSource.LiveSourceClosedException stopping) {
            // The caller connects again, to another process.
        }
    }

    private boolean sendReset() throws InterruptedException {
        lastSentNs = System.nanoTime();
        return sink.send(
                "",
                "reset",
                Map.of(
                        "detail",
                        "samples before this event are not all given; ask the history for them"));
    }

    private Duration patience() {
        if (every.isZero()) {
            return LOOK_EVERY;
        }
        long leftNs = every.toNanos() - (System.nanoTime() - lastRoundNs);
        return Duration.ofNanos(Math.clamp(leftNs, 0, LOOK_EVERY.toNanos()));
    }

    private boolean sendEach(LiveBatch batch) throws InterruptedException {
        SampleCursor cursor = new SampleCursor(batch.batch());
        while (cursor.next()) {
            if (cursor.place() >= batch.firstPlace() && isAsked(batch.batch(), cursor)) {
                LivePosition position =
                        new LivePosition(batch.partition(), batch.offset(), cursor.place());
                if (!send(position.toString(), sampleOf(batch.batch(), cursor))) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean collect(LiveBatch batch) {
        SampleCursor cursor = new SampleCursor(batch.batch());
        while (cursor.next()) {
            if (cursor.place() >= batch.firstPlace() && isAsked(batch.batch(), cursor)) {
                window.add(sampleOf(batch.batch(), cursor));
            }
        }
        listened =
                new LivePosition(
                        batch.partition(), batch.offset(), batch.batch().getIdxCount() - 1);
        return true;
    }

    private boolean sendRound() throws InterruptedException {
        LivePosition position = listened;
        if (every.isZero() || System.nanoTime() - lastRoundNs < every.toNanos()) {
            return true;
        }
        lastRoundNs = System.nanoTime();
        List<Sample> round = window.drain();
        for (int i = 0; i < round.size(); i++) {
            boolean last = i == round.size() - 1 && position != null && position.place() >= 0;
            if (!send(last ? String.valueOf(position) : "", round.get(i))) {
                return false;
            }
        }
        return true;
    }

    private boolean send(String id, Sample sample) throws InterruptedException {
        lastSentNs = System.nanoTime();
        return sink.send(id, "sample", shown.apply(sample));
    }

    private boolean keepAlive() throws InterruptedException {
        if (System.nanoTime() - lastSentNs < RestServer.keepAliveInterval().toNanos()) {
            return true;
        }
        lastSentNs = System.nanoTime();
        return sink.keepAlive();
    }

    private boolean isAsked(SampleBatch batch, SampleCursor cursor) {
        return asked.test(batch.getSignal(cursor.signal()).getName());
    }

    /**
     * Gives the samples of a batch that are asked for.
     *
     * @param firstPlace samples before this one are left out
     * @param asked by full name and catalogue; asked once a signal
     */
    static void samples(
            SampleBatch batch,
            int firstPlace,
            BiPredicate<String, String> asked,
            Consumer<Sample> to) {
        boolean[] wanted = new boolean[batch.getSignalCount()];
        for (int signal = 0; signal < wanted.length; signal++) {
            wanted[signal] = asked.test(batch.getSignal(signal).getName(), batch.getCatalogue());
        }
        SampleCursor cursor = new SampleCursor(batch);
        while (cursor.next()) {
            if (cursor.place() >= firstPlace && wanted[cursor.signal()]) {
                to.accept(sampleOf(batch, cursor));
            }
        }
    }

    private static Sample sampleOf(SampleBatch batch, SampleCursor cursor) {
        return new Sample(
                SignalDefinition.of(batch.getSignal(cursor.signal()), batch.getCatalogue()),
                new SampleKey(
                        cursor.tUs(),
                        BootId.of(batch.getBootId()).bits(),
                        batch.getSeq(),
                        cursor.place()),
                batch.getRecvUs(),
                cursor.raw(),
                Quality.of(cursor.quality()),
                batch.getLate());
    }
}
