package dev.driveline.gateway.session;

import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.vehicle.VehicleSession;
import org.jspecify.annotations.Nullable;

/** The sessions of all vehicles, in memory and in the log. Thread-safe; never blocks. */
public interface Sessions {

    /** The vehicle's session as far as this gateway knows; null where there is none to resume. */
    @Nullable Resumable find(Vin vin);

    /**
     * Remembers a session's record at once and writes it to the log. Records of one session are
     * confirmed in their order.
     *
     * @param first whether it is the session's first
     */
    void save(Vin vin, VehicleSession session, boolean first, Confirmation confirmation);

    /** Forgets a session at once and in the log. */
    void forget(Vin vin, SessionId session);

    /** Told what became of a record, on another thread. */
    interface Confirmation {
        void saved();

        /** It never will be. */
        void lost(Exception cause);
    }
}
