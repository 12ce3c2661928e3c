package dev.driveline.gateway.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ConnectGateTest {

    private static final long SECOND = 1_000_000_000L;

    private final AtomicLong now = new AtomicLong();

    @Test
    @DisplayName("trap 17: no more connects a second than stated")
    void trap17ConnectsASecond() {
        ConnectGate gate = new ConnectGate(10, 1_000, now::get);
        assertEquals(10, entered(gate, 50));
        now.addAndGet(SECOND / 2);
        assertEquals(5, entered(gate, 50));
        now.addAndGet(100 * SECOND);
        assertEquals(10, entered(gate, 50), "a pause saves up one second's worth");
        assertEquals(HandshakeFailure.CONNECT_RATE, gate.enter());
    }

    @Test
    @DisplayName("trap 17: no more handshakes at once than stated")
    void trap17HandshakesAtOnce() {
        ConnectGate gate = new ConnectGate(1_000, 3, now::get);
        assertEquals(3, entered(gate, 50));
        assertEquals(HandshakeFailure.HANDSHAKES_AT_ONCE, gate.enter());
        gate.leave();
        assertNull(gate.enter());
        assertEquals(3, gate.handshakes());
    }

    private static int entered(ConnectGate gate, int tries) {
        int in = 0;
        for (int i = 0; i < tries; i++) {
            if (gate.enter() == null) {
                in++;
            }
        }
        return in;
    }
}
