package dev.driveline.telemetry.http;

import dev.driveline.can.FrameFlags;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.telemetry.frame.FrameReader;
import dev.driveline.telemetry.frame.RecordedFrame;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Frames as text, a line each. NDJSON has the members of {@link FrameBody}; candump is what {@code
 * candump -l} writes (can-utils, lib.h), a {@code T} behind a frame that the recorder sent itself.
 */
enum FrameText {
    NDJSON("application/x-ndjson") {
        @Override
        void line(RecordedFrame frame, StringBuilder out) {
            out.append(Json.text(FrameBody.of(frame))).append('\n');
        }
    },
    CANDUMP("text/plain; charset=us-ascii") {
        @Override
        void line(RecordedFrame frame, StringBuilder out) {
            int flags = frame.flags();
            boolean error = (flags & FrameFlags.ERROR) != 0;
            boolean wide = error || (flags & FrameFlags.EXTENDED) != 0;
            int id = error ? frame.id() | ERROR_FLAG : frame.id();
            out.append('(');
            padded(out, Long.toString(frame.tUs() / 1_000_000), 10);
            out.append('.');
            padded(out, Long.toString(frame.tUs() % 1_000_000), 6);
            out.append(") ").append(frame.bus()).append(' ');
            String digits = HEXADECIMAL.toHexDigits(Integer.toUnsignedLong(id), wide ? 8 : 3);
            out.append(digits).append('#');
            if ((flags & FrameFlags.FD) != 0) {
                out.append('#').append((flags & FrameFlags.BIT_RATE_SWITCH) != 0 ? '1' : '0');
            }
            if ((flags & FrameFlags.REMOTE) != 0) {
                out.append('R');
            }
            out.append(HEXADECIMAL.formatHex(frame.data()));
            out.append((flags & FrameFlags.TRANSMIT) != 0 ? " T\n" : "\n");
        }
    };

    private static final int ERROR_FLAG = 0x2000_0000;
    private static final HexFormat HEXADECIMAL = HexFormat.of().withUpperCase();

    private final String contentType;

    FrameText(String contentType) {
        this.contentType = contentType;
    }

    abstract void line(RecordedFrame frame, StringBuilder out);

    /** What the header Accept asks for; null for a page of JSON. */
    static @Nullable FrameText accepted(@Nullable String accept) {
        if (accept == null) {
            return null;
        }
        if (accept.startsWith("text/plain")) {
            return CANDUMP;
        }
        return accept.startsWith("application/x-ndjson") ? NDJSON : null;
    }

    /** The whole text. */
    Answer answer(FrameReader reader) {
        return PagedText.of(contentType, "", reader::read, RecordedFrame::place, this::line);
    }

    private static void padded(StringBuilder out, String digits, int length) {
        out.repeat('0', Math.max(0, length - digits.length())).append(digits);
    }
}
