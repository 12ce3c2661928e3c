package dev.driveline.command;

import static dev.driveline.command.CommandRig.SOON;
import static dev.driveline.command.CommandRig.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.contract.command.CommandResponse;
import dev.driveline.contract.gateway.Downlink;
import dev.driveline.contract.gateway.DownlinkReport;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.ServiceProcess;
import dev.driveline.testkit.Http;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is accepted is looked at until it has ended, and not more often than there is reason to. */
class LookIT {

    private static final String TOKEN = "acme/anna/commands:read commands:send";
    private static final int VEHICLES = 12;

    /** Of a command, from its acceptance to its end, with room for what Kafka tells again. */
    private static final int MOST_LOOKS = 8;

    @TempDir static Path folder;
    private static CommandRig rig;

    @BeforeAll
    static void start() throws Exception {
        rig = new CommandRig(folder);
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    @Test
    void whereALookFailsAnotherFollowsUntilOneEndsWell() throws Exception {
        Vin vin = Vin.of("WDRV0TESTAPXC8001");
        rig.registered(vin, "acme");
        String id = accepted(rig.http(TOKEN), vin, 600);
        String due =
                "SELECT due_at > now() + interval '1 minute' FROM command WHERE id = '" + id + "'";
        SOON.that("nothing is due", () -> read(due).equals(List.of("t")));
        rig.sql("UPDATE command SET state = 'NONSENSE' WHERE id = '%s'".formatted(id));
        rig.online(vin);
        SOON.that("looks fail", () -> looks(rig.process(), "failed") >= 2);
        SOON.that("the vehicle is counted", () -> failing() == 1.0);
        rig.sql("UPDATE command SET state = 'QUEUED' WHERE id = '%s'".formatted(id));
        assertEquals(vin, rig.downlink(id).vin());
        SOON.that("the vehicle fails no more", () -> failing() == 0.0);
    }

    @ParameterizedTest
    @ValueSource(ints = {-4, 4})
    void whereClocksDifferNothingIsSkippedAndNothingSpunOn(int aheadS) throws Exception {
        Clock clock = Clock.offset(Clock.systemUTC(), Duration.ofSeconds(aheadS));
        ServiceProcess second = rig.another(clock);
        try {
            SOON.that("both dispatch", () -> second.health().problems().isEmpty());
            SOON.that("both dispatch", () -> rig.process().health().problems().isEmpty());
            List<Http> callers =
                    List.of(
                            rig.http(TOKEN),
                            Http.at("http://127.0.0.1:" + second.rest().port()).bearer(TOKEN));
            double before = looks(rig.process(), "done") + looks(second, "done");
            List<String> away = new ArrayList<>();
            List<String> online = new ArrayList<>();
            for (int i = 0; i < VEHICLES; i++) {
                Vin sleeper = vin(aheadS, i);
                Vin listener = vin(aheadS, VEHICLES + i);
                rig.registered(sleeper, "acme");
                rig.registered(listener, "acme");
                rig.online(listener);
                Http caller = callers.get(i % callers.size());
                away.add(accepted(caller, sleeper, 10));
                online.add(accepted(caller, listener, 60));
            }
            // As after a hold was lifted: a look is due, and can do nothing.
            rig.sql(
                    "UPDATE command SET due_at = now() WHERE state = 'QUEUED'"
                            + " AND vin LIKE 'WDRV0TESTAPXD%'");
            for (String id : online) {
                done(rig.downlink(id));
            }
            for (String id : online) {
                JsonNode _ = rig.awaitState(callers.getFirst(), id, "SUCCEEDED");
            }
            for (String id : away) {
                JsonNode _ = rig.awaitState(callers.getFirst(), id, "EXPIRED");
            }
            double looks = looks(rig.process(), "done") + looks(second, "done") - before;
            int most = (away.size() + online.size()) * MOST_LOOKS;
            assertTrue(looks <= most, looks + " looks, at most " + most + " expected");
            assertEquals(
                    List.of(),
                    rig.read(
                            "SELECT id FROM command WHERE NOT terminal AND tenant = 'acme'"
                                    + " AND vin LIKE 'WDRV0TESTAPXD%'"));
        } finally {
            second.close();
        }
    }

    private static Vin vin(int aheadS, int number) {
        return Vin.of("WDRV0TESTAPXD%d%03d".formatted(aheadS < 0 ? 1 : 2, number));
    }

    private static String accepted(Http caller, Vin vin, int ttlS) {
        String body = "{\"type\":\"doors.lock\",\"ttlS\":%d}".formatted(ttlS);
        return ok(202, caller.post("/api/v1/vehicles/" + vin + "/commands", body))
                .path("id")
                .asText();
    }

    private static void done(Downlink downlink) {
        rig.report(downlink, DownlinkReport.Outcome.SENT);
        rig.report(downlink, DownlinkReport.Outcome.DELIVERED);
        rig.respond(downlink.vin(), downlink.id(), CommandResponse.Step.SUCCEEDED, Map.of());
    }

    private static double looks(ServiceProcess process, String outcome) {
        return process.metrics().counter("command.looks", "outcome", outcome).count();
    }

    private static double failing() {
        return Objects.requireNonNull(rig.process().metrics().find("command.looks.failing").gauge())
                .value();
    }

    private static List<String> read(String query) {
        try {
            return rig.read(query);
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }
}
