package dev.driveline.telemetry.fleet;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.id.RunId;
import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.vehicle.OfflineCause;
import dev.driveline.contract.vehicle.Presence;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class PresenceBookTest {

    private static final Vin VIN = Vin.of("JTMW1RFV7KD000001");
    private static final SessionId FIRST = SessionId.parse("0000000000000001");
    private static final SessionId SECOND = SessionId.parse("0000000000000002");
    private static final RunId RUN = RunId.parse("0000000000000009");

    private final PresenceBook book = new PresenceBook();

    private void online(SessionId session) {
        book.put(
                VIN,
                new Presence.Online(
                        session, RUN, 0, Set.of(), 0, Instant.EPOCH, "5", Instant.EPOCH));
    }

    private void offline(SessionId session) {
        book.put(
                VIN,
                new Presence.Offline(session, RUN, OfflineCause.CONNECTION_LOST, Instant.EPOCH));
    }

    @Test
    void anEndCountsOnlyForTheSessionThatOwnsTheVehicle() {
        assertFalse(book.isOnline(VIN));
        online(FIRST);
        online(SECOND);
        offline(FIRST);
        assertTrue(book.isOnline(VIN));
        offline(SECOND);
        assertFalse(book.isOnline(VIN));
        online(FIRST);
        book.remove(VIN);
        assertFalse(book.isOnline(VIN));
    }
}
