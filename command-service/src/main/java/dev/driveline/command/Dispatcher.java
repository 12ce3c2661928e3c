package dev.driveline.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.command.command.Input;
import dev.driveline.command.command.Presences;
import dev.driveline.command.command.Unanswered;
import dev.driveline.command.kafka.Intake;
import dev.driveline.command.postgres.VehicleTable;
import dev.driveline.contract.command.CommandResponse;
import dev.driveline.contract.command.CommandState;
import dev.driveline.contract.config.ConfigMessage;
import dev.driveline.contract.gateway.DownlinkReport;
import dev.driveline.contract.gateway.Heartbeat;
import dev.driveline.contract.id.CommandId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.mqtt.DownTopic;
import dev.driveline.contract.mqtt.UpTopic;
import dev.driveline.contract.registry.Erasure;
import dev.driveline.contract.registry.VehicleFact;
import dev.driveline.contract.vehicle.Presence;
import dev.driveline.contract.vehicle.VehicleEvent;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.runtime.kafka.TailReader;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.store.postgres.Database;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings commands and vehicles together: a new command, a vehicle that comes online, a gateway's
 * report, a vehicle's answer, or time that has passed, each makes the vehicle's commands be looked
 * at.
 *
 * <p>Ownership of a vehicle is only a hint; PostgreSQL decides. Thread-safe.
 */
