package dev.driveline.telemetry.http;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.runtime.rest.Exchange;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Query parameters that several routes have. */
final class Queries {

    private static final Instant LAST = Instant.parse("2254-01-01T00:00:00Z");

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

    /** A time in microseconds since 1970. */
    static long micros(Exchange exchange, String name, long fallback) {
        Instant instant = exchange.queryInstant(name);
        if (instant == null) {
            return fallback;
        }
        if (instant.isBefore(Instant.EPOCH) || instant.isAfter(LAST)) {
            throw new InvalidValueException(
                    "query " + name, instant, "expected a time from 1970 to 2254");
        }
        return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }
}
