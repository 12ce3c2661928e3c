package dev.driveline.command;

import dev.driveline.command.audit.AuditEntry;
import dev.driveline.command.command.StoredCommand;
import dev.driveline.command.command.TypeDefinition;
import dev.driveline.command.postgres.CommandTable;
import dev.driveline.command.postgres.HoldTable;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.CommandId;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.store.postgres.Database;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Kill switches: what is held is refused, what waits does not leave. What left already is in its
 * vehicle's hands. Thread-safe; blocks.
 */
final class HoldDesk {

    static final int MAX_IN_FORCE = 100;
    private static final int MAX_REASON_CHARACTERS = 500;
    private static final int MAX_FLEET_CHARACTERS = 64;

    private final Database database;
    private final HoldTable table = new HoldTable();
    private final CommandTable commands;
    private final AuditDesk audit;
    private final Clock clock;

    HoldDesk(Database database, CommandTable commands, AuditDesk audit, Clock clock) {
        this.database = database;
        this.commands = commands;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * What is to be held back.
     *
     * @param type null for all types
     * @param fleet null for all vehicles
     */
    record Wish(@Nullable String type, @Nullable String fleet, @Nullable String reason) {}

    HoldTable.Hold hold(Wish wish, Caller caller) {
        mustBeWhole(caller);
        String reason = wish.reason();
        if (reason == null || reason.isBlank() || reason.length() > MAX_REASON_CHARACTERS) {
            throw new InvalidValueException(
                    "reason",
                    String.valueOf(reason),
                    "expected 1 to " + MAX_REASON_CHARACTERS + " characters");
        }
        String fleet = wish.fleet();
        if (fleet != null && (fleet.isBlank() || fleet.length() > MAX_FLEET_CHARACTERS)) {
            throw new InvalidValueException(
                    "fleet", fleet, "expected 1 to " + MAX_FLEET_CHARACTERS + " characters");
        }
        String type = wish.type() == null ? null : TypeDefinition.checkedName(wish.type());
        HoldTable.Hold hold =
                new HoldTable.Hold(
                        UUID.randomUUID(),
                        type,
                        fleet,
                        reason,
                        caller.subject(),
                        clock.instant().truncatedTo(ChronoUnit.MICROS),
                        null,
                        null);
        database.run(handle -> {
            if (table.inForce(handle, caller.tenant()) >= MAX_IN_FORCE) {
                throw new ProblemException(
                        ErrorCode.CONFLICT,
                        MAX_IN_FORCE + " holds are in force, no more are taken");
            }
            table.insert(handle, caller.tenant(), hold);
            record(handle, hold, 1, "HELD", caller, reason, hold.heldAt());
        });
        return hold;
    }

    /** Ends one. */
    HoldTable.Hold release(UUID id, Caller caller, @Nullable String reason) {
        mustBeWhole(caller);
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        return database.transaction(handle -> {
            HoldTable.Hold ended =
                    table.release(handle, caller.tenant(), id, caller.subject(), now)
                            .orElseThrow(() ->
                                    new ProblemException(
                                            ErrorCode.HOLD_UNKNOWN,
                                            "no hold '" + id + "' is in force"));
            // The audit last, as in every turn: its chains are locked until the commit.
            commands.rouse(handle, caller.tenant(), now);
            record(handle, ended, 2, "RELEASED", caller, reason, now);
            return ended;
        });
    }

    private void record(
            Handle handle,
            HoldTable.Hold hold,
            int step,
            String state,
            Caller caller,
            @Nullable String reason,
            Instant now) {
        Map<String, Object> what = new LinkedHashMap<>();
        what.put("type", hold.type());
        what.put("fleet", hold.fleet());
        audit.append(
                handle,
                AuditEntry.Kind.HOLD,
                hold.id(),
                step,
                caller.tenant(),
                hold.type() == null ? "*" : hold.type(),
                state,
                what,
                Actor.of(caller, Scope.COMMANDS_SEND.text(), reason),
                now);
    }

    List<HoldTable.Hold> newest(Caller caller, @Nullable UUID after, int limit) {
        return database.transaction(handle -> table.newest(handle, caller.tenant(), after, limit));
    }

    /**
     * Stops a command that is held back.
     *
     * @throws ProblemException COMMANDS_HELD, with the hold and its reason
     */
    void mustBeFree(Handle handle, TenantId tenant, Vin vin, String type) {
        table.of(handle, tenant, vin, type)
                .ifPresent(hold -> {
                    throw new ProblemException(
                            ErrorCode.COMMANDS_HELD,
                            "%s is held back%s since %s: %s"
                                    .formatted(
                                            type,
                                            hold.fleet() == null ? "" : " in fleet " + hold.fleet(),
                                            hold.heldAt(),
                                            hold.reason()),
                            Map.of("hold", hold.id().toString()));
                });
    }

    /** Whether commands of a type are held back from every vehicle. */
    boolean holdsAll(Handle handle, TenantId tenant, String type) {
        return table.ofAll(handle, tenant, type).isPresent();
    }

    /** Those of a vehicle's commands that must not leave. */
    Set<CommandId> held(Handle handle, Vin vin, List<StoredCommand> open) {
        if (open.isEmpty()) {
            return Set.of();
        }
        List<HoldTable.Kept> kept =
                table.keptFrom(
                        handle,
                        vin,
                        open.stream().map(StoredCommand::tenant).collect(Collectors.toSet()));
        return open.stream()
                .filter(stored -> kept.stream().anyMatch(hold -> hold.covers(stored)))
                .map(StoredCommand::id)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** It concerns more than the vehicles and types that a narrowed token is for. */
    private static void mustBeWhole(Caller caller) {
        caller.mustCoverTenant("a hold");
        if (!caller.has(Scope.COMMANDS_SEND)) {
            throw new ProblemException(
                    ErrorCode.MISSING_SCOPE,
                    "the token of '" + caller.subject() + "' lacks the scope commands:send");
        }
    }
}
