package dev.driveline.telemetry.http;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.telemetry.fact.CatalogueBook;
import dev.driveline.telemetry.http.Cursors.HistoryPlace;
import dev.driveline.telemetry.http.VehicleAccess.ReadableVehicle;
import dev.driveline.telemetry.sample.Sample;
import dev.driveline.telemetry.sample.SampleArchive;
import dev.driveline.telemetry.sample.SampleKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /api/v1/vehicles/{vin}/history}: samples as they were recorded, in order of vehicle
 * time.
 *
 * <p>Query: {@code signal} (1 to 20), {@code from} and {@code to} (RFC 3339, half-open; the last 15
 * minutes), {@code limit} 1 to 10,000, {@code cursor}. A cursor keeps the window of its first page.
 */
final class HistoryRoute {

    static final String PATH = "/api/v1/vehicles/{vin}/history";

    private static final int MAX_SIGNALS = 20;
    private static final int USUAL_LIMIT = 1_000;
    private static final int MAX_LIMIT = 10_000;
    private static final Duration USUAL_WINDOW = Duration.ofMinutes(15);
    private static final Instant LAST = Instant.parse("2255-01-01T00:00:00Z");

    private final VehicleAccess access;
    private final SignalNames names;
    private final SampleArchive archive;
    private final CatalogueBook catalogues;
    private final Clock clock;

    HistoryRoute(
            VehicleAccess access,
            SignalNames names,
            SampleArchive archive,
            CatalogueBook catalogues,
            Clock clock) {
        this.access = access;
        this.names = names;
        this.archive = archive;
        this.catalogues = catalogues;
        this.clock = clock;
    }

    Answer handle(Exchange exchange) {
        ReadableVehicle vehicle = access.vehicle(exchange);
        int limit = exchange.queryInteger("limit", USUAL_LIMIT, 1, MAX_LIMIT);
        Window window = window(exchange);
        Set<String> asked = names.requested(exchange, vehicle, MAX_SIGNALS);
        if (asked.isEmpty()) {
            throw new ProblemException(
                    ErrorCode.INVALID_REQUEST,
                    "query signal is missing, expected 1 to " + MAX_SIGNALS + " of them");
        }
        List<Sample> samples =
                archive.history(
                        vehicle.vin(),
                        asked,
                        window.fromUs(),
                        window.toUs(),
                        window.after(),
                        limit + 1);
        boolean more = samples.size() > limit;
        List<Sample> page = more ? samples.subList(0, limit) : samples;
        return Answer.ok(
                new Page<>(
                        page.stream().map(sample -> SampleBody.of(sample, catalogues)).toList(),
                        more ? window.cursorBehind(page.getLast().key()) : null));
    }

    private record Window(long fromUs, long toUs, @Nullable SampleKey after) {
        String cursorBehind(SampleKey last) {
            return Cursors.ofHistory(new HistoryPlace(fromUs, toUs, last));
        }
    }

    private Window window(Exchange exchange) {
        Instant to = instant(exchange, "to");
        Instant from = instant(exchange, "from");
        String cursor = exchange.query("cursor");
        if (cursor != null) {
            return windowOf(Cursors.toHistory(cursor), from, to);
        }
        Instant end = to == null ? clock.instant().truncatedTo(ChronoUnit.MICROS) : to;
        Instant start = from == null ? end.minus(USUAL_WINDOW) : from;
        if (!start.isBefore(end)) {
            throw new InvalidValueException(
                    "query from", start, "expected a time before 'to', which is " + end);
        }
        return new Window(micros(start), micros(end), null);
    }

    /** Another window than the first page's would lose or double samples. */
    private static Window windowOf(
            HistoryPlace place, @Nullable Instant from, @Nullable Instant to) {
        if (from != null && micros(from) != place.fromUs()) {
            throw new InvalidValueException(
                    "query from",
                    from,
                    "expected what the page before had, or none, with a cursor");
        }
        if (to != null && micros(to) != place.toUs()) {
            throw new InvalidValueException(
                    "query to", to, "expected what the page before had, or none, with a cursor");
        }
        return new Window(place.fromUs(), place.toUs(), place.last());
    }

    private static @Nullable Instant instant(Exchange exchange, String name) {
        Instant instant = exchange.queryInstant(name);
        if (instant != null && (instant.isBefore(Instant.EPOCH) || instant.isAfter(LAST))) {
            throw new InvalidValueException(
                    "query " + name, instant, "expected a time from 1970 to 2254");
        }
        return instant;
    }

    /** A finer time between two microseconds is the later one: both ends stay half-open. */
    private static long micros(Instant instant) {
        long whole = ChronoUnit.MICROS.between(Instant.EPOCH, instant);
        return Instant.EPOCH.plus(whole, ChronoUnit.MICROS).equals(instant) ? whole : whole + 1;
    }
}
