package dev.driveline.testkit;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** One trial's source of random input, and its trace. Not for use by several threads at once. */
public final class Draw implements RandomGenerator {
    private static final int NOTES_KEPT = 200;

    private final SplittableRandom random;
    private final Deque<String> notes = new ArrayDeque<>();
    private long noted;

    Draw(long seed) {
        this.random = new SplittableRandom(seed);
    }

    @Override
    public long nextLong() {
        return random.nextLong();
    }

    /** True once in {@code n} times. */
    public boolean oneIn(int n) {
        return nextInt(n) == 0;
    }

    /** One of these, each as likely. */
    public <T> T oneOf(List<T> choices) {
        return choices.get(nextInt(choices.size()));
    }

    /** Random bytes. */
    public byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        nextBytes(bytes);
        return bytes;
    }

    /** Adds a line to the trace that a failure shows; the last {@value #NOTES_KEPT} are kept. */
    public void note(String line) {
        noted++;
        notes.addLast(line);
        if (notes.size() > NOTES_KEPT) {
            notes.removeFirst();
        }
    }

    String trace() {
        if (notes.isEmpty()) {
            return "no trace";
        }
        long dropped = noted - notes.size();
        return (dropped == 0 ? "trace:\n  " : "trace, without the first " + dropped + ":\n  ")
                + String.join("\n  ", notes);
    }
}
