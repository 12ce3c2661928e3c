package dev.driveline.simulator;

import dev.driveline.contract.command.CommandResponse;
import dev.driveline.contract.id.CommandId;
import dev.driveline.runtime.json.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a TBox remembers of commands across reboots: one JSON line an entry, flushed to the disk
 * before anything is done. Not thread-safe.
 */
final class Journal implements AutoCloseable {

    private static final int WINDOW = 64;

    private final FileChannel file;
    private final Map<CommandId, Entry> entries = new LinkedHashMap<>();
    private long highest;
    private long seen;

    /**
     * One entry.
     *
     * @param answer null while it is being executed
     * @param at when it was written, by the vehicle's clock; null in journals from before that was
     */
    record Entry(
            CommandId id,
            long counter,
            Instant expiresAt,
            @Nullable CommandResponse answer,
            @Nullable Instant at) {}

    private Journal(FileChannel file) {
        this.file = file;
    }

    static Journal open(Path path) throws IOException {
        Journal journal =
                new Journal(
                        FileChannel.open(
                                path,
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE,
                                StandardOpenOption.APPEND));
        for (String line : Files.readAllLines(path)) {
            // The last line may be torn by a power loss; what it announced was not begun.
            if (line.endsWith("}")) {
                journal.remember(Json.read(line, Entry.class));
            }
        }
        return journal;
    }

    Optional<Entry> of(CommandId id) {
        return Optional.ofNullable(entries.get(id));
    }

    /** The highest counter accepted so far. */
    long highest() {
        return highest;
    }

    /** Whether a counter is new: above the highest, or within 64 below it and not yet seen. */
    boolean isNew(long counter) {
        if (counter > highest) {
            return true;
        }
        long below = highest - counter;
        return below < WINDOW && (seen & (1L << below)) == 0;
    }

    void begin(CommandId id, long counter, Instant expiresAt, Instant at) throws IOException {
        write(new Entry(id, counter, expiresAt, null, at));
    }

    void end(CommandId id, CommandResponse answer, Instant at) throws IOException {
        Entry begun = entries.get(id);
        write(
                new Entry(
                        id,
                        begun == null ? 0 : begun.counter(),
                        begun == null ? Instant.EPOCH : begun.expiresAt(),
                        answer,
                        at));
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private void write(Entry entry) throws IOException {
        ByteBuffer line =
                ByteBuffer.wrap((Json.text(entry) + "\n").getBytes(StandardCharsets.UTF_8));
        while (line.hasRemaining()) {
            file.write(line);
        }
        file.force(true);
        remember(entry);
    }

    private void remember(Entry entry) {
        entries.put(entry.id(), entry);
        long counter = entry.counter();
        if (counter > highest) {
            long shift = counter - highest;
            seen = shift >= WINDOW ? 0 : seen << shift;
            seen |= 1;
            highest = counter;
        } else if (highest - counter < WINDOW) {
            seen |= 1L << (highest - counter);
        }
    }
}
