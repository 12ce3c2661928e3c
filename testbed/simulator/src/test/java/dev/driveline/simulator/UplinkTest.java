package dev.driveline.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.driveline.contract.telemetry.v1.Origin;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UplinkTest {

    private final List<Integer> published = new ArrayList<>();
    private final List<Uplink.Outcome> outcomes = new ArrayList<>();
    private final Uplink uplink = new Uplink(4, false, new byte[8]);

    private void connect() {
        uplink.connected((batch, outcome) -> {
            published.add((int) batch[0]);
            outcomes.add(outcome);
        });
    }

    @Test
    void whatWasNotAcknowledgedGoesOutAgainInOrder() throws InterruptedException {
        connect();
        submit(1, Origin.ORIGIN_LIVE);
        submit(2, Origin.ORIGIN_LIVE);
        outcomes.get(0).ended(true);
        uplink.disconnected();
        outcomes.get(1).ended(false);
        submit(3, Origin.ORIGIN_STORED);
        connect();
        assertEquals(List.of(1, 2, 2, 3), published);
        assertEquals(1, uplink.acknowledged());
    }

    @Test
    void atMostTwoStoredBatchesAreOnTheWay() throws InterruptedException {
        for (int i = 1; i <= 4; i++) {
            submit(i, Origin.ORIGIN_STORED);
        }
        connect();
        assertEquals(List.of(1, 2), published);
        outcomes.get(0).ended(true);
        assertEquals(List.of(1, 2, 3), published);
    }

    @Test
    void aFullQueueGivesUpTheOldestAndSaysSo() throws InterruptedException {
        for (int i = 1; i <= 6; i++) {
            submit(i, Origin.ORIGIN_STORED);
        }
        assertEquals(4, uplink.waiting());
        assertEquals(
                List.of(1L, 2L), uplink.takeLost().stream().map(lost -> lost.getFrom()).toList());
        assertEquals(List.of(), uplink.takeLost());
    }

    private void submit(int number, Origin origin) throws InterruptedException {
        uplink.submit(new Batcher.Batch(number, new byte[] {(byte) number}, 1), origin);
    }
}
