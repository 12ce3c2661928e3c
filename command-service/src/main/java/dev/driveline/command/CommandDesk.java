package dev.driveline.command;

import dev.driveline.command.command.Attempts;
import dev.driveline.command.command.CommandMachine;
import dev.driveline.command.command.Dispatch;
import dev.driveline.command.command.Input;
import dev.driveline.command.command.Presences;
import dev.driveline.command.command.StoredCommand;
import dev.driveline.command.command.Watchers;
import dev.driveline.command.kafka.DownlinkProducer;
import dev.driveline.command.postgres.AuditTable;
import dev.driveline.command.postgres.CommandTable;
import dev.driveline.command.postgres.VehicleTable;
import dev.driveline.contract.command.CommandEvent;
import dev.driveline.contract.command.CommandState;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.gateway.Downlink;
import dev.driveline.contract.id.CommandId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.mqtt.DownTopic;
import dev.driveline.contract.vehicle.Presence;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.store.postgres.Database;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Where commands are moved on and looked up: each change is one transaction that holds the
 * vehicle's lock and writes the row, its audit step and its event together. Thread-safe; methods
 * block.
 */
final class CommandDesk {

    private final Database database;
    private final CommandTable commands;
    private final AuditTable audit;
    private final CommandLedger ledger;
    private final VehicleTable vehicles = new VehicleTable();
    private final Presences presences;
    private final DownlinkProducer downlinks;
    private final Watchers watchers;

    CommandDesk(
            Database database,
            CommandTable commands,
            AuditTable audit,
            CommandLedger ledger,
            Presences presences,
            DownlinkProducer downlinks,
            Watchers watchers) {
        this.database = database;
        this.commands = commands;
        this.audit = audit;
        this.ledger = ledger;
        this.presences = presences;
        this.downlinks = downlinks;
        this.watchers = watchers;
    }

    /** Something happened to a command; nothing happens if it is not this vehicle's. */
    void apply(Vin vin, CommandId id, Input input, Actor actor) {
        boolean changed =
                database.transaction(handle -> {
                    commands.lock(handle, vin);
                    Optional<StoredCommand> stored = commands.byId(handle, id);
                    return stored.isPresent()
                            && stored.get().vin().equals(vin)
                            && ledger.move(handle, stored.get(), input, actor);
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
                    ledger.move(
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
                if (ledger.move(handle, stored, new Input.Tick(), Actor.PLATFORM)) {
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
        Instant now = ledger.now();
        for (StoredCommand stored :
                Attempts.of(commands.open(handle, vin), session.session(), now)) {
            ledger.move(
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
            vehicles.mustBeKnown(handle, vin, caller.tenant());
            return commands.page(handle, vin, caller.tenant(), before, limit);
        });
    }

    List<AuditTable.Step> steps(CommandId id, int after) {
        return database.transaction(handle -> audit.after(handle, id, after));
    }

    /** Vehicles with a command whose time has come. */
    List<Vin> due(int limit) {
        return database.transaction(handle -> commands.due(handle, ledger.now(), limit));
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

    /** Whether an event of ours says that something waits for its vehicle. */
    static boolean waits(CommandEvent event) {
        return event.state() == CommandState.QUEUED;
    }
}
