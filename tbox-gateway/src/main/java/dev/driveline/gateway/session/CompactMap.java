package dev.driveline.gateway.session;

import dev.driveline.contract.id.Vin;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * VIN → session, end and flags in 25 bytes an entry: arrays side by side, open addressing, linear
 * probing. It grows by a quarter, so that it is never more than a third empty. Not thread-safe.
 */
final class CompactMap {

    static final int ENTRY_BYTES = 25;

    private static final int FREE = -1;
    private static final int FIRST_CAPACITY = 16;
    private static final double FULLEST = 0.85;

    private int[] vinHigh = new int[0];
    private long[] vinLow = new long[0];
    private long[] session = new long[0];
    private int[] end = new int[0];
    private byte[] flags = new byte[0];
    private int size;

    CompactMap() {
        allocate(FIRST_CAPACITY);
    }

    /** What stands under a VIN. */
    record Entry(long session, int end, byte flags) {}

    @Nullable Entry get(PackedVin vin) {
        int at = find(vin);
        return vinHigh[at] == FREE ? null : new Entry(session[at], end[at], flags[at]);
    }

    void put(PackedVin vin, Entry entry) {
        int at = find(vin);
        if (vinHigh[at] == FREE) {
            if (size + 1 > vinHigh.length * FULLEST) {
                grow();
                at = find(vin);
            }
            size++;
        }
        set(at, vin.high(), vin.low(), entry.session(), entry.end(), entry.flags());
    }

    void remove(PackedVin vin) {
        int hole = find(vin);
        if (vinHigh[hole] == FREE) {
            return;
        }
        size--;
        int at = hole;
        while (true) {
            vinHigh[hole] = FREE;
            boolean stays;
            do {
                at = at + 1 == vinHigh.length ? 0 : at + 1;
                if (vinHigh[at] == FREE) {
                    return;
                }
                int home = home(vinHigh[at], vinLow[at]);
                stays = hole <= at ? hole < home && home <= at : hole < home || home <= at;
            } while (stays);
            set(hole, vinHigh[at], vinLow[at], session[at], end[at], flags[at]);
            hole = at;
        }
    }

    /** The VINs whose end fulfils the condition. */
    List<Vin> whereEnd(IntPredicate condition) {
        List<Vin> found = new ArrayList<>();
        for (int at = 0; at < vinHigh.length; at++) {
            if (vinHigh[at] != FREE && condition.test(end[at])) {
                found.add(new PackedVin(vinHigh[at], vinLow[at]).unpacked());
            }
        }
        return found;
    }

    int size() {
        return size;
    }

    long bytes() {
        return (long) vinHigh.length * ENTRY_BYTES;
    }

    private void set(int at, int high, long low, long id, int until, byte bits) {
        vinHigh[at] = high;
        vinLow[at] = low;
        session[at] = id;
        end[at] = until;
        flags[at] = bits;
    }

    private int find(PackedVin vin) {
        int at = home(vin.high(), vin.low());
        while (vinHigh[at] != FREE && (vinLow[at] != vin.low() || vinHigh[at] != vin.high())) {
            at = at + 1 == vinHigh.length ? 0 : at + 1;
        }
        return at;
    }

    /** Multiplicative hashing, scaled to a capacity that is no power of two. */
    private int home(int high, long low) {
        long hash = (low ^ (high * 0x9E3779B97F4A7C15L)) * 0xD6E8FEB86659FD93L;
        hash ^= hash >>> 32;
        hash *= 0xD6E8FEB86659FD93L;
        return (int) Math.unsignedMultiplyHigh(hash, vinHigh.length);
    }

    private void grow() {
        int[] oldHigh = vinHigh;
        long[] oldLow = vinLow;
        long[] oldSession = session;
        int[] oldEnd = end;
        byte[] oldFlags = flags;
        allocate(Math.max(oldHigh.length + FIRST_CAPACITY, (int) (oldHigh.length * 1.25)));
        for (int at = 0; at < oldHigh.length; at++) {
            if (oldHigh[at] != FREE) {
                int to = find(new PackedVin(oldHigh[at], oldLow[at]));
                set(to, oldHigh[at], oldLow[at], oldSession[at], oldEnd[at], oldFlags[at]);
            }
        }
    }

    private void allocate(int capacity) {
        vinHigh = new int[capacity];
        Arrays.fill(vinHigh, FREE);
        vinLow = new long[capacity];
        session = new long[capacity];
        end = new int[capacity];
        flags = new byte[capacity];
    }
}
