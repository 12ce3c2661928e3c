package dev.driveline.telemetry.http;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.telemetry.event.Events;
import dev.driveline.telemetry.frame.FrameBatch;
import dev.driveline.telemetry.packing.ByteReader;
import dev.driveline.telemetry.packing.ByteWriter;
import dev.driveline.telemetry.rule.Alerts;
import dev.driveline.telemetry.sample.SampleKey;
import dev.driveline.telemetry.sequence.Gaps;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.UUID;

/**
 * Cursors of pages: opaque to a caller, base64url of a byte for the kind and what the next page
 * needs to begin exactly behind this one.
 */
final class Cursors {

    private static final int HISTORY = 1;
    private static final int NAME = 2;
    private static final int ALERT = 16;
    private static final int TRIP = 17;
    private static final int FRAMES = 18;
    private static final int GAP = 19;
    private static final int EVENT = 20;
    private static final String PARAMETER = "query cursor";
    private static final String RULE = "expected the 'next' of the page before, unchanged";

    private Cursors() {}

    /** The window that the first page had, so that "now" stays the same, and the last sample. */
    record HistoryPlace(long fromUs, long toUs, SampleKey last) {}

    static String ofHistory(HistoryPlace place) {
        return text(
                new ByteWriter(64)
                        .octet(HISTORY)
                        .zigZag(place.fromUs())
                        .zigZag(place.toUs())
                        .zigZag(place.last().tUs())
                        .fixed64(place.last().boot())
                        .varint(place.last().seq())
                        .varint(place.last().place()));
    }

    /**
     * @throws InvalidValueException if it is none of {@link #ofHistory}
     */
    static HistoryPlace toHistory(String text) {
        try {
            ByteReader in = reader(text, HISTORY);
            HistoryPlace place =
                    new HistoryPlace(
                            in.zigZag(),
                            in.zigZag(),
                            new SampleKey(
                                    in.zigZag(),
                                    in.fixed64(),
                                    in.varint(),
                                    in.count(Integer.MAX_VALUE)));
            if (in.remaining() > 0) {
                throw new IllegalArgumentException("bytes behind the end");
            }
            return place;
        } catch (IllegalArgumentException invalid) {
            throw new InvalidValueException(PARAMETER, text, RULE);
        }
    }

    static String ofName(String name) {
        ByteWriter out = new ByteWriter(64).octet(NAME);
        for (byte octet : name.getBytes(StandardCharsets.UTF_8)) {
            out.octet(octet);
        }
        return text(out);
    }

    /**
     * @throws InvalidValueException if it is none of {@link #ofName}
     */
    static String toName(String text) {
        try {
            ByteReader in = reader(text, NAME);
            return rest(in);
        } catch (IllegalArgumentException invalid) {
            throw new InvalidValueException(PARAMETER, text, RULE);
        }
    }

    static String ofAlert(Alerts.Place place) {
        return text(
                new ByteWriter(32)
                        .octet(ALERT)
                        .zigZag(place.raisedUs())
                        .fixed64(place.id().getMostSignificantBits())
                        .fixed64(place.id().getLeastSignificantBits()));
    }

    /**
     * Reads what {@link #ofAlert} wrote.
     *
     * @throws InvalidValueException if it is none
     */
    static Alerts.Place toAlert(String text) {
        try {
            ByteReader in = reader(text, ALERT);
            return new Alerts.Place(in.zigZag(), new UUID(in.fixed64(), in.fixed64()));
        } catch (IllegalArgumentException invalid) {
            throw new InvalidValueException(PARAMETER, text, RULE);
        }
    }

    static String ofTrip(long startUs) {
        return text(new ByteWriter(16).octet(TRIP).zigZag(startUs));
    }

    /**
     * Reads what {@link #ofTrip} wrote.
     *
     * @throws InvalidValueException if it is none
     */
    static long toTrip(String text) {
        try {
            return reader(text, TRIP).zigZag();
        } catch (IllegalArgumentException invalid) {
            throw new InvalidValueException(PARAMETER, text, RULE);
        }
    }

    /** The window that the first page had, and the last frame. */
    record FramesPlace(long fromUs, long toUs, FrameBatch.Place last) {}

    static String ofFrames(FramesPlace place) {
        return text(
                new ByteWriter(64)
                        .octet(FRAMES)
                        .zigZag(place.fromUs())
                        .zigZag(place.toUs())
                        .zigZag(place.last().t0Us())
                        .fixed64(place.last().boot())
                        .varint(place.last().seq())
                        .varint(place.last().frame()));
    }

    /**
     * Reads what {@link #ofFrames} wrote.
     *
     * @throws InvalidValueException if it is none
     */
    static FramesPlace toFrames(String text) {
        try {
            ByteReader in = reader(text, FRAMES);
            return new FramesPlace(
                    in.zigZag(),
                    in.zigZag(),
                    new FrameBatch.Place(
                            in.zigZag(), in.fixed64(), in.varint(), in.count(Integer.MAX_VALUE)));
        } catch (IllegalArgumentException invalid) {
            throw new InvalidValueException(PARAMETER, text, RULE);
        }
    }

    static String ofGap(Gaps.Place place) {
        return text(
                new ByteWriter(32)
                        .octet(GAP)
                        .zigZag(place.sinceUs())
                        .fixed64(place.boot())
                        .varint(place.from()));
    }

    /**
     * Reads what {@link #ofGap} wrote.
     *
     * @throws InvalidValueException if it is none
     */
    static Gaps.Place toGap(String text) {
        try {
            ByteReader in = reader(text, GAP);
            return new Gaps.Place(in.zigZag(), in.fixed64(), in.varint());
        } catch (IllegalArgumentException invalid) {
            throw new InvalidValueException(PARAMETER, text, RULE);
        }
    }

    static String ofEvent(Events.Place place) {
        return text(
                new ByteWriter(64)
                        .octet(EVENT)
                        .zigZag(place.tUs())
                        .bytes(place.id().getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Reads what {@link #ofEvent} wrote.
     *
     * @throws InvalidValueException if it is none
     */
    static Events.Place toEvent(String text) {
        try {
            ByteReader in = reader(text, EVENT);
            return new Events.Place(in.zigZag(), rest(in));
        } catch (IllegalArgumentException invalid) {
            throw new InvalidValueException(PARAMETER, text, RULE);
        }
    }

    /** PostgreSQL takes no U+0000 in a text. */
    private static String rest(ByteReader in) {
        byte[] bytes = new byte[in.remaining()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) in.octet();
        }
        return new String(bytes, StandardCharsets.UTF_8).replace("\0", "");
    }

    private static ByteReader reader(String text, int kind) {
        ByteReader in = new ByteReader(Base64.getUrlDecoder().decode(text));
        if (in.octet() != kind) {
            throw new IllegalArgumentException("a cursor of another route");
        }
        return in;
    }

    private static String text(ByteWriter out) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(out.toBytes());
    }
}
