package dev.driveline.telemetry.http;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.runtime.rest.Exchange;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parameter {@code every} of streams: {@code 100ms} to {@code 60s}. */
final class Every {

    private static final long MIN_MS = 100;
    private static final long MAX_MS = 60_000;
    private static final Pattern SHAPE = Pattern.compile("(\\d{1,6})(ms|s)");

    private Every() {}

    /**
     * @param fallback where the parameter is absent
     * @throws InvalidValueException for another text
     */
    static Duration of(Exchange exchange, Duration fallback) {
        String text = exchange.query("every");
        if (text == null) {
            return fallback;
        }
        Matcher matcher = SHAPE.matcher(text);
        if (matcher.matches()) {
            long number = Long.parseLong(matcher.group(1));
            long ms = "s".equals(matcher.group(2)) ? number * 1_000 : number;
            if (ms >= MIN_MS && ms <= MAX_MS) {
                return Duration.ofMillis(ms);
            }
        }
        throw new InvalidValueException("query every", text, "expected 100ms to 60s");
    }
}
