package dev.driveline.telemetry.desk;

import dev.driveline.can.CandumpFormatException;
import dev.driveline.can.CandumpReader;
import dev.driveline.can.Catalogue;
import dev.driveline.can.CatalogueBus;
import dev.driveline.can.Decoder;
import dev.driveline.can.Message;
import dev.driveline.can.MessageSink;
import dev.driveline.can.Outcome;
import dev.driveline.can.Reassembly;
import dev.driveline.can.TransportFault;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Decodes a log frame by frame into lines; a message of several frames behind its last. */
final class LogDecoder {
    private static final int MAX_FAULTS_SHOWN = 20;

    private final Function<String, @Nullable CatalogueBus> describe;
    private final DecodedLines out;
    private final Map<String, Bus> buses = new HashMap<>();
    private final Set<String> unknownIds = new HashSet<>();
    private final Map<TransportFault, Long> losses = new EnumMap<>(TransportFault.class);
    private final List<String> faults = new ArrayList<>();
    private long line = -1;
    private long decoded;
    private long unknown;
    private long unknownMultiplexers;
    private long parts;
    private long messages;
    private long unreadable;

    /**
     * @param describe the database of a bus by the bus' name in the log; null where it has none
     */
    LogDecoder(Function<String, @Nullable CatalogueBus> describe, DecodedLines out) {
        this.describe = describe;
        this.out = out;
    }

    /** Of one bus. */
    private final class Bus implements MessageSink {
        private final byte[] name;
        private final @Nullable Decoder decoder;
        private final @Nullable Reassembly reassembly;
        private final DecodedLines.Values values;

        /** Kept from a callback that may not throw it. */
        private @Nullable IOException failed;

        Bus(String name) {
            this.name = DecodedLines.quotedBus(name);
            CatalogueBus described = describe.apply(name);
            Catalogue catalogue = Catalogue.of(described == null ? List.of() : List.of(described));
            values = new DecodedLines.Values(catalogue);
            decoder = described == null ? null : Decoder.of(catalogue);
            reassembly = decoder == null ? null : decoder.newReassembly();
        }

        void frame(CandumpReader log) throws IOException {
            if (decoder == null || reassembly == null) {
                noMessage(log);
                return;
            }
            values.clear();
            Outcome outcome =
                    decoder.decode(0, log.id(), log.flags(), log.data(), 0, log.length(), values);
            switch (outcome) {
                case DECODED, UNKNOWN_MULTIPLEXER -> {
                    unknownMultiplexers += outcome == Outcome.DECODED ? 0 : 1;
                    Message message = decoder.message(0, log.id(), log.flags());
                    if (message != null) {
                        decoded++;
                        out.frame(place(log.timeUs(), log.id(), log.flags()), message, values);
                    }
                }
                case UNKNOWN_ID -> noMessage(log);
                case TRANSPORT -> {
                    parts++;
                    reassembly.accept(
                            0,
                            log.id(),
                            log.flags(),
                            log.data(),
                            0,
                            log.length(),
                            log.timeUs(),
                            this);
                    if (failed != null) {
                        throw failed;
                    }
                }
                case NO_DATA -> {
                    // A remote request or an error frame.
                }
            }
        }

        private void noMessage(CandumpReader log) {
            unknown++;
            unknownIds.add(log.bus() + " " + log.id() + " " + (log.flags() & 1));
        }

        private DecodedLines.Place place(long timeUs, int id, int flags) {
            return new DecodedLines.Place(line, timeUs, name, id, flags);
        }

        @Override
        public void onMessage(
                int bus, int id, int flags, long startUs, byte[] buffer, int offset, int length) {
            messages++;
            Message message = decoder == null ? null : decoder.message(0, id, flags);
            if (decoder == null || message == null) {
                return;
            }
            values.clear();
            Outcome outcome = decoder.decodeMessage(0, id, flags, buffer, offset, length, values);
            unknownMultiplexers += outcome == Outcome.UNKNOWN_MULTIPLEXER ? 1 : 0;
            try {
                out.message(place(startUs, id, flags), message, values, buffer, offset, length);
            } catch (IOException failure) {
                failed = failure;
            }
        }

        @Override
        public void onLoss(int bus, int id, TransportFault fault) {
            losses.merge(fault, 1L, Long::sum);
        }
    }

    /** To the end of the log; a line that is none is counted, and reading goes on behind it. */
    void run(CandumpReader log) throws IOException {
        while (true) {
            try {
                if (!log.next()) {
                    break;
                }
            } catch (CandumpFormatException fault) {
                unreadable++;
                if (faults.size() < MAX_FAULTS_SHOWN) {
                    faults.add(String.valueOf(fault.getMessage()));
                }
                continue;
            }
            line++;
            buses.computeIfAbsent(log.bus(), Bus::new).frame(log);
        }
        out.flush();
    }

    /** Lines that are none, as many as are shown. */
    List<String> faults() {
        return faults;
    }

    long unreadable() {
        return unreadable;
    }

    long frames() {
        return line + 1;
    }

    /** What became of the frames, in a sentence. */
    String summary() {
        return "%,d frames: %,d decoded, %,d without a message (%,d identifiers), %,d with an unknown multiplexer value; %,d parts of %,d longer messages, lost: %s; %,d lines unreadable"
                .formatted(
                        frames(),
                        decoded,
                        unknown,
                        unknownIds.size(),
                        unknownMultiplexers,
                        parts,
                        messages,
                        losses.isEmpty() ? "none" : losses.toString(),
                        unreadable);
    }
}
