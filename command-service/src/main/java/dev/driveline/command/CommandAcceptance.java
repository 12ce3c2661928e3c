package dev.driveline.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.command.batch.BatchId;
import dev.driveline.command.command.Command;
import dev.driveline.command.command.CommandType;
import dev.driveline.command.command.Input;
import dev.driveline.command.command.Line;
import dev.driveline.command.command.LineInput;
import dev.driveline.command.command.Precondition;
import dev.driveline.command.command.StoredCommand;
import dev.driveline.command.config.Differences;
import dev.driveline.command.postgres.AnswerTable;
import dev.driveline.command.postgres.CommandTable;
import dev.driveline.command.postgres.VehicleTable;
import dev.driveline.contract.command.VehicleCode;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.id.CommandId;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.store.postgres.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Accepts commands: checks the request, signs the envelope, and commits row, audit, event and
 * idempotency key together. Thread-safe; methods block.
 */
final class CommandAcceptance {

    static final Duration KEY_LIFE = Duration.ofHours(24);

    /** How long a second person may take. */
    static final Duration APPROVAL_LIFE = Duration.ofHours(24);

    private final Database database;
    private final TypeDesk types;
    private final CommandTable commands;
    private final CommandLedger ledger;
    private final VehicleTable vehicles = new VehicleTable();
    private final AnswerTable answers = new AnswerTable();
    private final Quotas quotas = new Quotas();
    private final HoldDesk holds;
    private final Preconditions preconditions;
    private final Envelopes envelopes;
    private final Departures departures;
    private final RandomGenerator random;

    CommandAcceptance(
            Database database,
            TypeDesk types,
            CommandTable commands,
            CommandLedger ledger,
            HoldDesk holds,
            Preconditions preconditions,
            Envelopes envelopes,
            Departures departures,
            RandomGenerator random) {
        this.database = database;
        this.types = types;
        this.commands = commands;
        this.ledger = ledger;
        this.holds = holds;
        this.preconditions = preconditions;
        this.envelopes = envelopes;
        this.departures = departures;
        this.random = random;
    }

    /**
     * What a caller asks for.
     *
     * @param ttlS null for the type's default
     * @param background nobody waits for it: it does not take the place of what somebody waits for
     * @param reason free text for the audit
     */
    record Request(
            @Nullable String type,
            @Nullable JsonNode params,
            @Nullable Integer ttlS,
            @Nullable Boolean background,
            @Nullable String reason) {}

    /**
     * The command of a request.
     *
     * @param waits whether it is to be looked at: it was accepted by this very call, and has not
     *     left with it
     */
    record Acceptance(StoredCommand command, boolean waits) {}

    /** What a transaction came to: a command, and the turn that made it unless it was there. */
    private record Made(StoredCommand command, @Nullable Turn turn) {}

    /**
     * Accepts a command: row, audit, event and idempotency key are committed together. Where its
     * vehicle listens and nothing is in the way, it leaves with the same commit.
     *
     * @param key the caller's Idempotency-Key; null without one
     * @param authorization the caller's header, with which others are asked
     */
    Acceptance accept(
            Vin vin,
            Request request,
            Caller caller,
            @Nullable String key,
            @Nullable String authorization) {
        Asked asked = asked(request, caller);
        CommandType type = asked.type();
        String requestHash = Differences.hashOf(vin + "\n" + Json.text(request));
        Preconditions.Judged judged = preconditions.judge(vin, type, authorization).orElse(null);
        return committed(
                vin,
                database.transaction(handle -> {
                    Turn turn = ledger.turn(handle, vin, Set.of());
                    VehicleTable.Known vehicle = vehicles.mustBeKnown(handle, vin, caller.tenant());
                    if (key != null) {
                        Optional<CommandTable.Former> former =
                                commands.former(
                                        handle,
                                        caller.tenant(),
                                        caller.subject(),
                                        key,
                                        turn.now().minus(KEY_LIFE));
                        if (former.isPresent()) {
                            return repeated(handle, former.get(), requestHash, key);
                        }
                        mustBeUnused(handle, caller, key, turn.now());
                    }
                    StoredCommand accepted =
                            insert(
                                    handle,
                                    vehicle,
                                    turn,
                                    asked,
                                    caller,
                                    request.reason(),
                                    judged,
                                    null);
                    if (key != null) {
                        commands.remember(
                                handle,
                                caller.tenant(),
                                caller.subject(),
                                key,
                                new CommandTable.Former(requestHash, accepted.id()),
                                turn.now());
                    }
                    return new Made(accepted, turn);
                }));
    }

    private Acceptance committed(Vin vin, Made made) {
        Turn turn = made.turn();
        if (turn == null) {
            return new Acceptance(made.command(), false);
        }
        departures.committed(vin, turn);
        return new Acceptance(made.command(), !turn.looked());
    }

    /**
     * A request that is well formed, by one who may.
     *
     * @param background as in {@link Request}
     */
    record Asked(CommandType type, Map<String, Object> params, int ttlS, boolean background) {}

    /**
     * Looks at what does not depend on the vehicle.
     *
     * @throws ProblemException COMMAND_TYPE_UNKNOWN, MISSING_SCOPE, INVALID_PARAMETERS
     */
    Asked asked(Request request, Caller caller) {
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
        return new Asked(
                type, Json.map(Json.text(params)), ttlS, Boolean.TRUE.equals(request.background()));
    }

    /** What a command of a batch is taken up within. */
    @FunctionalInterface
    interface Claim {

