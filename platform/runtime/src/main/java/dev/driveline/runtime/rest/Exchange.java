package dev.driveline.runtime.rest;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.json.MalformedJsonException;
import io.vertx.core.MultiMap;
import java.io.InputStream;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request as a handler sees it; read-only.
 *
 * <p>Every reader throws {@link InvalidValueException} or {@link ProblemException} that names the
 * parameter, its value and the rule.
 */
public final class Exchange {

    private final Map<String, String> path;
    private final MultiMap query;
    private final MultiMap headers;
    private final byte[] body;
    private final InputStream stream;
    private final @Nullable Caller caller;
    private final String uri;
    private final String address;

    Exchange(
            String uri,
            String address,
            Map<String, String> path,
            MultiMap query,
            MultiMap headers,
            byte[] body,
            InputStream stream,
            @Nullable Caller caller) {
        this.uri = uri;
        this.address = address;
        this.path = path;
        this.query = query;
        this.headers = headers;
        this.body = body;
        this.stream = stream;
        this.caller = caller;
    }

    /** Path and query as requested. */
    public String uri() {
        return uri;
    }

    /** Where the connection comes from: a proxy's address, if there is one between. */
    public String address() {
        return address;
    }

    /**
     * Who calls.
     *
     * @throws IllegalStateException on a route without a scope
     */
    public Caller caller() {
        if (caller == null) {
            throw new IllegalStateException("the route asks for no scope, so nobody is known");
        }
        return caller;
    }

    /** A parameter of the path template. */
    public String path(String name) {
        String value = path.get(name);
        if (value == null) {
            throw new IllegalStateException("the path template has no {" + name + "}");
        }
        return value;
    }

    /** The parameter {@code vin}, covered by the caller's token. */
    public Vin vin() {
        Vin vin = Vin.of(path("vin"));
        if (caller != null) {
            caller.mustCover(vin);
        }
        return vin;
    }

    public @Nullable String query(String name) {
        return query.get(name);
    }

    public List<String> queryAll(String name) {
        return query.getAll(name);
    }

    public int queryInteger(String name, int fallback, int min, int max) {
        String text = query.get(name);
        if (text == null) {
            return fallback;
        }
        try {
            int value = Integer.parseInt(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException notANumber) {
            // Answered below.
        }
        throw new InvalidValueException(
                "query " + name, text, "expected an integer from " + min + " to " + max);
    }

    /** A time in RFC 3339. */
    public @Nullable Instant queryInstant(String name) {
        String text = query.get(name);
        if (text == null) {
            return null;
        }
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException wrong) {
            throw new InvalidValueException(
                    "query " + name,
                    text,
                    "expected a time such as 2026-05-01T12:00:00Z (RFC 3339)");
        }
    }

    public @Nullable String header(String name) {
        return headers.get(name);
    }

    public byte[] body() {
        return body;
    }

    /** The body while it comes, on a route with {@link Route#streamed}; empty on others. */
    public InputStream stream() {
        return stream;
    }

    /** The same request of a caller of whom more is known. */
    public Exchange of(Caller known) {
        return new Exchange(uri, address, path, query, headers, body, stream, known);
    }

    /**
     * The body as JSON.
     *
     * @throws ProblemException INVALID_REQUEST, with line and column
     */
    public <T> T body(Class<T> type) {
        try {
            return Json.read(body, type);
        } catch (MalformedJsonException malformed) {
            throw new ProblemException(
                    ErrorCode.INVALID_REQUEST, "body: " + malformed.getMessage());
        }
    }
}
