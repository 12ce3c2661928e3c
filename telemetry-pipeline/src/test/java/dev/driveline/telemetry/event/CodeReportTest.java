package dev.driveline.telemetry.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.driveline.runtime.json.Json;
import dev.driveline.telemetry.event.TroubleCode.Status;
import dev.driveline.testkit.Trials;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class CodeReportTest {

    private static final TroubleCode.Key MISFIRE = new TroubleCode.Key("ECM", "UDS", "P0301");

    private final Map<TroubleCode.Key, TroubleCode> known = new HashMap<>();

    private void report(long tUs, String data) {
        known.putAll(CodeReport.of(Json.map(data)).changes(known, tUs));
    }

    private static String misfire(String status) {
        return "{\"codes\":[{\"code\":\"P0301\",\"ecu\":\"ECM\",\"protocol\":\"UDS\",\"status\":\""
                + status
                + "\"}]}";
    }

    @Test
    void aCodeComesGoesAndComesAgain() {
        report(10, misfire("PENDING"));
        assertEquals(
                new TroubleCode(MISFIRE, Status.PENDING, 10, 10, null, null, 0, null),
                known.get(MISFIRE));
        report(20, misfire("ACTIVE"));
        report(30, misfire("ACTIVE"));
        assertEquals(
                new TroubleCode(MISFIRE, Status.ACTIVE, 10, 30, 20L, null, 1, null),
                known.get(MISFIRE));
        report(40, misfire("CLEARED"));
        report(50, misfire("CLEARED"));
        assertEquals(
                new TroubleCode(MISFIRE, Status.CLEARED, 10, 50, null, 40L, 1, null),
                known.get(MISFIRE));
        report(60, misfire("ACTIVE"));
        assertEquals(
                new TroubleCode(MISFIRE, Status.ACTIVE, 10, 60, 60L, null, 2, null),
                known.get(MISFIRE));
    }

    @Test
    void aWordFromBeforeTheLastOneOnlyTellsWhenItWasSeenFirst() {
        report(40, misfire("STORED"));
        report(20, misfire("ACTIVE"));
        assertEquals(
                new TroubleCode(MISFIRE, Status.STORED, 20, 40, null, null, 0, null),
                known.get(MISFIRE));
    }

    @Test
    void aFullListClearsWhatItLacksOfItsOwnControlUnits() {
        report(10, misfire("ACTIVE"));
        report(
                10,
                """
                {"codes":[{"code":"C1201","ecu":"ABS","status":"ACTIVE"},
                          {"code":"P0420","ecu":"ECM","protocol":"UDS","status":"ACTIVE"}]}
                """);
        report(
                20,
                """
                {"full":true,
                 "codes":[{"code":"P0420","ecu":"ECM","protocol":"UDS","status":"ACTIVE"}]}
                """);
        assertEquals(Status.CLEARED, status("P0301"));
        assertEquals(Status.ACTIVE, status("P0420"));
        assertEquals(Status.ACTIVE, status("C1201"));
        report(30, "{\"full\":true,\"ecus\":[\"ABS\",\"ECM\"],\"codes\":[]}");
        assertEquals(Status.CLEARED, status("P0420"));
        assertEquals(Status.CLEARED, status("C1201"));
    }

    private Status status(String code) {
        return known.values().stream()
                .filter(one -> one.key().code().equals(code))
                .findFirst()
                .orElseThrow()
                .status();
    }

    @Test
    void whatDoesNotFitIsPassedOver() {
        for (String data :
                List.of(
                        "{}",
                        "{\"codes\":5}",
                        "{\"codes\":[5,{},{\"code\":\"P1\"},{\"code\":7,\"status\":\"ACTIVE\"}]}",
                        "{\"codes\":[{\"code\":\"P1\",\"status\":\"WORSE\"}],\"full\":\"yes\"}")) {
            report(1, data);
        }
        assertEquals(Map.of(), known);
        assertEquals(List.of(), CodeReport.of(null).entries());
        report(2, "{\"codes\":[{\"code\":\"P1\",\"status\":\"ACTIVE\",\"freeze\":3}]}");
        assertNull(known.get(new TroubleCode.Key("", "", "P1")).freeze());
    }

    @Test
    void thereAreLimits() {
        for (int part = 0; part < 6; part++) {
            int from = 600 * part;
            String codes =
                    IntStream.range(from, from + 600)
                            .mapToObj(i -> "{\"code\":\"X%d\",\"status\":\"ACTIVE\"}".formatted(i))
                            .collect(Collectors.joining(",", "{\"codes\":[", "]}"));
            report(part, codes);
        }
        assertEquals(CodeReport.MAX_CODES, known.size());
    }

    @Test
    void inWhateverOrderReportsComeTheLastOneSays() {
        Trials.of(9)
                .run(
                        200,
                        random -> {
                            known.clear();
                            Status last = null;
                            long newest = -1;
                            for (int i = 0; i < 20; i++) {
                                long t = random.nextInt(1_000);
                                Status status = random.oneOf(List.of(Status.values()));
                                report(t, misfire(status.name()));
                                if (t >= newest) {
                                    newest = t;
                                    last = status;
                                }
                                TroubleCode code = known.get(MISFIRE);
                                assertEquals(last, code.status());
                                assertEquals(newest, code.lastUs());
                                assertEquals(last == Status.ACTIVE, code.activeUs() != null);
                                assertEquals(last == Status.CLEARED, code.clearedUs() != null);
                            }
                        });
    }
}