        /** Whether the vehicle is to have it still; it is until the transaction ends. */
        boolean holds(Handle handle);
    }

    /**
     * Accepts a command of a batch for one vehicle. A second person has agreed where one had to;
     * nobody's token is there to ask for preconditions with, so they are unknown.
     *
     * @param sender as its token was, covering what it covers now
     * @param then what is written together with it
     * @return empty if the claim does not hold
     */
    Optional<StoredCommand> accept(
            Vin vin,
            Asked asked,
            BatchId batch,
            Caller sender,
            @Nullable String reason,
            Claim claim,
            BiConsumer<Handle, CommandId> then) {
        Preconditions.Judged judged = preconditions.judge(vin, asked.type(), null).orElse(null);
        Optional<Made> made =
                database.transaction(handle -> {
                    Turn turn = ledger.turn(handle, vin, Set.of());
                    if (!claim.holds(handle)) {
                        return Optional.empty();
                    }
                    VehicleTable.Known vehicle = vehicles.mustBeKnown(handle, vin, sender.tenant());
                    StoredCommand accepted =
                            insert(handle, vehicle, turn, asked, sender, reason, judged, batch);
                    then.accept(handle, accepted.id());
                    return Optional.of(new Made(accepted, turn));
                });
        return made.map(whole -> committed(vin, whole).command());
    }

    private CommandType typeOf(Request request, Caller caller) {
        String name = request.type();
        if (name == null) {
            throw new ProblemException(ErrorCode.INVALID_REQUEST, "body: type is required");
        }
        CommandType type =
                types.find(caller.tenant(), name).orElseThrow(() -> TypeDesk.unknown(name));
        Senders.mustSend(type, caller);
        return type;
    }

    /** What else was written with a key is kept elsewhere. */
    private void mustBeUnused(Handle handle, Caller caller, String key, Instant now) {
        answers.find(handle, caller.tenant(), caller.subject(), key, now.minus(KEY_LIFE))
                .ifPresent(_ -> {
                    throw Idempotency.mismatch(key, "for something else");
                });
    }

    private Made repeated(
            Handle handle, CommandTable.Former former, String requestHash, String key) {
        if (!former.requestHash().equals(requestHash)) {
            throw Idempotency.mismatch(
                    key, "for command " + former.command() + " with another request");
        }
        return new Made(commands.byId(handle, former.command()).orElseThrow(), null);
    }

    private StoredCommand insert(
            Handle handle,
            VehicleTable.Known vehicle,
            Turn turn,
            Asked asked,
            Caller caller,
            @Nullable String reason,
            Preconditions.@Nullable Judged judged,
            @Nullable BatchId batch) {
        Vin vin = vehicle.vin();
        Instant now = turn.now();
        CommandType type = asked.type();
        if (!vehicle.state().mayConnect()) {
            throw new ProblemException(
                    ErrorCode.CONFLICT, "vehicle " + vin + " is " + vehicle.state());
        }
        holds.mustBeFree(handle, caller.tenant(), vin, type.type());
        if (batch == null) {
            quotas.mustBeWithin(handle, vin, type, caller, now);
        } else {
            // Its tenant's limit is looked at before its vehicles are taken up.
            quotas.mustBeWithin(handle, vin, type, now);
        }
        List<StoredCommand> before = turn.open();
        if (before.size() >= Line.MAX_OPEN) {
            throw new ProblemException(
                    ErrorCode.RATE_LIMITED,
                    "vehicle " + vin + " has " + Line.MAX_OPEN + " commands that have not ended",
                    Map.of("limit", Line.MAX_OPEN));
        }
        CommandId id = CommandId.of(now.toEpochMilli(), random.nextLong(), random.nextLong());
        boolean awaits = type.approval() && batch == null;
        Instant expiresAt = now.plus(awaits ? APPROVAL_LIFE : Duration.ofSeconds(asked.ttlS()));
        long counter = commands.nextCounter(handle, vin, now);
        StoredCommand.Document document =
                awaits
                        ? new StoredCommand.Document("", counter)
                        : envelopes.sign(
                                handle,
                                vin,
                                id,
                                type.type(),
                                asked.params(),
                                now,
                                expiresAt,
                                counter);
        StoredCommand accepted =
                new StoredCommand(
                        id,
                        vin,
                        caller.tenant(),
                        type.kind(),
                        asked.params(),
                        document,
                        new StoredCommand.Wish(
                                asked.ttlS(),
                                asked.background(),
                                judged == null ? null : judged.advice(),
                                batch == null ? null : batch.value()),
                        now,
                        1,
                        Command.accepted(expiresAt, expiresAt.plus(type.resultWithin())),
                        null,
                        caller.subject());
        turn.step(
                new LineInput.Accepted(accepted, afterwards(awaits, judged)),
                Actor.of(caller, Senders.scopeOf(type), reason));
        if (turn.find(id).orElseThrow().command().waits()) {
            departures
                    .open(vin)
                    .ifPresent(way ->
                            // It is not held back itself.
                            Departures.look(turn, way, holds.held(handle, vin, before)));
        }
        if (departures.isOurs(vin)) {
            turn.follow();
        }
        ledger.write(handle, turn);
        return turn.find(id).orElseThrow();
    }

    private static Input afterwards(boolean awaits, Preconditions.@Nullable Judged judged) {
        if (judged != null && judged.verdict() == Precondition.Verdict.FALSE) {
            return new Input.Refused(VehicleCode.PRECONDITION_FAILED.name(), judged.advice());
        }
        return awaits ? new Input.AwaitApproval() : new Input.Enqueue();
    }
}
