package dev.driveline.command.root;

import dev.driveline.command.trust.SignedByRoot;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.trust.CommandKeys;
import dev.driveline.contract.trust.KeyUse;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.jws.Jws;
import dev.driveline.runtime.jws.KeyStores;
import dev.driveline.runtime.jws.PublicKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Signs the next version of {@code command.keys}. */
@Command(
        name = "sign-keys",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = {
            "Signs the next version of command.keys: the keys of the previous one, without those that",
            "are dropped or over, and the added ones."
        })
final class SignKeysCommand implements Callable<Integer> {

    private final Clock clock;

    @Mixin private RootKey root = new RootKey();

    @Option(
            names = "--previous",
            paramLabel = "FILE",
            description = "The version before; without it, version 1 is made.")
    private @Nullable Path previous;

    @Option(
            names = "--add",
            paramLabel = "KID=FILE[:USE,…]",
            description =
                    "A key by name, with the PEM file of its public half; USE: command, config, file (all).")
    private Map<String, String> added = new LinkedHashMap<>();

    @Option(names = "--drop", paramLabel = "KID", description = "A key to leave out.")
    private List<String> dropped = List.of();

    @Option(
            names = "--key-from",
            paramLabel = "TIME",
            description = "When the added keys come into force; without it, now.")
    private @Nullable Instant keyFrom;

    @Option(names = "--key-days", description = "For how long an added key is valid.")
    private int keyDays = 400;

    @Option(names = "--days", description = "For how long a vehicle may live on this version.")
    private int days = 800;

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "The signed file.")
    private Path out = Path.of("");

    @Spec private CommandSpec spec = CommandSpec.create();

    SignKeysCommand(Clock clock) {
        this.clock = clock;
    }

    @Override
    public Integer call() throws Exception {
        KeyStores.Entry key = root.open();
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Map<String, CommandKeys.Key> keys = new LinkedHashMap<>();
        long version = 1;
        if (previous != null) {
            CommandKeys before = read(previous, key.chain().getFirst().getPublicKey());
            version = before.version() + 1;
            before.keys().stream()
                    .filter(each -> each.notAfter().isAfter(now))
                    .forEach(each -> keys.put(each.kid(), each));
        }
        for (String kid : dropped) {
            if (keys.remove(kid) == null) {
                throw new InvalidValueException("--drop", kid, "is not in " + previous);
            }
        }
        for (var each : added.entrySet()) {
            if (keys.put(each.getKey(), keyOf(each.getKey(), each.getValue(), now)) != null) {
                throw new InvalidValueException(
                        "--add", each.getKey(), "is in " + previous + "; a name is used once");
            }
        }
        CommandKeys next =
                new CommandKeys(
                        1,
                        version,
                        now,
                        now.plus(Duration.ofDays(days)),
                        List.copyOf(keys.values()));
        Files.writeString(out, key.signer().sign(CommandKeys.TYP, Json.bytes(next)) + "\n");
        spec.commandLine().getOut().println(out + ": command.keys version " + version);
        next.keys()
                .forEach(each ->
                        spec.commandLine()
                                .getOut()
                                .println(
                                        "  "
                                                + each.kid()
                                                + "  "
                                                + each.alg()
                                                + "  "
                                                + each.use()
                                                + "  "
                                                + each.notBefore()
                                                + " to "
                                                + each.notAfter()));
        spec.commandLine().getOut().flush();
        return 0;
    }

    private static CommandKeys read(Path file, PublicKey root) throws Exception {
        SignedByRoot signed =
                SignedByRoot.open(SignedByRoot.Kind.KEYS, Files.readString(file), root);
        return Json.read(signed.content(), CommandKeys.class);
    }

    private CommandKeys.Key keyOf(String kid, String given, Instant now) {
        int colon = given.lastIndexOf(':');
        String file = colon < 0 ? given : given.substring(0, colon);
        PublicKey key = PublicKeys.fromPem(Path.of(file));
        Instant from = keyFrom == null ? now : keyFrom;
        return new CommandKeys.Key(
                kid,
                Jws.algorithmOf(key),
                usesOf(colon < 0 ? "" : given.substring(colon + 1)),
                from,
                from.plus(Duration.ofDays(keyDays)),
                Base64.getEncoder().encodeToString(key.getEncoded()));
    }

    private static Set<KeyUse> usesOf(String given) {
        if (given.isEmpty()) {
            return EnumSet.allOf(KeyUse.class);
        }
        Set<KeyUse> uses = EnumSet.noneOf(KeyUse.class);
        for (String use : given.split(",", -1)) {
            try {
                uses.add(KeyUse.valueOf(use.toUpperCase(Locale.ROOT)));
            } catch (IllegalArgumentException none) {
                throw new InvalidValueException("use", use, "expected command, config or file");
            }
        }
        return uses;
    }
}
