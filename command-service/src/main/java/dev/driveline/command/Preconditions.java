package dev.driveline.command;

import dev.driveline.command.command.CommandType;
import dev.driveline.command.command.Precondition;
import dev.driveline.command.http.LatestSignals;
import dev.driveline.contract.id.Vin;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the platform knows of whether a command can be carried out: FALSE refuses it, all else is
 * advice. Thread-safe; blocks for at most {@link LatestSignals#LIMIT}.
 */
final class Preconditions {

    private final @Nullable LatestSignals signals;

    /**
     * @param signals null to ask nobody
     */
    Preconditions(@Nullable LatestSignals signals) {
        this.signals = signals;
    }

    /**
     * What was found.
     *
     * @param advice for the record: precondition, verdict, and the values that it was judged by
     */
    record Judged(Precondition.Verdict verdict, Map<String, Object> advice) {}

    /**
     * Judges; empty for a type without a precondition.
     *
     * @param authorization the caller's header
     */
    Optional<Judged> judge(Vin vin, CommandType type, @Nullable String authorization) {
        String text = type.precondition();
        if (text == null
                || !(Precondition.parse(text) instanceof Precondition.Parsed.Good(var condition))) {
            return Optional.empty();
        }
        Map<String, Precondition.Value> values =
                signals == null || authorization == null
                        ? Map.of()
                        : signals.of(vin, condition.signals(), authorization);
        Precondition.Verdict verdict = condition.judge(values);
        Map<String, Object> seen = new TreeMap<>();
        values.forEach((name, value) ->
                seen.put(name, value.label() == null ? value.number() : value.label()));
        Map<String, Object> advice = new LinkedHashMap<>();
        advice.put("precondition", text);
        advice.put("verdict", verdict.name());
        advice.put("values", seen);
        return Optional.of(new Judged(verdict, advice));
    }
}
