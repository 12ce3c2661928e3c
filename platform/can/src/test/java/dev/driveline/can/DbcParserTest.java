package dev.driveline.can;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class DbcParserTest {
    static final String SMALL =
            """
            VERSION "1.2"

            NS_ :
                NS_DESC_
                CM_
                VAL_TABLE_
            BS_:
            BU_: ECU GATEWAY

            VAL_TABLE_ OnOff 1 "On" 0 "Off" ;

            BO_ 256 Engine: 8 ECU
             SG_ Speed : 7|16@0+ (0.25,-10) [0|16000] "rpm" GATEWAY,Vector__XXX
             SG_ Torque : 16|12@1- (1,0) [0|0] "Nm"  GATEWAY
             SG_ Running : 28|1@1+ (1,0) [0|1] ""  GATEWAY

            BO_ 2566844926 Truck: 8 Vector__XXX
             SG_ Kind M : 0|8@1+ (1,0) [0|0] "" GATEWAY
             SG_ Load m0 : 8|32@1- (1,0) [0|0] "kg" GATEWAY
             SG_ Fill m1: 8|8@1+ (.5,0) [0|0] "%" GATEWAY

            CM_ BO_ 256 "What the engine says;
            with \\"quotes\\" on two lines";
            CM_ SG_ 256 Speed "Crankshaft";
            BA_DEF_ BO_ "GenMsgCycleTime" INT 0 65535;
            BA_DEF_ BO_ "VFrameFormat" ENUM "StandardCAN","ExtendedCAN","J1939PG";
            BA_DEF_ SG_ "SystemSignalLongSymbol" STRING ;
            BA_DEF_DEF_ "GenMsgCycleTime" 100;
            BA_ "GenMsgCycleTime" BO_ 256 10;
            BA_ "VFrameFormat" BO_ 2566844926 2;
            BA_ "SystemSignalLongSymbol" SG_ 256 Torque "TorqueAtTheFlywheel";
            SIG_VALTYPE_ 2566844926 Load : 1;
            SIG_GROUP_ 256 Group 1 : Speed Torque;
            VAL_ 256 Speed 65535 "Fault" -1 "None" ;
            VAL_ 256 Running OnOff ;
            """;

    private static DbcParse parse(String text) {
        return DbcParser.parse(text, "test.dbc");
    }

    @Test
    void everyPartOfASmallFileIsThere() {
        DbcParse parse = parse(SMALL);
        assertEquals(
                List.of("20:23 WARNING factor of Fill '.5' has no digit on one side of its point"),
                parse.diagnostics().stream().map(Diagnostic::toString).toList());
        assertEquals("1.2", parse.model().version());
        Message engine = parse.model().message("Engine").orElseThrow();
        assertEquals(FrameId.standard(256), engine.id());
        assertEquals(10, engine.cycleTimeMs());
        assertEquals("What the engine says;\nwith \"quotes\" on two lines", engine.comment());
        assertEquals(
                new Signal(
                        "Speed",
                        7,
                        16,
                        ByteOrder.MOTOROLA,
                        false,
                        ValueType.INTEGER,
                        0.25,
                        -10,
                        0,
                        16000,
                        "rpm",
                        Labels.of(Map.of(65535L, "Fault", -1L, "None")),
                        Multiplexing.always(),
                        "Crankshaft"),
                engine.signals().getFirst());
        Signal torque = engine.signal("TorqueAtTheFlywheel").orElseThrow();
        assertTrue(torque.signed());
        assertEquals(ByteOrder.INTEL, torque.byteOrder());
        assertEquals("On", engine.signal("Running").orElseThrow().labels().of(1));
        Message truck = parse.model().message("Truck").orElseThrow();
        assertEquals(FrameId.extended(0x18FEF1FE), truck.id());
        assertEquals(FrameFormat.J1939, truck.format());
        assertEquals(100, truck.cycleTimeMs());
        assertEquals(ValueType.FLOAT, truck.signal("Load").orElseThrow().valueType());
        assertEquals(
                Multiplexing.when("Kind", 1), truck.signal("Fill").orElseThrow().multiplexing());
    }

    @Test
    void theBinOfOrphanSignalsIsNoMessage() {
        DbcParse parse =
                parse(
                        """
                        BO_ 3221225472 VECTOR__INDEPENDENT_SIG_MSG: 0 Vector__XXX
                         SG_ Orphan : 0|8@1+ (1,0) [0|0] "" Vector__XXX
                        """);
        assertEquals(List.of(), parse.model().messages());
        assertEquals(List.of(), parse.diagnostics());
    }

    private static final String ONE = "BO_ 1 M: 8 E\n SG_ A : 0|8@1+ (1,0) [0|0] \"\" E\n";

    private static void assertFinding(String expected, String text) {
        List<String> found = parse(text).diagnostics().stream().map(Diagnostic::toString).toList();
        assertEquals(List.of(expected), found);
    }

    @Test
    void whatIsOddIsUsedAndReported() {
        assertFinding(
                "1:5 WARNING id 4096 of message M has more than 11 bits but no bit 31: taken as"
                        + " extended",
                "BO_ 4096 M: 8 E\n");
        assertFinding(
                "1:7 WARNING message name '2M' does not begin with a letter", "BO_ 1 2M: 8 E\n");
        assertFinding("3:1 WARNING stray text 'what' is ignored", ONE + "what is this\nBU_: A\n");
        assertFinding(
                "3:13 WARNING CM_: expected signal name but found 'no name'",
                ONE + "CM_ SG_ 304 \"no name\";\n");
        assertFinding("4:1 WARNING VAL_ does not end with ';'", ONE + "VAL_ 1 A 1 \"x\"\n");
        assertFinding(
                "3:8 NOTE VAL_ names signal B of id 1, which is not there",
                ONE + "VAL_ 1 B 1 \"x\";\n");
        assertFinding(
                "3:6 WARNING signal A of message M is left out: the message has one of this name"
                        + " already",
                ONE + " SG_ A : 8|8@1+ (1,0) [0|0] \"\" E\n");
        assertFinding(
                "2:6 NOTE signal B of message M ends in byte 2, but the message has 1 bytes",
                "BO_ 1 M: 1 E\n SG_ B : 8|8@1+ (1,0) [0|0] \"\" E\n");
    }

    @Test
    void whatCannotBeUsedIsLeftOutAndTheRestIsRead() {
        String text = "BO_ 1 M: 8 E\n SG_ B : 0|8@7+ (1,0) [0|0] \"\" E\n" + ONE.substring(13);
        assertFinding(
                "2:14 ERROR SG_: byte order of B is '7', not 0 (Motorola) or 1 (Intel)", text);
        assertEquals(1, parse(text).model().signalCount());
        assertFinding(
                "1:5 ERROR BO_: message id '99999999999' is not a whole number of 0..4294967295",
                "BO_ 99999999999 M: 8 E\n");
        assertFinding(
                "2:12 ERROR signal A of message M is left out: it has 0 bits",
                ONE.replace("0|8", "0|0").replace("SG_ A", "SG_       A"));
        assertFinding(
                "3:20 ERROR signal A of message M is a FLOAT of 8 bits, not 32: taken as an integer",
                ONE + "SIG_VALTYPE_ 1 A : 1;\n");
    }

    @Test
    void afterAnOpenStringTheRestIsStillRead() {
        DbcParse parse = parse("CM_ \"open ;\n" + ONE.replace("\"\"", "\\\""));
        assertEquals(
                "1:5 ERROR the string that begins here has no closing quote",
                parse.diagnostics().getFirst().toString());
        assertEquals(1, parse.model().messages().size());
    }

    @Test
    void bytesAreUtf8WhereValidAndElseWindows1252() {
        String text = ONE.replace("\"\"", "\"°C €\"");
        for (Charset charset : List.of(StandardCharsets.UTF_8, Charset.forName("windows-1252"))) {
            Dbc model = DbcParser.parse(text.getBytes(charset), "test.dbc").model();
            assertEquals("°C €", model.messages().getFirst().signals().getFirst().unit());
        }
    }

    @Test
    void carriageReturnsAndCommentsDoNotMatter() {
        String text = SMALL.replace("BO_ 256", "// a line\n/* and\nmore */ BO_ 256");
        assertEquals(
                parse(SMALL).model().messages(),
                parse(text.replace("\n", "\r\n")).model().messages().stream()
                        .map(DbcParserTest::withoutReturns)
                        .toList());
    }

    private static Message withoutReturns(Message message) {
        return new Message(
                message.name(),
                message.id(),
                message.format(),
                message.length(),
                message.signals(),
                message.cycleTimeMs(),
                message.comment().replace("\r", ""));
    }

    @Test
    void limitsHaveNames() {
        DbcParse large = DbcParser.parse(new byte[DbcLimits.MAX_FILE_BYTES + 1], "large.dbc");
        assertEquals(
                "file large.dbc has 8388609 bytes, more than 8388608",
                large.diagnostics().getFirst().text());
        var many = new StringBuilder("BO_ 1 M: 8 E\n");
        for (int i = 0; i <= DbcLimits.MAX_SIGNALS_PER_MESSAGE; i++) {
            many.append(" SG_ S").append(i).append(" : 0|8@1+ (1,0) [0|0] \"\" E\n");
        }
        DbcParse wide = parse(many.toString());
        assertEquals(DbcLimits.MAX_SIGNALS_PER_MESSAGE, wide.model().signalCount());
        assertEquals(1, wide.errors().size());
        DbcParse noisy = parse("? \nVERSION \"\"\n".repeat(10_000));
        assertEquals(DbcLimits.MAX_DIAGNOSTICS, noisy.diagnostics().size());
    }

    private static final String CASCADE =
            """
            BO_ 1 M: 8 E
             SG_ Kind M : 0|8@1+ (1,0) [0|0] "" E
             SG_ Mode M : 8|8@1+ (1,0) [0|0] "" E
             SG_ Sub m2M : 16|8@1+ (1,0) [0|0] "" E
             SG_ Leaf m0 : 24|8@1+ (1,0) [0|0] "" E
             SG_ Wide m0 : 32|8@1+ (1,0) [0|0] "" E
             SG_ Twice m0 : 40|8@1+ (1,0) [0|0] "" E
             SG_ Twice m1 : 48|8@1+ (1,0) [0|0] "" E
            SG_MUL_VAL_ 1 Sub Kind 2-2;
            SG_MUL_VAL_ 1 Leaf Sub 0-0;
            SG_MUL_VAL_ 1 Wide Mode 0-3, 5 - 5,
              8-255;
            SG_MUL_VAL_ 1 Twice Mode 0-0, 1-1;
            """;

    @Test
    void extendedMultiplexingHasRangesCascadesAndSeveralMultiplexors() {
        DbcParse parse = parse(CASCADE);
        assertEquals(List.of(), parse.diagnostics());
        Message message = parse.model().message("M").orElseThrow();
        assertEquals(Multiplexing.always(), message.signal("Mode").orElseThrow().multiplexing());
        assertEquals(
                Multiplexing.when("Kind", 2), message.signal("Sub").orElseThrow().multiplexing());
        assertEquals(
                Multiplexing.when("Sub", 0), message.signal("Leaf").orElseThrow().multiplexing());
        assertEquals(
                new Multiplexing.When(
                        "Mode",
                        List.of(
                                new Multiplexing.Range(0, 3),
                                new Multiplexing.Range(5, 5),
                                new Multiplexing.Range(8, 255))),
                message.signal("Wide").orElseThrow().multiplexing());
        assertEquals(
                List.of(Multiplexing.when("Mode", 0), Multiplexing.when("Mode", 1)),
                message.signals().stream()
                        .filter(signal -> signal.name().equals("Twice"))
                        .map(Signal::multiplexing)
                        .toList());
    }

    @Test
    void aMultiplexedSignalThatNobodyCanPlaceIsLeftOutWithItsReason() {
        assertFinding(
                "5:6 NOTE signal Leaf of message M is left out: neither SG_MUL_VAL_ nor a single M"
                        + " says which multiplexor selects it",
                CASCADE.replace("SG_MUL_VAL_ 1 Leaf Sub 0-0;\n", ""));
        assertFinding(
                "5:6 NOTE signal Leaf of message M is left out: its multiplexor Wide is no integer"
                        + " signal marked M",
                CASCADE.replace("Leaf Sub", "Leaf Wide"));
        DbcParse circle = parse(CASCADE.replace("Sub Kind 2-2", "Sub Sub 2-2"));
        assertEquals(
                List.of(
                        "4:6 NOTE signal Sub of message M is left out: its multiplexor is left out,"
                                + " never present, or selected by itself",
                        "5:6 NOTE signal Leaf of message M is left out: its multiplexor is left"
                                + " out, never present, or selected by itself"),
                circle.diagnostics().stream().map(Diagnostic::toString).toList());
        assertFinding(
                "10:28 ERROR SG_MUL_VAL_: last value of Leaf is 'x', not a whole number after '-'",
                CASCADE.replace("Leaf Sub 0-0;", "Leaf Sub   0 x;").replace("Leaf m0 ", "Leaf "));
        assertEquals(
                "13:26 ERROR SG_MUL_VAL_: range 3-0 of signal Twice is empty",
                parse(CASCADE.replace("Twice Mode 0-0,", "Twice Mode 3-0,"))
                        .diagnostics()
                        .getFirst()
                        .toString());
        assertFinding(
                "14:15 NOTE SG_MUL_VAL_ names no signal: Nobody",
                CASCADE + "SG_MUL_VAL_ 1 Nobody Mode 0-0;\n");
        assertFinding(
                "14:20 NOTE SG_MUL_VAL_ names a second multiplexor of Leaf: Mode is ignored",
                CASCADE + "SG_MUL_VAL_ 1 Leaf Mode 0-0;\n");
    }

    @Test
    void aHostileMultiplexorHasLimits() {
        var deep = new StringBuilder("BO_ 1 M: 8 E\n SG_ S0 M : 0|8@1+ (1,0) [0|0] \"\" E\n");
        var said = new StringBuilder();
        for (int i = 1; i <= DbcLimits.MAX_CASCADE + 1; i++) {
            deep.append(" SG_ S%d m0M : 0|8@1+ (1,0) [0|0] \"\" E\n".formatted(i));
            said.append("SG_MUL_VAL_ 1 S%d S%d 0-0;\n".formatted(i, i - 1));
        }
        DbcParse cascade = parse(deep + said.toString());
        assertEquals(1, cascade.errors().size());
        assertEquals(DbcLimits.MAX_CASCADE + 1, cascade.model().signalCount());
        var wide = new StringBuilder("BO_ 1 M: 8 E\n SG_ S0 M : 0|8@1+ (1,0) [0|0] \"\" E\n");
        said.setLength(0);
        for (int i = 1; i < 400; i++) {
            wide.append(" SG_ S%d m0 : 0|8@1+ (1,0) [0|0] \"\" E\n".formatted(i));
            said.append("SG_MUL_VAL_ 1 S%d S0 %d-99999;\n".formatted(i, i));
        }
        assertEquals(List.of(), parse(wide + said.toString()).errors());
        for (int from = 2; from < 2_000; from += 4) {
            said.append("SG_MUL_VAL_ 1 S1 S0 %d-%d;\n".formatted(from, from + 1));
        }
        DbcParse blown = parse(wide + said.toString());
        assertEquals(1, blown.errors().size());
        assertEquals(1, blown.model().signalCount());
    }

    @Test
    void attributesOfSignalsAndOfTheFile() {
        String text =
                ONE
                        + """
                        BA_DEF_ "BusType" STRING ;
                        BA_DEF_ SG_ "GenSigStartValue" FLOAT 0 100;
                        BA_DEF_ SG_ "SPN" INT 0 524287;
                        BA_DEF_DEF_ "BusType" "CAN";
                        BA_DEF_DEF_ "GenSigStartValue" 0;
                        BA_ "BusType" "CAN FD";
                        BA_ "ProtocolType" "J1939";
                        BA_ "Manufacturer" BU_ E "x";
                        BA_ "GenSigStartValue" SG_ 1 A 7;
                        BA_ "SPN" SG_ 1 A 190;
                        """;
        Dbc model = parse(text).model();
        assertEquals(List.of(), parse(text).diagnostics());
        assertEquals("CAN FD", model.busType());
        assertEquals("J1939", model.protocolType());
        Signal signal = model.messages().getFirst().signals().getFirst();
        assertEquals(7.0, signal.startValue());
        assertEquals(190, signal.spn());
        String tooLarge = text.replace("1 A 7;", "1 A 256;");
        assertFinding(
                "2:6 NOTE start value 256.0 of signal A of message M does not fit in it: left out",
                tooLarge);
        assertEquals(
                null,
                parse(tooLarge).model().messages().getFirst().signals().getFirst().startValue());
    }

    @Test
    void readStrictlyWhatIsOddIsAnErrorAndWhatIsDoubtfulIsNot() {
        byte[] odd = SMALL.getBytes(StandardCharsets.UTF_8);
        assertEquals(
                List.of("20:23 ERROR factor of Fill '.5' has no digit on one side of its point"),
                DbcParser.parseStrictly(odd, "test.dbc").diagnostics().stream()
                        .map(Diagnostic::toString)
                        .toList());
        byte[] doubtful = (ONE + "VAL_ 1 B 1 \"x\";\n").getBytes(StandardCharsets.UTF_8);
        DbcParse parse = DbcParser.parseStrictly(doubtful, "test.dbc");
        assertEquals(1, parse.notes().size());
        assertEquals(List.of(), parse.errors());
    }
}
