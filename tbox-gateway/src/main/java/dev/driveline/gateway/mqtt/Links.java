package dev.driveline.gateway.mqtt;

import dev.driveline.contract.id.Vin;
import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** The connected vehicles of this process: at most one link a vehicle. Thread-safe. */
final class Links {

    private final ConcurrentMap<Vin, LinkHandler> byVin = new ConcurrentHashMap<>();
    private volatile boolean draining;

    /**
     * Enters a link.
     *
     * @return the one that it replaces
     */
    @Nullable LinkHandler enter(LinkHandler link) {
        return byVin.put(link.vin(), link);
    }

    /** Removes a link, unless another one has taken its place. */
    void leave(LinkHandler link) {
        byVin.remove(link.vin(), link);
    }

    @Nullable LinkHandler of(Vin vin) {
        return byVin.get(vin);
    }

    Collection<LinkHandler> all() {
        return byVin.values();
    }

    /** No new vehicles from now on. */
    void drain() {
        draining = true;
    }

    boolean draining() {
        return draining;
    }

    int size() {
        return byVin.size();
    }
}
