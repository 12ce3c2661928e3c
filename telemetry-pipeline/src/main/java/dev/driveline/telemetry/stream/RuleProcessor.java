package dev.driveline.telemetry.stream;

import static java.util.Objects.requireNonNull;

import dev.driveline.contract.alert.AlertEvent;
import dev.driveline.contract.alert.ClearReason;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.telemetry.v1.Origin;
import dev.driveline.contract.telemetry.v1.SampleBatch;
import dev.driveline.telemetry.fact.CatalogueAnswer;
import dev.driveline.telemetry.fact.Facts;
import dev.driveline.telemetry.fact.KnownVehicle;
import dev.driveline.telemetry.intake.Outcome;
import dev.driveline.telemetry.rule.AlertEffect;
import dev.driveline.telemetry.rule.AlertIds;
import dev.driveline.telemetry.rule.CompiledRule;
import dev.driveline.telemetry.rule.RuleBook;
import dev.driveline.telemetry.rule.RuleFact;
import dev.driveline.telemetry.rule.RuleRun;
import dev.driveline.telemetry.sample.Quality;
import dev.driveline.telemetry.sample.SampleCursor;
import dev.driveline.telemetry.sample.SignalDefinition;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the rules over the batches that were accepted and came live, in the same transaction. Of the
 * task's thread.
 *
 * <p>Its store has, by rule and vehicle ({@code tenant/id}, 0, VIN), what {@link RuleRun}
 * remembers. Within a second after a rule has changed or is gone, what it remembered is forgotten
 * and its alerts are cleared. A rule of which this process has not heard yet is left alone.
 *
 * <p>A rule that fails by a bug is passed over for that batch, logged and counted: of it nothing is
 * remembered and nothing told, of the others both. What Kafka fails in ends the task and takes back
 * its transaction.
 */
final class RuleProcessor implements Processor<byte[], Outcome.Accepted, byte[], byte[]> {

    static final String NAME = "rules";
    static final String STORE = "rule-runs";
    static final String ALERTS = "alerts";

    private static final Logger LOG = LoggerFactory.getLogger(RuleProcessor.class);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
    private static final long TICK_EVERY_MS = 5_000;
    private static final long SWEEP_EVERY_MS = 300_000;

    private final Facts facts;
    private final RuleBook book;
    private final RuleMetrics metrics;
    private final RuleGuard guard;
    private @Nullable ProcessorContext<byte[], byte[]> context;
    private @Nullable KeyValueStore<byte[], byte[]> store;
    private long sweptChanges = -1;
    private long sweptMs;
    private long tickedMs;

    RuleProcessor(Facts facts, RuleStage rules) {
        this.facts = facts;
        this.book = rules.book();
        this.metrics = rules.metrics();
        this.guard = new RuleGuard(metrics);
    }

    /** A signal of the batch goes to this place of that rule. */
    private record Target(ActiveRule active, int place) {}

    @Override
    public void init(ProcessorContext<byte[], byte[]> initialised) {
        context = initialised;
        store = initialised.getStateStore(STORE);
        initialised.schedule(LOOK_EVERY, PunctuationType.WALL_CLOCK_TIME, this::look);
    }

    @Override
    public void process(Record<byte[], Outcome.Accepted> record) {
        Outcome.Accepted accepted = record.value();
        SampleBatch batch = accepted.batch();
        TenantId tenant = accepted.tenant();
        if (tenant == null
                || batch.getLate()
                || batch.getOrigin() == Origin.ORIGIN_STORED
                || book.of(tenant).isEmpty()) {
            return;
        }
        Vin vin = Vin.of(new String(record.key(), StandardCharsets.US_ASCII));
        KnownVehicle vehicle = facts.vehicle(vin);
        if (vehicle == null || !vehicle.tenant().equals(tenant)) {
            return;
        }
        for (RuleOutcome outcome : outcomesOf(vin, vehicle, batch, record.timestamp())) {
            write(outcome);
        }
    }

    private void write(RuleOutcome outcome) {
        outcome.write(requireNonNull(store), requireNonNull(context), metrics);
    }

    private List<RuleOutcome> outcomesOf(
            Vin vin, KnownVehicle vehicle, SampleBatch batch, long timestamp) {
        List<ActiveRule> active = new ArrayList<>();
        List<List<Target>> targets = new ArrayList<>();
        for (int i = 0; i < batch.getSignalCount(); i++) {
            targets.add(new ArrayList<>());
        }
        for (CompiledRule rule : book.of(vehicle.tenant())) {
            ActiveRule one =
                    guard.result(rule.fact().key(), () -> started(rule, vin, vehicle, batch));
            if (one != null) {
                active.add(one);
                aim(one, batch, targets);
            }
        }
        if (active.isEmpty()) {
            return List.of();
        }
        Long endUs = guard.result("a batch", () -> feed(batch, targets));
        if (endUs == null) {
            return List.of();
        }
        long nowMs = requireNonNull(context).currentSystemTimeMs();
        List<RuleOutcome> outcomes = new ArrayList<>();
        for (ActiveRule one : active) {
            RuleOutcome outcome =
                    one.failed
                            ? null
                            : guard.result(one.name, () -> ended(one, endUs, nowMs, timestamp));
            if (outcome != null) {
                outcomes.add(outcome);
            }
        }
        return outcomes;
    }

