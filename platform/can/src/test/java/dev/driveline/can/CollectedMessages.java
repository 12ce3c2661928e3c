package dev.driveline.can;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** Keeps what a reassembly gives. */
final class CollectedMessages implements MessageSink {
    record Collected(int bus, int id, int flags, long startUs, String payload) {}

    record Loss(int id, TransportFault fault) {}

    final List<Collected> messages = new ArrayList<>();
    final List<Loss> losses = new ArrayList<>();

    @Override
    public void onMessage(
            int bus, int id, int flags, long startUs, byte[] buffer, int offset, int length) {
        String payload =
                HexFormat.of().formatHex(Arrays.copyOfRange(buffer, offset, offset + length));
        messages.add(new Collected(bus, id, flags, startUs, payload));
    }

    @Override
    public void onLoss(int bus, int id, TransportFault fault) {
        losses.add(new Loss(id, fault));
    }

    List<TransportFault> faults() {
        return losses.stream().map(Loss::fault).toList();
    }
}
