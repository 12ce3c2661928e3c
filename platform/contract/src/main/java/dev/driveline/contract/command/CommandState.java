package dev.driveline.contract.command;

/**
 * Where a command stands.
 *
 * <pre>
 * ACCEPTED → QUEUED → DISPATCHED → SENT → DELIVERED → ACKNOWLEDGED → EXECUTING → SUCCEEDED | FAILED
 * besides: REJECTED, EXPIRED, CANCELLED (both certainly not executed), OUTCOME_UNKNOWN
 * </pre>
 */
public enum CommandState {
    ACCEPTED(false),
    QUEUED(false),
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
