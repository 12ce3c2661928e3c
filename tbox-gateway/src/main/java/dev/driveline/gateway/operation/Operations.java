package dev.driveline.gateway.operation;

import dev.driveline.contract.id.Vin;
import dev.driveline.gateway.drain.DrainPace;
import java.time.Duration;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What an operator asks of a gateway. What is done to a vehicle is recorded in {@code
 * vehicle.events} with who did it.
 *
 * <p>Thread-safe. Waits for the links' event loops, so not to be called on one.
 */
public interface Operations {

    Standing standing();

    /**
     * Connected vehicles in the order of their VINs.
     *
     * @param after those behind it only; null for all
     * @param limit at most so many
     */
    SessionPage sessions(@Nullable Vin after, int limit, Predicate<Vin> covered);

    /** One vehicle's connection as it is now. */
    Sighting session(Vin vin);

    /**
     * Closes a vehicle's connection; it may come back.
     *
     * @param by the operator's subject
     * @return what is closed; null where it is not connected here
     */
    @Nullable SessionHead close(Vin vin, String reason, String by);

    /** Takes no more vehicles, and closes those that are here at a pace; returns at once. */
    void drain(DrainPace pace, String by);

    /** The vehicles that have published the most since they connected, the first the most. */
    Talkers talkers(Talkers.By by, int limit, Predicate<Vin> covered);

    /**
     * Records a vehicle's packets without their payloads, also of its next connections here.
     *
     * @return the trace, prolonged if there was one; null where too many run
     */
    @Nullable Trace startTrace(Vin vin, Duration time, String by);

    /** What was recorded; null where there is no trace. */
    @Nullable Trace trace(Vin vin);

    /**
     * Ends a trace and forgets it.
     *
     * @return whether there was one
     */
    boolean stopTrace(Vin vin, String by);
}
