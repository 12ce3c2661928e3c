package dev.driveline.runtime.json;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import java.util.stream.Collectors;

/** Text from outside is no JSON or does not fit; the message names path, line and column. */
public final class MalformedJsonException extends IllegalArgumentException {

    public MalformedJsonException(String message) {
        super(message);
    }

    static MalformedJsonException of(JsonProcessingException cause) {
        StringBuilder message = new StringBuilder();
        if (cause instanceof JsonMappingException mapping && !mapping.getPath().isEmpty()) {
            message.append(
                    mapping.getPath().stream()
                            .map(step ->
                                    step.getFieldName() == null
                                            ? "[" + step.getIndex() + "]"
                                            : step.getFieldName())
                            .collect(Collectors.joining(".", "", ": ")));
        }
        message.append(cause.getOriginalMessage());
        JsonLocation at = cause.getLocation();
        if (at != null && at.getLineNr() > 0) {
            message.append(" (line ")
                    .append(at.getLineNr())
                    .append(", column ")
                    .append(at.getColumnNr())
                    .append(')');
        }
        return new MalformedJsonException(message.toString());
    }
}
