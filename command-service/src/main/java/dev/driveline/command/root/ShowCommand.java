package dev.driveline.command.root;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.command.trust.SignedByRoot;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.jws.PublicKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Checks a signed file and prints what it says. */
@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        description = "Checks a signed file with the root's public key and prints what it says.")
final class ShowCommand implements Callable<Integer> {

    @Option(
            names = "--root-key",
            required = true,
            paramLabel = "FILE",
            description = "PEM of the root's public key.")
    private Path rootKey = Path.of("");

    @Parameters(paramLabel = "FILE")
    private Path file = Path.of("");

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        PublicKey root = PublicKeys.fromPem(rootKey);
        SignedByRoot signed = open(Files.readString(file), root);
        spec.commandLine()
                .getOut()
                .println(
                        signed.namespace()
                                + " version "
                                + signed.version()
                                + ", valid until "
                                + signed.notAfter()
                                + ", SHA-256 "
                                + signed.hash());
        spec.commandLine()
                .getOut()
                .println(Json.read(signed.content(), JsonNode.class).toPrettyString());
        spec.commandLine().getOut().flush();
        return 0;
    }

    private static SignedByRoot open(String text, PublicKey root) {
        try {
            return SignedByRoot.open(SignedByRoot.Kind.KEYS, text, root);
        } catch (InvalidValueException noKeys) {
            return SignedByRoot.open(SignedByRoot.Kind.ANCHORS, text, root);
        }
    }
}
