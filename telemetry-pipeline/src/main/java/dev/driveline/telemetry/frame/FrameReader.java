package dev.driveline.telemetry.frame;

import dev.driveline.telemetry.batch.CanFrames;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads frames of a time page by page: batch by batch in their order, and within a batch in the
 * order of recording. One thread.
 */
public final class FrameReader {

    private static final int BATCHES = 16;

    private final Batches batches;
    private final long fromUs;
    private final long toUs;
    private final Wanted wanted;

    /** Where batches come from: from a place on, itself included, so many. */
    @FunctionalInterface
    public interface Batches {
        List<FrameBatch> from(FrameBatch.@Nullable Place place, int limit);
    }

    /**
     * Which frames are asked for.
     *
     * @param bus null for all
     * @param id null for all
     */
    public record Wanted(@Nullable String bus, @Nullable Integer id) {

        Predicate<Integer> channels(CanFrames frames) {
            boolean[] asked = new boolean[frames.channels()];
            for (int channel = 0; channel < asked.length; channel++) {
                asked[channel] =
                        (bus == null || bus.equals(frames.bus(channel)))
                                && (id == null || id == frames.id(channel));
            }
            return channel -> asked[channel];
        }
    }

    /**
     * @param fromUs vehicle time, inclusive
     * @param toUs exclusive
     */
    public FrameReader(Batches batches, long fromUs, long toUs, Wanted wanted) {
        this.batches = batches;
        this.fromUs = fromUs;
        this.toUs = toUs;
        this.wanted = wanted;
    }

    /** At most so many frames behind a place; fewer only where there are no more. */
    public List<RecordedFrame> read(FrameBatch.@Nullable Place after, int limit) {
        List<RecordedFrame> found = new ArrayList<>();
        FrameBatch.Place from = after;
        while (true) {
            List<FrameBatch> some = batches.from(from, BATCHES);
            for (FrameBatch batch : some) {
                if (isBehind(batch, from, after)) {
                    add(batch, after, limit, found);
                }
                if (found.size() == limit) {
                    return found;
                }
            }
            if (some.size() < BATCHES) {
                return found;
            }
            from = some.getLast().place(Integer.MAX_VALUE);
        }
    }

    /** The batch of {@code from} is given again; only that of {@code after} may hold more. */
    private static boolean isBehind(
            FrameBatch batch, FrameBatch.@Nullable Place from, FrameBatch.@Nullable Place after) {
        return from == null || from.equals(after) || !batch.place(Integer.MAX_VALUE).equals(from);
    }

    private void add(
            FrameBatch batch,
            FrameBatch.@Nullable Place after,
            int limit,
            List<RecordedFrame> found) {
        CanFrames frames = batch.frames();
        Predicate<Integer> channels = wanted.channels(frames);
        boolean begun = after != null && batch.place(after.frame()).equals(after);
        int first = begun && after != null ? after.frame() + 1 : 0;
        long tUs = batch.t0Us();
        int offset = 0;
        for (int frame = 0; frame < frames.count() && found.size() < limit; frame++) {
            tUs += frames.dtUs(frame);
            int channel = frames.channelOf(frame);
            int length = frames.length(channel);
            if (frame >= first && tUs >= fromUs && tUs < toUs && channels.test(channel)) {
                found.add(
                        new RecordedFrame(
                                batch.place(frame),
                                tUs,
                                frames.bus(channel),
                                frames.id(channel),
                                frames.flags(channel),
                                Arrays.copyOfRange(frames.data(), offset, offset + length)));
            }
            offset += length;
        }
    }
}
