package dev.driveline.telemetry.http;

import dev.driveline.contract.alert.AlertEvent;
import dev.driveline.contract.alert.AlertStep;
import dev.driveline.contract.alert.ClearReason;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.telemetry.event.CodeReport;
import dev.driveline.telemetry.event.Events;
import dev.driveline.telemetry.event.StoredEvent;
import dev.driveline.telemetry.fact.CatalogueBook;
import dev.driveline.telemetry.fact.CompiledCatalogue;
import dev.driveline.telemetry.http.VehicleAccess.ReadableVehicle;
import dev.driveline.telemetry.rule.AlertIds;
import dev.driveline.telemetry.rule.CodeRun;
import dev.driveline.telemetry.rule.CompiledRule;
import dev.driveline.telemetry.rule.RuleDefinition;
import dev.driveline.telemetry.rule.RuleFact;
import dev.driveline.telemetry.rule.RuleId;
import dev.driveline.telemetry.rule.RuleRun;
import dev.driveline.telemetry.rule.Rules;
import dev.driveline.telemetry.sample.Sample;
import dev.driveline.telemetry.sample.SampleArchive;
import dev.driveline.telemetry.sample.SampleKey;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /api/v1/rules:dry-run}: what a rule would have told of one vehicle, out of its stored
 * samples or its reports of trouble codes, by the same code that runs live. It begins without a
 * memory, and looks at no late sample, as live does. At most {@value #MAX_SAMPLES} samples or
 * {@value #MAX_REPORTS} reports, and no further page once there are {@value #MAX_STEPS} steps.
 */
final class DryRun {

    private static final int MAX_SAMPLES = 2_000_000;
    private static final int MAX_REPORTS = 100_000;
    private static final int MAX_STEPS = 1_000;
    private static final int PAGE = 10_000;
    private static final int REPORTS_PAGE = 1_000;
    private static final Duration MAX_SPAN = Duration.ofDays(31);
    private static final RuleId NAMELESS = new RuleId("dry-run");

    private final VehicleAccess access;
    private final RuleSignals signals;
    private final CatalogueBook catalogues;
    private final Rules rules;
    private final SampleArchive archive;
    private final Events events;
    private final SampleView view;

    DryRun(
            VehicleAccess access,
            RuleSignals signals,
            CatalogueBook catalogues,
            Rules rules,
            SampleArchive archive,
            Events events,
            SampleView view) {
        this.access = access;
        this.signals = signals;
        this.catalogues = catalogues;
        this.rules = rules;
        this.archive = archive;
        this.events = events;
        this.view = view;
    }

    /** One of {@code rule} and {@code definition}. */
    private record Request(
            @Nullable String rule,
            @Nullable RuleDefinition definition,
            @Nullable Vin vin,
            @Nullable Instant from,
            @Nullable Instant to) {}

    private record Step(
            UUID alert,
            AlertStep step,
            Instant at,
            Map<String, Double> values,
            @Nullable ClearReason reason) {

        static Step of(AlertEvent event) {
            return new Step(
                    event.alert(), event.step(), event.at(), event.values(), event.reason());
        }
    }

    /**
     * @param samples that were looked at
     * @param reports of trouble codes that were looked at
     * @param unknown how often the condition was neither true nor false
     * @param whyUnknown the last time; null for never
     * @param until how far it came, where a limit ended it before {@code to}: the time of the last
     *     sample, or the receipt of the last report; null otherwise
     */
    private record Outcome(
            List<Step> steps,
            long samples,
            long reports,
            long unknown,
            @Nullable String whyUnknown,
            @Nullable Instant until) {}

    Answer handle(Exchange exchange) {
        Request request = exchange.body(Request.class);
        Vin vin = Members.required(request.vin(), "vin");
        Instant from = Members.required(request.from(), "from");
        Instant to = Members.required(request.to(), "to");
        if (!from.isBefore(to) || from.plus(MAX_SPAN).isBefore(to)) {
            throw new InvalidValueException(
                    "from", from, "expected up to 31 days before 'to', which is " + to);
        }
        ReadableVehicle vehicle = access.vehicle(exchange.caller(), vin);
        CompiledRule rule = ruleOf(exchange, request, vehicle);
        if (rule.listensToAll()) {
            throw new InvalidValueException(
                    ErrorCode.RULE_INVALID,
                    "missing",
                    "dry-run",
                    "history does not tell when a vehicle sent batches without the signal");
        }
        return Answer.ok(
                rule.watchesCodes()
                        ? runCodes(rule, vehicle, micros(from), micros(to))
                        : run(rule, vehicle, micros(from), micros(to)));
    }

    private CompiledRule ruleOf(Exchange exchange, Request request, ReadableVehicle vehicle) {
        RuleFact fact = factOf(exchange, request, vehicle);
        view.mustSee(exchange.caller(), Set.copyOf(fact.signals().values()));
        return CompiledRule.of(fact);
    }

    private RuleFact factOf(Exchange exchange, Request request, ReadableVehicle vehicle) {
        if (request.rule() != null) {
            return rules.get(exchange.caller().tenant(), RuleRoutes.idOf(request.rule())).fact();
        }
        RuleDefinition definition = RuleRoutes.definitionOf(request.definition());
        return new RuleFact(
                exchange.caller().tenant(),
                NAMELESS,
                0,
                false,
                definition,
                signals.resolve(vehicle.known(), CompiledRule.namesIn(definition)));
    }

    private Outcome run(CompiledRule rule, ReadableVehicle vehicle, long fromUs, long toUs) {
        RuleRun run = RuleRun.of(rule);
        Map<String, @Nullable CompiledCatalogue> compiled = new HashMap<>();
        List<Step> steps = new ArrayList<>();
        long samples = 0;
        SampleKey after = null;
        boolean more = true;
        while (more && samples < MAX_SAMPLES && steps.size() < MAX_STEPS) {
            List<Sample> page =
                    archive.history(
                            vehicle.known().tenant(),
                            vehicle.vin(),
                            rule.signals(),
                            fromUs,
                            toUs,
                            after,
                            PAGE);
            for (Sample sample : page) {
                if (!sample.late()) {
                    run.take(
                            rule.placeOf(sample.definition().name()),
                            sample.key().tUs(),
                            RuleRun.valueOf(sample.definition(), sample.raw(), sample.quality()),
                            labelOf(sample, compiled),
                            told -> steps.add(stepOf(rule, vehicle.vin(), told)));
                }
            }
            samples += page.size();
            more = page.size() == PAGE;
            after = page.isEmpty() ? after : page.getLast().key();
        }
        if (!more) {
            run.end(told -> steps.add(stepOf(rule, vehicle.vin(), told)));
        }
        return new Outcome(
                steps,
                samples,
                0,
                run.unknown(),
                run.unknown() == 0 ? null : run.whyUnknown(),
                more && after != null ? Instant.EPOCH.plus(after.tUs(), ChronoUnit.MICROS) : null);
    }

    /** In the order in which the reports came, as live takes them. */
    private Outcome runCodes(CompiledRule rule, ReadableVehicle vehicle, long fromUs, long toUs) {
        CodeRun run = CodeRun.of(rule);
        List<Step> steps = new ArrayList<>();
        long reports = 0;
        StoredEvent after = null;
        boolean more = true;
        while (more && reports < MAX_REPORTS && steps.size() < MAX_STEPS) {
            List<StoredEvent> page =
                    events.received(
                            vehicle.known().tenant(),
                            vehicle.vin(),
                            CodeReport.TYPES,
                            fromUs,
                            toUs,
                            after,
                            REPORTS_PAGE);
            for (StoredEvent event : page) {
                run.take(
                        event.id(),
                        CodeReport.of(event.data()),
                        event.tUs(),
                        told -> steps.add(stepOf(rule, vehicle.vin(), told)));
            }
            reports += page.size();
            more = page.size() == REPORTS_PAGE;
            after = page.isEmpty() ? after : page.getLast();
        }
        return new Outcome(
                steps,
                0,
                reports,
                0,
                null,
                more && after != null
                        ? Instant.EPOCH.plus(after.receivedUs(), ChronoUnit.MICROS)
                        : null);
    }

    private static Step stepOf(CompiledRule rule, Vin vin, RuleRun.Told told) {
        RuleFact fact = rule.fact();
        return Step.of(AlertIds.event(fact, fact.version(), vin, told.effect(), told.values()));
    }

    private @Nullable String labelOf(
            Sample sample, Map<String, @Nullable CompiledCatalogue> compiled) {
        String ref = sample.definition().catalogue();
        CompiledCatalogue catalogue = compiled.get(ref);
        if (catalogue == null && !compiled.containsKey(ref)) {
            catalogue = catalogues.compiled(CatalogueRef.parse(ref));
            compiled.put(ref, catalogue);
        }
        return catalogue == null || sample.definition().real()
                ? null
                : catalogue
                        .catalogue()
                        .signal(sample.definition().index())
                        .labels()
                        .of(sample.raw());
    }

    private static long micros(Instant instant) {
        if (instant.isBefore(Instant.EPOCH)) {
            throw new InvalidValueException("from", instant, "expected a time from 1970 on");
        }
        return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }
}
