package dev.driveline.telemetry.batch;

import dev.driveline.can.FrameFlags;
import dev.driveline.can.FrameId;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.telemetry.v1.CanBatch;
import dev.driveline.contract.telemetry.v1.Channel;
import dev.driveline.contract.telemetry.v1.Lost;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rules for a batch's head and its channels; a sentence for the first that is broken. */
final class HeadRules {

    private HeadRules() {}

    static @Nullable String problemOf(HeadFields head) {
        if (head.bootId().size() != BootId.BYTES) {
            return "boot_id has %d bytes, expected %d"
                    .formatted(head.bootId().size(), BootId.BYTES);
        }
        if (head.seq() <= 0) {
            return "seq is %s, expected 1 to 2^63-1".formatted(Long.toUnsignedString(head.seq()));
        }
        if (outside(head.t0Us(), BatchLimits.MAX_TIME_US)) {
            return "t0_us is %s, expected 0 to %d"
                    .formatted(Long.toUnsignedString(head.t0Us()), BatchLimits.MAX_TIME_US);
        }
        if (outside(head.monoUs(), BatchLimits.MAX_TIME_US)) {
            return "mono_us is %s, expected 0 to %d"
                    .formatted(Long.toUnsignedString(head.monoUs()), BatchLimits.MAX_TIME_US);
        }
        int previous = head.previousBootId().size();
        if (previous != 0 && previous != BootId.BYTES) {
            return "prev_boot_id has %d bytes, expected 0 or %d".formatted(previous, BootId.BYTES);
        }
        String problem = lostProblem(head.lost());
        return problem == null ? catalogueProblem(head.catalogue()) : problem;
    }

    private static boolean outside(long unsigned, long max) {
        return unsigned < 0 || unsigned > max;
    }

    private static @Nullable String lostProblem(List<Lost> ranges) {
        if (ranges.size() > BatchLimits.MAX_LOST_RANGES) {
            return "lost has %d ranges, at most %d are taken"
                    .formatted(ranges.size(), BatchLimits.MAX_LOST_RANGES);
        }
        for (Lost lost : ranges) {
            if (lost.getBootId().size() != BootId.BYTES
                    || lost.getFrom() <= 0
                    || lost.getTo() < lost.getFrom()) {
                return "lost names %s to %s of a boot_id of %d bytes, expected a range from 1 of %d"
                        .formatted(
                                Long.toUnsignedString(lost.getFrom()),
                                Long.toUnsignedString(lost.getTo()),
                                lost.getBootId().size(),
                                BootId.BYTES);
            }
        }
        return null;
    }

    private static @Nullable String catalogueProblem(String text) {
        if (text.isEmpty()) {
            return null;
        }
        try {
            CatalogueRef.parse(text);
            return null;
        } catch (InvalidValueException invalid) {
            return invalid.getMessage();
        }
    }

    static @Nullable String channelProblem(CanBatch batch) {
        if (batch.getChannelCount() > BatchLimits.MAX_CHANNELS) {
            return "channel has %d entries, at most %d are taken"
                    .formatted(batch.getChannelCount(), BatchLimits.MAX_CHANNELS);
        }
        for (int i = 0; i < batch.getChannelCount(); i++) {
            Channel channel = batch.getChannel(i);
            boolean extended = (channel.getFlags() & FrameFlags.EXTENDED) != 0;
            int maxId = extended ? FrameId.MAX_EXTENDED : FrameId.MAX_STANDARD;
            if (Integer.compareUnsigned(channel.getId(), maxId) > 0) {
                return "channel %d has id 0x%X, at most 0x%X is possible"
                        .formatted(i, channel.getId(), maxId);
            }
            if (Integer.compareUnsigned(channel.getLen(), BatchLimits.MAX_PAYLOAD_BYTES) > 0) {
                return "channel %d has len %s, at most %d is possible"
                        .formatted(
                                i,
                                Integer.toUnsignedString(channel.getLen()),
                                BatchLimits.MAX_PAYLOAD_BYTES);
            }
        }
        return null;
    }
}
