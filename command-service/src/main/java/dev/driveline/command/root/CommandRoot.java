package dev.driveline.command.root;

import java.io.PrintWriter;
import java.time.Clock;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The offline command root: signs which keys vehicles obey, and whom they connect to. It needs its
 * key store and the public halves of the others; no network, no service.
 */
@Command(
        name = "command-root",
        mixinStandardHelpOptions = true,
        description = "The offline command root: signs command.keys and trust.anchors.",
        subcommands = {
            PublicKeyCommand.class,
            SignKeysCommand.class,
            SignAnchorsCommand.class,
            ShowCommand.class
        })
public final class CommandRoot implements Runnable {

    @Spec private CommandSpec spec = CommandSpec.create();

    private CommandRoot() {}

    public static void main(String[] arguments) {
        System.exit(execute(arguments));
    }

    /**
     * As from the command line.
     *
     * @return its status
     */
    public static int execute(String... arguments) {
        return commandLine(Clock.systemUTC()).execute(arguments);
    }

    /**
     * The tool; a mistake of its user is one sentence on the error stream and status 2, or 1 where
     * a file cannot be used.
     */
    static CommandLine commandLine(Clock clock) {
        return new CommandLine(new CommandRoot(), new Creation(clock))
                .setExecutionExceptionHandler((failure, line, result) -> {
                    PrintWriter errors = line.getErr();
                    errors.println(failure.getMessage() == null ? failure : failure.getMessage());
                    return 1;
                });
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "Say public, sign-keys, sign-anchors or show.");
    }

    /** Gives the subcommands their clock. */
    private record Creation(Clock clock) implements CommandLine.IFactory {
        @Override
        public <K> K create(Class<K> type) throws Exception {
            if (type == SignKeysCommand.class) {
                return type.cast(new SignKeysCommand(clock));
            }
            if (type == SignAnchorsCommand.class) {
                return type.cast(new SignAnchorsCommand(clock));
            }
            return CommandLine.defaultFactory().create(type);
        }
    }
}
