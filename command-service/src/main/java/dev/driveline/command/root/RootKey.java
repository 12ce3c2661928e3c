package dev.driveline.command.root;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.runtime.jws.KeyStores;
import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the root's key is. */
final class RootKey {

    @Option(
            names = "--root",
            required = true,
            paramLabel = "FILE",
            description =
                    "Key store of the root: PKCS#12, or the configuration of a PKCS#11 module (*.pkcs11).")
    private Path store = Path.of("");

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "Its password or PIN, in the first line; asked for where it is missing.")
    private @Nullable Path passwordFile;

    @Option(
            names = "--alias",
            paramLabel = "NAME",
            description = "Which key of the store; needed where it has several.")
    private @Nullable String alias;

    KeyStores.Entry open() throws IOException {
        try {
            var entries = KeyStores.read(store, password());
            if (alias == null && entries.size() > 1) {
                throw new InvalidValueException(
                        "key store",
                        store,
                        "has several keys, name one with --alias: "
                                + entries.stream().map(KeyStores.Entry::alias).toList());
            }
            return entries.stream()
                    .filter(entry -> alias == null || entry.alias().equals(alias))
                    .findFirst()
                    .orElseThrow(() ->
                            new InvalidValueException(
                                    "key store", store, "has no key '" + alias + "'"));
        } catch (GeneralSecurityException wrong) {
            throw new IOException(
                    "the key store " + store + " cannot be used: " + wrong.getMessage(), wrong);
        }
    }

    // Since JDK 25 it is null again without a terminal (JDK-8351435).
    @SuppressWarnings("SystemConsoleNull")
    private String password() throws IOException {
        if (passwordFile != null) {
            return Files.readString(passwordFile).lines().findFirst().orElse("");
        }
        Console console = System.console();
        if (console == null || !console.isTerminal()) {
            throw new IOException("no terminal to ask for the password: name a --password-file");
        }
        char[] typed = console.readPassword("Password of %s: ", store);
        return typed == null ? "" : new String(typed);
    }
}
