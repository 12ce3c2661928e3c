package dev.driveline.gateway.tls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.ssl.OpenSslSessionTicketKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TicketKeysTest {

    private static final Instant START = Instant.parse("2026-11-21T00:00:00Z");

    @TempDir Path folder;

    @Test
    void aRandomKeySealsForHalfADayAndIsGoneAfterADay() {
        TicketKeys keys = new TicketKeys(new Random(1));
        assertTrue(keys.rotate(START));
        byte[] first = keys.keys().getFirst().name();
        assertFalse(keys.rotate(START.plus(Duration.ofHours(11))));
        assertTrue(keys.rotate(START.plus(Duration.ofHours(12))));
        assertArrayEquals(first, keys.keys().get(1).name());
        assertTrue(keys.rotate(START.plus(Duration.ofHours(24))));
        assertEquals(2, keys.keys().size());
        assertTrue(keys.keys().stream().noneMatch(key -> key.name()[0] == first[0]));
    }

    @Test
    void afterALongStandstillNoOldKeyIsKept() {
        TicketKeys keys = new TicketKeys(new Random(1));
        keys.rotate(START);
        keys.rotate(START.plus(Duration.ofDays(3)));
        assertEquals(1, keys.keys().size());
    }

    @Test
    void aFileHasOneKeyALine() throws IOException {
        byte[] one = new byte[48];
        byte[] two = new byte[48];
        one[0] = 1;
        two[0] = 2;
        List<OpenSslSessionTicketKey> keys =
                TicketKeys.read(file("# November\n" + base64(one) + "\n\n" + base64(two) + "\n"));
        assertEquals(2, keys.size());
        assertEquals(1, keys.getFirst().name()[0]);
    }

    @Test
    void aFileThatCannotBeUsedIsNamedWithItsLineAndWithoutItsContent() throws IOException {
        String secret = base64(new byte[47]);
        Path file = file(base64(new byte[48]) + "\n" + secret);
        UnusableFileException refused =
                assertThrows(UnusableFileException.class, () -> TicketKeys.read(file));
        assertTrue(refused.getMessage().contains("line 2"), refused.getMessage());
        assertFalse(refused.getMessage().contains(secret), refused.getMessage());
        assertThrows(UnusableFileException.class, () -> TicketKeys.read(file("#\n")));
        assertThrows(UnusableFileException.class, () -> TicketKeys.read(folder.resolve("missing")));
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("keys"), text);
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
