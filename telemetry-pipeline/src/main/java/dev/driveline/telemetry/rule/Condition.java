package dev.driveline.telemetry.rule;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.CelSource;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.navigation.CelNavigableExpr;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A condition in CEL, checked and compiled once. Any thread.
 *
 * <p>It sees the signals through functions only: {@code value(s)}, {@code previous(s)}, {@code
 * age(s)} in seconds, {@code label(s)}, and over a window {@code min max avg rate(s,
 * duration('10s'))}; all numbers are doubles. There are no macros, hence no loops: what it costs is
 * bounded by its length. A function of a signal without a value makes it unknown, unless the rest
 * decides alone ({@code false && …}). Source: CEL language definition, Logical Operators.
 */
final class Condition implements Judge {

    static final int MAX_CHARACTERS = 2_000;
    static final int MAX_SIGNALS = 20;
    static final int MAX_WINDOWS = 10;
    static final Duration MIN_WINDOW = Duration.ofMillis(100);
    static final Duration MAX_WINDOW = Duration.ofHours(1);
    private static final int MAX_DEPTH = 32;

    private static final ScopedValue<Readings> NOW = ScopedValue.newInstance();
    private static final Set<String> PLAIN = Set.of("value", "previous", "age", "label");
    private static final Map<String, Window.Function> WINDOWED =
            Map.of(
                    "min",
                    Window.Function.MIN,
                    "max",
                    Window.Function.MAX,
                    "avg",
                    Window.Function.AVG,
                    "rate",
                    Window.Function.RATE);
    private static final CelOptions OPTIONS =
            CelOptions.current()
                    .enableHeterogeneousNumericComparisons(true)
                    .maxExpressionCodePointSize(MAX_CHARACTERS)
                    .maxParseRecursionDepth(MAX_DEPTH)
                    .build();
    private static final CelCompiler COMPILER = compiler();
    private static final CelRuntime RUNTIME = runtime();

    private final CelRuntime.Program program;
    private final Set<String> signals;
    private final Set<Look> looks;

    private Condition(CelRuntime.Program program, Set<String> signals, Set<Look> looks) {
        this.program = program;
        this.signals = signals;
        this.looks = looks;
    }

    /** A signal that is looked back at, as it is written, and how far. */
    record Look(String signal, long lengthUs) {}

    /**
     * @param member of the definition, for the message
     * @throws InvalidValueException RULE_INVALID, with line and column and what is wrong there
     */
    static Condition parse(String member, String text) {
        if (text.length() > MAX_CHARACTERS) {
            throw invalid(member, text, "expected up to " + MAX_CHARACTERS + " characters");
        }
        CelValidationResult result = COMPILER.compile(text);
        if (result.hasError()) {
            CelIssue issue = result.getErrors().getFirst();
            throw invalid(
                    member,
                    text,
                    at(
                            issue.getSourceLocation().getLine(),
                            issue.getSourceLocation().getColumn() + 1,
                            issue.getMessage()));
        }
        try {
            CelAbstractSyntaxTree tree = result.getAst();
            Set<String> signals = new LinkedHashSet<>();
            Set<Look> looks = new LinkedHashSet<>();
            CelNavigableAst.fromAst(tree)
                    .getRoot()
                    .allNodes()
                    .map(CelNavigableExpr::expr)
                    .filter(node -> node.getKind() == CelExpr.ExprKind.Kind.CALL)
                    .forEach(node -> read(member, text, tree.getSource(), node, signals, looks));
            if (signals.isEmpty()) {
                throw invalid(
                        member, text, "it reads no signal; expected one such as value('SPEED')");
            }
            if (signals.size() > MAX_SIGNALS || looks.size() > MAX_WINDOWS) {
                throw invalid(
                        member,
                        text,
                        "%d signals and %d windows, expected up to %d and %d"
                                .formatted(signals.size(), looks.size(), MAX_SIGNALS, MAX_WINDOWS));
            }
            return new Condition(
                    RUNTIME.createProgram(tree), Set.copyOf(signals), Set.copyOf(looks));
        } catch (CelValidationException | CelEvaluationException failed) {
            throw invalid(member, text, String.valueOf(failed.getMessage()));
        }
    }

    /** The signals that it reads, as they are written. */
    Set<String> signals() {
        return signals;
    }

    Set<Look> looks() {
        return looks;
    }

    @Override
    public Verdict judge(Readings readings) {
        try {
            Object answer = ScopedValue.where(NOW, readings).call(program::eval);
            return Verdict.of(Boolean.TRUE.equals(answer));
        } catch (CelEvaluationException unknown) {
            return Verdict.unknown(reason(unknown));
        }
    }

