package dev.driveline.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.command.command.Attempts;
import dev.driveline.command.command.Command;
import dev.driveline.command.command.CommandMachine;
import dev.driveline.command.command.CommandType;
import dev.driveline.command.command.CommandTypes;
import dev.driveline.command.command.Dispatch;
import dev.driveline.command.command.Input;
import dev.driveline.command.command.Presences;
import dev.driveline.command.command.StoredCommand;
import dev.driveline.command.command.Watchers;
import dev.driveline.command.config.Differences;
import dev.driveline.command.kafka.DownlinkProducer;
import dev.driveline.command.postgres.AuditTable;
import dev.driveline.command.postgres.CommandTable;
import dev.driveline.command.postgres.VehicleTable;
import dev.driveline.contract.command.CommandEnvelope;
import dev.driveline.contract.command.CommandEvent;
import dev.driveline.contract.command.CommandState;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.gateway.Downlink;
import dev.driveline.contract.id.CommandId;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Headers;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.mqtt.DownTopic;
import dev.driveline.contract.vehicle.Presence;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.jws.Jws;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.store.postgres.Database;
import dev.driveline.store.postgres.Outbox;
import dev.driveline.store.postgres.OutboxRecord;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Where commands are accepted and moved on: each change is one transaction that holds the vehicle's
 * lock and writes the row, its audit step and its event together. Thread-safe; methods block.
 */
final class CommandDesk {

    private static final Duration KEY_LIFE = Duration.ofHours(24);

    private final Database database;
    private final Outbox outbox;
    private final CommandTypes types;
    private final CommandTable commands;
    private final AuditTable audit = new AuditTable();
    private final VehicleTable vehicles = new VehicleTable();
    private final Jws.Signer signer;
    private final Presences presences;
    private final DownlinkProducer downlinks;
    private final Watchers watchers;
    private final Clock clock;
    private final RandomGenerator random;

    CommandDesk(
            Database database,
            Outbox outbox,
            CommandTypes types,
            Jws.Signer signer,
            Presences presences,
            DownlinkProducer downlinks,
            Watchers watchers,
            Clock clock,
            RandomGenerator random) {
        this.database = database;
        this.outbox = outbox;
        this.types = types;
        this.commands = new CommandTable(types);
        this.signer = signer;
        this.presences = presences;
        this.downlinks = downlinks;
        this.watchers = watchers;
        this.clock = clock;
        this.random = random;
    }

    /**
     * What a caller asks for.
     *
     * @param ttlS null for the type's default
     * @param reason free text for the audit
     */
    record Request(
            @Nullable String type,
            @Nullable JsonNode params,
            @Nullable Integer ttlS,
            @Nullable String reason) {}

    /** The command of a request, and whether it was accepted by this very call. */
    record Acceptance(StoredCommand command, boolean fresh) {}

    /**
     * Accepts a command: row, audit, event and idempotency key are committed together.
     *
     * @param key the caller's Idempotency-Key; null without one
     */
    Acceptance accept(Vin vin, Request request, Caller caller, @Nullable String key) {
        CommandType type = typeOf(request, caller);
        JsonNode params =
                request.params() == null ? Json.mapper().createObjectNode() : request.params();
        List<String> violations = types.violations(type, params);
        if (!violations.isEmpty()) {
            throw new ProblemException(
                    ErrorCode.INVALID_PARAMETERS,
                    "params of " + type.type() + ": " + String.join("; ", violations),
                    Map.of("violations", violations));
        }
        int ttlS = request.ttlS() == null ? type.defaultTtlS() : request.ttlS();
        if (ttlS < 1 || ttlS > type.maxTtlS()) {
            throw new ProblemException(
                    ErrorCode.INVALID_PARAMETERS,
                    "ttlS " + ttlS + " of " + type.type() + ": expected 1 to " + type.maxTtlS());
        }
        String requestHash = Differences.hashOf(vin + "\n" + Json.text(request));
        Acceptance acceptance =
                database.transaction(handle -> {
                    commands.lock(handle, vin);
                    mustBeKnown(handle, vin, caller.tenant());
                    Instant now = now();
                    if (key != null) {
                        Optional<CommandTable.Former> former =
                                commands.former(
                                        handle,
                                        caller.tenant(),
                                        caller.subject(),
                                        key,
                                        now.minus(KEY_LIFE));
                        if (former.isPresent()) {
                            return repeated(handle, former.get(), requestHash, key);
                        }
                    }
                    StoredCommand stored =
                            insert(handle, vin, type, params, ttlS, caller, request.reason(), now);
                    if (key != null) {
                        commands.remember(
                                handle,
                                caller.tenant(),
                                caller.subject(),
                                key,
                                new CommandTable.Former(requestHash, stored.id()),
                                now);
                    }
                    return new Acceptance(stored, true);
                });
        return acceptance;
    }

