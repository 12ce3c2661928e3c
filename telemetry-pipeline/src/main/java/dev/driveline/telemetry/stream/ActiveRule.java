package dev.driveline.telemetry.stream;

import dev.driveline.contract.alert.AlertEvent;
import dev.driveline.telemetry.rule.RuleRun;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A rule at work on a batch. Of the task's thread. */
final class ActiveRule {

    final String name;
    final byte[] key;
    final byte @Nullable [] before;
    final RuleRun run;
    final List<AlertEvent> told;

    /** Writes into {@link #told}. */
    final Consumer<RuleRun.Told> teller;

    /** Whether it is passed over for the rest of the batch. */
    boolean failed;

    /**
     * @param key of what the store has of it
     * @param before what that is; null for nothing
     */
    ActiveRule(
            byte[] key,
            byte @Nullable [] before,
            RuleRun run,
            List<AlertEvent> told,
            Consumer<RuleRun.Told> teller) {
        this.name = run.rule().fact().key();
        this.key = key;
        this.before = before;
        this.run = run;
        this.told = told;
        this.teller = teller;
    }
}
