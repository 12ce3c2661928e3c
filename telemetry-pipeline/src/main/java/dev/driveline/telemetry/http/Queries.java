package dev.driveline.telemetry.http;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.runtime.rest.Exchange;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Query parameters that several routes have. */
final class Queries {

    private static final Instant LAST = Instant.parse("2255-01-01T00:00:00Z");

    private Queries() {}

    /** A constant by its name; null where the parameter is absent. */
    static <E extends Enum<E>> @Nullable E oneOf(Class<E> type, Exchange exchange, String name) {
        String text = exchange.query(name);
        if (text == null) {
            return null;
        }
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equals(text)) {
                return constant;
            }
        }
        throw new InvalidValueException(
                "query " + name,
                text,
                "expected one of " + Arrays.toString(type.getEnumConstants()));
    }

    /** A time from 1970 to 2254; null where the parameter is absent. */
    static @Nullable Instant instant(Exchange exchange, String name) {
        Instant instant = exchange.queryInstant(name);
        if (instant != null && (instant.isBefore(Instant.EPOCH) || instant.isAfter(LAST))) {
            throw new InvalidValueException(
                    "query " + name, instant, "expected a time from 1970 to 2254");
        }
        return instant;
    }

    /** Such a time in microseconds since 1970. */
    static long micros(Exchange exchange, String name, long fallback) {
        Instant instant = instant(exchange, name);
        return instant == null ? fallback : ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }

    /** A finer time between two microseconds is the later one: both ends stay half-open. */
    static long microsUp(Instant instant) {
        long whole = ChronoUnit.MICROS.between(Instant.EPOCH, instant);
        return Instant.EPOCH.plus(whole, ChronoUnit.MICROS).equals(instant) ? whole : whole + 1;
    }
}
