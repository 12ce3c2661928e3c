package dev.driveline.gateway.presence;

import dev.driveline.contract.id.Vin;
import dev.driveline.contract.vehicle.Presence;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/** Where sessions say that they have come and gone. Thread-safe; never blocks. */
public interface Announcement {

    /**
     * Writes a record of {@code vehicle.presence}.
     *
     * @param wanted asked when its turn comes; an ONLINE that nobody has seen, of a link that has
     *     closed since, is not written
     * @param stored told the record's offset
     */
    void announce(Vin vin, Presence presence, BooleanSupplier wanted, LongConsumer stored);

    /** The next offset of the vehicle's presence partition that this gateway is to read. */
    long readOffset(Vin vin);
}
