package dev.driveline.command;

import dev.driveline.command.audit.AuditEntry;
import dev.driveline.command.command.Command;
import dev.driveline.command.command.StoredCommand;
import dev.driveline.command.config.Differences;
import dev.driveline.command.postgres.AuditTable;
import dev.driveline.command.postgres.CommandTable;
import dev.driveline.contract.command.CommandEvent;
import dev.driveline.contract.id.CommandId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Headers;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.jws.Jws;
import dev.driveline.store.postgres.Outbox;
import dev.driveline.store.postgres.OutboxRecord;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * Reads what a vehicle's turn begins with and writes what came of it: rows, events and audit steps,
 * in the caller's transaction.
 */
final class CommandLedger {

    /** Whoever dispatches hears of it sooner, unless it is missed. */
    private static final Duration UNSEEN = Duration.ofSeconds(1);

    private static final Duration[] AGES = {
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(3),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofMinutes(2),
        Duration.ofMinutes(10)
    };

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

    /**
     * Begins a vehicle's turn: takes its lock until the transaction ends, and reads its commands
     * that have not ended and those of {@code named} that are its own.
     */
    Turn turn(Handle handle, Vin vin, Set<CommandId> named) {
        commands.lock(handle, vin);
        List<StoredCommand> read = new ArrayList<>(commands.open(handle, vin));
        for (CommandId id : named) {
            if (read.stream().noneMatch(stored -> stored.id().equals(id))) {
                commands.byId(handle, id)
                        .filter(stored -> stored.vin().equals(vin))
                        .ifPresent(read::add);
            }
        }
        return new Turn(vin, read, now());
    }

    /**
     * Writes what came of a turn: rows, events, audit. The chain of the audit comes last, since
     * other vehicles wait for its end.
     */
    void write(Handle handle, Turn turn) {
        for (StoredCommand stored : turn.changed()) {
            if (turn.fresh(stored.id())) {
                commands.insert(handle, stored, turn.now());
            } else {
                commands.save(handle, stored, turn.now());
            }
        }
        if (turn.leftUnseen()) {
            commands.lookSoon(handle, turn.vin(), turn.now().plus(UNSEEN));
        }
        List<OutboxRecord> events = new ArrayList<>();
        List<AuditEntry> entries = new ArrayList<>();
        for (Turn.Told told : turn.told()) {
            // Counted within the transaction: one that is tried again counts twice.
            count(told.command(), turn.now());
            events.add(eventOf(told.command(), turn.now()));
            entries.add(entryOf(told.command(), told.actor(), turn.now()));
        }
        outbox.append(handle, events);
        audit.append(handle, entries);
    }

    /** The clock of the process that accepted it may be ahead of ours. */
    private void count(StoredCommand stored, Instant now) {
        Duration age = Duration.between(stored.issuedAt(), now);
        Timer.builder("command.age")
                .tag("state", stored.command().state().name())
                .serviceLevelObjectives(AGES)
                .register(metrics)
                .record(age.isNegative() ? Duration.ZERO : age);
    }

    private static AuditEntry entryOf(StoredCommand stored, Actor actor, Instant now) {
        Command command = stored.command();
        Map<String, Object> result = command.result();
        return new AuditEntry(
                AuditEntry.Kind.COMMAND,
                stored.id().value(),
                stored.step(),
                now,
                stored.tenant(),
                stored.vin(),
                stored.kind().type(),
                command.state().name(),
                command.code(),
                result == null ? null : Json.text(result),
                command.late(),
                actor.name(),
                actor.app(),
                actor.scope(),
                actor.reason(),
                payloadHash(stored),
                keyId(stored),
                stored.wish().batch());
    }

    private static OutboxRecord eventOf(StoredCommand stored, Instant now) {
        Command command = stored.command();
        CommandEvent event =
                new CommandEvent(
                        stored.id(),
                        stored.vin(),
                        stored.tenant(),
                        stored.kind().type(),
                        stored.step(),
                        command.state(),
                        command.code(),
                        command.result(),
                        command.late(),
                        command.expiresAt(),
                        stored.wish().batch(),
                        now);
        return new OutboxRecord(
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
                        "application/json"));
    }

    /** Of the envelope; before there is one, of the parameters. */
    private static String payloadHash(StoredCommand stored) {
        String envelope = stored.document().envelope();
        return Differences.hashOf(envelope.isEmpty() ? Json.text(stored.params()) : envelope);
    }

    /** Empty before something was signed. */
    private static String keyId(StoredCommand stored) {
        String envelope = stored.document().envelope();
        return envelope.isEmpty() ? "" : Jws.kidOf(envelope);
    }

    /** Microseconds, as PostgreSQL keeps them. */
    Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
