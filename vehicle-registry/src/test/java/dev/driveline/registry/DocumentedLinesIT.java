package dev.driveline.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.driveline.testkit.Ports;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The lines of {@code docs/security.md}, by OpenSSL and curl, against a running registry. */
final class DocumentedLinesIT {

    private static final Path DOCUMENT = Path.of("..", "docs", "security.md");
    private static final Pattern BLOCK = Pattern.compile("(?m)^```\\R([^`]*?)^```$");
    private static final String VIN = "WDRVX0000NA000006";

    @RegisterExtension static final RegistryRig rig = new RegistryRig();

    @BeforeAll
    static void start() throws IOException {
        for (String tool : List.of("openssl", "curl", "bash")) {
            assumeTrue(isInstalled(tool), tool + " is not installed");
        }
        rig.stop();
        rig.restPort = Ports.free();
        rig.publicUrl = "http://localhost:" + rig.restPort;
        rig.start(0);
    }

    @Test
    void doWhatTheDocumentSays() throws Exception {
        EstClient client = EstClient.registered(rig, VIN);
        Path work = Files.createDirectories(rig.folder().resolve("work"));
        Path vehicle = work.resolve("data/dev/vehicles/" + VIN);
        var birth = client.birth().writeTo(vehicle, "made");
        Files.move(birth.certificate(), vehicle.resolve("birth.crt"));
        Files.move(birth.key(), vehicle.resolve("birth.key"));
        Files.writeString(work.resolve("data/dev/ca.crt"), rig.servers.rootPem());
        List<String> blocks = blocks();
        assertEquals(3, blocks.size());

        String enrolled = run(work, blocks.get(0));
        assertTrue(enrolled.contains("OBJECT            :secp384r1"), enrolled);
        assertTrue(enrolled.contains("URI:urn:vin:" + VIN), enrolled);
        assertTrue(enrolled.contains("TLS Web Client Authentication"), enrolled);
        String renewed = run(work, "V=" + VIN + "\n" + blocks.get(1));
        assertTrue(renewed.contains("next.crt: OK"), renewed);
        String good = run(work, blocks.get(2));
        assertTrue(good.contains("verify OK"), good);
        assertTrue(good.contains("new.crt: OK"), good);
        assertTrue(good.contains("Response verify OK"), good);
        assertTrue(good.contains("new.crt: good"), good);

        String id = EstClient.idOf(EstClient.parse(Files.readAllBytes(work.resolve("new.crt"))));
        assertEquals(
                200,
                rig.post("/api/v1/certificates/" + id + ":revoke", "{\"reason\":\"keyCompromise\"}")
                        .status());
        String revoked = run(work, blocks.get(2));
        assertTrue(revoked.contains("certificate revoked"), revoked);
        assertTrue(revoked.contains("Response verify OK"), revoked);
        assertTrue(revoked.contains("new.crt: revoked"), revoked);
        assertTrue(revoked.contains("Reason: keyCompromise"), revoked);
    }

    private static List<String> blocks() throws IOException {
        List<String> blocks = new ArrayList<>();
        Matcher block = BLOCK.matcher(Files.readString(DOCUMENT));
        while (block.find()) {
            if (block.group(1).contains("openssl")) {
                blocks.add(block.group(1).replace("localhost:8443", "localhost:" + rig.estPort()));
            }
        }
        return blocks;
    }

    private static boolean isInstalled(String tool) {
        for (String path : System.getenv("PATH").split(":", -1)) {
            if (Files.isExecutable(Path.of(path).resolve(tool))) {
                return true;
            }
        }
        return false;
    }

    /** What it said, errors too; a line that fails does not end it, as at a prompt. */
    private static String run(Path work, String lines) throws Exception {
        Process process =
                new ProcessBuilder("bash", "-c", lines)
                        .directory(work.toFile())
                        .redirectErrorStream(true)
                        .start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said;
    }
}
