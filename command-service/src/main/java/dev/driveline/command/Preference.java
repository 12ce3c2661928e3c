package dev.driveline.command;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a caller prefers. Source: RFC 7240 §4.3. */
final class Preference {

    /** How long an answer is held back at most. */
    static final int MAX_WAIT_S = 30;

    private static final Pattern WAIT =
            Pattern.compile("(?:^|,)\\s*wait\\s*=\\s*\"?(\\d{1,9})\"?\\s*(?:[,;]|$)");

    private Preference() {}

    /** How many seconds to wait, at most {@value #MAX_WAIT_S}; 0 without a wish that is one. */
    static int waitIn(@Nullable String header) {
        Matcher wait = WAIT.matcher(header == null ? "" : header.toLowerCase(Locale.ROOT));
        return wait.find() ? Math.min(MAX_WAIT_S, Integer.parseInt(wait.group(1))) : 0;
    }
}
