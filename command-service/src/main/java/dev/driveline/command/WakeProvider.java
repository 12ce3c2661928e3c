package dev.driveline.command;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;

/** Brings a sleeping vehicle online, in a way that it said it can be reached by. Thread-safe. */
interface WakeProvider {

    /** What the vehicle said of its sleep, {@code wake} of the event. */
    String way();

    /** Asks for it and returns at once; whether it works shows when the vehicle comes. */
    void wake(Vin vin, TenantId tenant);
}
