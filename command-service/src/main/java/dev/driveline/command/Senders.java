package dev.driveline.command;

import dev.driveline.command.command.CommandType;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.ProblemException;
import org.jspecify.annotations.Nullable;

/** Who may send, agree to and take back commands of a type. */
final class Senders {

    private Senders() {}

    /**
     * Stops a caller who may not.
     *
     * @param type null if it is gone; then it takes the scope for all
     * @throws ProblemException MISSING_SCOPE
     */
    static void mustSend(@Nullable CommandType type, Caller caller) {
        if (type == null) {
            if (!caller.has(Scope.COMMANDS_SEND)) {
                throw new ProblemException(
                        ErrorCode.MISSING_SCOPE,
                        "the token of '" + caller.subject() + "' lacks the scope commands:send");
            }
            return;
        }
        String scope = type.scope();
        boolean may = scope == null ? caller.maySend(type.type()) : caller.scopes().contains(scope);
        if (!may) {
            throw new ProblemException(
                    ErrorCode.MISSING_SCOPE,
                    "the token of '"
                            + caller.subject()
                            + "' lacks the scope "
                            + (scope == null
                                    ? Scope.COMMANDS_SEND.text()
                                            + " or commands:send:"
                                            + type.type()
                                    : scope));
        }
    }

    /** What the audit says of by what right it was sent. */
    static String scopeOf(@Nullable CommandType type) {
        String scope = type == null ? null : type.scope();
        return scope == null ? Scope.COMMANDS_SEND.text() : scope;
    }
}
