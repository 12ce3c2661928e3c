package dev.driveline.command.command;

import dev.driveline.contract.id.CommandId;
import dev.driveline.contract.vehicle.Presence;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What can happen to the commands of one vehicle. */
public sealed interface LineInput {

    /**
     * A command was accepted.
     *
     * @param fresh in state ACCEPTED, with step 1
     * @param then what becomes of it: Enqueue, AwaitApproval or Refused
     */
    record Accepted(StoredCommand fresh, Input then) implements LineInput {}

    /**
     * A second person agreed.
     *
     * @param document signed for the time that begins now
     */
    record Approved(CommandId id, StoredCommand.Document document, Input.Approved approval)
            implements LineInput {}

    /** Something happened to one of them. */
    record Happened(CommandId id, Input input) implements LineInput {}

    /**
     * Time has passed, or the vehicle came or went, or a gateway has room again.
     *
     * @param session that listens; null while none does
     * @param held those that must not leave
     * @param room how many may be handed to the session's gateway
     * @param backgroundRoom how many of them nobody may wait for
     * @param mayWake whether the vehicle can and may be woken now
     */
    record Looked(
            Presence.@Nullable Online session,
            Set<CommandId> held,
            int room,
            int backgroundRoom,
            boolean mayWake)
            implements LineInput {}
}
