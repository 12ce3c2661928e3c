package dev.driveline.registry.bulk;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.id.TenantId;
import dev.driveline.registry.vehicle.NewVehicle;
import java.util.List;

/** Where many vehicles are put. What is told of them is committed with them. Methods block. */
public interface BulkStore {

    /**
     * Adds vehicles of one tenant, no two of one VIN or TBox, in one transaction.
     *
     * @return what became of each, in the same order
     */
    List<Outcome> add(TenantId tenant, List<NewVehicle> vehicles);

    /**
     * Runs work in one transaction; what it adds stays if it returns true.
     *
     * @throws dev.driveline.runtime.rest.ProblemException UNAVAILABLE if another transaction stood
     *     in the way: nothing stays
     */
    void inOneTransaction(Work work);

    /** A load is over: after a large one the database counts anew what it plans by. */
    void loaded(long added);

    /** What is done in one transaction. */
    @FunctionalInterface
    interface Work {

        /**
         * @param adding as {@link BulkStore#add}, within the transaction
         * @return whether to keep what was added
         */
        boolean with(Adding adding);
    }

    /** As {@link BulkStore#add}. */
    @FunctionalInterface
    interface Adding {
        List<Outcome> add(TenantId tenant, List<NewVehicle> vehicles);
    }

    /** What became of a vehicle. */
    sealed interface Outcome {

        record Added() implements Outcome {}

        /** It was there already, the same. */
        record Skipped() implements Outcome {}

        record Rejected(ErrorCode code, String reason) implements Outcome {}
    }
}