    private static String reason(CelEvaluationException failed) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof Readings.NoValueException noValue) {
                return String.valueOf(noValue.getMessage());
            }
        }
        return String.valueOf(failed.getMessage());
    }

    /** Takes note of what a call reads; its arguments must be written out. */
    private static void read(
            String member,
            String text,
            CelSource source,
            CelExpr node,
            Set<String> signals,
            Set<Look> looks) {
        CelExpr.CelCall call = node.call();
        String function = call.function();
        boolean windowed = WINDOWED.containsKey(function);
        if (!windowed && !PLAIN.contains(function)) {
            return;
        }
        String signal = textOf(call.args().getFirst());
        if (signal == null) {
            throw invalid(
                    member,
                    text,
                    at(source, node, function + " needs a signal's name in quotes, not computed"));
        }
        signals.add(signal);
        if (windowed) {
            CelExpr length = call.args().get(1);
            String written =
                    length.getKind() == CelExpr.ExprKind.Kind.CALL
                                    && length.call().function().equals("duration")
                            ? textOf(length.call().args().getFirst())
                            : null;
            Duration duration = written == null ? null : durationOf(written);
            if (duration == null
                    || duration.compareTo(MIN_WINDOW) < 0
                    || duration.compareTo(MAX_WINDOW) > 0) {
                throw invalid(
                        member,
                        text,
                        at(
                                source,
                                node,
                                function
                                        + " needs a window such as duration('10s'), 100 ms to 1 h,"
                                        + " not computed"));
            }
            looks.add(new Look(signal, duration.toNanos() / 1_000));
        }
    }

    private static @Nullable String textOf(CelExpr expression) {
        return expression.getKind() == CelExpr.ExprKind.Kind.CONSTANT
                        && expression.constant().getKind() == CelConstant.Kind.STRING_VALUE
                ? expression.constant().stringValue()
                : null;
    }

    private static @Nullable Duration durationOf(String written) {
        java.util.regex.Matcher match =
                java.util.regex.Pattern.compile("(\\d{1,6})(ms|s|m|h)").matcher(written);
        if (!match.matches()) {
            return null;
        }
        long number = Long.parseLong(match.group(1));
        return switch (match.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            default -> Duration.ofHours(number);
        };
    }

    private static String at(CelSource source, CelExpr node, String what) {
        int offset = source.getPositionsMap().getOrDefault(node.id(), 0);
        return source.getOffsetLocation(offset)
                .map(place -> at(place.getLine(), place.getColumn() + 1, what))
                .orElse(what);
    }

    private static String at(int line, int column, String what) {
        return "line " + line + ", column " + column + ": " + what;
    }

    private static InvalidValueException invalid(String member, String text, String rule) {
        return new InvalidValueException(ErrorCode.RULE_INVALID, member, text, rule);
    }

    private static CelCompiler compiler() {
        List<CelFunctionDecl> functions = new ArrayList<>();
        for (String name : PLAIN) {
            CelType type = name.equals("label") ? SimpleType.STRING : SimpleType.DOUBLE;
            functions.add(
                    CelFunctionDecl.newFunctionDeclaration(
                            name,
                            CelOverloadDecl.newGlobalOverload(
                                    name + "_of_signal", type, SimpleType.STRING)));
        }
        for (String name : WINDOWED.keySet()) {
            functions.add(
                    CelFunctionDecl.newFunctionDeclaration(
                            name,
                            CelOverloadDecl.newGlobalOverload(
                                    name + "_of_window",
                                    SimpleType.DOUBLE,
                                    SimpleType.STRING,
                                    SimpleType.DURATION)));
        }
        return CelCompilerFactory.standardCelCompilerBuilder()
                .setOptions(OPTIONS)
                .addFunctionDeclarations(functions)
                .setResultType(SimpleType.BOOL)
                .build();
    }

    private static CelRuntime runtime() {
        List<CelFunctionBinding> bindings = new ArrayList<>();
        bindings.add(
                CelFunctionBinding.from(
                        "value_of_signal", String.class, name -> NOW.get().value(name)));
        bindings.add(
                CelFunctionBinding.from(
                        "previous_of_signal", String.class, name -> NOW.get().previous(name)));
        bindings.add(
                CelFunctionBinding.from(
                        "age_of_signal", String.class, name -> NOW.get().ageS(name)));
        bindings.add(
                CelFunctionBinding.from(
                        "label_of_signal", String.class, name -> NOW.get().label(name)));
        WINDOWED.forEach((name, function) ->
                bindings.add(
                        CelFunctionBinding.from(
                                name + "_of_window",
                                String.class,
                                Duration.class,
                                (signal, length) -> NOW.get().windowed(function, signal, length))));
        return CelRuntimeFactory.legacyCelRuntimeBuilder()
                .setOptions(OPTIONS)
                .addFunctionBindings(bindings)
                .build();
    }
}
