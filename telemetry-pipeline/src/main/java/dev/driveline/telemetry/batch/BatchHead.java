package dev.driveline.telemetry.batch;

import com.google.protobuf.ByteString;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.telemetry.v1.Lost;
import dev.driveline.contract.telemetry.v1.Origin;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a batch says about itself.
 *
 * @param seq from 1, one sequence a boot
 * @param origin UNRECOGNIZED where a newer TBox has more of them
 * @param monoUs the TBox's clock since its boot, microseconds
 * @param t0Us UTC, microseconds since 1970; 0 while the TBox's clock is unset
 * @param catalogue that the TBox runs; null leaves it to the registry
 * @param lost ranges of numbers that the TBox had to discard
 * @param previousBoot the boot id before this boot; empty where the TBox does not say
 * @param previousLastSeq the last number of that boot
 */
public record BatchHead(
        BootId boot,
        long seq,
        Origin origin,
        long monoUs,
        long t0Us,
        @Nullable CatalogueRef catalogue,
        List<Lost> lost,
        ByteString previousBoot,
        long previousLastSeq) {}
