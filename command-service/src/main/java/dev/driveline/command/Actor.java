package dev.driveline.command;

import dev.driveline.runtime.auth.Caller;
import org.jspecify.annotations.Nullable;

/** Who did a step, as the audit says it. */
record Actor(String name, @Nullable String app, @Nullable String scope, @Nullable String reason) {

    /** The platform itself: dispatch, expiry. */
    static final Actor PLATFORM = new Actor("driveline", null, null, null);

    static final Actor GATEWAY = new Actor("gateway", null, null, null);
    static final Actor VEHICLE = new Actor("vehicle", null, null, null);

    static Actor of(Caller caller, String scope, @Nullable String reason) {
        return new Actor(caller.subject(), caller.actor(), scope, reason);
    }
}
