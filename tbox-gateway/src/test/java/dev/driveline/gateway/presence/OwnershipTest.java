package dev.driveline.gateway.presence;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.driveline.contract.id.SessionId;
import dev.driveline.gateway.presence.Ownership.Verdict;
import org.junit.jupiter.api.Test;

class OwnershipTest {

    private static final SessionId OWN = new SessionId(1);
    private static final SessionId OTHER = new SessionId(2);
    private static final SessionId THIRD = new SessionId(3);

    @Test
    void whatWasReadBeforeConnectIsOvertakenByUs() {
        Ownership ownership = new Ownership(OWN, 10);
        assertEquals(Verdict.OURS, ownership.read(9, OTHER, 9));
        assertEquals(10, ownership.readOffset());
    }

    @Test
    void oneThatHadReadOursClosesUs() {
        Ownership ownership = new Ownership(OWN, 10);
        assertEquals(Verdict.OURS, ownership.read(10, OWN, 10));
        assertEquals(Verdict.OVERTAKEN, ownership.read(12, OTHER, 11));
    }

    @Test
    void oneThatHadNotReadOursIsConcurrent() {
        Ownership ownership = new Ownership(OWN, 10);
        ownership.read(10, OWN, 10);
        assertEquals(Verdict.CONCURRENT, ownership.read(11, OTHER, 10));
        assertEquals(12, ownership.readOffset());
    }

    @Test
    void oursNotYetInTheLogCannotHaveBeenRead() {
        Ownership ownership = new Ownership(OWN, 10);
        assertEquals(Verdict.CONCURRENT, ownership.read(10, OTHER, 10));
    }

    @Test
    void announcingAgainOvertakesTheConcurrentOne() {
        Ownership ours = new Ownership(OWN, 0);
        Ownership theirs = new Ownership(OTHER, 0);
        for (Ownership each : new Ownership[] {ours, theirs}) {
            each.read(0, OWN, 0);
            each.read(1, OTHER, 0);
        }
        assertEquals(Verdict.OURS, ours.read(2, OWN, ours.readOffset()));
        assertEquals(Verdict.OVERTAKEN, theirs.read(2, OWN, 2));
        assertEquals(Verdict.CONCURRENT, ours.read(3, OTHER, 2), "it was on its way");
    }

    @Test
    void aVoidRecordOvertakesNobody() {
        // OTHER read OWN only and overtook it; OWN's last record had read THIRD's.
        Ownership third = new Ownership(THIRD, 0);
        third.read(0, OWN, 0);
        third.read(1, OTHER, 0);
        third.read(2, THIRD, 0);
        assertEquals(Verdict.CONCURRENT, third.read(3, OTHER, 2));
        assertEquals(Verdict.CONCURRENT, third.read(4, OWN, 3), "overtaken at 3, not yet read");
        assertEquals(Verdict.OVERTAKEN, third.read(5, OWN, 5), "it read that and lives");
    }
}
