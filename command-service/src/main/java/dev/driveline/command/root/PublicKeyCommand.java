package dev.driveline.command.root;

import dev.driveline.runtime.jws.PublicKeys;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints the public half of a key: the root's for the factory, another's for {@code sign-keys}. */
@Command(
        name = "public",
        mixinStandardHelpOptions = true,
        description = "Prints the public half of a key store's key as PEM.")
final class PublicKeyCommand implements Callable<Integer> {

    @Mixin private RootKey root = new RootKey();

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        spec.commandLine()
                .getOut()
                .print(PublicKeys.toPem(root.open().chain().getFirst().getPublicKey()));
        spec.commandLine().getOut().flush();
        return 0;
    }
}
