package dev.driveline.telemetry.batch;

import com.google.protobuf.ByteString;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.telemetry.v1.CanBatch;
import dev.driveline.contract.telemetry.v1.Lost;
import dev.driveline.contract.telemetry.v1.Origin;
import dev.driveline.contract.telemetry.v1.SignalBatch;
import java.util.List;

/** The fields that {@code CanBatch} and {@code SignalBatch} share, as they came. */
record HeadFields(
        ByteString bootId,
        long seq,
        Origin origin,
        ByteString previousBootId,
        long previousLastSeq,
        List<Lost> lost,
        long monoUs,
        long t0Us,
        String catalogue) {

    static HeadFields of(CanBatch batch) {
        return new HeadFields(
                batch.getBootId(),
                batch.getSeq(),
                batch.getOrigin(),
                batch.getPrevBootId(),
                batch.getPrevLastSeq(),
                batch.getLostList(),
                batch.getMonoUs(),
                batch.getT0Us(),
                batch.getCatalogue());
    }

    static HeadFields of(SignalBatch batch) {
        return new HeadFields(
                batch.getBootId(),
                batch.getSeq(),
                batch.getOrigin(),
                batch.getPrevBootId(),
                batch.getPrevLastSeq(),
                batch.getLostList(),
                batch.getMonoUs(),
                batch.getT0Us(),
                batch.getCatalogue());
    }

    /** Of fields that break no rule. */
    BatchHead head() {
        return new BatchHead(
                BootId.of(bootId),
                seq,
                origin,
                monoUs,
                t0Us,
                catalogue.isEmpty() ? null : CatalogueRef.parse(catalogue),
                lost,
                previousBootId,
                previousLastSeq);
    }
}
