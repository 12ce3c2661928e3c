package dev.driveline.gateway.mqtt;

import dev.driveline.contract.id.Vin;
import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** The connected vehicles of this process: at most one link a vehicle. Thread-safe. */
final class Links {

    private final ConcurrentMap<Vin, MqttLink> byVin = new ConcurrentHashMap<>();

    /**
     * Enters a link.
     *
     * @return the one that it replaces
     */
    @Nullable MqttLink enter(MqttLink link) {
        return byVin.put(link.vin(), link);
    }

    /** Removes a link, unless another one has taken its place. */
    void leave(MqttLink link) {
        byVin.remove(link.vin(), link);
    }

    @Nullable MqttLink of(Vin vin) {
        return byVin.get(vin);
    }

    Collection<MqttLink> all() {
        return byVin.values();
    }

    int size() {
        return byVin.size();
    }
}
