package dev.driveline.command;

import dev.driveline.command.command.Command;
import dev.driveline.command.command.CommandMachine;
import dev.driveline.command.command.Input;
import dev.driveline.command.command.StoredCommand;
import dev.driveline.command.config.Differences;
import dev.driveline.command.postgres.AuditTable;
import dev.driveline.command.postgres.CommandTable;
import dev.driveline.contract.command.CommandEvent;
import dev.driveline.contract.kafka.Headers;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.jws.Jws;
import dev.driveline.store.postgres.Outbox;
import dev.driveline.store.postgres.OutboxRecord;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/**
 * Moves a command by one step and writes what is told of it: its row, its audit step and its event,
 * in the caller's transaction.
 */
final class CommandLedger {

    private final CommandTable commands;
    private final AuditTable audit;
    private final Outbox outbox;
    private final Clock clock;
    private final MeterRegistry metrics;

    CommandLedger(
            CommandTable commands,
            AuditTable audit,
            Outbox outbox,
            Clock clock,
            MeterRegistry metrics) {
        this.commands = commands;
        this.audit = audit;
        this.outbox = outbox;
        this.clock = clock;
        this.metrics = metrics;
    }

    /** One step of the machine, with everything that is told of it. */
    boolean move(Handle handle, StoredCommand stored, Input input, Actor actor) {
        Instant now = now();
        Command next = CommandMachine.step(stored.command(), input, now);
        if (next.equals(stored.command())) {
            return false;
        }
        StoredCommand moved = stored.with(next);
        commands.save(handle, moved, now);
        if (moved.step() > stored.step()) {
            record(handle, moved, actor, now);
        }
        return true;
    }

    void record(Handle handle, StoredCommand stored, Actor actor, Instant now) {
        Command command = stored.command();
        // Counted within the transaction: one that is tried again counts twice.
        metrics.counter("command.steps", "state", command.state().name()).increment();
        audit.append(
                handle,
                new AuditTable.Step(
                        stored.id(),
                        stored.step(),
                        now,
                        stored.vin(),
                        stored.tenant(),
                        stored.type().type(),
                        command.state(),
                        command.code(),
                        command.result(),
                        command.late(),
                        actor.name(),
                        actor.app(),
                        actor.scope(),
                        actor.reason(),
                        Differences.hashOf(stored.envelope()),
                        Jws.kidOf(stored.envelope())));
        CommandEvent event =
                new CommandEvent(
                        stored.id(),
                        stored.vin(),
                        stored.tenant(),
                        stored.type().type(),
                        stored.step(),
                        command.state(),
                        command.code(),
                        command.result(),
                        command.late(),
                        command.expiresAt(),
                        now);
        outbox.append(
                handle,
                new OutboxRecord(
                        Topic.COMMAND_EVENTS,
                        stored.vin().value().getBytes(StandardCharsets.US_ASCII),
                        Json.bytes(event),
                        Map.of(
                                Headers.EVENT_SPEC_VERSION,
                                "1.0",
                                Headers.EVENT_ID,
                                stored.id() + "/" + stored.step(),
                                Headers.EVENT_SOURCE,
                                "/commands",
                                Headers.EVENT_TYPE,
                                CommandEvent.EVENT_TYPE,
                                Headers.EVENT_TIME,
                                now.toString(),
                                Headers.EVENT_SUBJECT,
                                stored.vin().value(),
                                Headers.TENANT,
                                stored.tenant().value(),
                                Headers.CONTENT_TYPE,
                                "application/json")));
    }

    /** Microseconds, as PostgreSQL keeps them. */
    Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
