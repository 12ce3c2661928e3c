package dev.driveline.telemetry.rule;

import static java.util.Objects.requireNonNullElse;

import dev.driveline.contract.alert.Severity;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a person writes of a rule. Exactly one of {@code when}, {@code missing}, {@code fence} and
 * {@code dtc} says what it is about.
 *
 * <p>Signals are named in full, {@code bus.Message.SIGNAL}, or by an ending that is one of the
 * vehicles' signals only.
 *
 * @param enabled null for true
 * @param when a condition in CEL, see {@link Condition}
 * @param clearWhen when the alert is over; null for as soon as {@code when} is false
 * @param holdMs vehicle time for which it is to be so before the alert is raised
 * @param clearHoldMs for which it is to be over before the alert is cleared
 * @param coolDownMs after the clearing, during which none is raised
 * @param silenceMs after which nothing heard of its signals clears the alert; null for never
 * @param scope null for all vehicles
 */
public record RuleDefinition(
        String name,
        @Nullable Boolean enabled,
        Severity severity,
        @Nullable String when,
        @Nullable Missing missing,
        @Nullable Fence fence,
        @Nullable Dtc dtc,
        @Nullable String clearWhen,
        @Nullable Long holdMs,
        @Nullable Long clearHoldMs,
        @Nullable Long coolDownMs,
        @Nullable Long silenceMs,
        @Nullable RuleScope scope) {

    public static final int MAX_NAME_CHARACTERS = 200;
    private static final long MAX_HOLD_MS = 24 * 3_600_000L;
    private static final long MAX_COOL_DOWN_MS = 30 * 24 * 3_600_000L;
    private static final int MAX_CORNERS = 100;
    private static final double MAX_RADIUS_M = 1_000_000;
    private static final int MAX_CODE_CHARACTERS = 64;

    /** The vehicle sends batches, and nothing of a signal for that time. */
    public record Missing(String signal, long afterMs) {}

    /**
     * A vehicle's place by two signals in degrees (WGS 84); exactly one of circle and polygon.
     *
     * @param polygon its corners in order; the last is joined to the first
     * @param alert whether it is to be told of while it is inside or while it is outside
     */
    public record Fence(
            String latitude,
            String longitude,
            @Nullable Circle circle,
            @Nullable List<Place> polygon,
            Side alert) {}

    public record Circle(double latitude, double longitude, double radiusM) {}

    public record Place(double latitude, double longitude) {}

    /**
     * The vehicle tells of a trouble code that it is ACTIVE.
     *
     * @param code as the vehicle names it; a {@code *} in it stands for any characters
     * @param ecu of this control unit only; null for any
     */
    public record Dtc(String code, @Nullable String ecu) {}

    public enum Side {
        INSIDE,
        OUTSIDE
    }

    /**
     * Checks all but the names of signals and the CEL.
     *
     * @throws InvalidValueException RULE_INVALID, naming the member
     */
    public void check() {
        must(present(name) && !name.isBlank(), "name", name, "expected a name");
        must(
                name.length() <= MAX_NAME_CHARACTERS,
                "name",
                name,
                "expected up to " + MAX_NAME_CHARACTERS + " characters");
        must(present(severity), "severity", "null", "expected INFO, WARNING or CRITICAL");
        long kinds = Stream.of(when, missing, fence, dtc).filter(Objects::nonNull).count();
        must(kinds == 1, "rule", name, "expected one of 'when', 'missing', 'fence' and 'dtc'");
        must(
                clearWhen == null || when != null,
                "clearWhen",
                String.valueOf(clearWhen),
                "expected only beside 'when'");
        within("holdMs", holdMs, 0, MAX_HOLD_MS);
        within("clearHoldMs", clearHoldMs, 0, MAX_HOLD_MS);
        within("coolDownMs", coolDownMs, 0, MAX_COOL_DOWN_MS);
        within("silenceMs", silenceMs, 1_000, MAX_COOL_DOWN_MS);
        if (missing != null) {
            must(present(missing.signal()), "missing.signal", "null", "expected a signal");
            within("missing.afterMs", missing.afterMs(), 1_000, MAX_HOLD_MS);
        }
        if (fence != null) {
            check(fence);
        }
        if (dtc != null) {
            check(dtc);
        }
        if (scope != null) {
            scope.check();
        }
    }

    /** Reports come when something changes, so there is none at which a time would be over. */
    private void check(Dtc codes) {
        mustBeText("dtc.code", codes.code());
        if (codes.ecu() != null) {
            mustBeText("dtc.ecu", codes.ecu());
        }
        Timing timing = timing();
        must(
                timing.equals(new Timing(0, 0, 0, 0)),
                "dtc",
                codes.code(),
                "expected without 'holdMs', 'clearHoldMs', 'coolDownMs' and 'silenceMs'");
    }

    private static void mustBeText(String thing, @Nullable String text) {
        must(
                text != null && !text.isBlank() && text.length() <= MAX_CODE_CHARACTERS,
                thing,
                String.valueOf(text),
                "expected 1 to " + MAX_CODE_CHARACTERS + " characters");
    }

    private static void check(Fence fence) {
        must(present(fence.latitude()), "fence.latitude", "null", "expected a signal");
        must(present(fence.longitude()), "fence.longitude", "null", "expected a signal");
        must(present(fence.alert()), "fence.alert", "null", "expected INSIDE or OUTSIDE");
        Circle circle = fence.circle();
        List<Place> polygon = fence.polygon();
        must(
                (circle == null) != (polygon == null),
                "fence",
                fence.alert(),
                "expected one of 'circle' and 'polygon'");
        if (circle != null) {
            check(new Place(circle.latitude(), circle.longitude()));
            must(
                    circle.radiusM() > 0 && circle.radiusM() <= MAX_RADIUS_M,
                    "fence.circle.radiusM",
                    circle.radiusM(),
                    "expected more than 0 and up to 1,000,000");
        }
        if (polygon != null) {
            must(
                    polygon.size() >= 3 && polygon.size() <= MAX_CORNERS,
                    "fence.polygon",
                    polygon.size() + " corners",
                    "expected 3 to " + MAX_CORNERS);
            polygon.forEach(RuleDefinition::check);
            double west = polygon.stream().mapToDouble(Place::longitude).min().orElseThrow();
            double east = polygon.stream().mapToDouble(Place::longitude).max().orElseThrow();
            must(
                    east - west < 180,
                    "fence.polygon",
                    "from " + west + " to " + east,
                    "expected less than 180 degrees of longitude, not across the date line");
        }
    }

    private static void check(Place place) {
        must(
                present(place) && Math.abs(place.latitude()) <= 90,
                "latitude",
                place,
                "expected -90 to 90 degrees");
        must(
                Math.abs(place.longitude()) <= 180,
                "longitude",
                place.longitude(),
                "expected -180 to 180 degrees");
    }

    boolean isEnabled() {
        return requireNonNullElse(enabled, Boolean.TRUE);
    }

    RuleScope scoped() {
        return scope == null ? RuleScope.ALL : scope;
    }

    Timing timing() {
        return new Timing(
                micros(holdMs), micros(clearHoldMs), micros(coolDownMs), micros(silenceMs));
    }

    private static long micros(@Nullable Long ms) {
        return ms == null ? 0 : ms * 1_000;
    }

    /** What JSON leaves out is null, whatever the type says. */
    private static boolean present(@Nullable Object member) {
        return member != null;
    }

    private static void within(String thing, @Nullable Long value, long min, long max) {
        if (value != null) {
            must(
                    value >= min && value <= max,
                    thing,
                    value,
                    "expected %d to %d".formatted(min, max));
        }
    }

    static void must(boolean holds, String thing, Object value, String rule) {
        if (!holds) {
            throw new InvalidValueException(ErrorCode.RULE_INVALID, thing, value, rule);
        }
    }

    /**
     * For which vehicles a rule is: those that meet every member; an empty one asks for nothing.
     */
    public record RuleScope(
            @Nullable List<String> models,
            @Nullable List<String> fleets,
            @Nullable Map<String, String> labels) {

        static final RuleScope ALL = new RuleScope(null, null, null);
        private static final int MAX_NAMES = 100;

        void check() {
            must(
                    size(models) + size(fleets) + (labels == null ? 0 : labels.size()) <= MAX_NAMES,
                    "scope",
                    this,
                    "expected up to " + MAX_NAMES + " models, fleets and labels together");
        }

        /** Whether it asks for models, and not for this one. */
        public boolean excludesModel(String model) {
            return size(models) > 0 && !requireNonNullElse(models, List.of()).contains(model);
        }

        public boolean covers(String model, List<String> inFleets, Map<String, String> labelled) {
            return !excludesModel(model)
                    && (size(fleets) == 0
                            || requireNonNullElse(fleets, List.<String>of()).stream()
                                    .anyMatch(inFleets::contains))
                    && (labels == null || labelled.entrySet().containsAll(labels.entrySet()));
        }

        private static int size(@Nullable List<String> list) {
            return list == null ? 0 : list.size();
        }
    }
}
