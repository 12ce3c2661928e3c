package dev.driveline.telemetry.rule;

import dev.driveline.telemetry.event.TroubleCode;
import org.jspecify.annotations.Nullable;

/**
 * Which trouble codes a rule is about.
 *
 * @param code in it a {@code *} stands for any characters, also for none
 * @param ecu null for any
 */
record CodePattern(String code, @Nullable String ecu) {

    static CodePattern of(RuleDefinition.Dtc definition) {
        return new CodePattern(definition.code(), definition.ecu());
    }

    boolean matches(TroubleCode.Key key) {
        return (ecu == null || ecu.equals(key.ecu())) && isLike(key.code());
    }

    /** Linear for a given pattern: only the last star seen is ever tried anew. */
    private boolean isLike(String text) {
        int at = 0;
        int star = -1;
        int behindStar = 0;
        int i = 0;
        while (i < text.length()) {
            if (at < code.length() && code.charAt(at) == '*') {
                star = at;
                at++;
                behindStar = i;
            } else if (at < code.length() && code.charAt(at) == text.charAt(i)) {
                at++;
                i++;
            } else if (star >= 0) {
                at = star + 1;
                behindStar++;
                i = behindStar;
            } else {
                return false;
            }
        }
        while (at < code.length() && code.charAt(at) == '*') {
            at++;
        }
        return at == code.length();
    }
}
