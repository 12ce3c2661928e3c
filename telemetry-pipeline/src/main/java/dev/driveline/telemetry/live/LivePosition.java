package dev.driveline.telemetry.live;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A sample's place in the log; what a listener sends back as Last-Event-ID.
 *
 * <p>Shape as text: {@code partition-offset-place}, decimal.
 *
 * @param offset of the sample's batch in {@code telemetry.signals}
 * @param place in the batch, from 0
 */
public record LivePosition(int partition, long offset, int place) {

    private static final Pattern SHAPE = Pattern.compile("(\\d{1,9})-(\\d{1,18})-(\\d{1,9})");

    /** Reads the text form; null where it is none. */
    public static @Nullable LivePosition parse(String text) {
        Matcher matcher = SHAPE.matcher(text);
        return matcher.matches()
                ? new LivePosition(
                        Integer.parseInt(matcher.group(1)),
                        Long.parseLong(matcher.group(2)),
                        Integer.parseInt(matcher.group(3)))
                : null;
    }

    @Override
    public String toString() {
        return partition + "-" + offset + "-" + place;
    }
}
