package dev.driveline.can;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The DBC files of 20 makers and of other parsers' tests: all load, and the odd ones say why. */
final class CorpusTest {
    /** Refused by cantools; people drive with them. */
    private static final List<String> SLOPPY =
            List.of(
                    "acura_ilx_2016_can",
                    "acura_rdx_2020",
                    "chrysler_pacifica_2017_hybrid",
                    "chrysler_ram_dt",
                    "honda_bosch_radarless",
                    "honda_civic_hatchback_ex_2017",
                    "honda_common_canfd",
                    "honda_e_advance_2020",
                    "honda_odyssey_exl_2018",
                    "mazda_2017",
                    "psa_aee2010_r3",
                    "toyota_2017_ref_pt",
                    "vw_meb",
                    "vw_mqbevo");

    @Test
    void everyFileLoadsWithoutErrorAndTheSloppyOnesWithWarnings() throws IOException {
        int messages = 0;
        int signals = 0;
        int warnings = 0;
        var failed = new ArrayList<String>();
        Set<String> sloppySeen = new HashSet<>();
        List<Path> files = RecordedData.files("corpus/dbc");
        for (Path file : files) {
            String name = file.getFileName().toString();
            DbcParse parse = DbcParser.parse(Files.readAllBytes(file), name);
            parse.errors().forEach(error -> failed.add(name + ":" + error));
            for (Diagnostic one : parse.diagnostics()) {
                assertTrue(one.line() > 0 && one.column() > 0, () -> name + ":" + one);
            }
            SLOPPY.stream()
                    .filter(name::startsWith)
                    .forEach(sloppy -> {
                        assertFalse(parse.warnings().isEmpty(), name);
                        sloppySeen.add(sloppy);
                    });
            messages += parse.model().messages().size();
            signals += parse.model().signalCount();
            warnings += parse.warnings().size();
        }
        System.out.printf(
                "corpus: %d files, %,d messages, %,d signals, %,d warnings, %d errors%n",
                files.size(), messages, signals, warnings, failed.size());
        assertEquals(List.of(), failed);
        assertEquals(Set.copyOf(SLOPPY), sloppySeen);
    }

    /** Refused and loaded as the oracle does, which knows no lenience. */
    @Test
    void readStrictlyTheSloppyFilesAreRefusedAndTheOthersLoad() throws IOException {
        var wrong = new ArrayList<String>();
        int refused = 0;
        for (Path file : RecordedData.files("corpus/dbc")) {
            String name = file.getFileName().toString();
            DbcParse parse = DbcParser.parseStrictly(Files.readAllBytes(file), name);
            boolean sloppy = SLOPPY.stream().anyMatch(name::startsWith);
            if (parse.hasErrors() != sloppy) {
                wrong.add(name + ":" + parse.errors());
            }
            refused += parse.hasErrors() ? 1 : 0;
        }
        assertEquals(List.of(), wrong);
        assertEquals(SLOPPY.size(), refused);
    }
}
