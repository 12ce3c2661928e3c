package dev.driveline.runtime.rest;

import dev.driveline.contract.error.ErrorCode;
import java.util.Map;

/** Ends a request with an RFC 9457 problem. */
public final class ProblemException extends RuntimeException {

    private final transient ErrorCode code;
    private final transient Map<String, Object> members;

    /**
     * @param detail a sentence that names the thing, the value and the rule
     */
    public ProblemException(ErrorCode code, String detail) {
        this(code, detail, Map.of());
    }

    /**
     * @param members more members of the problem document, for example candidates
     */
    public ProblemException(ErrorCode code, String detail, Map<String, Object> members) {
        super(detail);
        this.code = code;
        this.members = Map.copyOf(members);
    }

    public ErrorCode code() {
        return code;
    }

    public Map<String, Object> members() {
        return members;
    }
}
