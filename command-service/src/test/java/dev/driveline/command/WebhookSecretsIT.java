package dev.driveline.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.command.audit.AuditEntry;
import dev.driveline.command.postgres.AuditTable;
import dev.driveline.command.postgres.DeliveryTable;
import dev.driveline.command.postgres.WebhookTable;
import dev.driveline.command.webhook.Delivery;
import dev.driveline.command.webhook.Secret;
import dev.driveline.command.webhook.StoredSecrets;
import dev.driveline.command.webhook.Webhook;
import dev.driveline.command.webhook.WebhookKeys;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.id.TenantId;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.store.postgres.Database;
import dev.driveline.store.postgres.DatabaseConfig;
import dev.driveline.testkit.TestClock;
import dev.driveline.testkit.TestPostgres;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands in a webhook's row signs for that webhook, and says nothing to who reads it. */
class WebhookSecretsIT {

    private static final TenantId ACME = TenantId.of("acme");
    private static final String FORMER = key(1);
    private static final String PRESENT = key(2);

    private final SplittableRandom random = new SplittableRandom(5);
    private final TestClock clock = TestClock.at("2026-11-22T08:00:00Z");
    private final WebhookTable table = new WebhookTable();
    private SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private Database database;

    @TempDir Path folder;

    @BeforeEach
    void open() {
        TestPostgres.Database fresh = TestPostgres.freshDatabase();
        database =
                Database.openWithOutbox(
                        new DatabaseConfig(fresh.jdbcUrl(), fresh.user(), fresh.password(), 2),
                        "command");
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void whatStandsAsItIsIsSealedAndSignsOn() throws Exception {
        Secret before = Secret.of(random);
        Secret present = Secret.of(random);
        UUID hook = added(1, before.text());
        database.run(handle ->
                table.rotate(
                        handle,
                        hook,
                        present.text(),
                        clock.instant().plus(Duration.ofDays(1)),
                        clock.instant()));
        long version = webhook(hook).version();
        WebhookSecrets none = secrets(WebhookKeys.none());
        none.keep();
        assertEquals(present.text(), stored(hook).secret(), "without a key it stays");
        assertEquals(List.of(present, before), none.of(stored(hook)));
        WebhookSecrets secrets = secrets(keys(PRESENT));
        secrets.keep();
        assertFalse(WebhookKeys.plain(stored(hook).secret()));
        assertFalse(WebhookKeys.plain(String.valueOf(stored(hook).former())));
        assertEquals(List.of(present, before), secrets.of(stored(hook)));
        assertEquals(version, webhook(hook).version(), "its owner has changed nothing");
        StoredSecrets sealed = stored(hook);
        secrets.keep();
        assertEquals(sealed, stored(hook), "once is enough");
    }

    @Test
    void aKeyIsChanged() throws Exception {
        Secret secret = Secret.of(random);
        WebhookSecrets before = secrets(keys(FORMER));
        UUID hook = added(1, before.seal(ACME, id(1), secret));
        WebhookSecrets during = secrets(keys(PRESENT, FORMER));
        assertEquals(List.of(secret), during.of(stored(hook)));
        during.keep();
        assertEquals(List.of(secret), secrets(keys(PRESENT)).of(stored(hook)));
        assertEquals(List.of(), before.of(stored(hook)), "the former key is of no use any more");
    }

    @Test
    void withoutItsKeyAWebhookWaitsAndTheOthersDoNot() throws Exception {
        Secret one = Secret.of(random);
        Secret two = Secret.of(random);
        UUID waits = added(1, secrets(keys(FORMER)).seal(ACME, id(1), one));
        UUID goesOn = added(2, secrets(keys(PRESENT)).seal(ACME, id(2), two));
        WebhookSecrets secrets = secrets(keys(PRESENT));
        assertEquals(List.of(), secrets.of(stored(waits)));
        secrets.keep();
        assertEquals(List.of(waits), List.copyOf(secrets.locked()));
        assertEquals(1.0, metrics.get("webhook.locked").gauge().value());
        assertEquals(List.of(two), secrets.of(stored(goesOn)));
        assertTrue(webhook(waits).active(), "what happens meanwhile is kept for it");
        WebhookSecrets found = secrets(keys(PRESENT, FORMER));
        found.keep();
        assertEquals(List.of(), List.copyOf(found.locked()));
        assertEquals(List.of(one), found.of(stored(waits)));
    }

    @Test
    void aRowThatWasCopiedFromAnotherStopsItsWebhookOnly() throws Exception {
        WebhookSecrets secrets = secrets(keys(PRESENT));
        Secret own = Secret.of(random);
        UUID robbed = added(1, secrets.seal(ACME, id(1), own));
        UUID copy = added(2, stored(robbed).secret());
        assertEquals(List.of(), secrets.of(stored(copy)));
        Webhook stopped = webhook(copy);
        assertFalse(stopped.active());
        assertTrue(
                String.valueOf(stopped.stopped())
                        .matches(
                                "its secret does not open \\(key [0-9a-f]{8} sealed .*: rotate it"),
                stopped.toString());
        assertTrue(
                database
                        .transaction(
                                handle -> new AuditTable(new SecureRandom()).after(handle, copy, 0))
                        .stream()
                        .map(AuditEntry::state)
                        .anyMatch("STOPPED"::equals));
        secrets.keep();
        assertNull(webhook(robbed).stopped());
        assertEquals(List.of(own), secrets.of(stored(robbed)));
        Secret next = Secret.of(random);
        String sealed = secrets.seal(ACME, copy, next);
        database.run(handle ->
                table.rotate(
                        handle,
                        copy,
                        sealed,
                        clock.instant().plus(Duration.ofDays(1)),
                        clock.instant()));
        assertEquals(List.of(next), secrets.of(stored(copy)), "what was there signs nothing");
    }

    @Test
    void whatWasReplacedMeanwhileStopsNothing() throws Exception {
        WebhookSecrets secrets = secrets(keys(PRESENT));
        UUID robbed = added(1, secrets.seal(ACME, id(1), Secret.of(random)));
        UUID copy = added(2, stored(robbed).secret());
        StoredSecrets seen = stored(copy);
        Secret next = Secret.of(random);
        String sealed = secrets.seal(ACME, copy, next);
        database.run(
                handle -> table.rotate(handle, copy, sealed, clock.instant(), clock.instant()));
        assertEquals(List.of(), secrets.of(seen));
        assertTrue(webhook(copy).active());
        assertEquals(List.of(next), secrets.of(stored(copy)));
    }

    @Test
    void theTimeForTriesBeginsWithTheFirst() throws Exception {
        UUID hook = added(1, secrets(keys(PRESENT)).seal(ACME, id(1), Secret.of(random)));
        DeliveryTable deliveries = new DeliveryTable();
        database.run(handle ->
                deliveries.insert(
                        handle,
                        List.of(
                                new DeliveryTable.New(
                                        hook,
                                        "e1",
                                        "command.failed",
                                        null,
                                        new byte[] {'{', '}'},
                                        DeliveryTable.State.PENDING,
                                        null)),
                        clock.instant()));
        Instant first = clock.advance(Duration.ofDays(3));
        assertEquals(first, taken(deliveries).since());
        clock.advance(Duration.ofHours(1));
        assertEquals(first, taken(deliveries).since());
    }

    private Delivery taken(DeliveryTable deliveries) {
        return database.transaction(handle ->
                        deliveries.take(
                                handle, clock.instant(), Duration.ofMinutes(1), 1, 1, List.of()))
                .getFirst();
    }

    @Test
    void nothingIsWrittenWithoutAKey() {
        ProblemException refused =
                assertThrows(
                        ProblemException.class,
                        () -> secrets(WebhookKeys.none()).seal(ACME, id(1), Secret.of(random)));
        assertEquals(ErrorCode.UNAVAILABLE, refused.code());
        assertTrue(refused.getMessage().contains("command.webhook-keys"));
    }

    private WebhookSecrets secrets(WebhookKeys keys) {
        metrics = new SimpleMeterRegistry();
        return new WebhookSecrets(
                database,
                keys,
                new AuditDesk(database, new AuditTable(new SecureRandom())),
                clock,
                metrics);
    }

    private WebhookKeys keys(String... lines) throws IOException {
        Path file = Files.writeString(folder.resolve("keys"), String.join("\n", lines));
        return WebhookKeys.read(file, random.split());
    }

    private static String key(long seed) {
        byte[] bytes = new byte[32];
        new SplittableRandom(seed).nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static UUID id(long number) {
        return new UUID(0, number);
    }

    private UUID added(long number, String secret) {
        Webhook webhook =
                new Webhook(
                        id(number),
                        ACME,
                        URI.create("https://example.org/" + number),
                        List.of("command"),
                        "",
                        true,
                        null,
                        1,
                        "anna",
                        clock.instant(),
                        clock.instant());
        database.run(handle -> table.insert(handle, webhook, secret));
        return webhook.id();
    }

    private Webhook webhook(UUID id) {
        return database.transaction(handle -> table.find(handle, ACME, id)).orElseThrow();
    }

    private StoredSecrets stored(UUID id) {
        return database.transaction(handle -> table.secrets(handle, null, 10)).stream()
                .filter(found -> found.webhook().equals(id))
                .findFirst()
                .orElseThrow();
    }
}
