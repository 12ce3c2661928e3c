package dev.driveline.command.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.command.webhook.WebhookKeys.Opening;
import dev.driveline.contract.id.TenantId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WebhookKeysTest {

    private static final TenantId ACME = TenantId.of("acme");
    private static final UUID HOOK = new UUID(0, 1);
    private static final Secret SECRET = Secret.of(new SplittableRandom(7));

    private final SplittableRandom random = new SplittableRandom(3);
    private final String former = key();
    private final String present = key();

    @TempDir Path folder;

    @Test
    void whatIsSealedOpensForItsOwnerOnly() throws Exception {
        WebhookKeys keys = keys(present);
        String sealed = keys.seal(ACME, HOOK, SECRET);
        assertFalse(sealed.contains(SECRET.text().substring(6)));
        assertEquals(SECRET.text(), opened(keys.open(ACME, HOOK, sealed)));
        assertNotEquals(sealed, keys.seal(ACME, HOOK, SECRET), "a nonce is used once");
        assertInstanceOf(Opening.Broken.class, keys.open(ACME, new UUID(0, 2), sealed));
        assertInstanceOf(Opening.Broken.class, keys.open(TenantId.of("other"), HOOK, sealed));
    }

    @Test
    void noByteCanBeAnother() throws Exception {
        WebhookKeys keys = keys(present);
        byte[] sealed = keys.seal("somebody", "content".getBytes(UTF_8));
        for (int i = 0; i < sealed.length; i++) {
            byte[] changed = sealed.clone();
            changed[i] ^= 1;
            assertFalse(keys.open("somebody", changed) instanceof Opening.Opened, "byte " + i);
        }
        for (int length = 0; length < sealed.length; length++) {
            byte[] cut = Arrays.copyOf(sealed, length);
            assertFalse(keys.open("somebody", cut) instanceof Opening.Opened, length + " bytes");
        }
        Opening.Opened whole =
                assertInstanceOf(Opening.Opened.class, keys.open("somebody", sealed));
        assertArrayEquals("content".getBytes(UTF_8), whole.content());
    }

    @Test
    void theFirstKeySealsAndAllOpen() throws Exception {
        WebhookKeys before = keys(former);
        String sealed = before.seal(ACME, HOOK, SECRET);
        WebhookKeys both = keys("# November", present, "", former);
        assertEquals(SECRET.text(), opened(both.open(ACME, HOOK, sealed)));
        assertTrue(before.sealedAnew(sealed));
        assertFalse(both.sealedAnew(sealed));
        String anew = both.seal(ACME, HOOK, SECRET);
        WebhookKeys after = keys(present);
        assertEquals(SECRET.text(), opened(after.open(ACME, HOOK, anew)));
        assertInstanceOf(Opening.KeyMissing.class, after.open(ACME, HOOK, sealed));
        assertInstanceOf(Opening.KeyMissing.class, WebhookKeys.none().open(ACME, HOOK, sealed));
    }

    @Test
    void whatWasWrittenBeforeThereWasAKeyOpensAsItStands() throws Exception {
        assertTrue(WebhookKeys.plain(SECRET.text()));
        assertEquals(SECRET.text(), opened(keys(present).open(ACME, HOOK, SECRET.text())));
        assertEquals(SECRET.text(), opened(WebhookKeys.none().open(ACME, HOOK, SECRET.text())));
        assertFalse(keys(present).sealedAnew(SECRET.text()));
        assertInstanceOf(Opening.Broken.class, keys(present).open(ACME, HOOK, "sealed_?"));
    }

    @Test
    void aFileThatIsNoneIsNamedWithoutWhatIsInIt() throws Exception {
        String wrong = "c2hvcnQ=";
        IllegalStateException refused =
                assertThrows(IllegalStateException.class, () -> keys(present, wrong));
        assertTrue(refused.getMessage().contains("line 2"), refused.getMessage());
        assertFalse(refused.getMessage().contains(wrong), refused.getMessage());
        assertThrows(IllegalStateException.class, () -> keys("# none"));
        assertThrows(
                IllegalStateException.class,
                () -> WebhookKeys.read(folder.resolve("missing"), random));
    }

    private String key() {
        byte[] bytes = new byte[WebhookKeys.KEY_BYTES];
        random.nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }

    private WebhookKeys keys(String... lines) throws IOException {
        Path file = folder.resolve("webhook-keys");
        return WebhookKeys.read(
                Files.writeString(file, String.join("\n", lines) + "\n"), random.split());
    }

    private static String opened(Opening opening) {
        return new String(assertInstanceOf(Opening.Opened.class, opening).content(), UTF_8);
    }
}