    /** Something happened to a command; nothing happens if it is not this vehicle's. */
    void apply(Vin vin, CommandId id, Input input, Actor actor) {
        boolean changed =
                database.transaction(handle -> {
                    commands.lock(handle, vin);
                    Optional<StoredCommand> stored = commands.byId(handle, id);
                    return stored.isPresent()
                            && stored.get().vin().equals(vin)
                            && move(handle, stored.get(), input, actor);
                });
        if (changed) {
            watchers.changed(id);
        }
    }

    /**
     * Takes a command back.
     *
     * @throws ProblemException CONFLICT if the vehicle may have it, or it has ended
     */
    StoredCommand cancel(CommandId id, Caller caller, @Nullable String reason) {
        StoredCommand stored = find(id, caller);
        StoredCommand cancelled =
                database.transaction(handle -> {
                    commands.lock(handle, stored.vin());
                    StoredCommand current = commands.byId(handle, id).orElseThrow();
                    if (!CommandMachine.cancellable(current.command())) {
                        throw new ProblemException(
                                ErrorCode.CONFLICT,
                                "command "
                                        + id
                                        + " is "
                                        + current.command().state()
                                        + "; it can be taken back only while no vehicle can have it");
                    }
                    move(
                            handle,
                            current,
                            new Input.Cancel(),
                            Actor.of(caller, "commands:send", reason));
                    return commands.byId(handle, id).orElseThrow();
                });
        watchers.changed(id);
        return cancelled;
    }

    /** Lets time pass for a vehicle's commands, and hands out what its session should have. */
    void attempt(Vin vin) {
        Optional<Presence.Online> session = presences.listening(vin, DownTopic.COMMANDS);
        List<Downlink> out = new ArrayList<>();
        List<CommandId> changed = new ArrayList<>();
        database.run(handle -> {
            out.clear();
            changed.clear();
            commands.lock(handle, vin);
            for (StoredCommand stored : commands.open(handle, vin)) {
                if (move(handle, stored, new Input.Tick(), Actor.PLATFORM)) {
                    changed.add(stored.id());
                }
            }
            if (session.isPresent()) {
                dispatch(handle, vin, session.get(), out, changed);
            }
        });
        // DISPATCHED is committed before the record goes out: a crash in between is dispatched
        // again.
        session.ifPresent(online -> out.forEach(downlink -> downlinks.send(online, downlink)));
        changed.forEach(watchers::changed);
    }

    private void dispatch(
            Handle handle,
            Vin vin,
            Presence.Online session,
            List<Downlink> out,
            List<CommandId> changed) {
        Instant now = now();
        for (StoredCommand stored :
                Attempts.of(commands.open(handle, vin), session.session(), now)) {
            move(
                    handle,
                    stored.attempted(now),
                    new Input.Dispatched(session.session()),
                    Actor.PLATFORM);
            int attempt =
                    commands.byId(handle, stored.id())
                            .flatMap(moved -> moved.command().dispatchTo(session.session()))
                            .map(Dispatch::attempts)
                            .orElse(1);
            changed.add(stored.id());
            out.add(
                    new Downlink(
                            vin,
                            stored.id().toString(),
                            attempt,
                            session.run(),
                            session.session(),
                            DownTopic.COMMANDS,
                            stored.command().expiresAt(),
                            stored.envelope()));
        }
    }

    /** A command that the caller may see. */
    StoredCommand find(CommandId id, Caller caller) {
        return database.transaction(handle -> commands.byId(handle, id))
                .filter(stored ->
                        stored.tenant().equals(caller.tenant()) && caller.covers(stored.vin()))
                .orElseThrow(() ->
                        new ProblemException(ErrorCode.COMMAND_UNKNOWN, "no command '" + id + "'"));
    }

    List<StoredCommand> page(Vin vin, Caller caller, @Nullable CommandId before, int limit) {
        return database.transaction(handle -> {
            mustBeKnown(handle, vin, caller.tenant());
            return commands.page(handle, vin, caller.tenant(), before, limit);
        });
    }

    List<AuditTable.Step> steps(CommandId id, int after) {
        return database.transaction(handle -> audit.after(handle, id, after));
    }

