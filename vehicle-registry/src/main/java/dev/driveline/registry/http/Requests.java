package dev.driveline.registry.http;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.Vin;
import dev.driveline.registry.certificate.RevocationReason;
import dev.driveline.registry.vehicle.VehicleQuery;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.ProblemException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the routes ask of a request; every failure is a problem that names the member. */
final class Requests {

    private static final int USUAL_PAGE = 100;
    private static final int MAX_PAGE = 1_000;
    private static final int MAX_TEXT = 500;

    private Requests() {}

    static String required(@Nullable String value, String member) {
        if (value == null || value.isBlank()) {
            throw new ProblemException(
                    ErrorCode.INVALID_REQUEST, "body: member '" + member + "' is required");
        }
        return value;
    }

    /** A required member that people write: at most {@value #MAX_TEXT} characters. */
    static String text(@Nullable String value, String member) {
        String text = required(value, member);
        if (text.length() > MAX_TEXT) {
            throw new InvalidValueException(
                    member, text.length() + " characters", "at most " + MAX_TEXT);
        }
        return text;
    }

    static <E extends Enum<E>> E oneOf(Class<E> type, String value, String member) {
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equals(value)) {
                return constant;
            }
        }
        throw new InvalidValueException(
                member, value, "expected one of " + Arrays.toString(type.getEnumConstants()));
    }

    /** A time of the body. */
    static Instant instant(String text, String member) {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException wrong) {
            throw new InvalidValueException(
                    member, text, "expected a time such as 2026-05-01T12:00:00Z (RFC 3339)");
        }
    }

    static RevocationReason reason(@Nullable String text) {
        return RevocationReason.parse(required(text, "reason"));
    }

    static int limit(Exchange exchange) {
        return exchange.queryInteger("limit", USUAL_PAGE, 1, MAX_PAGE);
    }

    /** The key after which a page begins; empty for the first. */
    static String cursor(Exchange exchange) {
        String cursor = exchange.query("cursor");
        return cursor == null ? "" : cursor;
    }

    /** The vehicles that a narrowed token covers; null if it covers all of the tenant. */
    static VehicleQuery.@Nullable Covered covered(Exchange exchange) {
        Set<Vin> vins = exchange.caller().vins();
        Set<String> fleets = exchange.caller().fleets();
        return vins == null
                ? null
                : new VehicleQuery.Covered(vins, fleets == null ? Set.of() : fleets);
    }

    /**
     * Stops a caller whose token covers single vehicles from changing what concerns others too.
     *
     * @throws ProblemException OUTSIDE_CLAIM
     */
    static void mustCoverTheTenant(Exchange exchange) {
        exchange.caller().mustCoverTenant("this");
    }
}