    private RuleOutcome ended(ActiveRule one, long endUs, long nowMs, long timestamp) {
        one.run.endBatch(endUs, nowMs, one.teller);
        metrics.unknown(one.run.unknown());
        return RuleOutcome.of(one.key, one.before, one.run.toBytes(), one.told, timestamp);
    }

    private static Consumer<RuleRun.Told> teller(CompiledRule rule, Vin vin, List<AlertEvent> to) {
        RuleFact fact = rule.fact();
        return told ->
                to.add(AlertIds.event(fact, fact.version(), vin, told.effect(), told.values()));
    }

    /** Null if the batch has nothing for the rule, or another process has a newer one. */
    private @Nullable ActiveRule started(
            CompiledRule rule, Vin vin, KnownVehicle vehicle, SampleBatch batch) {
        if (!covers(rule, vehicle)) {
            return null;
        }
        boolean concerned = rule.listensToAll();
        for (int i = 0; i < batch.getSignalCount() && !concerned; i++) {
            concerned = rule.placeOf(batch.getSignal(i).getName()) >= 0;
        }
        if (!concerned) {
            return null;
        }
        byte[] key = keyOf(rule.fact().key(), vin);
        byte[] before = requireNonNull(store).get(key);
        List<AlertEvent> told = new ArrayList<>();
        RuleRun run = resumed(rule, vin, before, told);
        return run == null ? null : new ActiveRule(key, before, run, told, teller(rule, vin, told));
    }

    private static void aim(ActiveRule one, SampleBatch batch, List<List<Target>> targets) {
        for (int i = 0; i < batch.getSignalCount(); i++) {
            int place = one.run.rule().placeOf(batch.getSignal(i).getName());
            if (place >= 0) {
                targets.get(i).add(new Target(one, place));
            }
        }
    }

    /** Null where another process has a newer version of the rule. */
    private @Nullable RuleRun resumed(
            CompiledRule rule, Vin vin, byte @Nullable [] before, List<AlertEvent> told) {
        RuleRun.Head head = before == null ? null : headOf(before);
        if (before == null || head == null) {
            return RuleRun.of(rule);
        }
        if (head.ruleVersion() > rule.fact().version()) {
            return null;
        }
        if (head.ruleVersion() == rule.fact().version()) {
            return RuleRun.fromBytes(rule, before);
        }
        withdraw(rule.fact(), vin, head, ClearReason.RULE_CHANGED, told);
        return RuleRun.of(rule);
    }

    /** Returns the vehicle time of the batch's last sample. */
    private long feed(SampleBatch batch, List<List<Target>> targets) {
        SignalDefinition[] definitions = new SignalDefinition[batch.getSignalCount()];
        for (int i = 0; i < definitions.length; i++) {
            definitions[i] = SignalDefinition.of(batch.getSignal(i), batch.getCatalogue());
        }
        CatalogueAnswer catalogue =
                batch.getCatalogue().isEmpty()
                        ? new CatalogueAnswer.Missing()
                        : facts.catalogue(CatalogueRef.parse(batch.getCatalogue()));
        SampleCursor cursor = new SampleCursor(batch);
        while (cursor.next()) {
            List<Target> interested = targets.get(cursor.signal());
            if (interested.isEmpty()) {
                continue;
            }
            SignalDefinition definition = definitions[cursor.signal()];
            double value = RuleRun.valueOf(definition, cursor.raw(), Quality.of(cursor.quality()));
            String label =
                    catalogue instanceof CatalogueAnswer.Found found && !definition.real()
                            ? found.catalogue()
                                    .catalogue()
                                    .signal(definition.index())
                                    .labels()
                                    .of(cursor.raw())
                            : null;
            for (Target target : interested) {
                ActiveRule one = target.active();
                if (!one.failed) {
                    one.failed = !took(one, target.place(), cursor.tUs(), value, label);
                }
            }
        }
        return cursor.tUs();
    }

    private boolean took(
            ActiveRule one, int place, long tUs, double value, @Nullable String label) {
        return guard.result(
                        one.name,
                        () -> {
                            one.run.take(place, tUs, value, label, one.teller);
                            return one;
                        })
                != null;
    }

    private void look(long nowMs) {
        if (nowMs - tickedMs >= TICK_EVERY_MS) {
            tickedMs = nowMs;
            book.bearingNoSilence().forEach(rule -> tick(rule, nowMs));
        }
        long changes = book.changes();
        if (changes != sweptChanges || nowMs - sweptMs >= SWEEP_EVERY_MS) {
            sweep(nowMs);
            sweptChanges = changes;
            sweptMs = nowMs;
        }
    }

