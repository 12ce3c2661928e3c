package dev.driveline.telemetry.desk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeskTest {
    private static final String DBC =
            """
            BO_ 256 Engine: 8 ECU
             SG_ Speed : 7|16@0+ (.25,0) [0|16000] "rpm" X
             SG_ Count : 16|64@1+ (1,0) [0|0] "" X
             SG_ Gear : 24|3@1+ (1,0) [0|7] "" X
            BO_ 257 Mux: 8 ECU
             SG_ Kind M : 0|8@1+ (1,0) [0|0] "" X
             SG_ Temperature m1 : 8|8@1- (0.5,-40) [0|0] "°C" X
            VAL_ 256 Gear 1 "first \\"1\\"" ;
            VAL_ 256 Missing 1 "x" ;
            """;

    @TempDir Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final StringWriter printed = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return Desk.of(out)
                .setOut(new PrintWriter(printed))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }

    private String file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toString();
    }

    private List<String> lines() {
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void aFrameIsALineAndTheRestIsSummedUp() throws IOException {
        String dbc = file("small.dbc", DBC.replace("Count : 16|64", "Count : 32|32"));
        String log =
                file(
                        "small.log",
                        """
                        (0000000001.000000) can0 100#0B54000100000007
                        (0000000001.5) can0 101#0100
                        (0000000002.000001) can0 101#02FF
                        (0000000003.000000) can0 102#00
                        this is no line
                        (0000000004.000000) can0 100#0B
                        """);
        assertEquals(1, run("decode", "--dbc", dbc, log));
        assertEquals(
                List.of(
                        "{\"line\":0,\"t\":\"1.000000\",\"bus\":\"can0\",\"id\":256,\"ext\":false,\"msg\":\"Engine\","
                                + "\"raw\":{\"Speed\":2900,\"Count\":117440512,\"Gear\":1},"
                                + "\"phys\":{\"Speed\":725.0,\"Count\":117440512,\"Gear\":1},"
                                + "\"label\":{\"Gear\":\"first \\\"1\\\"\"}}",
                        "{\"line\":1,\"t\":\"1.500000\",\"bus\":\"can0\",\"id\":257,\"ext\":false,\"msg\":\"Mux\","
                                + "\"raw\":{\"Kind\":1,\"Temperature\":0},\"phys\":{\"Kind\":1,\"Temperature\":-40.0}}",
                        "{\"line\":2,\"t\":\"2.000001\",\"bus\":\"can0\",\"id\":257,\"ext\":false,\"msg\":\"Mux\","
                                + "\"raw\":{\"Kind\":2},\"phys\":{\"Kind\":2}}",
                        "{\"line\":4,\"t\":\"4.000000\",\"bus\":\"can0\",\"id\":256,\"ext\":false,\"msg\":\"Engine\","
                                + "\"raw\":{},\"phys\":{}}"),
                lines());
        assertEquals(
                List.of(
                        log + ":5:1: no time such as (1533201287.000000): this is no line",
                        "5 frames: 4 decoded, 1 without a message (1 identifiers), 1 with an unknown"
                                + " multiplexer value; 0 parts of 0 longer messages, lost: none; 1 lines"
                                + " unreadable"),
                err.toString().lines().toList());
    }

    @Test
    void checkDbcSaysWhatAFileHoldsAndWhereItIsOdd() throws IOException {
        String dbc = file("small.dbc", DBC);
        assertEquals(0, run("check-dbc", dbc));
        assertEquals(
                List.of(
                        dbc + ": 2 messages (2 standard), 5 signals",
                        "  signals: 4 Intel, 1 Motorola, 1 signed, 0 floats, longest message 8 bytes",
                        "  multiplexing: 1 messages with 1 multiplexed signals, 0 with several"
                                + " multiplexors or a cascade, 0 signals by ranges",
                        "  value tables: 1 signals, 1 texts",
                        "  attributes: cycle time of 0 messages, start value of 0 signals, SPN of 0"
                                + " signals, bus type not stated, protocol not stated",
                        dbc
                                + ":2:23: warning: factor of Speed '.25' has no digit on one side of its"
                                + " point",
                        dbc
                                + ":3:6: note: signal Count of message Engine ends in byte 10, but the"
                                + " message has 8 bytes",
                        dbc
                                + ":9:10: note: VAL_ names signal Missing of id 256, which is not there",
                        dbc + ": can be used (0 errors, 1 warnings, 2 notes)"),
                printed.toString().lines().toList());
    }

    @Test
    void whatCannotBeUsedIsStatusOne() throws IOException {
        String odd = file("odd.dbc", DBC);
        String bad = file("bad.dbc", DBC.replace("@0+", "@7+"));
        String log = file("small.log", "(1.0) can0 100#0B54\n");
        assertEquals(1, run("check-dbc", "--strict", odd));
        assertEquals(1, run("check-dbc", odd, bad));
        assertTrue(
                printed.toString()
                        .contains(
                                bad
                                        + ":2:19: error: SG_: byte order of Speed is '7', not 0 (Motorola)"
                                        + " or 1 (Intel)"),
                printed::toString);
        assertEquals(1, run("decode", "--dbc", bad, log));
        assertTrue(err.toString().startsWith(bad + ":2:19: error: "), err::toString);
        assertEquals(1, run("decode", "--strict", "--dbc", odd, log));
        assertEquals(List.of(), lines());
        assertEquals(0, run("decode", "--dbc", odd, log));
        assertEquals(1, lines().size());
    }

    /** As behind {@code head}, which closes the pipe. */
    @Test
    void whoHasSeenEnoughIsNoError() throws IOException {
        String dbc = file("small.dbc", DBC);
        String log = file("long.log", "(1.0) can0 100#0B54000100000007\n".repeat(10_000));
        OutputStream closing =
                new OutputStream() {
                    @Override
                    public void write(int one) throws IOException {
                        throw new IOException("Broken pipe");
                    }
                };
        int status =
                Desk.of(closing).setErr(new PrintWriter(err)).execute("decode", "--dbc", dbc, log);
        assertEquals(0, status);
        assertEquals("", err.toString());
    }

    @Test
    void whatIsNotThereIsSaidInASentence() throws IOException {
        String dbc = file("small.dbc", DBC);
        assertEquals(1, run("check-dbc", "nowhere.dbc"));
        assertEquals(1, run("decode", "--dbc", dbc, "nowhere.log"));
        assertEquals(
                List.of("There is no file nowhere.dbc", "There is no log nowhere.log"),
                err.toString().lines().toList());
        assertEquals(2, run("decode", "--dbc", dbc, "--dbc", dbc, "nowhere.log"));
        assertEquals(2, run("decode", "nowhere.log"));
        assertEquals(2, run());
    }
}
