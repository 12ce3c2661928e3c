package dev.driveline.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.command.command.Command;
import dev.driveline.command.command.CommandType;
import dev.driveline.command.command.CommandTypes;
import dev.driveline.command.command.Input;
import dev.driveline.command.command.StoredCommand;
import dev.driveline.command.config.Differences;
import dev.driveline.command.postgres.CommandTable;
import dev.driveline.command.postgres.VehicleTable;
import dev.driveline.contract.command.CommandEnvelope;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.id.CommandId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.trust.KeyUse;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.jws.Jws;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.store.postgres.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Accepts commands: checks the request, signs the envelope, and commits row, audit, event and
 * idempotency key together. Thread-safe; methods block.
 */
final class CommandAcceptance {

    static final Duration KEY_LIFE = Duration.ofHours(24);

    private final Database database;
    private final CommandTypes types;
    private final CommandTable commands;
    private final CommandLedger ledger;
    private final VehicleTable vehicles = new VehicleTable();
    private final TrustDesk trust;
    private final RandomGenerator random;

    CommandAcceptance(
            Database database,
            CommandTypes types,
            CommandTable commands,
            CommandLedger ledger,
            TrustDesk trust,
            RandomGenerator random) {
        this.database = database;
        this.types = types;
        this.commands = commands;
        this.ledger = ledger;
        this.trust = trust;
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
                    vehicles.mustBeKnown(handle, vin, caller.tenant());
                    Instant now = ledger.now();
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
        VehicleTable.Known vehicle = vehicles.mustBeKnown(handle, vin, caller.tenant());
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
        Jws.Signer signer = trust.signer(handle, vin, KeyUse.COMMAND, now, expiresAt);
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
        ledger.record(handle, accepted, actor, now);
        ledger.move(handle, accepted, new Input.Enqueue(), Actor.PLATFORM);
        return commands.byId(handle, id).orElseThrow();
    }
}
