package dev.driveline.telemetry.http;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.telemetry.http.Cursors.HistoryPlace;
import dev.driveline.telemetry.http.VehicleAccess.ReadableVehicle;
import dev.driveline.telemetry.sample.Sample;
import dev.driveline.telemetry.sample.SampleArchive;
import dev.driveline.telemetry.sample.SampleKey;
import dev.driveline.telemetry.slice.Buckets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /api/v1/vehicles/{vin}/history}: samples as they were recorded, in order of vehicle
 * time.
 *
 * <p>Query: {@code signal} (1 to 20), {@code from} and {@code to} (RFC 3339, half-open; the last 15
 * minutes), {@code limit} 1 to 10,000, {@code cursor}. A cursor keeps the window of its first page.
 *
 * <p>With {@code Accept: text/csv} or {@code application/x-ndjson} the answer is the whole window
 * as a stream, without pages.
 *
 * <p>With {@code resolution} (whole seconds, 1 to 86,400) the answer is one series a signal
 * instead, a point a bucket: {@code t} (the bucket's begin, microseconds), {@code count}, {@code
 * min}, {@code max}, {@code avg}, {@code last} of the physical values. Buckets begin at whole
 * multiples of the resolution since 1970: the window grows to them at both ends. A bucket without a
 * value is a gap: its {@code count} is 0 and it has nothing else.
 */
final class HistoryRoute {

    static final String PATH = "/api/v1/vehicles/{vin}/history";

    private static final int MAX_SIGNALS = 20;
    private static final int USUAL_LIMIT = 1_000;
    private static final int MAX_LIMIT = 10_000;
    private static final int MAX_RESOLUTION_S = 86_400;
    private static final int MAX_POINTS = 20_000;
    private static final Duration USUAL_WINDOW = Duration.ofMinutes(15);

    private final VehicleAccess access;
    private final SignalNames names;
    private final SampleArchive archive;
    private final SampleView view;
    private final Clock clock;

    HistoryRoute(
            VehicleAccess access,
            SignalNames names,
            SampleArchive archive,
            SampleView view,
            Clock clock) {
        this.access = access;
        this.names = names;
        this.archive = archive;
        this.view = view;
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
        view.mustSee(exchange.caller(), asked);
        TenantId tenant = vehicle.known().tenant();
        if (exchange.query("resolution") != null) {
            return Answer.ok(resolved(exchange, vehicle, asked, window));
        }
        SampleText text = SampleText.accepted(exchange.header("Accept"));
        if (text != null) {
            return text.answer(
                    (after, size) -> read(vehicle, asked, window, after, size),
                    sample -> view.body(tenant, sample));
        }
        List<Sample> samples = read(vehicle, asked, window, window.after(), limit + 1);
        boolean more = samples.size() > limit;
        List<Sample> page = more ? samples.subList(0, limit) : samples;
        return Answer.ok(
                new Page<>(
                        page.stream().map(sample -> view.body(tenant, sample)).toList(),
                        more ? window.cursorBehind(page.getLast().key()) : null));
    }

    private List<Sample> read(
            ReadableVehicle vehicle,
            Set<String> asked,
            Window window,
            @Nullable SampleKey after,
            int limit) {
        return archive.history(
                vehicle.known().tenant(),
                vehicle.vin(),
                asked,
                window.fromUs(),
                window.toUs(),
                after,
                limit);
    }

    /**
     * @param from where the first bucket begins, microseconds since 1970
     * @param to where the last one ends
     * @param resolution seconds
     */
    record Resolved(long from, long to, int resolution, List<Series> series) {}

    /** One signal's points, one for each bucket. */
    record Series(String signal, String unit, List<Point> points) {}

    /** One bucket; only t and a count of 0 where it has no value. */
    record Point(
            long t,
            long count,
            @Nullable Double min,
            @Nullable Double max,
            @Nullable Double avg,
            @Nullable Double last) {

        static Point of(Buckets buckets, int bucket) {
            long t = buckets.startUs(bucket);
            long count = buckets.count(bucket);
            return count == 0
                    ? new Point(t, 0, null, null, null, null)
                    : new Point(
                            t,
                            count,
                            buckets.least(bucket),
                            buckets.greatest(bucket),
                            buckets.mean(bucket),
                            buckets.last(bucket));
        }
    }

    private Resolved resolved(
            Exchange exchange, ReadableVehicle vehicle, Set<String> asked, Window window) {
        int resolution = exchange.queryInteger("resolution", 60, 1, MAX_RESOLUTION_S);
        long lengthUs = TimeUnit.SECONDS.toMicros(resolution);
        long fromUs = Math.floorDiv(window.fromUs(), lengthUs) * lengthUs;
        long number = Math.ceilDiv(window.toUs() - fromUs, lengthUs);
        if (number * asked.size() > MAX_POINTS) {
            throw new InvalidValueException(
                    "query resolution",
                    resolution,
                    "%d points of %d signals would be answered, expected a resolution of at least %d s for at most %d"
                            .formatted(
                                    number,
                                    asked.size(),
                                    Math.ceilDiv(
                                            (window.toUs() - fromUs) * asked.size(),
                                            MAX_POINTS * 1_000_000L),
                                    MAX_POINTS));
        }
        List<Series> series = new ArrayList<>();
        for (String name : asked) {
            Buckets buckets =
                    archive.buckets(
                            vehicle.known().tenant(),
                            vehicle.vin(),
                            name,
                            fromUs,
                            lengthUs,
                            (int) number);
            series.add(
                    new Series(
                            name,
                            buckets.unit(),
                            IntStream.range(0, buckets.number())
                                    .mapToObj(bucket -> Point.of(buckets, bucket))
                                    .toList()));
        }
        return new Resolved(fromUs, fromUs + number * lengthUs, resolution, series);
    }

    private record Window(long fromUs, long toUs, @Nullable SampleKey after) {
        String cursorBehind(SampleKey last) {
            return Cursors.ofHistory(new HistoryPlace(fromUs, toUs, last));
        }
    }

    private Window window(Exchange exchange) {
        Instant to = Queries.instant(exchange, "to");
        Instant from = Queries.instant(exchange, "from");
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
        return new Window(Queries.microsUp(start), Queries.microsUp(end), null);
    }

    /** Another window than the first page's would lose or double samples. */
    private static Window windowOf(
            HistoryPlace place, @Nullable Instant from, @Nullable Instant to) {
        if (from != null && Queries.microsUp(from) != place.fromUs()) {
            throw new InvalidValueException(
                    "query from",
                    from,
                    "expected what the page before had, or none, with a cursor");
        }
        if (to != null && Queries.microsUp(to) != place.toUs()) {
            throw new InvalidValueException(
                    "query to", to, "expected what the page before had, or none, with a cursor");
        }
        return new Window(place.fromUs(), place.toUs(), place.last());
    }
}
