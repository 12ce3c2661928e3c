package dev.driveline.command.command;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelOverloadDecl;
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
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What should be so before a command is sent, in CEL over the vehicle's latest signals: {@code
 * value('Vehicle.Speed') == 0.0 && label('GEAR') == 'P'}. Any thread.
 *
 * <p>Advice only: the vehicle decides for itself. A signal without a value makes it unknown, unless
 * the rest decides alone. There are no macros, hence no loops. Source: CEL language definition.
 */
public final class Precondition {

    static final int MAX_CHARACTERS = 2_000;
    static final int MAX_SIGNALS = 10;
    private static final int MAX_DEPTH = 32;

    private static final ScopedValue<Map<String, Value>> VALUES = ScopedValue.newInstance();
    private static final Map<String, CelType> FUNCTIONS =
            Map.of("value", SimpleType.DOUBLE, "label", SimpleType.STRING);
    private static final CelOptions OPTIONS =
            CelOptions.current()
                    .enableHeterogeneousNumericComparisons(true)
                    .maxExpressionCodePointSize(MAX_CHARACTERS)
                    .maxParseRecursionDepth(MAX_DEPTH)
                    .build();
    private static final CelCompiler COMPILER =
            CelCompilerFactory.standardCelCompilerBuilder()
                    .setOptions(OPTIONS)
                    .addFunctionDeclarations(
                            FUNCTIONS.entrySet().stream()
                                    .map(function ->
                                            CelFunctionDecl.newFunctionDeclaration(
                                                    function.getKey(),
                                                    CelOverloadDecl.newGlobalOverload(
                                                            function.getKey() + "_of_signal",
                                                            function.getValue(),
                                                            SimpleType.STRING)))
                                    .toList())
                    .setResultType(SimpleType.BOOL)
                    .build();
    private static final CelRuntime RUNTIME =
            CelRuntimeFactory.legacyCelRuntimeBuilder()
                    .setOptions(OPTIONS)
                    .addFunctionBindings(
                            CelFunctionBinding.from(
                                    "value_of_signal", String.class, name -> of(name).number()),
                            CelFunctionBinding.from(
                                    "label_of_signal", String.class, Precondition::labelOf))
                    .build();

    private final String text;
    private final CelRuntime.Program program;
    private final Set<String> signals;

    private Precondition(String text, CelRuntime.Program program, Set<String> signals) {
        this.text = text;
        this.program = program;
        this.signals = signals;
    }

    /** A signal's latest value; {@code label} is null where it has none. */
    public record Value(double number, @Nullable String label) {}

    /** What it comes to. */
    public enum Verdict {
        TRUE,
        FALSE,
        UNKNOWN
    }

    /** What came of reading one: a precondition, or what is wrong with it. */
    public sealed interface Parsed {
        record Good(Precondition precondition) implements Parsed {}

        record Bad(String why) implements Parsed {}
    }

    /** Reads one; {@code Bad} says line and column. */
    public static Parsed parse(String text) {
        if (text.length() > MAX_CHARACTERS) {
            return new Parsed.Bad("expected up to " + MAX_CHARACTERS + " characters");
        }
        CelValidationResult result = COMPILER.compile(text);
        if (result.hasError()) {
            CelIssue issue = result.getErrors().getFirst();
            return new Parsed.Bad(
                    "line %d, column %d: %s"
                            .formatted(
                                    issue.getSourceLocation().getLine(),
                                    issue.getSourceLocation().getColumn() + 1,
                                    issue.getMessage()));
        }
        try {
            CelAbstractSyntaxTree tree = result.getAst();
            Set<String> signals = new TreeSet<>();
            boolean computed =
                    CelNavigableAst.fromAst(tree)
                            .getRoot()
                            .allNodes()
                            .map(CelNavigableExpr::expr)
                            .filter(Precondition::reads)
                            .anyMatch(node -> !named(node, signals));
            if (computed) {
                return new Parsed.Bad("a signal's name stands in quotes, it is not computed");
            }
            if (signals.isEmpty() || signals.size() > MAX_SIGNALS) {
                return new Parsed.Bad(
                        "it reads %d signals, expected 1 to %d, such as value('Vehicle.Speed')"
                                .formatted(signals.size(), MAX_SIGNALS));
            }
            return new Parsed.Good(
                    new Precondition(text, RUNTIME.createProgram(tree), Set.copyOf(signals)));
        } catch (CelValidationException | CelEvaluationException failed) {
            return new Parsed.Bad(String.valueOf(failed.getMessage()));
        }
    }

    public String text() {
        return text;
    }

    /** The signals that it reads, as they are written. */
    public Set<String> signals() {
        return signals;
    }

    /**
     * Judges.
     *
     * @param values of those signals that have one, by the name that is written
     */
    public Verdict judge(Map<String, Value> values) {
        try {
            Object answer = ScopedValue.where(VALUES, values).call(program::eval);
            return Boolean.TRUE.equals(answer) ? Verdict.TRUE : Verdict.FALSE;
        } catch (CelEvaluationException unknown) {
            return Verdict.UNKNOWN;
        }
    }

    private static boolean reads(CelExpr node) {
        return node.getKind() == CelExpr.ExprKind.Kind.CALL
                && FUNCTIONS.containsKey(node.call().function());
    }

    private static boolean named(CelExpr node, Set<String> signals) {
        CelExpr name = node.call().args().getFirst();
        if (name.getKind() != CelExpr.ExprKind.Kind.CONSTANT
                || name.constant().getKind() != CelConstant.Kind.STRING_VALUE) {
            return false;
        }
        signals.add(name.constant().stringValue());
        return true;
    }

    private static Value of(String name) {
        Value value = VALUES.get().get(name);
        if (value == null) {
            throw new IllegalStateException("signal '" + name + "' has no value");
        }
        return value;
    }

    private static String labelOf(String name) {
        String label = of(name).label();
        if (label == null) {
            throw new IllegalStateException("signal '" + name + "' has no label");
        }
        return label;
    }
}
