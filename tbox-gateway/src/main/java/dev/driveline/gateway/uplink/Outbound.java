package dev.driveline.gateway.uplink;

import dev.driveline.contract.id.Vin;

/** The way to Kafka, as a link sees it. Thread-safe; never blocks. */
public interface Outbound {

    /**
     * Takes a parcel. Parcels of one key are written in the order in which they were handed over.
     *
     * @return whether its partition has room for more
     */
    boolean send(Parcel parcel);

    /** The budget of the partition that a vehicle's records stand in. */
    PartitionBudget budgetOf(Vin vin);
}
