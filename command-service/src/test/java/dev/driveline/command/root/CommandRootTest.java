package dev.driveline.command.root;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.command.trust.SignedByRoot;
import dev.driveline.command.trust.SignedByRoot.Kind;
import dev.driveline.contract.trust.CommandKeys;
import dev.driveline.contract.trust.KeyUse;
import dev.driveline.contract.trust.TrustAnchors;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.jws.PublicKeys;
import dev.driveline.testkit.TestCa;
import dev.driveline.testkit.TestClock;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The tool, with key stores as the JDK's keytool makes them. */
class CommandRootTest {

    private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");

    @TempDir Path folder;
    private final TestClock clock = TestClock.at(NOW);
    private final StringWriter said = new StringWriter();

    @Test
    void keysAreAddedChangedAndDropped() throws Exception {
        keytool("root", "root.p12", "EC", "-groupname", "secp256r1");
        keytool("command-1", "one.p12", "EC", "-groupname", "secp256r1");
        keytool("command-2", "two.p12", "Ed25519");
        publicKey("root");
        publicKey("one");
        publicKey("two");

        run(0, "sign-keys", "--out", file("1.jws"), "--add", "command-1=" + file("one.pem"));
        CommandKeys first = keys("1.jws");
        assertEquals(1, first.version());
        CommandKeys.Key one = first.keys().getFirst();
        assertEquals("ES256", one.alg());
        assertEquals(Set.of(KeyUse.values()), one.use());
        assertEquals(NOW.plus(Duration.ofDays(400)), one.notAfter());

        clock.set(NOW.plus(Duration.ofDays(300)));
        run(
                0,
                "sign-keys",
                "--previous",
                file("1.jws"),
                "--out",
                file("2.jws"),
                "--key-from",
                "2027-03-01T00:00:00Z",
                "--add",
                "command-2=" + file("two.pem") + ":command,config");
        Map<String, CommandKeys.Key> second =
                keys("2.jws").keys().stream()
                        .collect(Collectors.toMap(CommandKeys.Key::kid, key -> key));
        assertEquals(one, second.get("command-1"), "as it was");
        CommandKeys.Key two = second.get("command-2");
        assertEquals("EdDSA", two.alg());
        assertEquals(Set.of(KeyUse.COMMAND, KeyUse.CONFIG), two.use());
        assertEquals(Instant.parse("2027-03-01T00:00:00Z"), two.notBefore());

        clock.set(NOW.plus(Duration.ofDays(330)));
        run(
                0,
                "sign-keys",
                "--previous",
                file("2.jws"),
                "--out",
                file("3.jws"),
                "--drop",
                "command-1");
        assertEquals(3, keys("3.jws").version());
        assertEquals(List.of(two), keys("3.jws").keys());
        assertTrue(said.toString().contains("command-2  EdDSA"), said.toString());
    }

    @Test
    void anchorsAreSigned() throws Exception {
        keytool("root", "root.p12", "EC", "-groupname", "secp256r1");
        publicKey("root");
        TestCa old = TestCa.create();
        TestCa next = TestCa.create();
        Files.writeString(folder.resolve("both.pem"), old.rootPem() + next.rootPem());
        run(0, "sign-anchors", "--out", file("a.jws"), "--anchor", file("both.pem"));
        TrustAnchors anchors = Json.read(open(Kind.ANCHORS, "a.jws").content(), TrustAnchors.class);
        assertEquals(2, anchors.certificates().size());

        Files.writeString(folder.resolve("leaf.pem"), old.server().certificatePem());
        run(1, "sign-anchors", "--out", file("b.jws"), "--anchor", file("leaf.pem"));
        assertTrue(said.toString().contains("no authority"), said.toString());
    }

    @Test
    void mistakesAreSaid() throws Exception {
        keytool("root", "root.p12", "EC", "-groupname", "secp256r1");
        publicKey("root");
        run(1, "sign-keys", "--out", file("1.jws"));
        assertTrue(said.toString().contains("keys '0': expected 1 to 16"), said.toString());
        run(1, "sign-keys", "--out", file("1.jws"), "--add", "a=" + file("root.pem") + ":doors");
        assertTrue(said.toString().contains("use 'doors'"), said.toString());
        run(0, "sign-keys", "--out", file("1.jws"), "--add", "a=" + file("root.pem"));
        run(1, "sign-keys", "--previous", file("1.jws"), "--out", file("2.jws"), "--drop", "b");
        assertTrue(said.toString().contains("--drop 'b'"), said.toString());
        String signed = Files.readString(folder.resolve("1.jws"));
        Files.writeString(folder.resolve("1.jws"), signed.replace(".e", ".f"));
        assertEquals(
                1,
                line().execute("show", "--root-key", file("root.pem"), file("1.jws")),
                said.toString());
    }

    private CommandKeys keys(String name) throws IOException {
        run0("show", "--root-key", file("root.pem"), file(name));
        return Json.read(open(Kind.KEYS, name).content(), CommandKeys.class);
    }

    private SignedByRoot open(Kind kind, String name) throws IOException {
        return SignedByRoot.open(
                kind,
                Files.readString(folder.resolve(name)),
                PublicKeys.fromPem(folder.resolve("root.pem")));
    }

    private void run(int status, String command, String... arguments) {
        List<String> all = new ArrayList<>();
        all.add(command);
        all.addAll(List.of("--root", file("root.p12"), "--password-file", file("password")));
        all.addAll(List.of(arguments));
        assertEquals(status, line().execute(all.toArray(String[]::new)), said.toString());
    }

    private void run0(String... arguments) {
        assertEquals(0, line().execute(arguments), said.toString());
    }

    private CommandLine line() {
        PrintWriter out = new PrintWriter(said, true);
        return CommandRoot.commandLine(clock).setOut(out).setErr(out);
    }

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    private void publicKey(String name) throws IOException {
        StringWriter pem = new StringWriter();
        int status =
                CommandRoot.commandLine(clock)
                        .setOut(new PrintWriter(pem, true))
                        .execute(
                                "public",
                                "--root",
                                file(name + ".p12"),
                                "--password-file",
                                file("password"));
        assertEquals(0, status);
        Files.writeString(folder.resolve(name + ".pem"), pem.toString());
    }

    private void keytool(String alias, String store, String algorithm, String... more)
            throws Exception {
        Files.writeString(folder.resolve("password"), "testing\n");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                alias,
                                "-keyalg",
                                algorithm,
                                "-dname",
                                "CN=" + alias,
                                "-validity",
                                "3650",
                                "-storetype",
                                "PKCS12",
                                "-storepass",
                                "testing",
                                "-keystore",
                                file(store)));
        command.addAll(List.of(more));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), answer);
    }
}
