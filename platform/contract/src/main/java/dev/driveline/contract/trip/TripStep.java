package dev.driveline.contract.trip;

import java.util.Locale;

/** What is told of a trip or charging session. */
public enum TripStep {
    /**
     * It has ended. Told again with the same id where later data change it: the last one counts.
     */
    FOUND,
    /** Later data show that there was none. */
    WITHDRAWN;

    /** As it stands in the header {@code ce_type}. */
    public String eventType(TripKind kind) {
        return "driveline.%s.%s"
                .formatted(kind.name().toLowerCase(Locale.ROOT), name().toLowerCase(Locale.ROOT));
    }
}
