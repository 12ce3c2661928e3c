package dev.driveline.telemetry.intake;

import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.telemetry.v1.Origin;
import dev.driveline.contract.telemetry.v1.SampleBatch;
import dev.driveline.contract.vehicle.Rejection;
import dev.driveline.telemetry.batch.BatchHead;
import dev.driveline.telemetry.batch.BatchLimits;
import dev.driveline.telemetry.batch.BatchReader;
import dev.driveline.telemetry.batch.CanFrames;
import dev.driveline.telemetry.batch.Reading;
import dev.driveline.telemetry.fact.CatalogueAnswer;
import dev.driveline.telemetry.fact.CompiledCatalogue;
import dev.driveline.telemetry.fact.Facts;
import dev.driveline.telemetry.fact.KnownVehicle;
import dev.driveline.telemetry.sequence.BootProgress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes one record after the other.
 *
 * <pre>
 * bytes → valid? ─no→ Rejected
 *           │ (boot, seq) seen? ─yes→ Duplicate
 *           │ vehicle or catalogue known? ─no→ Rejected
 *           └ placed in time, decoded, small enough → Accepted, progress written
 * </pre>
 *
 * A batch that names no catalogue is decoded by the one in force for its vehicle's model at the
 * time where it is placed: its own t0 where that is known, else about its receipt. One that spans a
 * change is decoded whole by what was in force at its begin.
 *
 * <p>One thread, because it keeps scratch memory. A rejected batch leaves no mark: if what it
 * lacked is published later, the same batch can be taken then.
 */
public final class Intake {

    /** A SampleBatch that Kafka takes, its key and headers included. */
    private static final int MAX_SAMPLE_BATCH_BYTES = Topic.TELEMETRY_SIGNALS.maxRecordBytes();

    private final Facts facts;
    private final BatchDecoder decoder = new BatchDecoder();

    public Intake(Facts facts) {
        this.facts = facts;
    }

    /**
     * Takes one record.
     *
     * @param key of the record; the vehicle's identity is never read from the payload
     * @param receivedUs when the gateway received it, UTC, microseconds since 1970
     * @throws dev.driveline.telemetry.fact.FactsUnavailableException if the registry's topics
     *     cannot be read; nothing has changed then
     */
    public Outcome take(byte @Nullable [] key, byte[] value, long receivedUs, Progress progress) {
        Vin vin = vinOf(key);
        if (vin == null) {
            return new Outcome.Rejected(
                    Rejection.HEAD_INVALID, "the record's key is no vehicle identification number");
        }
        return switch (BatchReader.read(value)) {
            case Reading.Refused refused ->
                    new Outcome.Rejected(refused.reason(), refused.detail());
            case Reading.Usable usable -> take(vin, usable.frames(), receivedUs, progress);
        };
    }

    private Outcome take(Vin vin, CanFrames frames, long receivedUs, Progress progress) {
        BatchHead head = frames.head();
        BootProgress boot = progress.boot(vin, head.boot());
        if (boot.seen().contains(head.seq())) {
            return new Outcome.Duplicate();
        }
        KnownVehicle vehicle = facts.vehicle(vin);
        CatalogueRef named = head.catalogue();
        if (vehicle == null && named == null) {
            return new Outcome.Rejected(
                    Rejection.VEHICLE_UNKNOWN,
                    "the registry knows no vehicle " + vin + ", and the batch names no catalogue");
        }
        TenantId tenant = vehicle == null ? null : vehicle.tenant();
        Placement placement = Placement.of(frames, receivedUs, boot.clockOffsetUs());
        CatalogueRef ref =
                named == null && vehicle != null
                        ? facts.inForce(vehicle, instantOf(placement.t0Us()))
                        : named;
        Placed batch = new Placed(vin, tenant, frames, boot, placement, receivedUs);
        if (ref == null) {
            return accept(batch, null, progress);
        }
        String whose = "named by " + (named == null ? "the registry" : "the batch");
        return switch (facts.catalogue(ref)) {
            case CatalogueAnswer.Found found -> accept(batch, found.catalogue(), progress);
            case CatalogueAnswer.Missing _ ->
                    new Outcome.Rejected(
                            Rejection.CATALOGUE_UNKNOWN,
                            "catalogue " + ref + ", " + whose + ", is not published");
            case CatalogueAnswer.Broken broken ->
                    new Outcome.Rejected(
                            Rejection.CATALOGUE_UNKNOWN, broken.detail() + ", " + whose);
        };
    }

    /** A new batch of a vehicle, and where it stands in time. */
    private record Placed(
            Vin vin,
            @Nullable TenantId tenant,
            CanFrames frames,
            BootProgress boot,
            Placement placement,
            long receivedUs) {}

    private Outcome accept(
            Placed placed, @Nullable CompiledCatalogue catalogue, Progress progress) {
        Vin vin = placed.vin();
        BatchHead head = placed.frames().head();
        BootProgress boot = placed.boot();
        Placement placement = placed.placement();
        long receivedUs = placed.receivedUs();
        long newestUs = progress.newestUs(vin);
        boolean late = head.origin() == Origin.ORIGIN_STORED || placement.endUs() < newestUs;
        boolean transports = catalogue != null && catalogue.hasTransports();
        BatchDecoder.Decoded outcome =
                decoder.decode(
                        placed.frames(),
                        placement.t0Us(),
                        catalogue,
                        placement.estimated(),
                        transports ? progress.underWay(vin, head.boot(), head.seq()) : new byte[0]);
        SampleBatch.Builder decoded =
                outcome.batch()
                        .setSchema(BatchLimits.SCHEMA)
                        .setBootId(head.boot().toByteString())
                        .setSeq(head.seq())
                        .setT0Us(placement.t0Us())
                        .setRecvUs(receivedUs)
                        .setLate(late);
        if (head.origin() != Origin.UNRECOGNIZED) {
            decoded.setOrigin(head.origin());
        }
        SampleBatch batch = decoded.build();
        if (batch.getSerializedSize() > MAX_SAMPLE_BATCH_BYTES) {
            return new Outcome.Rejected(
                    Rejection.TOO_LARGE,
                    "decoded it has %d bytes in %d samples, at most %d bytes are taken"
                            .formatted(
                                    batch.getSerializedSize(),
                                    batch.getIdxCount(),
                                    MAX_SAMPLE_BATCH_BYTES));
        }
        progress.putBoot(
                vin,
                head.boot(),
                new BootProgress(
                        Math.max(boot.touchedMs(), receivedUs / 1_000),
                        boot.clockOffsetUs().isPresent()
                                ? boot.clockOffsetUs()
                                : placement.clockOffsetUs(head),
                        boot.seen().with(head.seq())));
        if (transports) {
            progress.putUnderWay(vin, head.boot(), head.seq(), outcome.underWay());
        }
        if (!placement.estimated() && placement.endUs() > newestUs) {
            progress.putNewestUs(vin, placement.endUs());
        }
        return new Outcome.Accepted(batch, placed.tenant());
    }

    /** A model's first catalogue is in force from 1970 on, so nothing stands before that. */
    private static Instant instantOf(long us) {
        return Instant.EPOCH.plus(Math.max(0, us), ChronoUnit.MICROS);
    }

    private static @Nullable Vin vinOf(byte @Nullable [] key) {
        if (key == null || key.length != Vin.LENGTH) {
            return null;
        }
        String text = new String(key, StandardCharsets.US_ASCII);
        return Vin.isValid(text) ? Vin.of(text) : null;
    }
}
