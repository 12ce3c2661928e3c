package dev.driveline.registry.bulk;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.registry.bulk.BulkStore.Adding;
import dev.driveline.registry.bulk.BulkStore.Outcome;
import dev.driveline.registry.vehicle.NewVehicle;
import dev.driveline.registry.vehicle.TboxSerial;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One bulk load: takes lines as they come, {@value #CHUNK} at a time, and counts what becomes of
 * them. Used once, by one thread.
 */
public final class BulkLoad {

    /** Lines of one transaction, unless all lines are in one. */
    public static final int CHUNK = 1_000;

    /** The most lines of a load. */
    public static final int MAX_LINES = 200_000;

    /** Rejections that are kept; all are counted. */
    public static final int MAX_REJECTIONS = 1_000;

    private final TenantId tenant;
    private final Mode mode;
    private final Consumer<Count> progress;
    private final Map<Vin, Long> lineOfVin = new HashMap<>();
    private final Map<TboxSerial, Long> lineOfTbox = new HashMap<>();
    private final List<Rejection> rejections = new ArrayList<>();
    private long lines;
    private long added;
    private long skipped;
    private long rejected;
    private long warned;

    /**
     * @param progress told after every chunk
     */
    public BulkLoad(TenantId tenant, Mode mode, Consumer<Count> progress) {
        this.tenant = tenant;
        this.mode = mode;
        this.progress = progress;
    }

    /** What a rejected line means for the others. */
    public enum Mode {
        /** One transaction; one rejected line and nothing is added. */
        ALL_OR_NOTHING,
        /** A transaction a chunk; whatever can be added is. */
        BEST_EFFORT
    }

    /** How it ended. */
    public enum End {
        DONE,
        /** A line was rejected, so nothing was added. */
        ROLLED_BACK,
        /** The file could not be read on; {@code why} says where and why. */
        STOPPED
    }

    /**
     * So far.
     *
     * @param skipped were there already, the same
     * @param warned among those added or skipped
     */
    public record Count(long lines, long added, long skipped, long rejected, long warned) {}

    /** A line that was not added. */
    public record Rejection(long line, ErrorCode code, String reason) {}

    /**
     * At the end.
     *
     * @param rejections the first {@value #MAX_REJECTIONS}
     */
    public record Summary(
            Mode mode, End end, @Nullable String why, Count count, List<Rejection> rejections) {}

    /**
     * Loads everything. Blocks while {@code file} waits for its sender.
     *
     * @param file may throw InvalidValueException for what ends the load
     */
    public Summary run(Iterator<BulkLine> file, BulkStore store) {
        Summary summary = load(file, store);
        store.loaded(summary.count().added());
        return summary;
    }

    private Summary load(Iterator<BulkLine> file, BulkStore store) {
        return switch (mode) {
            case BEST_EFFORT -> summary(load(file, store::add), false);
            case ALL_OR_NOTHING -> {
                List<Summary> summaries = new ArrayList<>();
                store.inOneTransaction(adding -> {
                    String stopped = load(file, adding);
                    boolean keep = stopped == null && rejected == 0;
                    summaries.add(summary(stopped, !keep));
                    return keep;
                });
                yield summaries.getLast();
            }
        };
    }

    /** Returns why it could not be read to its end; null if it was. */
    private @Nullable String load(Iterator<BulkLine> file, Adding adding) {
        List<BulkLine.Usable> chunk = new ArrayList<>();
        String stopped = null;
        try {
            while (file.hasNext()) {
                take(file.next(), chunk);
                if (lines % CHUNK == 0) {
                    store(chunk, adding);
                }
            }
        } catch (InvalidValueException unreadable) {
            stopped = unreadable.getMessage();
        }
        store(chunk, adding);
        return stopped;
    }

    private void take(BulkLine line, List<BulkLine.Usable> chunk) {
        if (++lines > MAX_LINES) {
            throw new InvalidValueException(
                    ErrorCode.BODY_TOO_LARGE, "line", line.number(), "at most " + MAX_LINES);
        }
        switch (line) {
            case BulkLine.Unusable unusable ->
                    reject(unusable.number(), unusable.code(), unusable.reason());
            case BulkLine.Usable usable -> {
                if (isFirst(usable)) {
                    chunk.add(usable);
                }
            }
        }
    }

    private boolean isFirst(BulkLine.Usable line) {
        NewVehicle vehicle = line.vehicle();
        Long before = lineOfVin.putIfAbsent(vehicle.vin(), line.number());
        if (before != null) {
            reject(
                    line.number(),
                    ErrorCode.ALREADY_EXISTS,
                    "VIN '" + vehicle.vin() + "': line " + before + " has it already");
            return false;
        }
        TboxSerial tbox = vehicle.tbox();
        Long box = tbox == null ? null : lineOfTbox.putIfAbsent(tbox, line.number());
        if (box != null) {
            reject(
                    line.number(),
                    ErrorCode.CONFLICT,
                    "TBox '" + tbox + "': line " + box + " has it already");
            return false;
        }
        return true;
    }

    private void store(List<BulkLine.Usable> chunk, Adding adding) {
        List<Outcome> outcomes =
                chunk.isEmpty()
                        ? List.of()
                        : adding.add(tenant, chunk.stream().map(BulkLine.Usable::vehicle).toList());
        for (int i = 0; i < chunk.size(); i++) {
            BulkLine.Usable line = chunk.get(i);
            switch (outcomes.get(i)) {
                case Outcome.Added() -> {
                    added++;
                    warned += line.warned() ? 1 : 0;
                }
                case Outcome.Skipped() -> {
                    skipped++;
                    warned += line.warned() ? 1 : 0;
                }
                case Outcome.Rejected(ErrorCode code, String reason) ->
                        reject(line.number(), code, reason);
            }
        }
        chunk.clear();
        progress.accept(count());
    }

    private void reject(long line, ErrorCode code, String reason) {
        rejected++;
        if (rejections.size() < MAX_REJECTIONS) {
            rejections.add(new Rejection(line, code, reason));
        }
    }

    private Count count() {
        return new Count(lines, added, skipped, rejected, warned);
    }

    private Summary summary(@Nullable String stopped, boolean rolledBack) {
        End end = stopped != null ? End.STOPPED : rolledBack ? End.ROLLED_BACK : End.DONE;
        Count count = rolledBack ? new Count(lines, 0, skipped, rejected, warned) : count();
        rejections.sort(java.util.Comparator.comparingLong(Rejection::line));
        return new Summary(mode, end, stopped, count, List.copyOf(rejections));
    }
}
