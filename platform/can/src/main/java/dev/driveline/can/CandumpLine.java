package dev.driveline.can;

/** Reads one candump line out of its bytes. Of one reader, of one thread. */
final class CandumpLine {
    private static final int MAX_BYTES = 64;
    private static final int MAX_CLASSIC_BYTES = 8;
    private static final int MICRO_DIGITS = 6;
    private static final long MAX_SECONDS = Long.MAX_VALUE / 1_000_000 - 1;
    private static final int ERROR_FLAG = 0x2000_0000;

    private final byte[] data = new byte[MAX_BYTES];
    private byte[] text = data;
    private int at;
    private int end;
    private long timeUs;
    private int busFrom;
    private int busTo;
    private int id;
    private int flags;
    private int length;

    /** Returns what is wrong with the line, empty where it is well. */
    String read(byte[] bytes, int from, int to) {
        text = bytes;
        at = from;
        end = to;
        flags = 0;
        length = 0;
        if (!readTime()) {
            return "no time such as (1533201287.000000)";
        }
        if (!readBus()) {
            return "no bus name after the time";
        }
        if (!readId()) {
            return "no identifier of 3 or 8 hexadecimal digits and #";
        }
        if (!readPayload()) {
            return "no payload of whole bytes, 8 at most or 64 after ##";
        }
        return readDirection() ? "" : "unexpected text after the payload";
    }

    private boolean accept(char expected) {
        boolean there = at < end && text[at] == expected;
        at += there ? 1 : 0;
        return there;
    }

    private int digit() {
        int value = at < end ? text[at] - '0' : -1;
        return value >= 0 && value <= 9 ? value : -1;
    }

    private boolean readTime() {
        if (!accept('(')) {
            return false;
        }
        long seconds = 0;
        int from = at;
        for (int digit = digit(); digit >= 0 && seconds <= MAX_SECONDS / 10; digit = digit()) {
            seconds = seconds * 10 + digit;
            at++;
        }
        if (at == from || seconds > MAX_SECONDS || !accept('.')) {
            return false;
        }
        int micros = 0;
        int digits = 0;
        for (int digit = digit(); digit >= 0; digit = digit()) {
            micros = digits < MICRO_DIGITS ? micros * 10 + digit : micros;
            digits++;
            at++;
        }
        boolean any = digits > 0;
        for (; digits < MICRO_DIGITS; digits++) {
            micros *= 10;
        }
        timeUs = seconds * 1_000_000 + micros;
        return any && accept(')') && accept(' ');
    }

    private boolean readBus() {
        busFrom = at;
        while (at < end && text[at] != ' ') {
            at++;
        }
        busTo = at;
        return busTo > busFrom && accept(' ');
    }

    private boolean readId() {
        int from = at;
        id = 0;
        for (int digit = hex(); digit >= 0 && at - from < 8; digit = hex()) {
            id = id << 4 | digit;
            at++;
        }
        int digits = at - from;
        if (digits == 8) {
            return accept('#') && isExtended();
        }
        return digits == 3 && id <= FrameId.MAX_STANDARD && accept('#');
    }

    private boolean isExtended() {
        if ((id & ~FrameId.MAX_EXTENDED) == ERROR_FLAG) {
            id &= FrameId.MAX_EXTENDED;
            flags |= FrameFlags.ERROR;
        }
        flags |= FrameFlags.EXTENDED;
        return (id & ~FrameId.MAX_EXTENDED) == 0;
    }

    private int hex() {
        return at < end ? Character.digit(text[at], 16) : -1;
    }

    private boolean readPayload() {
        int max = MAX_CLASSIC_BYTES;
        if (accept('#')) {
            int fdFlags = hex();
            if (fdFlags < 0) {
                return false;
            }
            at++;
            flags |= FrameFlags.FD | ((fdFlags & 1) != 0 ? FrameFlags.BIT_RATE_SWITCH : 0);
            max = MAX_BYTES;
        } else if (accept('R')) {
            flags |= FrameFlags.REMOTE;
            at += digit() >= 0 ? 1 : 0;
            return true;
        }
        return readBytes(max) && readLengthCode();
    }

    private boolean readBytes(int max) {
        for (int high = hex(); high >= 0; high = hex()) {
            at++;
            int low = hex();
            if (low < 0 || length == max) {
                return false;
            }
            at++;
            data[length++] = (byte) (high << 4 | low);
            accept('.');
        }
        return true;
    }

    private boolean readLengthCode() {
        if (!accept('_')) {
            return true;
        }
        boolean code = hex() >= 0;
        at++;
        return code;
    }

    private boolean readDirection() {
        if (accept(' ')) {
            if (accept('T')) {
                flags |= FrameFlags.TRANSMIT;
            } else {
                accept('R');
            }
        }
        return at == end;
    }

    /** How far the line could be read. */
    int stoppedAt() {
        return at;
    }

    long timeUs() {
        return timeUs;
    }

    int busFrom() {
        return busFrom;
    }

    int busTo() {
        return busTo;
    }

    int id() {
        return id;
    }

    int flags() {
        return flags;
    }

    byte[] data() {
        return data;
    }

    int length() {
        return length;
    }
}
