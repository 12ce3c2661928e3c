package dev.driveline.contract.command;

/**
 * Where a command stands.
 *
 * <pre>
 * ACCEPTED → (AWAITING_APPROVAL) → QUEUED → (WAKING) → DISPATCHED → SENT → DELIVERED → ACKNOWLEDGED
 *          → EXECUTING → SUCCEEDED | FAILED
 * besides: REJECTED, OUTCOME_UNKNOWN, and EXPIRED, CANCELLED, SUPERSEDED: certainly not executed
 * </pre>
 *
 * <p>Compatibility: readers take a state that they do not know for one on the way, unless it is
 * their own business.
 */
public enum CommandState {
    ACCEPTED(false),
    /** A second person has to agree. */
    AWAITING_APPROVAL(false),
    QUEUED(false),
    /** It waits for a vehicle that was woken for it. */
    WAKING(false),
    DISPATCHED(false),
    SENT(false),
    DELIVERED(false),
    ACKNOWLEDGED(false),
    EXECUTING(false),
    SUCCEEDED(true),
    FAILED(true),
    /** Vehicle or policy said no. */
    REJECTED(true),
    /** Certainly not executed: it never left, or every dispatch was answered as not delivered. */
    EXPIRED(true),
    /** Certainly not executed, because somebody took it back in time. */
    CANCELLED(true),
    /** Certainly not executed, because a later command of its actuator domain took its place. */
    SUPERSEDED(true),
    /** It may have been executed; a late result turns this into SUCCEEDED or FAILED. */
    OUTCOME_UNKNOWN(true);

    private final boolean terminal;

    CommandState(boolean terminal) {
        this.terminal = terminal;
    }

    public boolean terminal() {
        return terminal;
    }

    /** Terminal and never left again; OUTCOME_UNKNOWN alone is terminal and not final. */
    public boolean isFinal() {
        return terminal && this != OUTCOME_UNKNOWN;
    }
}