    /** Vehicles with a command whose time has come. */
    List<Vin> due(int limit) {
        return database.transaction(handle -> commands.due(handle, now(), limit));
    }

    /** Vehicles with an open command, in order, after one. */
    List<Vin> waiting(String after, int limit) {
        return database.transaction(handle -> commands.waiting(handle, after, limit));
    }

    void forgetOldKeys() {
        database.run(handle -> commands.forgetKeys(handle, now().minus(KEY_LIFE)));
    }

    void raiseCounter(Vin vin, long seen) {
        database.run(handle -> commands.raiseCounter(handle, vin, seen));
    }

    VehicleTable.Known mustBeKnown(Handle handle, Vin vin, TenantId tenant) {
        return vehicles.find(handle, vin, tenant)
                .orElseThrow(() ->
                        new ProblemException(
                                ErrorCode.VEHICLE_UNKNOWN, "no vehicle '" + vin + "'"));
    }

    private CommandType typeOf(Request request, Caller caller) {
        String name = request.type();
        if (name == null) {
            throw new ProblemException(ErrorCode.INVALID_REQUEST, "body: type is required");
        }
        CommandType type =
                types.byName(name)
                        .orElseThrow(() ->
                                new ProblemException(
                                        ErrorCode.COMMAND_TYPE_UNKNOWN,
                                        "no command type '"
                                                + name
                                                + "'; GET /api/v1/command-types lists them"));
        if (!caller.maySend(name)) {
            throw new ProblemException(
                    ErrorCode.MISSING_SCOPE,
                    "the token of '"
                            + caller.subject()
                            + "' lacks the scope commands:send or commands:send:"
                            + name);
        }
        return type;
    }

    private Acceptance repeated(
            Handle handle, CommandTable.Former former, String requestHash, String key) {
        if (!former.requestHash().equals(requestHash)) {
            throw new ProblemException(
                    ErrorCode.IDEMPOTENCY_MISMATCH,
                    "Idempotency-Key '"
                            + key
                            + "' was used for command "
                            + former.command()
                            + " with another request");
        }
        return new Acceptance(commands.byId(handle, former.command()).orElseThrow(), false);
    }

    private StoredCommand insert(
            Handle handle,
            Vin vin,
            CommandType type,
            JsonNode params,
            int ttlS,
            Caller caller,
            @Nullable String reason,
            Instant now) {
        VehicleTable.Known vehicle = mustBeKnown(handle, vin, caller.tenant());
        if (!vehicle.state().mayConnect()) {
            throw new ProblemException(
                    ErrorCode.CONFLICT, "vehicle " + vin + " is " + vehicle.state());
        }
        CommandId id = CommandId.of(now.toEpochMilli(), random.nextLong(), random.nextLong());
        Instant expiresAt = now.plusSeconds(ttlS);
        Map<String, Object> plain = Json.map(Json.text(params));
        CommandEnvelope envelope =
                new CommandEnvelope(
                        1,
                        vin,
                        id,
                        type.type(),
                        plain,
                        now,
                        expiresAt,
                        commands.nextCounter(handle, vin, now));
        String signed = signer.sign(CommandEnvelope.TYP, Json.bytes(envelope));
        if (signed.length() > CommandEnvelope.MAX_BYTES) {
            throw new ProblemException(
                    ErrorCode.INVALID_PARAMETERS,
                    "the signed command has "
                            + signed.length()
                            + " bytes, at most "
                            + CommandEnvelope.MAX_BYTES
                            + " are sent");
        }
        StoredCommand accepted =
                new StoredCommand(
                        id,
                        vin,
                        caller.tenant(),
                        type,
                        plain,
                        signed,
                        now,
                        1,
                        Command.accepted(expiresAt, expiresAt.plus(type.resultWithin())),
                        null,
                        caller.subject());
        Actor actor = Actor.of(caller, "commands:send", reason);
        commands.insert(handle, accepted);
        record(handle, accepted, actor, now);
        move(handle, accepted, new Input.Enqueue(), Actor.PLATFORM);
        return commands.byId(handle, id).orElseThrow();
    }

    /** One step of the machine, with everything that is told of it. */
    private boolean move(Handle handle, StoredCommand stored, Input input, Actor actor) {
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

    private void record(Handle handle, StoredCommand stored, Actor actor, Instant now) {
        Command command = stored.command();
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
                        signer.kid()));
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

    /** Whether an event of ours says that something waits for its vehicle. */
    static boolean waits(CommandEvent event) {
        return event.state() == CommandState.QUEUED;
    }

    /** Microseconds, as PostgreSQL keeps them. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
