package dev.driveline.telemetry.http;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.telemetry.position.Box;
import dev.driveline.telemetry.position.Position;
import dev.driveline.telemetry.position.Positions;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code GET /api/v1/positions?bbox=west,south,east,north}: where the tenant's vehicles are, by
 * VIN.
 *
 * <p>Query: {@code limit} 1 to 10,000, {@code cursor}. A token that names vehicles or fleets gets
 * only those.
 */
final class PositionsRoute {

    static final String PATH = "/api/v1/positions";

    private static final int USUAL_LIMIT = 1_000;
    private static final int MAX_LIMIT = 10_000;

    private final Positions positions;

    PositionsRoute(Positions positions) {
        this.positions = positions;
    }

    /** A position as REST shows it; t is vehicle time, UTC, microseconds since 1970. */
    private record PositionBody(Vin vin, long t, double latitude, double longitude) {
        static PositionBody of(Position position) {
            return new PositionBody(
                    position.vin(), position.tUs(), position.latitude(), position.longitude());
        }
    }

    Answer handle(Exchange exchange) {
        String text = exchange.query("bbox");
        if (text == null) {
            throw new ProblemException(
                    ErrorCode.INVALID_REQUEST,
                    "query bbox is missing, expected west,south,east,north in degrees");
        }
        Box box = Box.parse(text);
        Caller caller = exchange.caller();
        int limit = exchange.queryInteger("limit", USUAL_LIMIT, 1, MAX_LIMIT);
        String cursor = exchange.query("cursor");
        Vin after = cursor == null ? null : Vin.of(Cursors.toName(cursor));
        List<PositionBody> page = new ArrayList<>();
        while (true) {
            List<Position> found =
                    positions.within(
                            caller.tenant(),
                            box,
                            caller.fleets() == null ? caller.vins() : null,
                            after,
                            limit + 1);
            for (Position position : found) {
                if (page.size() == limit) {
                    return Answer.ok(
                            new Page<>(page, Cursors.ofName(page.getLast().vin().value())));
                }
                if (caller.covers(position.vin())) {
                    page.add(PositionBody.of(position));
                }
                after = position.vin();
            }
            if (found.size() <= limit) {
                return Answer.ok(new Page<>(page, null));
            }
        }
    }
}
