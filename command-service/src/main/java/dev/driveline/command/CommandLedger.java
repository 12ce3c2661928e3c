package dev.driveline.command;

import dev.driveline.command.audit.AuditEntry;
import dev.driveline.command.command.Command;
import dev.driveline.command.command.Effect;
import dev.driveline.command.command.Line;
import dev.driveline.command.command.LineInput;
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
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Moves a vehicle's commands by one step and writes what is told of it: rows, audit steps and
 * events, in the caller's transaction.
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

    /**
     * One step of a vehicle's line, with everything that is told of it. The caller holds the
     * vehicle's lock.
     *
     * @param named the command that the input names; null for none
     * @return what happened; what is published or woken is done after the commit
     */
    List<Effect> step(
            Handle handle, Vin vin, @Nullable CommandId named, LineInput input, Actor actor) {
        Instant now = now();
        List<Effect> effects = Line.step(commands.open(handle, vin, named), input, now);
        for (Effect effect : effects) {
            switch (effect) {
                case Effect.Told told -> {
                    if (told.command().step() == 1) {
                        commands.insert(handle, told.command());
                    } else {
                        commands.save(handle, told.command(), now);
                    }
                    record(handle, told.command(), actor, now);
                }
                case Effect.Kept kept -> commands.save(handle, kept.command(), now);
                case Effect.Published _, Effect.Woken _ -> {}
            }
        }
        return effects;
    }

    /** The commands of which a step was told. */
    static List<CommandId> told(List<Effect> effects) {
        return effects.stream()
                .flatMap(effect ->
                        effect instanceof Effect.Told told
                                ? Stream.of(told.command().id())
                                : Stream.empty())
                .distinct()
                .toList();
    }

    private void record(Handle handle, StoredCommand stored, Actor actor, Instant now) {
        Command command = stored.command();
        // Counted within the transaction: one that is tried again counts twice.
        metrics.counter("command.steps", "state", command.state().name()).increment();
        Map<String, Object> result = command.result();
        audit.append(
                handle,
                new AuditEntry(
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
                        stored.wish().batch()));
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
