package dev.driveline.can;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The binary form of a {@link CatalogueSource}, canonical: equal content, equal bytes. All numbers
 * are big-endian and unsigned.
 *
 * <pre>
 * 4  magic "DLCS"
 * 1  version: 2 where a bus has ISO-TP, else 1
 * 1  number of buses, in ascending order of their names (UTF-16, which for these is ASCII)
 * then for each bus
 *   1  length of the name, then the name in ASCII
 *   1  matching: 0 exact, 1 J1939
 *   1  in version 2 only, transport: 0 none, 1 ISO-TP, 2 ISO-TP whose database counts a length byte
 *   1  length of the file name, then the file name in UTF-8
 *   4  length of the file, then the file
 * </pre>
 */
final class CatalogueCodec {
    private static final int MAGIC = 0x444C_4353;
    private static final int VERSION = 1;
    private static final int VERSION_WITH_TRANSPORT = 2;
    private static final int HEAD_BYTES = 6;
    private static final int BUS_FIXED_BYTES = 8;

    private CatalogueCodec() {}

    static byte[] encode(CatalogueSource source) {
        int size = HEAD_BYTES;
        for (BusSource bus : source.buses()) {
            size += BUS_FIXED_BYTES + utf8(bus.bus()).length + utf8(bus.fileName()).length;
            size = Math.addExact(size, bus.size());
        }
        ByteBuffer out = ByteBuffer.allocate(size);
        int version = versionOf(source.buses());
        out.putInt(MAGIC).put((byte) version).put((byte) source.buses().size());
        for (BusSource bus : source.buses()) {
            putShort(out, utf8(bus.bus()));
            out.put(codeOf(bus.matching()));
            if (version == VERSION_WITH_TRANSPORT) {
                out.put(codeOf(bus.transport()));
            }
            putShort(out, utf8(bus.fileName()));
            out.putInt(bus.size()).put(bus.bytes());
        }
        return Arrays.copyOf(out.array(), out.position());
    }

    /** The older form where it says all, so that a catalogue's address does not change. */
    private static int versionOf(List<BusSource> buses) {
        return buses.stream().allMatch(bus -> bus.transport() == Transport.NONE)
                ? VERSION
                : VERSION_WITH_TRANSPORT;
    }

    static CatalogueSource decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            return decode(in);
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException(
                    "catalogue ends at byte %d, within a field".formatted(bytes.length), e);
        }
    }

    private static CatalogueSource decode(ByteBuffer in) {
        require("magic", in.getInt(), MAGIC);
        int version = in.get();
        if (version != VERSION && version != VERSION_WITH_TRANSPORT) {
            throw new IllegalArgumentException(
                    "catalogue's version is %d, expected %d or %d"
                            .formatted(version, VERSION, VERSION_WITH_TRANSPORT));
        }
        int count = Byte.toUnsignedInt(in.get());
        List<BusSource> buses = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String bus = getShort(in);
            Matching matching = matchingOf(in.get());
            Transport transport = version == VERSION ? Transport.NONE : transportOf(in.get());
            String fileName = getShort(in);
            int length = in.getInt();
            if (length < 0 || length > in.remaining()) {
                throw new IllegalArgumentException(
                        "file of bus %s has length %d, but %d bytes are left"
                                .formatted(bus, length, in.remaining()));
            }
            byte[] file = new byte[length];
            in.get(file);
            buses.add(BusSource.of(bus, matching, transport, fileName, file));
        }
        require("number of bytes after the last bus", in.remaining(), 0);
        require("version for these buses", version, versionOf(buses));
        var source = new CatalogueSource(buses);
        if (!source.buses().equals(buses)) {
            throw new IllegalArgumentException("catalogue's buses are not in order of their names");
        }
        return source;
    }

    private static void require(String field, int observed, int expected) {
        if (observed != expected) {
            throw new IllegalArgumentException(
                    "catalogue's %s is %d, expected %d".formatted(field, observed, expected));
        }
    }

    private static byte codeOf(Matching matching) {
        return switch (matching) {
            case EXACT -> 0;
            case J1939 -> 1;
        };
    }

    private static Matching matchingOf(byte code) {
        return switch (code) {
            case 0 -> Matching.EXACT;
            case 1 -> Matching.J1939;
            default ->
                    throw new IllegalArgumentException(
                            "catalogue's matching is %d, expected 0 or 1".formatted(code));
        };
    }

    private static byte codeOf(Transport transport) {
        return switch (transport) {
            case NONE -> 0;
            case ISO_TP -> 1;
            case ISO_TP_LENGTH_BYTE -> 2;
        };
    }

    private static Transport transportOf(byte code) {
        return switch (code) {
            case 0 -> Transport.NONE;
            case 1 -> Transport.ISO_TP;
            case 2 -> Transport.ISO_TP_LENGTH_BYTE;
            default ->
                    throw new IllegalArgumentException(
                            "catalogue's transport is %d, expected 0, 1 or 2".formatted(code));
        };
    }

    private static void putShort(ByteBuffer out, byte[] text) {
        out.put((byte) text.length).put(text);
    }

    private static String getShort(ByteBuffer in) {
        byte[] text = new byte[Byte.toUnsignedInt(in.get())];
        in.get(text);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("a name in the catalogue is not UTF-8", e);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
