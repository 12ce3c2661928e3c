package dev.driveline.command.command;

import dev.driveline.contract.command.CommandState;
import java.time.Instant;
import java.util.Map;

/**
 * A command's life, without input or output.
 *
 * <pre>
 * ACCEPTED ─▶ QUEUED ─▶ (WAKING) ─▶ DISPATCHED ─▶ SENT ─▶ DELIVERED ─▶ ACKNOWLEDGED ─▶ EXECUTING ─▶ SUCCEEDED | FAILED
 *    │          ▲ ▲                     │ every dispatch answered "not delivered"          └──▶ REJECTED (from DISPATCHED on)
 *    │          │ └─────────────────────┘
 *    ├─▶ AWAITING_APPROVAL ─▶ REJECTED | EXPIRED | CANCELLED
 *    └─▶ REJECTED (policy)
 * QUEUED or WAKING, nothing open:  Cancel ─▶ CANCELLED,  Superseded ─▶ SUPERSEDED,  expiresAt ─▶ EXPIRED
 * something open:                  resultBy ─▶ OUTCOME_UNKNOWN ─▶ SUCCEEDED | FAILED with late
 * </pre>
 *
 * Steps only go forward: a report or an answer that comes late or twice changes nothing. EXPIRED,
 * CANCELLED and SUPERSEDED mean certainly not executed, so they are reached only while no dispatch
 * is open.
 */
public final class CommandMachine {

    private CommandMachine() {}

    /** The command afterwards; equal to the one before if nothing changed. */
    public static Command step(Command command, Input input, Instant now) {
        return switch (input) {
            case Input.Enqueue _ ->
                    command.state() == CommandState.ACCEPTED
                            ? command.in(CommandState.QUEUED)
                            : command;
            case Input.AwaitApproval _ ->
                    command.state() == CommandState.ACCEPTED
                            ? command.in(CommandState.AWAITING_APPROVAL)
                            : command;
            case Input.Approved approved ->
                    command.state() == CommandState.AWAITING_APPROVAL
                            ? command.timed(approved.expiresAt(), approved.resultBy())
                                    .in(CommandState.QUEUED)
                            : command;
            case Input.Refused refused -> refused(command, refused);
            case Input.Superseded by ->
                    command.waits()
                            ? command.ended(
                                    CommandState.SUPERSEDED,
                                    null,
                                    Map.of("by", by.by().toString()),
                                    false)
                            : command;
            case Input.Woken _ ->
                    command.state() == CommandState.QUEUED
                            ? command.in(CommandState.WAKING)
                            : command;
            case Input.Dispatched dispatched -> dispatched(command, dispatched);
            case Input.Reported reported -> reported(command, reported);
            case Input.Responded responded -> responded(command, responded);
            case Input.Cancel _ ->
                    cancellable(command) ? command.in(CommandState.CANCELLED) : command;
            case Input.Tick _ -> ticked(command, now);
        };
    }

    /** Whether {@link Input.Cancel} would take it back. */
    public static boolean cancellable(Command command) {
        return !command.state().terminal() && !command.possiblyDelivered();
    }

    /** Whether it may be sent to a session now. */
    public static boolean dispatchable(Command command, Instant now) {
        return switch (command.state()) {
            case QUEUED, WAKING, DISPATCHED, SENT, DELIVERED -> now.isBefore(command.expiresAt());
            case ACCEPTED, AWAITING_APPROVAL, ACKNOWLEDGED, EXECUTING -> false;
            case SUCCEEDED, FAILED, REJECTED, EXPIRED, CANCELLED, SUPERSEDED, OUTCOME_UNKNOWN ->
                    false;
        };
    }

    /** When a tick could change it. */
    public static Instant due(Command command) {
        return command.possiblyDelivered() ? command.resultBy() : command.expiresAt();
    }

    /** Whether it is past all that must agree, and has not ended. */
    private static boolean mayLeave(Command command) {
        return !command.state().terminal() && command.state().compareTo(CommandState.QUEUED) >= 0;
    }

    private static Command refused(Command command, Input.Refused refused) {
        return switch (command.state()) {
            case ACCEPTED, AWAITING_APPROVAL ->
                    command.ended(CommandState.REJECTED, refused.code(), refused.with(), false);
            case QUEUED, WAKING, DISPATCHED, SENT, DELIVERED, ACKNOWLEDGED, EXECUTING -> command;
            case SUCCEEDED, FAILED, REJECTED, EXPIRED, CANCELLED, SUPERSEDED, OUTCOME_UNKNOWN ->
                    command;
        };
    }

    private static Command dispatched(Command command, Input.Dispatched dispatched) {
        if (!mayLeave(command)) {
            return command;
        }
        Dispatch dispatch =
                command.dispatchTo(dispatched.session())
                        .orElseGet(() -> Dispatch.to(dispatched.session()));
        Command sent = command.sentTo(dispatch.again());
        return forward(sent, CommandState.DISPATCHED);
    }

    private static Command reported(Command command, Input.Reported reported) {
        Dispatch dispatch = command.dispatchTo(reported.session()).orElse(null);
        if (dispatch == null || command.state().terminal()) {
            return command;
        }
        Command known =
                command.with(
                        dispatch.answered(reported.attempt(), reported.outcome().notDelivered()));
        return switch (reported.outcome()) {
            case SENT -> forward(known, CommandState.SENT);
            case DELIVERED -> forward(known, CommandState.DELIVERED);
            case NOT_HERE, NOT_LISTENING, BUSY, TOO_LATE, TOO_LARGE -> notDelivered(known);
        };
    }

    /** Back into the queue, if the vehicle certainly has it from nowhere else. */
    private static Command notDelivered(Command command) {
        return command.state() == CommandState.DISPATCHED && !command.possiblyDelivered()
                ? command.in(CommandState.QUEUED)
                : command;
    }

    private static Command responded(Command command, Input.Responded responded) {
        if (command.state() == CommandState.OUTCOME_UNKNOWN) {
            return switch (responded.step()) {
                case SUCCEEDED ->
                        command.ended(
                                CommandState.SUCCEEDED, responded.code(), responded.result(), true);
                case FAILED, REJECTED ->
                        command.ended(
                                CommandState.FAILED, responded.code(), responded.result(), true);
                case ACKNOWLEDGED, EXECUTING, UNKNOWN -> command;
            };
        }
        // An answer to what never went out is none.
        if (command.state().terminal() || command.dispatches().isEmpty()) {
            return command;
        }
        return switch (responded.step()) {
            case ACKNOWLEDGED -> forward(command, CommandState.ACKNOWLEDGED);
            case EXECUTING -> forward(command, CommandState.EXECUTING);
            case SUCCEEDED -> ended(command, CommandState.SUCCEEDED, responded);
            case FAILED -> ended(command, CommandState.FAILED, responded);
            case REJECTED -> ended(command, CommandState.REJECTED, responded);
            case UNKNOWN -> ended(command, CommandState.OUTCOME_UNKNOWN, responded);
        };
    }

    private static Command ticked(Command command, Instant now) {
        if (command.state().terminal() || now.isBefore(due(command))) {
            return command;
        }
        return command.in(
                command.possiblyDelivered() ? CommandState.OUTCOME_UNKNOWN : CommandState.EXPIRED);
    }

    private static Command ended(Command command, CommandState state, Input.Responded responded) {
        return command.ended(state, responded.code(), responded.result(), false);
    }

    private static Command forward(Command command, CommandState state) {
        return state.compareTo(command.state()) > 0 ? command.in(state) : command;
    }
}
