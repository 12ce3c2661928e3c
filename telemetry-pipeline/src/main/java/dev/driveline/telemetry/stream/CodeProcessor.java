package dev.driveline.telemetry.stream;

import static java.util.Objects.requireNonNull;

import dev.driveline.contract.alert.AlertEvent;
import dev.driveline.contract.alert.ClearReason;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.kafka.Headers;
import dev.driveline.runtime.json.MalformedJsonException;
import dev.driveline.telemetry.event.CodeReport;
import dev.driveline.telemetry.event.EventRecords;
import dev.driveline.telemetry.event.HeardEvent;
import dev.driveline.telemetry.fact.Facts;
import dev.driveline.telemetry.fact.KnownVehicle;
import dev.driveline.telemetry.rule.AlertIds;
import dev.driveline.telemetry.rule.CodeRun;
import dev.driveline.telemetry.rule.CompiledRule;
import dev.driveline.telemetry.rule.RuleBook;
import dev.driveline.telemetry.rule.RuleFact;
import dev.driveline.telemetry.rule.RuleRun;
import java.nio.charset.StandardCharsets;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Runs the rules about trouble codes over what vehicles report of them, in the same transaction. Of
 * the task's thread. It shares the store of {@link RuleProcessor}, which ends what is over.
 */
final class CodeProcessor implements Processor<byte[], byte[], byte[], byte[]> {

    static final String NAME = "code-rules";

    private static final List<byte[]> TYPES =
            CodeReport.TYPES.stream().map(type -> type.getBytes(StandardCharsets.UTF_8)).toList();

    private final Facts facts;
    private final RuleBook book;
    private final RuleMetrics metrics;
    private final RuleGuard guard;
    private @Nullable ProcessorContext<byte[], byte[]> context;
    private @Nullable KeyValueStore<byte[], byte[]> store;

    CodeProcessor(Facts facts, RuleStage rules) {
        this.facts = facts;
        this.book = rules.book();
        this.metrics = rules.metrics();
        this.guard = new RuleGuard(metrics);
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> initialised) {
        context = initialised;
        store = initialised.getStateStore(RuleProcessor.STORE);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        byte[] type = header(record, Headers.EVENT_TYPE);
        if (TYPES.stream().noneMatch(known -> Arrays.equals(known, type))) {
            return;
        }
        List<RuleOutcome> outcomes = new ArrayList<>();
        guard.run("a report of trouble codes", () -> take(record, outcomes));
        for (RuleOutcome outcome : outcomes) {
            outcome.write(requireNonNull(store), requireNonNull(context), metrics);
        }
    }

    private void take(Record<byte[], byte[]> record, List<RuleOutcome> outcomes) {
        HeardEvent event;
        try {
            event =
                    EventRecords.read(
                            record.key(),
                            record.value(),
                            name -> header(record, name),
                            record.timestamp(),
                            facts);
        } catch (MalformedJsonException | InvalidValueException | DateTimeParseException _) {
            // Whoever keeps the events tells of it.
            return;
        }
        KnownVehicle vehicle = facts.vehicle(event.vin());
        if (vehicle == null) {
            return;
        }
        CodeReport report = CodeReport.of(event.data());
        for (CompiledRule rule : book.of(vehicle.tenant())) {
            if (rule.watchesCodes() && RuleProcessor.covers(rule, vehicle)) {
                guard.run(
                        "rule " + rule.fact().key(),
                        () -> run(rule, event, report, record.timestamp(), outcomes));
            }
        }
    }

    private static byte @Nullable [] header(Record<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? null : header.value();
    }

    private void run(
            CompiledRule rule,
            HeardEvent event,
            CodeReport report,
            long timestamp,
            List<RuleOutcome> outcomes) {
        RuleFact fact = rule.fact();
        byte[] key = RuleProcessor.keyOf(fact.key(), event.vin());
        byte[] before = requireNonNull(store).get(key);
        List<AlertEvent> told = new ArrayList<>();
        CodeRun run = resumed(rule, event, before, told);
        if (run == null) {
            return;
        }
        run.take(
                event.id(),
                report,
                event.tUs(),
                one ->
                        told.add(
                                AlertIds.event(
                                        fact,
                                        fact.version(),
                                        event.vin(),
                                        one.effect(),
                                        one.values())));
        byte[] after = run.isBlank() ? null : run.toBytes();
        outcomes.add(RuleOutcome.of(key, before, after, told, timestamp));
    }

    /** Null where another process has a newer version of the rule. */
    private @Nullable CodeRun resumed(
            CompiledRule rule, HeardEvent event, byte @Nullable [] before, List<AlertEvent> told) {
        if (before == null) {
            return CodeRun.of(rule);
        }
        RuleRun.Head head = RuleRun.head(before);
        long version = rule.fact().version();
        if (head.ruleVersion() > version) {
            return null;
        }
        if (head.ruleVersion() == version) {
            return CodeRun.fromBytes(rule, before);
        }
        RuleProcessor.withdraw(rule.fact(), event.vin(), head, ClearReason.RULE_CHANGED, told);
        return CodeRun.of(rule);
    }
}
