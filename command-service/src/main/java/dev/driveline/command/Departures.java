package dev.driveline.command;

import dev.driveline.command.command.Effect;
import dev.driveline.command.command.LineInput;
import dev.driveline.command.command.Presences;
import dev.driveline.command.command.StoredCommand;
import dev.driveline.command.command.Unanswered;
import dev.driveline.command.command.Watchers;
import dev.driveline.command.kafka.DownlinkProducer;
import dev.driveline.contract.gateway.Downlink;
import dev.driveline.contract.id.CommandId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.mqtt.DownTopic;
import dev.driveline.contract.vehicle.Presence;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * How commands leave for their gateways. What this process dispatches for may leave within the turn
 * that made it ready, and so needs no look of its own. Thread-safe.
 */
final class Departures {

    private final Presences presences;
    private final Unanswered unanswered;
    private final DownlinkProducer downlinks;
    private final Wakeups wakeups;
    private final Watchers watchers;
    private final Looks looks;
    private volatile Predicate<Vin> ours = _ -> false;

    Departures(
            Presences presences,
            Unanswered unanswered,
            DownlinkProducer downlinks,
            Wakeups wakeups,
            Watchers watchers,
            Looks looks) {
        this.presences = presences;
        this.unanswered = unanswered;
        this.downlinks = downlinks;
        this.wakeups = wakeups;
        this.watchers = watchers;
        this.looks = looks;
    }

    /**
     * A session that listens.
     *
     * @param room how much its gateway may be handed
     */
    record Way(Presence.Online session, Unanswered.Room room) {}

    /** Says for which vehicles this process dispatches; before, it is for none. */
    void dispatchesFor(Predicate<Vin> vehicles) {
        ours = vehicles;
    }

    /** The way to a vehicle; empty while it does not listen. */
    Optional<Way> way(Vin vin) {
        return presences
                .listening(vin, DownTopic.COMMANDS)
                .map(session -> new Way(session, unanswered.room(session.run())));
    }

    /** Whether this process dispatches for a vehicle. */
    boolean isOurs(Vin vin) {
        return ours.test(vin);
    }

    /** As {@link #way}, if this process dispatches for the vehicle and there is room for all. */
    Optional<Way> open(Vin vin) {
        return isOurs(vin) ? way(vin).filter(way -> way.room().background() > 0) : Optional.empty();
    }

    /** A look at the vehicle's commands, within its turn. */
    static void look(Turn turn, Way way, Set<CommandId> held) {
        turn.step(
                new LineInput.Looked(
                        way.session(), held, way.room().all(), way.room().background(), false),
                Actor.PLATFORM);
    }

    /**
     * What is to be done once a turn is committed. DISPATCHED is committed before the record goes
     * out: after a crash in between it is dispatched again.
     */
    void committed(Vin vin, Turn turn) {
        if (turn.looked()) {
            looks.looked(vin, turn.now());
        }
        for (Effect effect : turn.leaving()) {
            switch (effect) {
                case Effect.Published published -> publish(published);
                case Effect.Woken woken -> wakeups.wake(vin, woken.command().tenant());
                case Effect.Told _, Effect.Kept _ -> {}
            }
        }
        watchers.changed(vin, turn.toldOf());
    }

    private void publish(Effect.Published published) {
        StoredCommand stored = published.command();
        Presence.Online session = published.session();
        unanswered.sent(
                new Unanswered.Downlink(stored.id(), session.session(), published.attempt()),
                session.run());
        downlinks.send(
                session,
                new Downlink(
                        stored.vin(),
                        stored.id().toString(),
                        published.attempt(),
                        session.run(),
                        session.session(),
                        DownTopic.COMMANDS,
                        stored.command().expiresAt(),
                        stored.document().envelope()));
    }
}
