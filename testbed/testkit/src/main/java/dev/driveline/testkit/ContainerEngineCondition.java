package dev.driveline.testkit;

import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Skips every {@code *IT} class, saying so, where its servers are to be containers and no engine
 * answers. Whole classes: a test that is skipped half-way would still run its tear-down. JUnit
 * finds it by itself, through the service file.
 */
public final class ContainerEngineCondition implements ExecutionCondition {

    private final boolean wanted;
    private final BooleanSupplier engine;

    public ContainerEngineCondition() {
        this(Containers.wanted(), Containers::engineAnswers);
    }

    ContainerEngineCondition(boolean wanted, BooleanSupplier engine) {
        this.wanted = wanted;
        this.engine = engine;
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        boolean needsServers =
                context.getTestClass().filter(ContainerEngineCondition::isIT).isPresent();
        return needsServers ? forIT() : ConditionEvaluationResult.enabled("not an IT");
    }

    ConditionEvaluationResult forIT() {
        if (!wanted) {
            return ConditionEvaluationResult.enabled("the servers are embedded");
        }
        return engine.getAsBoolean()
                ? ConditionEvaluationResult.enabled("a container engine answers")
                : ConditionEvaluationResult.disabled(Containers.NO_ENGINE);
    }

    static boolean isIT(Class<?> test) {
        return test.getSimpleName().endsWith("IT");
    }
}
