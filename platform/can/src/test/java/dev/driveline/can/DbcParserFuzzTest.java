package dev.driveline.can;

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
        "\"", ";", "BO_ ", "SG_ ", "VAL_ ", "\n", "-", "m0", "M", "99999999999999999999", "0",
        "1e999999", "@", "\\\"", "NS_ :", "/*", "CM_ \"", "é", "64", "SG_MUL_VAL_ ", ":", "|"
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
                var bus = new CatalogueBus("bus", matching, model);
                Decoder.of(Catalogue.of(List.of(bus)));
            }
        } catch (RuntimeException e) {
            throw new AssertionError("seed " + seed + ":\n" + text, e);
        }
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

    @Test
    void largeHostileFilesTakeLinearTime() {
        assertTimeoutPreemptively(
                Duration.ofSeconds(60),
                () -> {
                    int half = DbcLimits.MAX_FILE_BYTES / 2;
                    for (String piece :
                            new String[] {
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
