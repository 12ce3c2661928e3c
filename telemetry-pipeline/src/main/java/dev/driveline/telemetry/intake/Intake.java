package dev.driveline.telemetry.intake;

import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.registry.MappingFact;
import dev.driveline.contract.telemetry.v1.Origin;
import dev.driveline.contract.telemetry.v1.SampleBatch;
import dev.driveline.contract.vehicle.Rejection;
import dev.driveline.telemetry.batch.BatchHead;
import dev.driveline.telemetry.batch.BatchLimits;
import dev.driveline.telemetry.batch.BatchReader;
import dev.driveline.telemetry.batch.CanFrames;
import dev.driveline.telemetry.batch.Reading;
import dev.driveline.telemetry.batch.SignalReader;
import dev.driveline.telemetry.batch.SignalReading;
import dev.driveline.telemetry.batch.SignalSamples;
import dev.driveline.telemetry.batch.VehicleBatch;
import dev.driveline.telemetry.event.ActiveCodes;
import dev.driveline.telemetry.fact.CatalogueAnswer;
import dev.driveline.telemetry.fact.CompiledCatalogue;
import dev.driveline.telemetry.fact.Facts;
import dev.driveline.telemetry.fact.KnownVehicle;
import dev.driveline.telemetry.sequence.BootProgress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
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
    private final SignalDecoder signals = new SignalDecoder();

    public Intake(Facts facts) {
        this.facts = facts;
    }

    /**
     * Takes one record of {@code telemetry.can}.
     *
     * @param key of the record; the vehicle's identity is never read from the payload
     * @param receivedUs when the gateway received it, UTC, microseconds since 1970
     * @throws dev.driveline.telemetry.fact.FactsUnavailableException if the registry's topics
     *     cannot be read; nothing has changed then
     */
    public Outcome take(byte @Nullable [] key, byte[] value, long receivedUs, Progress progress) {
        Vin vin = vinOf(key);
        if (vin == null) {
            return noVin();
        }
        return switch (BatchReader.read(value)) {
            case Reading.Refused refused ->
                    new Outcome.Rejected(refused.reason(), refused.detail());
            case Reading.Usable usable -> take(vin, usable.frames(), receivedUs, progress);
        };
    }

    /** Takes one record of {@code telemetry.signals.raw}, as {@link #take}. */
    public Outcome takeSignals(
            byte @Nullable [] key, byte[] value, long receivedUs, Progress progress) {
        Vin vin = vinOf(key);
        if (vin == null) {
            return noVin();
        }
        return switch (SignalReader.read(value)) {
            case SignalReading.Refused refused ->
                    new Outcome.Rejected(refused.reason(), refused.detail());
            case SignalReading.Usable usable -> take(vin, usable.samples(), receivedUs, progress);
        };
    }

    private static Outcome noVin() {
        return new Outcome.Rejected(
                Rejection.HEAD_INVALID, "the record's key is no vehicle identification number");
    }

    private Outcome take(Vin vin, VehicleBatch received, long receivedUs, Progress progress) {
        BatchHead head = received.head();
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
        Placement placement = Placement.of(received, receivedUs, boot.clockOffsetUs());
        CatalogueRef ref =
                named == null && vehicle != null
                        ? facts.inForce(vehicle, instantOf(placement.t0Us()))
                        : named;
        Placed batch = new Placed(vin, tenant, received, boot, placement, receivedUs);
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
            VehicleBatch received,
            BootProgress boot,
            Placement placement,
            long receivedUs) {}

    private Outcome accept(
            Placed placed, @Nullable CompiledCatalogue catalogue, Progress progress) {
        Vin vin = placed.vin();
        BatchHead head = placed.received().head();
        BootProgress boot = placed.boot();
        Placement placement = placed.placement();
        long receivedUs = placed.receivedUs();
        long newestUs = progress.newestUs(vin, placed.received().kind());
        boolean late = head.origin() == Origin.ORIGIN_STORED || placement.endUs() < newestUs;
        BatchDecoder.Decoded outcome = decode(placed, catalogue, progress);
        SampleBatch.Builder decoded =
                outcome.batch()
                        .setSchema(BatchLimits.SCHEMA)
                        .setBootId(head.boot().toByteString())
                        .setSeq(head.seq())
                        .setT0Us(placement.t0Us())
                        .setRecvUs(receivedUs)
                        .setLate(late)
                        .addAllLost(head.lost())
                        .setPrevBootId(head.previousBoot())
                        .setPrevLastSeq(head.previousLastSeq());
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
        progress.putBoot(vin, head.boot(), placement.after(boot, head, receivedUs));
        if (keepsUnderWay(placed, catalogue, outcome)) {
            progress.putUnderWay(vin, head.boot(), head.seq(), outcome.underWay());
        }
        if (!placement.estimated() && placement.endUs() > newestUs) {
            progress.putNewestUs(vin, placed.received().kind(), placement.endUs());
        }
        return new Outcome.Accepted(
                batch, placed.tenant(), changes(placed, outcome.codes(), progress));
    }

    private static Outcome.CodeChanges changes(
            Placed placed, List<BatchDecoder.HeardCodes> heard, Progress progress) {
        if (heard.isEmpty()) {
            return Outcome.CodeChanges.NONE;
        }
        Vin vin = placed.vin();
        BatchHead head = placed.received().head();
        ActiveCodes active = ActiveCodes.fromBytes(progress.activeCodes(vin));
        List<Outcome.CodeEvent> events = new ArrayList<>();
        int older = 0;
        for (BatchDecoder.HeardCodes codes : heard) {
            older += codes.dm1().older();
            for (Map<String, Object> data :
                    active.take(codes.ecu(), head.boot().bits(), codes.tUs(), codes.dm1())) {
                String name = vin + "/" + head.boot() + "/" + head.seq() + "/" + events.size();
                events.add(
                        new Outcome.CodeEvent(
                                UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)),
                                codes.tUs(),
                                data));
            }
        }
        progress.putActiveCodes(vin, active.toBytes());
        return new Outcome.CodeChanges(events, older);
    }

    /** Messages of frames go on behind a batch of signals that came between. */
    private BatchDecoder.Decoded decode(
            Placed placed, @Nullable CompiledCatalogue catalogue, Progress progress) {
        Vin vin = placed.vin();
        BatchHead head = placed.received().head();
        boolean estimated = placed.placement().estimated();
        return switch (placed.received()) {
            case CanFrames frames -> {
                boolean transports = catalogue != null && catalogue.hasTransports();
                yield decoder.decode(
                        frames,
                        placed.placement().t0Us(),
                        catalogue,
                        estimated,
                        transports ? progress.underWay(vin, head.boot(), head.seq()) : new byte[0]);
            }
            case SignalSamples samples ->
                    new BatchDecoder.Decoded(
                            signals.decode(samples, catalogue, paths(placed, catalogue), estimated),
                            progress.underWay(vin, head.boot(), head.seq()),
                            List.of());
        };
    }

    private static boolean keepsUnderWay(
            Placed placed, @Nullable CompiledCatalogue catalogue, BatchDecoder.Decoded outcome) {
        return switch (placed.received()) {
            case CanFrames _ -> catalogue != null && catalogue.hasTransports();
            case SignalSamples _ -> outcome.underWay().length > 0;
        };
    }

    private Function<String, MappingFact.@Nullable Entry> paths(
            Placed placed, @Nullable CompiledCatalogue catalogue) {
        TenantId tenant = placed.tenant();
        return path ->
                tenant == null || catalogue == null
                        ? null
                        : facts.path(tenant, catalogue.ref(), path);
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
