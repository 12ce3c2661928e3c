package dev.driveline.command.command;

import dev.driveline.contract.command.CommandResponse;
import dev.driveline.contract.gateway.DownlinkReport;
import dev.driveline.contract.id.CommandId;
import dev.driveline.contract.id.SessionId;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What can happen to a command. */
public sealed interface Input {

    /** It is stored; from now on it waits for its vehicle. */
    record Enqueue() implements Input {}

    /** It is stored; a second person has to agree before it waits for its vehicle. */
    record AwaitApproval() implements Input {}

    /**
     * A second person agrees; its time begins now.
     *
     * @param resultBy as in {@link Command}
     */
    record Approved(Instant expiresAt, Instant resultBy) implements Input {}

    /**
     * The platform or a second person says no.
     *
     * @param with what led to it; null for nothing
     */
    record Refused(String code, @Nullable Map<String, Object> with) implements Input {}

    /** A later command takes its place. */
    record Superseded(CommandId by) implements Input {}

    /** Its vehicle sleeps and was woken. */
    record Woken() implements Input {}

    /** It is about to be handed to the gateway that holds this session. */
    record Dispatched(SessionId session) implements Input {}

    /** A gateway's report. */
    record Reported(SessionId session, int attempt, DownlinkReport.Outcome outcome)
            implements Input {}

    /** The vehicle's answer. */
    record Responded(
            CommandResponse.Step step, @Nullable String code, @Nullable Map<String, Object> result)
            implements Input {}

    /** Somebody takes it back. */
    record Cancel() implements Input {}

    record Tick() implements Input {}
}
