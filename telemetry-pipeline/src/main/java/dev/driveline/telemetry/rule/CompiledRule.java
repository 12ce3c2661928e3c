package dev.driveline.telemetry.rule;

import static java.util.Objects.requireNonNull;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.telemetry.event.TroubleCode;
import dev.driveline.telemetry.rule.RuleDefinition.Fence;
import dev.driveline.telemetry.rule.RuleDefinition.Missing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A rule ready to be applied. Immutable, any thread. */
public final class CompiledRule {

    private final RuleFact fact;
    private final RuleDefinition definition;
    private final Timing timing;
    private final List<String> names;
    private final Map<String, Integer> places;
    private final int[] messages;
    private final List<Window.Over> windows;
    private final @Nullable Judge raise;
    private final @Nullable Judge clear;
    private final @Nullable CodePattern codes;

    private CompiledRule(
            RuleFact fact,
            RuleDefinition definition,
            List<String> names,
            List<Window.Over> windows,
            @Nullable Judge raise,
            @Nullable Judge clear) {
        this.fact = fact;
        this.definition = definition;
        this.timing = definition.timing();
        this.names = names;
        this.windows = windows;
        this.raise = raise;
        this.clear = clear;
        this.codes = definition.dtc() == null ? null : CodePattern.of(definition.dtc());
        this.places = new LinkedHashMap<>();
        this.messages = new int[names.size()];
        Map<String, Integer> numbers = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
            String full = requireNonNull(fact.signals().get(names.get(i)));
            places.put(full, i);
            String message = full.substring(0, Math.max(0, full.lastIndexOf('.')));
            messages[i] = numbers.computeIfAbsent(message, _ -> numbers.size());
        }
    }

    /**
     * The names of signals that a definition uses, as they are written.
     *
     * @throws InvalidValueException RULE_INVALID if the definition cannot be used
     */
    public static Set<String> namesIn(RuleDefinition definition) {
        definition.check();
        Set<String> names = new TreeSet<>();
        if (definition.when() != null) {
            names.addAll(Condition.parse("when", definition.when()).signals());
        }
        if (definition.clearWhen() != null) {
            names.addAll(Condition.parse("clearWhen", definition.clearWhen()).signals());
        }
        if (definition.missing() != null) {
            names.add(definition.missing().signal());
        }
        if (definition.fence() != null) {
            names.add(definition.fence().latitude());
            names.add(definition.fence().longitude());
        }
        return names;
    }

    /**
     * @throws InvalidValueException RULE_INVALID if its definition cannot be used
     */
    public static CompiledRule of(RuleFact fact) {
        RuleDefinition definition = fact.definition();
        List<String> names = List.copyOf(namesIn(definition));
        Set<String> full = new HashSet<>();
        for (String name : names) {
            String found = fact.signals().get(name);
            RuleDefinition.must(
                    found != null && full.add(found),
                    "signal",
                    name,
                    "expected one name for each signal, throughout the rule");
        }
        Condition when =
                definition.when() == null ? null : Condition.parse("when", definition.when());
        Condition clearWhen =
                definition.clearWhen() == null
                        ? null
                        : Condition.parse("clearWhen", definition.clearWhen());
        Judge raise = when != null ? when : fenceOf(definition.fence(), names);
        return new CompiledRule(
                fact, definition, names, windowsOf(names, when, clearWhen), raise, clearWhen);
    }

    private static @Nullable GeoFence fenceOf(@Nullable Fence fence, List<String> names) {
        return fence == null
                ? null
                : new GeoFence(
                        names.indexOf(fence.latitude()),
                        names.indexOf(fence.longitude()),
                        fence.circle(),
                        fence.polygon(),
                        fence.alert());
    }

    private static List<Window.Over> windowsOf(
            List<String> names, @Nullable Condition when, @Nullable Condition clearWhen) {
        Set<Condition.Look> looks = new HashSet<>();
        if (when != null) {
            looks.addAll(when.looks());
        }
        if (clearWhen != null) {
            looks.addAll(clearWhen.looks());
        }
        List<Window.Over> windows = new ArrayList<>();
        looks.forEach(look ->
                windows.add(new Window.Over(names.indexOf(look.signal()), look.lengthUs())));
        windows.sort(
                java.util.Comparator.comparingInt(Window.Over::signal)
                        .thenComparingLong(Window.Over::lengthUs));
        return List.copyOf(windows);
    }

    public RuleFact fact() {
        return fact;
    }

    public RuleDefinition definition() {
        return definition;
    }

    /** Whether it is for a vehicle of this model, in these fleets, with these labels. */
    public boolean covers(String model, List<String> fleets, Map<String, String> labels) {
        return definition.scoped().covers(model, fleets, labels);
    }

    /** The full names of the signals that it reads. */
    public Set<String> signals() {
        return places.keySet();
    }

    /** Where a signal stands in the rule, by its full name; -1 for nowhere. */
    public int placeOf(String fullName) {
        Integer place = places.get(fullName);
        return place == null ? -1 : place;
    }

    /** After how long without a sample of its only signal it is met; 0 for a rule of values. */
    long missingAfterUs() {
        Missing missing = definition.missing();
        return missing == null ? 0 : missing.afterMs() * 1_000;
    }

    /** Whether it has to hear of every batch of a vehicle, not only of its signals. */
    public boolean listensToAll() {
        return definition.missing() != null;
    }

    /** Whether it is about trouble codes, see {@link CodeRun}, and not about signals. */
    public boolean watchesCodes() {
        return codes != null;
    }

    boolean watches(TroubleCode.Key code) {
        return codes != null && codes.matches(code);
    }

    Timing timing() {
        return timing;
    }

    /** By which signals of one message are known. */
    int messageOf(int place) {
        return messages[place];
    }

    Readings newReadings() {
        return new Readings(names, windows);
    }

    /** By full name, as far as they have values. */
    Map<String, Double> valuesOf(Readings readings) {
        Map<String, Double> values = new LinkedHashMap<>();
        places.forEach((name, place) -> {
            double value = readings.latest(place);
            if (!Double.isNaN(value) && !Double.isInfinite(value)) {
                values.put(name, value);
            }
        });
        return values;
    }

    Judge.Verdict raise(Readings readings) {
        return raise == null ? Judge.Verdict.of(false) : raise.judge(readings);
    }

    /** Whether it is over; without a condition of its own, as soon as it is not so any more. */
    Judge.Verdict clear(Readings readings, Judge.Verdict raised) {
        return clear == null
                ? new Judge.Verdict(raised.truth().not(), raised.why())
                : clear.judge(readings);
    }
}
