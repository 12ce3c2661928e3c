package dev.driveline.can;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever stands in the file, the parser answers, and its model compiles. */
final class DbcParserFuzzTest {
    private static final int TRIALS = 5_000;
    private static final String[] PIECES = {
        "\"",
        ";",
        "BO_ ",
        "SG_ ",
        "VAL_ ",
        "\n",
        "-",
        "m0",
        "M",
        "99999999999999999999",
        "0",
        "1e999999",
        "@",
        "\\\"",
        "NS_ :",
        "/*",
        "CM_ \"",
        "é",
        "64",
        "SG_MUL_VAL_ ",
        ":",
        "|",
        "m1M",
        "SG_MUL_VAL_ 2566844926 Fill Kind 0-9;\n",
        "BA_ \"SPN\" SG_ 256 Speed 190;\n",
        " SG_ Sub m1M : 0|8@1+ (1,0) [0|0] \"\" E\n",
        "SG_MUL_VAL_ 2566844926 Kind Sub 1-1;\n"
    };

    @Test
    void noMutationMakesTheParserThrowOrHang() {
        assertTimeoutPreemptively(
                Duration.ofSeconds(60),
                () -> {
                    for (long seed = 0; seed < TRIALS; seed++) {
                        tryMutation(seed);
                    }
                });
    }

    private static void tryMutation(long seed) {
        var random = new Random(seed);
        var text = new StringBuilder(DbcParserTest.SMALL);
        for (int changes = 1 + random.nextInt(20); changes > 0; changes--) {
            mutate(text, random);
        }
        byte[] bytes =
                text.toString()
                        .getBytes(
                                random.nextBoolean()
                                        ? StandardCharsets.UTF_8
                                        : StandardCharsets.ISO_8859_1);
        try {
            Dbc model = DbcParser.parse(bytes, "fuzz.dbc").model();
            for (Matching matching : Matching.values()) {
                for (Transport transport : Transport.values()) {
                    var bus = new CatalogueBus("bus", matching, transport, model);
                    var _ = bus.notes();
                    decodeAnything(Catalogue.of(List.of(bus)), random);
                }
            }
            assertStrictIsNoMoreLenient(bytes);
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("seed " + seed + ":\n" + text, e);
        }
    }

    private static void decodeAnything(Catalogue catalogue, Random random) {
        Decoder decoder = Decoder.of(catalogue);
        byte[] data = new byte[random.nextInt(65)];
        for (Message message : catalogue.buses().getFirst().dbc().messages()) {
            random.nextBytes(data);
            int flags = message.id().extended() ? FrameFlags.EXTENDED : 0;
            int id = message.id().value();
            var sink = new CollectingSink(catalogue);
            var _ = decoder.decode(0, id, flags, data, 0, data.length, sink);
            sink.clear();
            var _ = decoder.decodeMessage(0, id, flags, data, 0, data.length, sink);
        }
    }

    private static void assertStrictIsNoMoreLenient(byte[] bytes) {
        DbcParse lenient = DbcParser.parse(bytes, "fuzz.dbc");
        DbcParse strict = DbcParser.parseStrictly(bytes, "fuzz.dbc");
        assertEquals(lenient.model(), strict.model());
        assertEquals(lenient.errors().size() + lenient.warnings().size(), strict.errors().size());
    }

    private static void mutate(StringBuilder text, Random random) {
        int at = random.nextInt(text.length());
        int length = Math.min(random.nextInt(12), text.length() - at);
        switch (random.nextInt(5)) {
            case 0 -> text.delete(at, at + length);
            case 1 -> text.insert(at, PIECES[random.nextInt(PIECES.length)]);
            case 2 -> text.setCharAt(at, (char) random.nextInt(256));
            case 3 -> text.insert(at, text.substring(at, at + length));
            default -> text.setCharAt(at, (char) ('0' + random.nextInt(10)));
        }
        if (text.isEmpty()) {
            text.append(' ');
        }
    }

    /** Every statement refers to signals that are there, as many as may be. */
    @Test
    void largeHostileMultiplexingTakesLinearTime() {
        assertTimeoutPreemptively(
                Duration.ofSeconds(60),
                () -> {
                    for (boolean layouts : new boolean[] {false, true}) {
                        var text = new StringBuilder();
                        int id = 0;
                        while (text.length() < DbcLimits.MAX_FILE_BYTES - 200_000) {
                            appendHostile(text, id++, layouts);
                        }
                        Dbc model = DbcParser.parse(text.toString(), "hostile.dbc").model();
                        Decoder.of(
                                Catalogue.of(
                                        List.of(new CatalogueBus("bus", Matching.EXACT, model))));
                    }
                });
    }

    private static void appendHostile(StringBuilder text, int id, boolean layouts) {
        text.append("BO_ ").append(id).append(" M").append(id).append(": 8 E\n");
        text.append(" SG_ X M : 0|8@1+ (1,0) [0|0] \"\" E\n");
        for (int i = 1; i < DbcLimits.MAX_SIGNALS_PER_MESSAGE; i++) {
            text.append(" SG_ A").append(layouts ? "" : i).append(" m").append(i);
            text.append("M : 0|8@1+ (1,0) [0|0] \"\" E\n");
        }
        for (int i = 1; i < (layouts ? 2 : 12); i++) {
            text.append("SG_MUL_VAL_ ").append(id).append(" A").append(layouts ? "" : i);
            text.append(i == 1 ? " X 0-9" : " A" + (i - 1) + " 0-9");
            for (int range = 10; range < DbcLimits.MAX_RANGES; range++) {
                text.append(", ").append(range).append('-').append(range);
            }
            text.append(";\n");
        }
    }

    @Test
    void largeHostileFilesTakeLinearTime() {
        assertTimeoutPreemptively(
                Duration.ofSeconds(60),
                () -> {
                    int half = DbcLimits.MAX_FILE_BYTES / 2;
                    for (String piece :
                            new String[] {
                                "SG_MUL_VAL_ 1 A B 0-0;\n",
                                "SG_MUL_VAL_ 1 A B 0-0, ",
                                "0-0, ",
                                "\"",
                                "\\\"\n",
                                "BO_\n",
                                "/*",
                                "SG_ A\n",
                                "VAL_ 1 A 1 \"\" ",
                                "BO_ 1 M: 8 E\n",
                                "1",
                                "\n\n",
                                "CM_ \"\\\"",
                                "NS_ :\nA\n"
                            }) {
                        DbcParser.parse(piece.repeat(half / piece.length()), "hostile.dbc");
                    }
                });
    }
}
