package dev.driveline.telemetry.http;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.telemetry.frame.FrameArchive;
import dev.driveline.telemetry.frame.FrameBatch;
import dev.driveline.telemetry.frame.FrameReader;
import dev.driveline.telemetry.frame.RecordedFrame;
import dev.driveline.telemetry.http.Cursors.FramesPlace;
import dev.driveline.telemetry.http.VehicleAccess.ReadableVehicle;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /api/v1/vehicles/{vin}/frames}: frames as they were recorded.
 *
 * <p>Query: {@code from} and {@code to} (RFC 3339, half-open; the last minute), {@code bus}, {@code
 * id} (hexadecimal), {@code limit} 1 to 10,000, {@code cursor}. With {@code Accept: text/plain}
 * (candump) or {@code application/x-ndjson} the answer is the whole window as a stream. Frames tell
 * where a vehicle is and how it is driven: the route's own scope is {@code telemetry:location}, so
 * that a person needs a grant of that, and {@code telemetry:read} is asked for, too.
 */
final class FramesRoute {

    static final String PATH = "/api/v1/vehicles/{vin}/frames";

    private static final int USUAL_LIMIT = 1_000;
    private static final int MAX_LIMIT = 10_000;
    private static final int MAX_BUS_CHARACTERS = 100;
    private static final Duration USUAL_WINDOW = Duration.ofMinutes(1);
    private static final Pattern HEXADECIMAL = Pattern.compile("(0[xX])?[0-9a-fA-F]{1,8}");

    private final VehicleAccess access;
    private final FrameArchive archive;
    private final Clock clock;

    FramesRoute(VehicleAccess access, FrameArchive archive, Clock clock) {
        this.access = access;
        this.archive = archive;
        this.clock = clock;
    }

    private record Window(long fromUs, long toUs, FrameBatch.@Nullable Place after) {}

    Answer handle(Exchange exchange) {
        ReadableVehicle vehicle = access.vehicle(exchange);
        if (!exchange.caller().has(Scope.TELEMETRY_READ)) {
            throw new ProblemException(
                    ErrorCode.MISSING_SCOPE,
                    "frames are telemetry, too; the token of '%s' lacks the scope %s"
                            .formatted(exchange.caller().subject(), Scope.TELEMETRY_READ.text()),
                    Map.of("scope", Scope.TELEMETRY_READ.text()));
        }
        int limit = exchange.queryInteger("limit", USUAL_LIMIT, 1, MAX_LIMIT);
        Window window = window(exchange);
        TenantId tenant = vehicle.known().tenant();
        Vin vin = vehicle.vin();
        FrameReader reader =
                new FrameReader(
                        (from, number) ->
                                archive.batches(
                                        tenant, vin, window.fromUs(), window.toUs(), from, number),
                        window.fromUs(),
                        window.toUs(),
                        new FrameReader.Wanted(bus(exchange), id(exchange)));
        FrameText text = FrameText.accepted(exchange.header("Accept"));
        if (text != null) {
            return text.answer(reader);
        }
        List<RecordedFrame> frames = reader.read(window.after(), limit + 1);
        boolean more = frames.size() > limit;
        List<RecordedFrame> page = more ? frames.subList(0, limit) : frames;
        return Answer.ok(
                new Page<>(
                        page.stream().map(FrameBody::of).toList(),
                        more
                                ? Cursors.ofFrames(
                                        new FramesPlace(
                                                window.fromUs(),
                                                window.toUs(),
                                                page.getLast().place()))
                                : null));
    }

    /** A cursor keeps the window of its first page. */
    private Window window(Exchange exchange) {
        Instant to = Queries.instant(exchange, "to");
        Instant from = Queries.instant(exchange, "from");
        String cursor = exchange.query("cursor");
        if (cursor != null) {
            FramesPlace place = Cursors.toFrames(cursor);
            if ((from != null && Queries.microsUp(from) != place.fromUs())
                    || (to != null && Queries.microsUp(to) != place.toUs())) {
                throw new InvalidValueException(
                        "query cursor",
                        cursor,
                        "expected 'from' and 'to' as the page before had them, or none");
            }
            return new Window(place.fromUs(), place.toUs(), place.last());
        }
        Instant end = to == null ? clock.instant().truncatedTo(ChronoUnit.MICROS) : to;
        Instant start = from == null ? end.minus(USUAL_WINDOW) : from;
        if (!start.isBefore(end)) {
            throw new InvalidValueException(
                    "query from", start, "expected a time before 'to', which is " + end);
        }
        return new Window(Queries.microsUp(start), Queries.microsUp(end), null);
    }

    private static @Nullable String bus(Exchange exchange) {
        String bus = exchange.query("bus");
        if (bus != null && (bus.isEmpty() || bus.length() > MAX_BUS_CHARACTERS)) {
            throw new InvalidValueException(
                    "query bus", bus, "expected 1 to " + MAX_BUS_CHARACTERS + " characters");
        }
        return bus;
    }

    private static @Nullable Integer id(Exchange exchange) {
        String text = exchange.query("id");
        if (text == null) {
            return null;
        }
        if (!HEXADECIMAL.matcher(text).matches()) {
            throw new InvalidValueException(
                    "query id", text, "expected an identifier in hexadecimal, as 1D0 or 18FEF100");
        }
        boolean marked = text.startsWith("0x") || text.startsWith("0X");
        return Integer.parseUnsignedInt(marked ? text.substring(2) : text, 16);
    }
}
