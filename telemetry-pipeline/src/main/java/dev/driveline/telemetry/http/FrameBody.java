package dev.driveline.telemetry.http;

import dev.driveline.can.FrameFlags;
import dev.driveline.telemetry.frame.RecordedFrame;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A frame as REST shows it.
 *
 * @param t vehicle time, UTC, microseconds since 1970
 * @param flags of {@code ext, fd, brs, err, rtr, tx} those that it has
 * @param data hexadecimal, two digits a byte
 */
record FrameBody(long t, String bus, int id, List<String> flags, String data) {

    private static final HexFormat HEXADECIMAL = HexFormat.of().withUpperCase();

    static FrameBody of(RecordedFrame frame) {
        return new FrameBody(
                frame.tUs(),
                frame.bus(),
                frame.id(),
                names(frame.flags()),
                HEXADECIMAL.formatHex(frame.data()));
    }

    private static List<String> names(int flags) {
        List<String> names = new ArrayList<>();
        add(names, flags, FrameFlags.EXTENDED, "ext");
        add(names, flags, FrameFlags.FD, "fd");
        add(names, flags, FrameFlags.BIT_RATE_SWITCH, "brs");
        add(names, flags, FrameFlags.ERROR, "err");
        add(names, flags, FrameFlags.REMOTE, "rtr");
        add(names, flags, FrameFlags.TRANSMIT, "tx");
        return names;
    }

    private static void add(List<String> names, int flags, int flag, String name) {
        if ((flags & flag) != 0) {
            names.add(name);
        }
    }
}
