package dev.driveline.can;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A bus of a model and the DBC file, byte for byte, that describes it. Immutable. */
public final class BusSource {
    static final int MAX_FILE_NAME_BYTES = 255;

    private final String bus;
    private final Matching matching;
    private final Transport transport;
    private final String fileName;
    private final byte[] bytes;

    private BusSource(
            String bus, Matching matching, Transport transport, String fileName, byte[] bytes) {
        CatalogueBus.requireName(bus);
        int nameBytes = fileName.getBytes(StandardCharsets.UTF_8).length;
        if (nameBytes > MAX_FILE_NAME_BYTES) {
            throw new IllegalArgumentException(
                    "file name has %d bytes, more than %d"
                            .formatted(nameBytes, MAX_FILE_NAME_BYTES));
        }
        if (bytes.length > DbcLimits.MAX_FILE_BYTES) {
            throw new IllegalArgumentException(
                    "file %s has %d bytes, more than %d"
                            .formatted(fileName, bytes.length, DbcLimits.MAX_FILE_BYTES));
        }
        this.bus = bus;
        this.matching = matching;
        this.transport = transport;
        this.fileName = fileName;
        this.bytes = bytes;
    }

    /** Copies the bytes. Throws IllegalArgumentException where a name or the file is too long. */
    public static BusSource of(String bus, Matching matching, String fileName, byte[] bytes) {
        return of(bus, matching, Transport.NONE, fileName, bytes);
    }

    /** The same with ISO-TP, where the transport says so. */
    public static BusSource of(
            String bus, Matching matching, Transport transport, String fileName, byte[] bytes) {
        return new BusSource(bus, matching, transport, fileName, bytes.clone());
    }

    public String bus() {
        return bus;
    }

    public Matching matching() {
        return matching;
    }

    public Transport transport() {
        return transport;
    }

    public String fileName() {
        return fileName;
    }

    /** A copy. */
    public byte[] bytes() {
        return bytes.clone();
    }

    public int size() {
        return bytes.length;
    }

    DbcParse parse() {
        return DbcParser.parse(bytes, fileName);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof BusSource that
                && bus.equals(that.bus)
                && matching == that.matching
                && transport == that.transport
                && fileName.equals(that.fileName)
                && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Objects.hash(bus, matching, transport, fileName, Arrays.hashCode(bytes));
    }

    @Override
    public String toString() {
        return "%s=%s (%s, %d bytes)".formatted(bus, fileName, matching, bytes.length);
    }
}
