package dev.driveline.telemetry.redecode;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.Vin;
import dev.driveline.telemetry.job.JobKind;
import java.util.List;

/**
 * What is to be decoded again, settled when it is ordered: later changes of fleets and labels do
 * not reach it.
 *
 * @param catalogue that decodes, whatever was in force then or was named by a batch
 * @param fromUs vehicle time, inclusive; batches that have a frame of the range are meant, whole
 * @param toUs exclusive
 * @param vins one after the other
 */
public record RedecodeOrder(CatalogueRef catalogue, long fromUs, long toUs, List<Vin> vins) {

    public static final JobKind<RedecodeOrder, RedecodePlace, RedecodeCounts> KIND =
            new JobKind<>(
                    "redecode",
                    "re-decoding",
                    ErrorCode.REDECODE_UNKNOWN,
                    RedecodeOrder.class,
                    RedecodePlace.class,
                    RedecodeCounts.class,
                    RedecodePlace.BEGIN,
                    RedecodeCounts.NONE);
}
