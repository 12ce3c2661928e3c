package dev.driveline.command;

import dev.driveline.command.audit.AuditChain;
import dev.driveline.command.audit.AuditEntry;
import dev.driveline.command.command.CommandMachine;
import dev.driveline.command.command.Effect;
import dev.driveline.command.command.Input;
import dev.driveline.command.command.LineInput;
import dev.driveline.command.command.Presences;
import dev.driveline.command.command.StoredCommand;
import dev.driveline.command.command.Unanswered;
import dev.driveline.command.postgres.AuditTable;
import dev.driveline.command.postgres.CommandTable;
import dev.driveline.command.postgres.VehicleTable;
import dev.driveline.contract.command.CommandState;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.id.CommandId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.vehicle.VehicleEvent;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.store.postgres.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Where commands are moved on and looked up: each change is one transaction that holds the
 * vehicle's lock and writes the row, its audit step and its event together. Thread-safe; methods
 * block.
 */
final class CommandDesk {

    private static final String DECLINED = "DECLINED";

    private final Database database;
    private final CommandTable commands;
    private final AuditTable audit;
    private final CommandLedger ledger;
    private final VehicleTable vehicles = new VehicleTable();
    private final Presences presences;
    private final Departures departures;
    private final TypeDesk types;
    private final HoldDesk holds;
    private final Envelopes envelopes;
    private final Wakeups wakeups;

    CommandDesk(
            Database database,
            CommandTable commands,
            AuditTable audit,
            CommandLedger ledger,
            Presences presences,
            Departures departures,
            TypeDesk types,
            HoldDesk holds,
            Envelopes envelopes,
            Wakeups wakeups) {
        this.database = database;
        this.commands = commands;
        this.audit = audit;
        this.ledger = ledger;
        this.presences = presences;
        this.departures = departures;
        this.types = types;
        this.holds = holds;
        this.envelopes = envelopes;
        this.wakeups = wakeups;
    }

    /** Something that happened to a command. */
    record Happening(CommandId id, Input input, Actor actor) {}

    /**
     * What happened to a vehicle's commands, in its order; nothing happens to one that is not its.
     * Where one ends, what stood behind it leaves with the same commit.
     *
     * @return whether something waits that may be next, and could not leave at once
     */
    boolean apply(Vin vin, List<Happening> happenings) {
        Set<CommandId> named =
                happenings.stream().map(Happening::id).collect(Collectors.toUnmodifiableSet());
        Turn turn =
                database.transaction(handle -> {
                    Turn current = ledger.turn(handle, vin, named);
                    for (Happening one : happenings) {
                        current.step(new LineInput.Happened(one.id(), one.input()), one.actor());
                    }
                    if (current.ended() && current.waits()) {
                        departures
                                .open(vin)
                                .ifPresent(way ->
                                        Departures.look(
                                                current,
                                                way,
                                                holds.held(handle, vin, current.open())));
                    }
                    ledger.write(handle, current);
                    return current;
                });
        departures.committed(vin, turn);
        return turn.ended() && turn.waits() && !turn.looked();
    }

    /**
     * Takes a command back.
     *
     * @throws ProblemException CONFLICT if the vehicle may have it, or it has ended
     */
    StoredCommand cancel(CommandId id, Caller caller, @Nullable String reason) {
        StoredCommand stored = find(id, caller);
        mustSend(stored, caller);
        Turn cancelled =
                database.transaction(handle -> {
                    Turn turn = ledger.turn(handle, stored.vin(), Set.of(id));
                    StoredCommand current = turn.find(id).orElseThrow();
                    if (!CommandMachine.cancellable(current.command())) {
                        throw new ProblemException(
                                ErrorCode.CONFLICT,
                                "command "
                                        + id
                                        + " is "
                                        + current.command().state()
                                        + "; it can be taken back only while no vehicle can have it");
                    }
                    turn.step(
                            new LineInput.Happened(id, new Input.Cancel()),
                            Actor.of(caller, scopeOf(stored), reason));
                    ledger.write(handle, turn);
                    return turn;
                });
        database.afterwards(() -> departures.committed(stored.vin(), cancelled));
        return cancelled.find(id).orElseThrow();
    }

    /**
     * A second person agrees.
     *
     * @throws ProblemException SECOND_PERSON_REQUIRED for the one who asked for it, CONFLICT if it
     *     does not wait for that, MISSING_SCOPE
     */
    StoredCommand approve(CommandId id, Caller caller, @Nullable String reason) {
        return decide(
                id,
                caller,
                (handle, stored) -> {
                    Instant now = ledger.now();
                    Instant expiresAt = now.plusSeconds(stored.wish().ttlS());
                    long counter = commands.nextCounter(handle, stored.vin(), now);
                    // What was waited for after the expiry goes on being waited for.
                    Duration resultWithin =
                            Duration.between(
                                    stored.command().expiresAt(), stored.command().resultBy());
                    return new LineInput.Approved(
                            id,
                            envelopes.sign(
                                    handle,
                                    stored.vin(),
                                    id,
                                    stored.kind().type(),
                                    stored.params(),
                                    now,
                                    expiresAt,
                                    counter),
                            new Input.Approved(expiresAt, expiresAt.plus(resultWithin)));
                },
                reason);
    }

    /** A second person says no; as {@link #approve}. */
    StoredCommand decline(CommandId id, Caller caller, @Nullable String reason) {
        return decide(
                id,
                caller,
                (handle, stored) -> new LineInput.Happened(id, new Input.Refused(DECLINED, null)),
                reason);
    }

