package dev.driveline.telemetry.desk;

import dev.driveline.can.CandumpReader;
import dev.driveline.can.CatalogueBus;
import dev.driveline.can.Matching;
import dev.driveline.can.Transport;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Decodes a recorded log by DBC files. */
@Command(
        name = "decode",
        mixinStandardHelpOptions = true,
        description = {
            "Prints every decoded frame of a log as a line of JSON.",
            "What was not decoded is summed up at the end, on the error output."
        })
final class DecodeCommand implements Callable<Integer> {

    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "LOG", description = "A candump log (candump -l), plain or gz.")
    private Path log = Path.of("");

    @Option(
            names = "--dbc",
            required = true,
            paramLabel = "FILE[@bus]",
            description =
                    "A DBC file and its bus; without one, for every bus that no other names. May be"
                            + " repeated.")
    private List<String> dbc = new ArrayList<>();

    @Option(
            names = "--j1939",
            paramLabel = "BUS",
            description = "A bus that is matched by PGN and has J1939's transport protocol.")
    private List<String> j1939 = new ArrayList<>();

    @Option(
            names = "--isotp",
            paramLabel = "BUS",
            description =
                    "A bus with ISO-TP, whose DBC counts bits from a length byte before the payload.")
    private List<String> isoTp = new ArrayList<>();

    @Option(
            names = "--isotp-payload",
            paramLabel = "BUS",
            description = "The same, whose DBC counts bits from the payload's first byte.")
    private List<String> isoTpPayload = new ArrayList<>();

    @Option(names = "--strict", description = "A DBC file that departs from the format is refused.")
    private boolean strict;

    private final OutputStream out;

    DecodeCommand(OutputStream out) {
        this.out = out;
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter err = spec.commandLine().getErr();
        Map<String, DbcFile> named = new HashMap<>();
        DbcFile others = null;
        boolean usable = true;
        for (String argument : dbc) {
            int at = argument.lastIndexOf('@');
            DbcFile file =
                    DbcFile.read(Path.of(at < 0 ? argument : argument.substring(0, at)), strict);
            file.parse().errors().forEach(error -> err.println(file.shown(error)));
            usable &= !file.parse().hasErrors();
            boolean second =
                    at < 0 ? others != null : named.put(argument.substring(at + 1), file) != null;
            if (second) {
                throw new ParameterException(
                        spec.commandLine(), "--dbc " + argument + " is the second for its bus");
            }
            others = at < 0 ? file : others;
        }
        if (!usable) {
            err.flush();
            return 1;
        }
        return decode(named, others, err);
    }

    private int decode(Map<String, DbcFile> named, @Nullable DbcFile others, PrintWriter err)
            throws IOException {
        var decoder =
                new LogDecoder(
                        bus -> bus(bus, named.containsKey(bus) ? named.get(bus) : others),
                        new DecodedLines(new Reader(out)));
        try (CandumpReader reader = CandumpReader.open(log)) {
            decoder.run(reader);
        } catch (Reader.Gone enough) {
            return 0;
        } catch (NoSuchFileException missing) {
            throw new IOException("There is no log " + log, missing);
        }
        decoder.faults().forEach(err::println);
        err.println(decoder.summary());
        err.flush();
        return decoder.unreadable() == 0 ? 0 : 1;
    }

    private @Nullable CatalogueBus bus(String bus, @Nullable DbcFile file) {
        if (file == null) {
            return null;
        }
        Transport transport =
                isoTp.contains(bus)
                        ? Transport.ISO_TP_LENGTH_BYTE
                        : isoTpPayload.contains(bus) ? Transport.ISO_TP : Transport.NONE;
        Matching matching = j1939.contains(bus) ? Matching.J1939 : Matching.EXACT;
        // The log's name of the bus may hold what a catalogue's may not.
        return new CatalogueBus("bus", matching, transport, file.model());
    }
}
