package dev.driveline.telemetry.http;

import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.telemetry.batch.BootId;
import dev.driveline.telemetry.http.VehicleAccess.ReadableVehicle;
import dev.driveline.telemetry.sample.BootIntake;
import dev.driveline.telemetry.sample.SampleArchive;
import java.util.List;

/**
 * {@code GET /api/v1/vehicles/{vin}/intake}: what was accepted, for each boot of the TBox, the one
 * heard last first.
 *
 * <p>Query: {@code limit} 1 to 1,000, usually 100. A batch's number is missing while it was
 * rejected, lost, or is yet to come.
 */
final class IntakeRoute {

    static final String PATH = "/api/v1/vehicles/{vin}/intake";

    private static final int USUAL_LIMIT = 100;
    private static final int MAX_LIMIT = 1_000;

    private final VehicleAccess access;
    private final SampleArchive archive;

    IntakeRoute(VehicleAccess access, SampleArchive archive) {
        this.access = access;
        this.archive = archive;
    }

    Answer handle(Exchange exchange) {
        ReadableVehicle vehicle = access.vehicle(exchange);
        int limit = exchange.queryInteger("limit", USUAL_LIMIT, 1, MAX_LIMIT);
        List<BootBody> boots =
                archive.intake(vehicle.known().tenant(), vehicle.vin(), limit).stream()
                        .map(BootBody::of)
                        .toList();
        return Answer.ok(new Page<>(boots, null));
    }

    /** A boot as REST shows it; times are UTC, microseconds since 1970. */
    private record BootBody(
            String boot,
            long highestSeq,
            long batches,
            long missingBatches,
            long lateBatches,
            long frames,
            long unknownFrames,
            long unknownMultiplexers,
            long samples,
            long firstRecv,
            long lastRecv) {

        static BootBody of(BootIntake boot) {
            return new BootBody(
                    new BootId(boot.boot()).toString(),
                    boot.highestSeq(),
                    boot.batches(),
                    boot.missingBatches(),
                    boot.lateBatches(),
                    boot.frames(),
                    boot.unknownFrames(),
                    boot.unknownMultiplexers(),
                    boot.samples(),
                    boot.firstReceivedUs(),
                    boot.lastReceivedUs());
        }
    }
}