    private interface Decision {
        LineInput of(Handle handle, StoredCommand stored);
    }

    private StoredCommand decide(
            CommandId id, Caller caller, Decision decision, @Nullable String reason) {
        StoredCommand seen = find(id, caller);
        mustSend(seen, caller);
        Actor actor = Actor.of(caller, scopeOf(seen), reason);
        Turn decided =
                database.transaction(handle -> {
                    Turn turn = ledger.turn(handle, seen.vin(), Set.of(id));
                    StoredCommand current = turn.find(id).orElseThrow();
                    if (current.command().state() != CommandState.AWAITING_APPROVAL) {
                        throw new ProblemException(
                                ErrorCode.CONFLICT,
                                "command "
                                        + id
                                        + " is "
                                        + current.command().state()
                                        + "; it does not wait for a second person");
                    }
                    if (current.requestedBy().equals(caller.subject())) {
                        throw new ProblemException(
                                ErrorCode.SECOND_PERSON_REQUIRED,
                                "'"
                                        + caller.subject()
                                        + "' has asked for command "
                                        + id
                                        + "; somebody else has to decide");
                    }
                    turn.step(decision.of(handle, current), actor);
                    ledger.write(handle, turn);
                    return turn;
                });
        database.afterwards(() -> departures.committed(seen.vin(), decided));
        return decided.find(id).orElseThrow();
    }

    /** What became of a look at a vehicle's commands. */
    enum Look {
        DONE,
        /** Its gateway has as many downlinks as it may have unanswered. */
        NO_ROOM
    }

    /** Lets time pass for a vehicle's commands, and hands out what its session should have. */
    Look attempt(Vin vin) {
        Departures.Way way = departures.way(vin).orElse(null);
        Unanswered.Room room = way == null ? Unanswered.Room.NONE : way.room();
        Turn turn =
                database.transaction(handle -> {
                    Turn current = ledger.turn(handle, vin, Set.of());
                    boolean mayWake =
                            presences.online(vin).isEmpty()
                                    && wakeups.may(handle, vin, current.now());
                    current.step(
                            new LineInput.Looked(
                                    way == null ? null : way.session(),
                                    holds.held(handle, vin, current.open()),
                                    room.all(),
                                    room.background(),
                                    mayWake),
                            Actor.PLATFORM);
                    if (current.leaving().stream().anyMatch(Effect.Woken.class::isInstance)) {
                        wakeups.count(handle, vin, current.now());
                    }
                    ledger.write(handle, current);
                    commands.settle(handle, vin, current.now());
                    return current;
                });
        departures.committed(vin, turn);
        // What has left takes of it, whoever waited behind.
        return way != null && room.background() <= turn.leaving().size() ? Look.NO_ROOM : Look.DONE;
    }

    /** The type may be gone; then it takes the scope for all. */
    private void mustSend(StoredCommand stored, Caller caller) {
        Senders.mustSend(types.find(stored.tenant(), stored.kind().type()).orElse(null), caller);
    }

    private String scopeOf(StoredCommand stored) {
        return Senders.scopeOf(types.find(stored.tenant(), stored.kind().type()).orElse(null));
    }

    /** A vehicle says that it is about to sleep. */
    void slept(Vin vin, VehicleEvent event) {
        wakeups.slept(vin, event, ledger.now());
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
            vehicles.mustBeKnown(handle, vin, caller.tenant());
            return commands.page(handle, vin, caller.tenant(), before, limit);
        });
    }

    List<AuditEntry> steps(CommandId id, int after) {
        return database.transaction(handle -> audit.after(handle, id.value(), after));
    }

    /** Where the steps of a vehicle's commands stand now: a place before all that come. */
    long place(Vin vin, Caller caller) {
        return database.transaction(handle -> {
            vehicles.mustBeKnown(handle, vin, caller.tenant());
            return audit.end(handle, caller.tenant(), AuditChain.lineOf(vin));
        });
    }

    /** When the step at a place was made; empty for a place that there is not. */
    Optional<Instant> at(Vin vin, Caller caller, long place) {
        return database.transaction(
                handle -> audit.at(handle, caller.tenant(), AuditChain.lineOf(vin), place));
    }

    /** Steps of a vehicle's commands after a place, made after {@code since}, in their order. */
    List<AuditTable.Row> steps(Vin vin, Caller caller, long place, Instant since, int limit) {
        return database.transaction(
                handle -> audit.ofVehicle(handle, caller.tenant(), vin, place, since, limit));
    }

    Instant now() {
        return ledger.now();
    }

    /** Vehicles with a command whose time has come. */
    List<Vin> due(int limit) {
        return database.transaction(handle -> commands.due(handle, ledger.now(), limit));
    }

    /**
     * A look at a vehicle's commands has failed: when the next is due; empty where nothing waits.
     */
    Optional<Instant> lookAgain(Vin vin, Duration pause) {
        Instant now = ledger.now();
        Instant at = now.plus(pause);
        int waiting = database.transaction(handle -> commands.lookAgain(handle, vin, now, at));
        return waiting == 0 ? Optional.empty() : Optional.of(at);
    }

    /** Vehicles with an open command, in order, after one. */
    List<Vin> waiting(String after, int limit) {
        return database.transaction(handle -> commands.waiting(handle, after, limit));
    }

    void forgetOldKeys() {
        database.run(handle ->
                commands.forgetKeys(handle, ledger.now().minus(CommandAcceptance.KEY_LIFE)));
    }

    void raiseCounter(Vin vin, long seen) {
        database.run(handle -> commands.raiseCounter(handle, vin, seen));
    }
}
