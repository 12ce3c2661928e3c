package dev.driveline.telemetry.http;

import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.telemetry.batch.BootId;
import dev.driveline.telemetry.http.VehicleAccess.ReadableVehicle;
import dev.driveline.telemetry.sequence.Gap;
import dev.driveline.telemetry.sequence.Gaps;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /api/v1/vehicles/{vin}/gaps}: numbers of batches that did not come when they were due,
 * those found last first.
 *
 * <p>Query: {@code state} (OPEN, LOST, FILLED), {@code limit} 1 to 1,000, {@code cursor}.
 */
final class GapsRoute {

    static final String PATH = "/api/v1/vehicles/{vin}/gaps";

    private static final int USUAL_LIMIT = 100;
    private static final int MAX_LIMIT = 1_000;

    private final VehicleAccess access;
    private final Gaps gaps;

    GapsRoute(VehicleAccess access, Gaps gaps) {
        this.access = access;
        this.gaps = gaps;
    }

    Answer handle(Exchange exchange) {
        ReadableVehicle vehicle = access.vehicle(exchange);
        int limit = exchange.queryInteger("limit", USUAL_LIMIT, 1, MAX_LIMIT);
        String cursor = exchange.query("cursor");
        List<Gaps.OfBoot> found =
                gaps.list(
                        vehicle.known().tenant(),
                        vehicle.vin(),
                        Queries.oneOf(Gap.State.class, exchange, "state"),
                        cursor == null ? null : Cursors.toGap(cursor),
                        limit + 1);
        boolean more = found.size() > limit;
        List<Gaps.OfBoot> page = more ? found.subList(0, limit) : found;
        return Answer.ok(
                new Page<>(
                        page.stream().map(GapBody::of).toList(),
                        more ? Cursors.ofGap(page.getLast().place()) : null));
    }

    /**
     * A gap as REST shows it.
     *
     * @param closedAt when the last of them came, or the TBox said that they are lost; absent while
     *     they may come
     */
    private record GapBody(
            String boot,
            long from,
            long to,
            long batches,
            Gap.State state,
            Instant since,
            @Nullable Instant closedAt) {

        static GapBody of(Gaps.OfBoot one) {
            Gap gap = one.gap();
            Long changedUs = gap.changedUs();
            return new GapBody(
                    new BootId(one.boot()).toString(),
                    gap.from(),
                    gap.to(),
                    gap.batches(),
                    gap.state(),
                    instant(gap.sinceUs()),
                    changedUs == null ? null : instant(changedUs));
        }
    }

    private static Instant instant(long us) {
        return Instant.EPOCH.plus(us, ChronoUnit.MICROS);
    }
}
