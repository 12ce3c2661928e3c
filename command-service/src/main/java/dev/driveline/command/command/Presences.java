package dev.driveline.command.command;

import dev.driveline.contract.gateway.Heartbeat;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.mqtt.DownTopic;
import dev.driveline.contract.vehicle.Presence;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which session owns each vehicle, as the log says it. Thread-safe; one thread at a time applies
 * what is about a vehicle.
 *
 * <p>The last ONLINE owns; an OFFLINE counts only with the owner's session. A session of a run that
 * is not its slot's current one is gone, whether or not anybody wrote so.
 */
public final class Presences {

    private final Map<Vin, Presence.Online> owners = new ConcurrentHashMap<>();
    private final Map<Integer, Heartbeat> runs = new ConcurrentHashMap<>();

    public void apply(Vin vin, Presence presence) {
        switch (presence) {
            case Presence.Online online -> owners.put(vin, online);
            case Presence.Offline offline ->
                    owners.computeIfPresent(
                            vin,
                            (same, owner) ->
                                    owner.session().equals(offline.session()) ? null : owner);
        }
    }

    /**
     * A gateway's heartbeat.
     *
     * @return whether its slot has another run than before
     */
    public boolean apply(Heartbeat heartbeat) {
        Heartbeat known = runs.get(heartbeat.slot());
        boolean other = known == null || !known.run().equals(heartbeat.run());
        if (other && known != null && known.startedAt().isAfter(heartbeat.startedAt())) {
            return false;
        }
        runs.put(heartbeat.slot(), heartbeat);
        return other;
    }

    /** The session that hears a topic of a vehicle; empty while it is away or does not listen. */
    public Optional<Presence.Online> listening(Vin vin, DownTopic topic) {
        return online(vin).filter(online -> online.listens().contains(topic));
    }

    /** The vehicles that hear a topic. */
    public List<Vin> listening(DownTopic topic) {
        return owners.keySet().stream().filter(vin -> listening(vin, topic).isPresent()).toList();
    }

    /** The session that owns a vehicle. */
    public Optional<Presence.Online> online(Vin vin) {
        Presence.Online online = owners.get(vin);
        if (online == null) {
            return Optional.empty();
        }
        Heartbeat run = runs.get(online.slot());
        return run != null && run.run().equals(online.run()) && !run.ended()
                ? Optional.of(online)
                : Optional.empty();
    }

    /** Forgets all, before the log is read anew. */
    public void clear() {
        owners.clear();
    }
}