final class Dispatcher implements Intake.Handler, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    private static final long TICK_MS = 250;
    private static final int AT_ONCE = 8;
    private static final int PAGE = 1_000;
    private static final Duration LOAD_LIMIT = Duration.ofMinutes(2);

    private final CommandDesk commands;
    private final ConfigurationDesk configurations;
    private final Presences presences;
    private final Database database;
    private final VehicleTable vehicles = new VehicleTable();
    private final Erasures erasures;
    private final ExecutorService work = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore places = new Semaphore(AT_ONCE);
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("command-timer").factory());
    private final Unanswered unanswered;
    private final Looks looks;
    private final MeterRegistry metrics;

    /** Vehicles whose gateway had no room when they were looked at, or without PostgreSQL. */
    private final Set<Vin> toBeLookedAt = ConcurrentHashMap.newKeySet();

    /** A look at all has failed. */
    private volatile boolean allToBeLookedAt;

    private final TailReader heartbeats;
    private volatile @Nullable Intake intake;

    Dispatcher(
            KafkaConfig kafka,
            CommandDesk commands,
            ConfigurationDesk configurations,
            Presences presences,
            Unanswered unanswered,
            Departures departures,
            Looks looks,
            Erasures erasures,
            Database database,
            MeterRegistry metrics)
            throws InterruptedException {
        this.commands = commands;
        this.configurations = configurations;
        this.presences = presences;
        this.unanswered = unanswered;
        this.looks = looks;
        this.erasures = erasures;
        this.database = database;
        this.metrics = metrics;
        var _ = metrics.gauge("command.looks.failing", looks, Looks::failing);
        this.heartbeats =
                TailReader.start(
                        "command-heartbeats",
                        kafka.consumer("command-heartbeats"),
                        kafka.prefix().of(Topic.GATEWAY_HEARTBEATS),
                        List.of(0),
                        TailReader.From.BEGINNING,
                        record -> heartbeat(Json.read(record.value(), Heartbeat.class)));
        heartbeats.awaitCaughtUp(LOAD_LIMIT);
        Intake reader = new Intake(kafka, this);
        this.intake = reader;
        departures.dispatchesFor(reader::dispatchesFor);
        reader.start();
        var _ = timer.scheduleWithFixedDelay(this::tick, TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
        var _ = timer.scheduleWithFixedDelay(this::forgetOldKeys, 1, 1, TimeUnit.HOURS);
    }

    /** A command was accepted in this process. */
    void accepted(Vin vin) {
        attemptSoon(vin);
    }

    boolean isSettled() {
        Intake reader = intake;
        return reader != null && reader.isSettled();
    }

    @Override
    public void forget() {
        presences.clear();
        toBeLookedAt.clear();
        looks.forgetFailures();
    }

    @Override
    public void facts(Collection<VehicleFact> facts) {
        database.run(handle -> vehicles.apply(handle, facts));
    }

    /**
     * What is heard of commands is applied together, after all else that was heard: several steps
     * of a vehicle cost little more than one.
     */
    @Override
    public void handle(Vin vin, List<Intake.Heard> records) {
        List<CommandDesk.Happening> happenings = new ArrayList<>();
        boolean look = false;
        for (Intake.Heard record : records) {
            look |=
                    switch (record.topic()) {
                        case VEHICLE_PRESENCE ->
                                present(vin, Json.read(record.value(), Presence.class));
                        case GATEWAY_REPORTS ->
                                report(
                                        vin,
                                        Json.read(record.value(), DownlinkReport.class),
                                        happenings);
                        case VEHICLE_REPLIES -> reply(vin, record, happenings);
                        case COMMAND_EVENTS -> isQueued(vin, Json.tree(record.value()));
                        case VEHICLE_EVENTS -> {
                            commands.slept(vin, Json.read(record.value(), VehicleEvent.class));
                            yield true;
                        }
                        case REGISTRY_ERASURES -> {
                            erasures.erase(Json.read(record.value(), Erasure.class));
                            yield false;
                        }
                        default ->
                                throw new IllegalStateException(
                                        "not subscribed: " + record.topic());
                    };
        }
        if (!happenings.isEmpty()) {
            look |= commands.apply(vin, happenings);
        }
        if (look) {
            attemptSoon(vin);
        }
        for (int freed = 0; freed < happenings.size(); freed++) {
            attemptOneOfThese();
        }
    }

    private boolean present(Vin vin, Presence presence) {
        presences.apply(vin, presence);
        configurations.present(vin);
        return presences.listening(vin, DownTopic.COMMANDS).isPresent();
    }

    /** By its text: a later version may know states that this one does not. */
    private boolean isQueued(Vin vin, JsonNode event) {
        return event.path("state").asText().equals(CommandState.QUEUED.name())
                && !looks.haveSeen(vin, Instant.parse(event.path("at").asText()));
    }

    @Override
    public void settled() {
        LOG.atInfo().setMessage("dispatcher settled").log();
        var _ = work.submit(this::attemptAllWaiting);
    }

    @Override
    public void close() {
        timer.shutdownNow();
        Intake reader = intake;
        if (reader != null) {
            reader.close();
        }
        heartbeats.close();
        work.shutdown();
        try {
            if (!work.awaitTermination(5, TimeUnit.SECONDS)) {
                work.shutdownNow();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void heartbeat(Heartbeat heartbeat) {
        if (presences.apply(heartbeat) && isSettled()) {
            var _ = work.submit(this::attemptAllWaiting);
            var _ = work.submit(configurations::presentAgain);
        }
    }

    /** Heartbeats are read before there is an intake. */
    private boolean dispatchesFor(Vin vin) {
        Intake reader = intake;
        return reader != null && reader.dispatchesFor(vin);
    }

    private boolean report(Vin vin, DownlinkReport report, List<CommandDesk.Happening> happenings) {
        if (report.topic() == DownTopic.CONFIG
                && (report.outcome() == DownlinkReport.Outcome.SENT
                        || report.outcome() == DownlinkReport.Outcome.DELIVERED)) {
            configurations.sent(vin);
        }
        if (report.topic() == DownTopic.COMMANDS) {
            CommandId id = CommandId.parse(report.id());
            Input input = new Input.Reported(report.session(), report.attempt(), report.outcome());
            happenings.add(new CommandDesk.Happening(id, input, Actor.GATEWAY));
            unanswered.answered(new Unanswered.Downlink(id, report.session(), report.attempt()));
        }
        return false;
    }

    /** A reply that cannot be read is passed over by the intake, with its place in the log. */
    private boolean reply(Vin vin, Intake.Heard reply, List<CommandDesk.Happening> happenings) {
        if (reply.replyTopic().equals(UpTopic.RESPONSES.leaf())) {
            CommandResponse response = Json.read(reply.value(), CommandResponse.class);
            Long counter = response.counter();
            if (counter != null && response.step() == CommandResponse.Step.REJECTED) {
                commands.raiseCounter(vin, counter);
            }
            Input input = new Input.Responded(response.step(), response.code(), response.result());
            happenings.add(new CommandDesk.Happening(response.id(), input, Actor.VEHICLE));
        } else if (reply.replyTopic().equals(UpTopic.CONFIG.leaf())) {
            switch (Json.read(reply.value(), ConfigMessage.class)) {
                case ConfigMessage.CheckIn checkIn -> configurations.checkIn(vin, checkIn);
                case ConfigMessage.Report report -> configurations.reported(vin, report);
            }
        }
        return false;
    }

    private void attemptSoon(Vin vin) {
        if (!dispatchesFor(vin)) {
            return;
        }
        if (!looks.intend(vin)) {
            return;
        }
        try {
            var _ = work.submit(() -> attempt(vin));
        } catch (RejectedExecutionException stopping) {
            LOG.atDebug().setMessage("stopping").log();
        }
    }

    private void attempt(Vin vin) {
        try {
            places.acquire();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return;
        }
        try {
            looks.begin(vin);
            if (commands.attempt(vin) == CommandDesk.Look.NO_ROOM) {
                toBeLookedAt.add(vin);
            }
            looks.done(vin);
            count("done");
        } catch (ProblemException unavailable) {
            looks.missed(vin);
            toBeLookedAt.add(vin);
            count("waits");
            LOG.atWarn()
                    .setMessage("attempt waits")
                    .addKeyValue("why", unavailable.getMessage())
                    .log();
        } catch (RuntimeException failed) {
            count("failed");
            againLater(vin, failed);
        } finally {
            places.release();
        }
    }

    private void count(String outcome) {
        metrics.counter("command.looks", "outcome", outcome).increment();
    }

    /** What was accepted is not forgotten, whatever it is that cannot be done with it. */
    private void againLater(Vin vin, RuntimeException why) {
        Duration pause = looks.failed(vin);
        try {
            Optional<Instant> at = commands.lookAgain(vin, pause);
            if (at.isEmpty()) {
                looks.done(vin);
            }
            LOG.atError()
                    .setMessage("commands of a vehicle not looked at, tried again later")
                    .addKeyValue("vin", vin)
                    .addKeyValue("again", at.map(Instant::toString).orElse("when it has any"))
                    .setCause(why)
                    .log();
        } catch (RuntimeException failed) {
            toBeLookedAt.add(vin);
            failed.addSuppressed(why);
            LOG.atError()
                    .setMessage("commands of a vehicle not looked at, tried again")
                    .addKeyValue("vin", vin)
                    .setCause(failed)
                    .log();
        }
    }

    /** A place has become free. */
    private void attemptOneOfThese() {
        Iterator<Vin> first = toBeLookedAt.iterator();
        if (first.hasNext()) {
            Vin vin = first.next();
            toBeLookedAt.remove(vin);
            attemptSoon(vin);
        }
    }

    /** Every vehicle with an open command that is online, page by page. */
    private void attemptAllWaiting() {
        allToBeLookedAt = false;
        try {
            String after = "";
            List<Vin> page;
            do {
                page = commands.waiting(after, PAGE);
                page.stream()
                        .filter(vin -> presences.listening(vin, DownTopic.COMMANDS).isPresent())
                        .forEach(this::attemptSoon);
                after = page.isEmpty() ? after : page.getLast().value();
            } while (page.size() == PAGE);
        } catch (RuntimeException failed) {
            allToBeLookedAt = true;
            LOG.atWarn().setMessage("waiting commands not looked at").setCause(failed).log();
        }
    }

    private void tick() {
        try {
            if (isSettled()) {
                for (Vin vin : commands.due(PAGE)) {
                    attemptSoon(vin);
                }
                if (allToBeLookedAt) {
                    var _ = work.submit(this::attemptAllWaiting);
                }
                int waiting = Math.min(toBeLookedAt.size(), AT_ONCE);
                for (int i = 0; i < waiting; i++) {
                    attemptOneOfThese();
                }
            }
        } catch (RuntimeException failed) {
            LOG.atWarn().setMessage("tick failed").addKeyValue("cause", failed).log();
        }
    }

    private void forgetOldKeys() {
        try {
            commands.forgetOldKeys();
        } catch (RuntimeException failed) {
            LOG.atWarn().setMessage("old keys not forgotten").addKeyValue("cause", failed).log();
        }
    }
}
