package dev.driveline.telemetry.desk;

import dev.driveline.can.CatalogueBus;
import dev.driveline.can.Diagnostic;
import dev.driveline.can.Matching;
import dev.driveline.can.Transport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what DBC files hold, and everything that is odd about them. */
@Command(
        name = "check-dbc",
        mixinStandardHelpOptions = true,
        description = {
            "Prints what DBC files hold and everything odd in them, with line and column.",
            "Status 1 where one cannot be used: it has an error."
        })
final class CheckDbcCommand implements Callable<Integer> {

    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "DBC files.")
    private List<Path> files = new ArrayList<>();

    @Option(
            names = "--strict",
            description = "What departs from the format is an error, and not only a warning.")
    private boolean strict;

    @Option(names = "--j1939", description = "As for a bus that is matched by PGN.")
    private boolean j1939;

    @Option(names = "--isotp", description = "As for a bus with ISO-TP.")
    private boolean isoTp;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        boolean usable = true;
        for (Path path : files) {
            DbcFile file = DbcFile.read(path, strict);
            CatalogueBus bus =
                    new CatalogueBus(
                            "bus",
                            j1939 ? Matching.J1939 : Matching.EXACT,
                            isoTp ? Transport.ISO_TP_LENGTH_BYTE : Transport.NONE,
                            file.model());
            List<Diagnostic> found = new ArrayList<>(file.parse().diagnostics());
            found.addAll(bus.notes());
            out.print(DbcSummary.of(file.model()).shown(path));
            found.forEach(one -> out.println(file.shown(one)));
            out.printf(
                    "%s: %s (%d errors, %d warnings, %d notes)%n",
                    path,
                    file.parse().hasErrors() ? "cannot be used" : "can be used",
                    file.parse().errors().size(),
                    file.parse().warnings().size(),
                    found.size() - file.parse().errors().size() - file.parse().warnings().size());
            usable &= !file.parse().hasErrors();
        }
        out.flush();
        return usable ? 0 : 1;
    }
}
