package dev.driveline.telemetry.desk;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The command-line tools. Status 0 where all was well, 1 where a file cannot be used, 2 where the
 * arguments are none.
 */
@Command(
        name = "desk",
        mixinStandardHelpOptions = true,
        description = "Decodes recorded logs and checks DBC files.")
public final class Desk implements Runnable {

    @Spec private CommandSpec spec = CommandSpec.create();

    private Desk() {}

    public static void main(String[] arguments) {
        System.exit(of(new FileOutputStream(FileDescriptor.out)).execute(arguments));
    }

    /** Decoded frames go to the stream, everything else where picocli's writers go. */
    static CommandLine of(OutputStream out) {
        return new CommandLine(new Desk())
                .addSubcommand(new DecodeCommand(out))
                .addSubcommand(new CheckDbcCommand())
                .setExecutionExceptionHandler((failure, line, parsed) -> {
                    line.getErr().println(failure.getMessage());
                    line.getErr().flush();
                    return 1;
                });
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Say decode or check-dbc.");
    }
}
