package dev.driveline.command;

import dev.driveline.contract.id.Vin;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Keeps vehicles' commands from being looked at more often than there is reason to: a vehicle
 * stands in the queue once, and what is heard of a command that a look has seen is no reason for
 * another. Without it, looks beget looks when PostgreSQL is slow.
 *
 * <p>A look waits for the vehicle's lock, which whoever adds a command holds from before the time
 * of its step: one that began later has seen it. Where the clocks of two processes say otherwise, a
 * tick looks a second later: what is accepted elsewhere is due then.
 *
 * <p>Where looks at a vehicle fail unexpectedly, the next is due after a second, then after twice
 * the pause before, a minute at most. Thread-safe.
 */
final class Looks {

    private static final int MOST = 10_000;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    private final Clock clock;
    private final Set<Vin> intended = new HashSet<>();
    private final Map<Vin, Instant> begun =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Vin, Instant> eldest) {
                    return size() > MOST;
                }
            };

    /** The pause after the last look, of vehicles at which looks fail, the first the oldest. */
    private final Map<Vin, Duration> pauses = new LinkedHashMap<>();

    Looks(Clock clock) {
        this.clock = clock;
    }

    /** Whether there is none intended yet that has not begun; now there is. */
    synchronized boolean intend(Vin vin) {
        return intended.add(vin);
    }

    /** One begins: what happens from now on is a reason for another. */
    synchronized void begin(Vin vin) {
        intended.remove(vin);
        began(vin, clock.instant());
    }

    /** One could not be had, and has seen nothing. */
    synchronized void missed(Vin vin) {
        begun.remove(vin);
    }

    /** One has failed unexpectedly, and has seen nothing; how long until the next. */
    synchronized Duration failed(Vin vin) {
        begun.remove(vin);
        Duration before = pauses.remove(vin);
        Duration twice = before == null ? FIRST_PAUSE : before.multipliedBy(2);
        Duration pause = twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
        if (pauses.size() == MOST) {
            // Its pause begins anew.
            pauses.remove(pauses.keySet().iterator().next());
        }
        pauses.put(vin, pause);
        return pause;
    }

    /** One has ended well. */
    synchronized void done(Vin vin) {
        pauses.remove(vin);
    }

    /** Others look from now on. */
    synchronized void forgetFailures() {
        pauses.clear();
    }

    /** Vehicles at which the last look failed, {@value #MOST} at most. */
    synchronized int failing() {
        return pauses.size();
    }

    /** There was one within a turn that held the lock at that time, and saw what happened at it. */
    synchronized void looked(Vin vin, Instant at) {
        began(vin, at.plusNanos(1));
    }

    /** The newest last, since the first are forgotten. */
    private void began(Vin vin, Instant at) {
        Instant known = begun.remove(vin);
        begun.put(vin, known != null && known.isAfter(at) ? known : at);
    }

    /** Whether one is known to have seen what happened at a time. */
    synchronized boolean haveSeen(Vin vin, Instant at) {
        Instant last = begun.get(vin);
        return last != null && last.isAfter(at);
    }
}
