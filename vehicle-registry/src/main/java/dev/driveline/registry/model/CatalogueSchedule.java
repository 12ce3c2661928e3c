package dev.driveline.registry.model;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.registry.ModelFact;
import dev.driveline.contract.registry.ModelFact.InForce;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which catalogue is in force for a model, and from when on.
 *
 * <pre>
 *            begun: stays as it is             planned: may be replaced and withdrawn
 * ──┬──────────────┬──────────────────┬───▶ now ───────────┬─────────────────▶
 *   1970           …                  in force             …
 * </pre>
 *
 * What has begun has decoded batches already, so a new entry begins after all that have begun. A
 * model's first catalogue without a time is in force from 1970 on: it decodes what its vehicles
 * stored before, too. At most {@link ModelFact#MAX_CATALOGUES} are kept; the oldest go.
 *
 * @param entries in order of their times, no two of one time
 */
public record CatalogueSchedule(List<InForce> entries) {

    /** As far ahead as a change can be planned. */
    static final Duration FARTHEST = Duration.ofDays(5 * 366);

    /** Where an entry stands at a time. */
    public enum State {
        PAST,
        IN_FORCE,
        PLANNED
    }

    public CatalogueSchedule {
        entries = entries.stream().sorted(Comparator.comparing(InForce::from)).toList();
    }

    /** What is in force at a time; null for nothing yet. */
    public @Nullable CatalogueRef at(Instant time) {
        InForce entry = entryAt(time);
        return entry == null ? null : entry.catalogue();
    }

    /** Where one of the entries stands. */
    public State state(InForce entry, Instant now) {
        if (entry.from().isAfter(now)) {
            return State.PLANNED;
        }
        return entry.equals(entryAt(now)) ? State.IN_FORCE : State.PAST;
    }

    /**
     * With one more catalogue, or one in the place of what was planned for the same time. Without a
     * time it is in force at once, unless it is so already.
     *
     * @param from null for now
     * @throws InvalidValueException INVALID_REQUEST for a time too far ahead; CONFLICT if it does
     *     not begin after what is in force, or there is no room
     */
    public CatalogueSchedule with(CatalogueRef catalogue, @Nullable Instant from, Instant now) {
        InForce current = entryAt(now);
        if (from == null && current != null && current.catalogue().equals(catalogue)) {
            return this;
        }
        Instant begin = from == null ? (entries.isEmpty() ? Instant.EPOCH : now) : from;
        InForce added = new InForce(catalogue, begin.truncatedTo(ChronoUnit.MICROS));
        if (entries.contains(added)) {
            return this;
        }
        mustBePossible(added, current, now);
        List<InForce> all = new ArrayList<>(entries);
        all.removeIf(entry -> entry.from().equals(added.from()));
        all.add(added);
        return new CatalogueSchedule(all).withinLimit(now);
    }

    /**
     * Without what was planned for a time.
     *
     * @throws InvalidValueException CATALOGUE_UNKNOWN if none is; CONFLICT if it has begun
     */
    public CatalogueSchedule without(Instant from, Instant now) {
        InForce planned =
                entries.stream()
                        .filter(entry -> entry.from().equals(from))
                        .findFirst()
                        .orElseThrow(() ->
                                new InvalidValueException(
                                        ErrorCode.CATALOGUE_UNKNOWN,
                                        "from",
                                        from,
                                        "no catalogue of the model begins then"));
        if (!planned.from().isAfter(now)) {
            throw new InvalidValueException(
                    ErrorCode.CONFLICT,
                    "from",
                    from,
                    "has begun, and what was decoded by it stays: put another in force instead");
        }
        return new CatalogueSchedule(
                entries.stream().filter(entry -> !entry.equals(planned)).toList());
    }

    private static void mustBePossible(InForce added, @Nullable InForce current, Instant now) {
        Instant from = added.from();
        if (from.isBefore(Instant.EPOCH) || from.isAfter(now.plus(FARTHEST))) {
            throw new InvalidValueException(
                    "from", from, "expected a time from 1970 to five years ahead");
        }
        if (current != null && !from.isAfter(current.from())) {
            throw new InvalidValueException(
                    ErrorCode.CONFLICT,
                    "from",
                    from,
                    "expected a time after %s, since when %s has been in force"
                            .formatted(current.from(), current.catalogue()));
        }
    }

    private CatalogueSchedule withinLimit(Instant now) {
        int tooMany = entries.size() - ModelFact.MAX_CATALOGUES;
        if (tooMany <= 0) {
            return this;
        }
        if (state(entries.get(tooMany - 1), now) != State.PAST) {
            throw new InvalidValueException(
                    ErrorCode.CONFLICT,
                    "planned catalogues",
                    entries.size() - 1,
                    "a model has at most %d with the one in force"
                            .formatted(ModelFact.MAX_CATALOGUES));
        }
        return new CatalogueSchedule(entries.subList(tooMany, entries.size()));
    }

    private @Nullable InForce entryAt(Instant time) {
        InForce found = null;
        for (InForce entry : entries) {
            if (!entry.from().isAfter(time)) {
                found = entry;
            }
        }
        return found;
    }
}
