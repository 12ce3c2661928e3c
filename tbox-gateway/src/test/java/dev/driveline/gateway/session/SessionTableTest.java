package dev.driveline.gateway.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.id.RunId;
import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.mqtt.DownTopic;
import dev.driveline.contract.mqtt.UpTopic;
import dev.driveline.contract.vehicle.VehicleSession;
import dev.driveline.testkit.Trials;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SessionTableTest {

    private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");
    private static final Vin VIN = Vin.of("WDRV0TESTGATE1000");
    private static final SessionId FIRST = new SessionId(1);
    private static final SessionId SECOND = new SessionId(2);

    private final SessionTable table = new SessionTable(1, vin -> 0);

    @Test
    void aPlainSessionIsRememberedByItsFilters() {
        assertNull(table.find(VIN, NOW));
        table.put(VIN, session(FIRST, null).filters("#", "config").record());
        assertEquals(
                new Resumable(FIRST, false, List.of("#", "config"), List.of(), List.of()),
                table.find(VIN, NOW));
        assertEquals(List.of(), table.whole());
    }

    @Test
    void whatIsUnacknowledgedIsRememberedWhole() {
        VehicleSession.Unacknowledged command =
                new VehicleSession.Unacknowledged(
                        7, DownTopic.COMMANDS, "c", 1, FIRST, NOW.plusSeconds(9), "{}");
        Session asked = session(FIRST, null).filters("#");
        asked.unacknowledged.add(command);
        asked.received.add(new VehicleSession.Received(5, 7));
        table.put(VIN, asked.record());
        Resumable found = table.find(VIN, NOW);
        assertEquals(List.of(command), found.unacknowledged());
        assertEquals(List.of(new VehicleSession.Received(5, 7)), found.received());
        table.put(VIN, session(FIRST, null).filters("#").record());
        assertEquals(List.of(), table.whole(), "acknowledged, it is small again");
    }

    @Test
    void aSessionEndsAfterItsExpiry() {
        Session left = session(FIRST, null);
        left.endedAt = NOW;
        left.expiryS = 10;
        table.put(VIN, left.record());
        assertFalse(table.find(VIN, NOW.plusSeconds(9)).over());
        assertTrue(table.find(VIN, NOW.plusSeconds(10)).over());
        assertEquals(Map.of(), table.over(0, NOW.plusSeconds(9)));
        assertEquals(Map.of(VIN, FIRST), table.over(0, NOW.plusSeconds(10)));
    }

    @Test
    void aConnectedSessionWithoutExpiryIsKeptForItsWillButNotResumed() {
        Session willing = session(FIRST, null);
        willing.expiryS = 0;
        willing.willing = true;
        table.put(VIN, willing.record());
        assertTrue(table.find(VIN, NOW).over());
        assertEquals(Map.of(), table.over(0, NOW.plusSeconds(1_000)), "nor removed");
    }

    @Test
    void aDeferredWillIsDueAndKeepsItsRecord() {
        Session left = session(FIRST, null);
        left.willing = true;
        left.endedAt = NOW;
        left.expiryS = 0;
        left.willDueAt = NOW.plusSeconds(60);
        table.put(VIN, left.record());
        assertEquals(Set.of(), table.dueWills(0, NOW.plusSeconds(59)).keySet());
        assertEquals(Set.of(VIN), table.dueWills(0, NOW.plusSeconds(60)).keySet());
        assertEquals(Map.of(), table.over(0, NOW.plusSeconds(60)));
    }

    @Test
    void whatAReplacedSessionStillWritesIsIgnored() {
        table.put(VIN, session(FIRST, null).filters("#").record());
        table.put(VIN, session(SECOND, FIRST).filters("config").record());
        assertFalse(table.put(VIN, session(FIRST, null).filters("#").record()));
        table.remove(VIN, FIRST);
        Resumable found = table.find(VIN, NOW);
        assertNotNull(found);
        assertEquals(SECOND, found.session());
        table.remove(VIN, SECOND);
        assertNull(table.find(VIN, NOW));
        assertEquals(0, table.size());
    }

    @Test
    void theCompactMapIsAMap() {
        Trials.of(31)
                .run(
                        100,
                        random -> {
                            CompactMap map = new CompactMap();
                            Map<Vin, CompactMap.Entry> model = new HashMap<>();
                            int vins = 1 + random.nextInt(200);
                            for (int step = 0; step < 1_000; step++) {
                                Vin vin =
                                        Vin.of("WDRV0TESTGATE%04d".formatted(random.nextInt(vins)));
                                if (random.oneIn(3)) {
                                    map.remove(PackedVin.of(vin));
                                    model.remove(vin);
                                } else {
                                    var entry =
                                            new CompactMap.Entry(
                                                    random.nextLong(), step, (byte) step);
                                    map.put(PackedVin.of(vin), entry);
                                    model.put(vin, entry);
                                }
                                assertEquals(model.get(vin), map.get(PackedVin.of(vin)));
                                assertEquals(model.size(), map.size());
                            }
                            model.forEach((vin, entry) ->
                                    assertEquals(entry, map.get(PackedVin.of(vin))));
                            assertEquals(model.keySet(), Set.copyOf(map.whereEnd(end -> true)));
                        });
    }

    @Test
    void aVinIsPackedWithoutLoss() {
        for (String text : List.of("00000000000000000", "ZZZZZZZZZZZZZ9999", "WDRVX0000NA000006")) {
            Vin vin = Vin.of(text);
            assertEquals(vin, PackedVin.of(vin).unpacked());
        }
    }

    /** 10 million must fit in 450 MB; here a hundredth of it, in the bytes an entry takes. */
    @Test
    void aSessionTakesLessThanFortyFiveBytes() {
        SessionTable many = new SessionTable(64, vin -> Math.floorMod(vin.hashCode(), 64));
        int count = 100_000;
        VehicleSession record = session(FIRST, null).filters("#").record();
        for (int i = 0; i < count; i++) {
            many.put(Vin.of("WDRV0TEST%08d".formatted(i)), record);
        }
        assertEquals(count, many.size());
        assertTrue(many.bytes() <= 45L * count, many.bytes() / count + " bytes a session");
    }

    private static Session session(SessionId id, SessionId replaces) {
        return new Session(id, replaces);
    }

    private static final class Session {
        final SessionId id;
        final SessionId replaces;
        final List<VehicleSession.Unacknowledged> unacknowledged = new ArrayList<>();
        final List<VehicleSession.Received> received = new ArrayList<>();
        List<String> filters = List.of();
        long expiryS = 3_600;
        Instant endedAt;
        Instant willDueAt;
        boolean willing;

        Session(SessionId id, SessionId replaces) {
            this.id = id;
            this.replaces = replaces;
        }

        Session filters(String... wanted) {
            filters = List.of(wanted);
            return this;
        }

        VehicleSession record() {
            VehicleSession.Will will =
                    new VehicleSession.Will(
                            UpTopic.EVENTS,
                            new byte[0],
                            1,
                            0,
                            List.of(),
                            TenantId.of("acme"),
                            "issuer:serial");
            return new VehicleSession(
                    id,
                    new RunId(1),
                    1,
                    replaces,
                    true,
                    filters,
                    expiryS,
                    endedAt,
                    unacknowledged,
                    received,
                    willing ? will : null,
                    willDueAt);
        }
    }
}