    private void tick(CompiledRule rule, long nowMs) {
        byte[] from = prefixOf(rule.fact().key(), 0);
        byte[] to = prefixOf(rule.fact().key(), 1);
        List<RuleOutcome> outcomes = new ArrayList<>();
        try (KeyValueIterator<byte[], byte[]> all = requireNonNull(store).range(from, to)) {
            while (all.hasNext()) {
                KeyValue<byte[], byte[]> entry = all.next();
                RuleOutcome outcome =
                        guard.result(rule.fact().key(), () -> ticked(rule, entry, nowMs));
                if (outcome != null) {
                    outcomes.add(outcome);
                }
            }
        }
        outcomes.forEach(this::write);
    }

    private @Nullable RuleOutcome ticked(
            CompiledRule rule, KeyValue<byte[], byte[]> entry, long nowMs) {
        RuleRun.Head head = headOf(entry.value);
        if (head == null || head.ruleVersion() != rule.fact().version()) {
            return null;
        }
        RuleRun run = RuleRun.fromBytes(rule, entry.value);
        List<AlertEvent> told = new ArrayList<>();
        run.tick(nowMs, teller(rule, vinOf(entry.key), told));
        return RuleOutcome.of(entry.key, entry.value, run.toBytes(), told, nowMs);
    }

    private void sweep(long nowMs) {
        List<RuleOutcome> over = new ArrayList<>();
        try (KeyValueIterator<byte[], byte[]> all = requireNonNull(store).all()) {
            while (all.hasNext()) {
                KeyValue<byte[], byte[]> entry = all.next();
                RuleOutcome outcome = guard.result("the sweep", () -> swept(entry, nowMs));
                if (outcome != null) {
                    over.add(outcome);
                }
            }
        }
        over.forEach(this::write);
    }

    private @Nullable RuleOutcome swept(KeyValue<byte[], byte[]> entry, long nowMs) {
        List<AlertEvent> told = new ArrayList<>();
        return isOver(entry.key, entry.value, told)
                ? RuleOutcome.of(entry.key, entry.value, null, told, nowMs)
                : null;
    }

    /** Tells of the end of its alert, too. */
    private boolean isOver(byte[] key, byte[] value, List<AlertEvent> told) {
        Vin vin = vinOf(key);
        RuleBook.Entry entry = book.find(ruleOf(key));
        RuleRun.Head head = headOf(value);
        if (head == null) {
            return true;
        }
        if (entry == null || head.ruleVersion() > entry.fact().version()) {
            return false;
        }
        KnownVehicle vehicle = facts.vehicle(vin);
        if (vehicle == null) {
            return true;
        }
        ClearReason reason = reasonToEnd(entry, head, vehicle);
        if (reason == null) {
            return false;
        }
        withdraw(entry.fact(), vin, head, reason, told);
        return true;
    }

    private static @Nullable ClearReason reasonToEnd(
            RuleBook.Entry entry, RuleRun.Head head, KnownVehicle vehicle) {
        CompiledRule rule = entry.compiled();
        if (rule == null) {
            return entry.fact().deleted() ? ClearReason.RULE_DELETED : ClearReason.RULE_DISABLED;
        }
        if (head.ruleVersion() < entry.fact().version()) {
            return ClearReason.RULE_CHANGED;
        }
        return vehicle.tenant().equals(entry.fact().tenant()) && covers(rule, vehicle)
                ? null
                : ClearReason.OUT_OF_SCOPE;
    }

    static boolean covers(CompiledRule rule, KnownVehicle vehicle) {
        return rule.covers(vehicle.model(), vehicle.fleets(), vehicle.labels());
    }

    static void withdraw(
            RuleFact fact, Vin vin, RuleRun.Head head, ClearReason reason, List<AlertEvent> told) {
        AlertEffect effect = head.withdrawn(reason);
        if (effect != null) {
            told.add(AlertIds.event(fact, head.ruleVersion(), vin, effect, Map.of()));
        }
    }

    /** Null for what no version of ours has written: then the rule begins anew. */
    private RuleRun.@Nullable Head headOf(byte[] bytes) {
        try {
            return RuleRun.head(bytes);
        } catch (IllegalArgumentException unreadable) {
            metrics.failed();
            LOG.atError().setMessage("state of a rule is unreadable").setCause(unreadable).log();
            return null;
        }
    }

    static byte[] keyOf(String rule, Vin vin) {
        return bytes(rule + '\0' + vin);
    }

    private static byte[] prefixOf(String rule, int end) {
        byte[] prefix = bytes(rule + '\0');
        prefix[prefix.length - 1] = (byte) end;
        return prefix;
    }

    private static String ruleOf(byte[] key) {
        return new String(key, 0, key.length - 1 - Vin.LENGTH, StandardCharsets.UTF_8);
    }

    private static Vin vinOf(byte[] key) {
        return Vin.of(
                new String(key, key.length - Vin.LENGTH, Vin.LENGTH, StandardCharsets.US_ASCII));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
