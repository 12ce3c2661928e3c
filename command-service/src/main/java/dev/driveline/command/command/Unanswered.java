package dev.driveline.command.command;

import dev.driveline.contract.id.CommandId;
import dev.driveline.contract.id.RunId;
import dev.driveline.contract.id.SessionId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/**
 * The downlinks that this dispatcher handed to each gateway and that were not answered yet.
 *
 * <p>At most {@link #MAX} a gateway, of which those that nobody waits for leave {@link #KEPT} free.
 * One that is not answered within {@link StoredCommand#ATTEMPT_LIMIT} counts no longer: it is
 * handed out again. Looks at once can pass the limit by as many. Thread-safe.
 */
public final class Unanswered {

    public static final int MAX = 500;
    public static final int KEPT = MAX / 5;

    private final InstantSource clock;
    private final Map<RunId, Map<Downlink, Instant>> byRun = new HashMap<>();

    public Unanswered(InstantSource clock) {
        this.clock = clock;
    }

    /** One attempt. */
    public record Downlink(CommandId id, SessionId session, int attempt) {}

    /**
     * How many more a gateway may get.
     *
     * @param background how many of them nobody may wait for
     */
    public record Room(int all, int background) {
        public static final Room NONE = new Room(0, 0);
    }

    public synchronized Room room(RunId run) {
        Map<Downlink, Instant> sent = byRun.get(run);
        if (sent == null) {
            return new Room(MAX, MAX - KEPT);
        }
        Instant lost = clock.instant().minus(StoredCommand.ATTEMPT_LIMIT);
        sent.values().removeIf(one -> !one.isAfter(lost));
        if (sent.isEmpty()) {
            byRun.remove(run);
        }
        int all = Math.max(0, MAX - sent.size());
        return new Room(all, Math.max(0, all - KEPT));
    }

    public synchronized void sent(Downlink downlink, RunId run) {
        byRun.computeIfAbsent(run, same -> new HashMap<>()).put(downlink, clock.instant());
    }

    public synchronized void answered(Downlink downlink) {
        byRun.values().forEach(sent -> sent.remove(downlink));
    }
}
