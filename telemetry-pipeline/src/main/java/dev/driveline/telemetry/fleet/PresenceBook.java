package dev.driveline.telemetry.fleet;

import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.vehicle.Presence;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Which vehicles are connected, by {@code vehicle.presence} in its order: the last ONLINE owns a
 * vehicle, and an OFFLINE counts only with the owner's session. About 100 bytes a connected
 * vehicle. Thread-safe.
 */
public final class PresenceBook {

    private final ConcurrentMap<Vin, SessionId> owners = new ConcurrentHashMap<>();

    public void put(Vin vin, Presence presence) {
        switch (presence) {
            case Presence.Online online -> owners.put(vin, online.session());
            case Presence.Offline offline -> owners.remove(vin, offline.session());
        }
    }

    /** The vehicle is gone from the log. */
    public void remove(Vin vin) {
        owners.remove(vin);
    }

    public boolean isOnline(Vin vin) {
        return owners.containsKey(vin);
    }
}
