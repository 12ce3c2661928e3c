package dev.driveline.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.command.audit.AuditEntry;
import dev.driveline.command.http.WebhookSender;
import dev.driveline.command.postgres.DeliveryTable;
import dev.driveline.command.postgres.WebhookTable;
import dev.driveline.command.webhook.Address;
import dev.driveline.command.webhook.CloudEvent;
import dev.driveline.command.webhook.EventNames;
import dev.driveline.command.webhook.Occurrence;
import dev.driveline.command.webhook.Secret;
import dev.driveline.command.webhook.Webhook;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.store.postgres.Database;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Where tenants want to be told of what, and what is to be told. Thread-safe; blocks. */
final class WebhookDesk {

    /** Webhooks of a tenant. */
    static final int MAX_WEBHOOKS = 20;

    /** Deliveries that wait for one webhook; what comes beyond them is a dead letter at once. */
    static final int MAX_PENDING = 100_000;

    /** How long a former secret signs beside the new one. */
    static final Duration OVERLAP = Duration.ofDays(1);

    private static final int MAX_DESCRIPTION_CHARACTERS = 200;

    private final Database database;
    private final WebhookTable webhooks = new WebhookTable();
    private final DeliveryTable deliveries = new DeliveryTable();
    private final WebhookSender sender;
    private final WebhookSecrets secrets;
    private final boolean privateAddresses;
    private final AuditDesk audit;
    private final Clock clock;
    private final RandomGenerator random;

    WebhookDesk(
            Database database,
            WebhookSender sender,
            WebhookSecrets secrets,
            boolean privateAddresses,
            AuditDesk audit,
            Clock clock,
            RandomGenerator random) {
        this.database = database;
        this.sender = sender;
        this.secrets = secrets;
        this.privateAddresses = privateAddresses;
        this.audit = audit;
        this.clock = clock;
        this.random = random;
    }

    /**
     * What a caller wants.
     *
     * @param active null: true
     */
    record Wish(
            @Nullable String url,
            @Nullable List<String> events,
            @Nullable String description,
            @Nullable Boolean active) {}

    /** A webhook with its secret, which is shown once. */
    record Opened(Webhook webhook, Secret secret) {}

    Opened add(Wish wish, Caller caller) {
        caller.mustCoverTenant("a webhook");
        secrets.mustSeal();
        Instant now = now();
        Webhook webhook = wished(wish, caller, UUID.randomUUID(), 1, caller.subject(), now, now);
        Secret secret = Secret.of(random);
        database.run(handle -> {
            if (webhooks.countLocked(handle, caller.tenant()) >= MAX_WEBHOOKS) {
                throw new ProblemException(
                        ErrorCode.CONFLICT,
                        "tenant "
                                + caller.tenant()
                                + " has "
                                + MAX_WEBHOOKS
                                + " webhooks, no more are taken");
            }
            webhooks.insert(handle, webhook, secrets.seal(webhook.tenant(), webhook.id(), secret));
            record(handle, webhook, "ADDED", caller, now);
        });
        return new Opened(webhook, secret);
    }

    /**
     * Changes one.
     *
     * @param expected the version that the caller saw; null to write whatever is there
     */
    Webhook change(UUID id, Wish wish, Caller caller, @Nullable Long expected) {
        caller.mustCoverTenant("a webhook");
        return database.transaction(handle -> {
            Webhook there = lockedAt(handle, id, caller.tenant(), expected);
            Instant now = now();
            Webhook changed =
                    wished(
                            wish,
                            caller,
                            id,
                            there.version() + 1,
                            there.createdBy(),
                            there.createdAt(),
                            now);
            webhooks.update(handle, changed);
            record(handle, changed, "CHANGED", caller, now);
            return changed;
        });
    }

    /** Removes one, with all that was to be told to it. */
    void remove(UUID id, Caller caller, @Nullable Long expected) {
        caller.mustCoverTenant("a webhook");
        database.run(handle -> {
            Webhook there = lockedAt(handle, id, caller.tenant(), expected);
            webhooks.delete(handle, id);
            record(handle, there.version() + 1, there, "REMOVED", caller, now());
        });
    }

    /** A new secret; the former one signs beside it for {@link #OVERLAP}. */
    Opened rotate(UUID id, Caller caller) {
        caller.mustCoverTenant("a webhook");
        secrets.mustSeal();
        Secret secret = Secret.of(random);
        return database.transaction(handle -> {
            Webhook there = lockedAt(handle, id, caller.tenant(), null);
            Instant now = now();
            String sealed = secrets.seal(there.tenant(), id, secret);
            webhooks.rotate(handle, id, sealed, now.plus(OVERLAP), now);
            record(handle, there.version() + 1, there, "SECRET_ROTATED", caller, now);
            return new Opened(mustBeThere(handle, id, caller.tenant()), secret);
        });
    }

    /** Sends an event that is for nothing but to see whether it arrives. */
    String test(UUID id, Caller caller) {
        caller.mustCoverTenant("a webhook");
        return database.transaction(handle -> {
            Webhook webhook = mustBeThere(handle, id, caller.tenant());
            if (!webhook.active()) {
                throw new ProblemException(
                        ErrorCode.CONFLICT, "webhook '" + id + "' is not active");
            }
            Instant now = now();
            String event = UUID.randomUUID().toString();
            CloudEvent body =
                    new CloudEvent(
                            event,
                            "/webhooks/" + id,
                            "driveline." + EventNames.TEST,
                            null,
                            now.toString(),
                            Json.mapper()
                                    .<JsonNode>valueToTree(Map.of("askedBy", caller.subject())));
            deliveries.insert(
                    handle,
                    List.of(
                            new DeliveryTable.New(
                                    id,
                                    event,
                                    EventNames.TEST,
                                    null,
                                    Json.bytes(body),
                                    DeliveryTable.State.PENDING,
                                    null)),
                    now);
            return event;
        });
    }

    /** A webhook and how much stands where. */
    record Known(Webhook webhook, DeliveryTable.Counts counts) {}

    Known find(UUID id, Caller caller) {
        caller.mustCoverTenant("a webhook");
        return database.transaction(handle ->
                new Known(
                        mustBeThere(handle, id, caller.tenant()),
                        deliveries.counts(handle, id, MAX_PENDING)));
    }

    List<Webhook> page(Caller caller, @Nullable UUID after, int limit) {
        caller.mustCoverTenant("a webhook");
        return database.transaction(handle -> webhooks.page(handle, caller.tenant(), after, limit));
    }

    List<DeliveryTable.Row> deliveries(
            UUID id,
            Caller caller,
            DeliveryTable.@Nullable State state,
            @Nullable Long before,
            int limit) {
        caller.mustCoverTenant("a webhook");
        return database.transaction(handle -> {
            Webhook _ = mustBeThere(handle, id, caller.tenant());
            return deliveries.page(handle, id, state, before, limit);
        });
    }

    /** One is told again. */
    void replay(UUID id, long number, Caller caller) {
        caller.mustCoverTenant("a webhook");
        database.run(handle -> {
            Webhook _ = mustBeThere(handle, id, caller.tenant());
            if (!deliveries.replay(handle, id, number, now())) {
                throw new ProblemException(
                        ErrorCode.DELIVERY_UNKNOWN,
                        "webhook '" + id + "' has no delivery '" + number + "'");
            }
        });
    }

    /** All dead letters of a time are told again; how many. */
    int replayDead(UUID id, Caller caller, @Nullable Instant from, @Nullable Instant to) {
        caller.mustCoverTenant("a webhook");
        Instant now = now();
        return database.transaction(handle -> {
            Webhook _ = mustBeThere(handle, id, caller.tenant());
            return deliveries.replayDead(
                    handle, id, from == null ? Instant.EPOCH : from, to == null ? now : to, now);
        });
    }

    /** Keeps what somebody wants to be told of; the same again changes nothing. */
    void occurred(List<Occurrence> occurrences) {
        Set<TenantId> tenants =
                occurrences.stream().map(Occurrence::tenant).collect(Collectors.toSet());
        database.run(handle -> {
            List<WebhookTable.Wanting> wanting = webhooks.wanting(handle, tenants);
            List<DeliveryTable.New> added = new ArrayList<>();
            Map<UUID, Integer> pending = new HashMap<>();
            for (Occurrence occurrence : occurrences) {
                byte[] body = null;
                for (WebhookTable.Wanting by : wanting) {
                    if (!by.tenant().equals(occurrence.tenant())
                            || !EventNames.include(by.events(), occurrence.name())) {
                        continue;
                    }
                    body = body == null ? Json.bytes(occurrence.event()) : body;
                    int before =
                            pending.computeIfAbsent(
                                    by.id(), id -> deliveries.pending(handle, id, MAX_PENDING));
                    pending.put(by.id(), before + 1);
                    added.add(delivery(by.id(), occurrence, body, before < MAX_PENDING));
                }
            }
            deliveries.insert(handle, added, now());
        });
    }

    private static DeliveryTable.New delivery(
            UUID webhook, Occurrence occurrence, byte[] body, boolean room) {
        return new DeliveryTable.New(
                webhook,
                occurrence.event().id(),
                occurrence.name(),
                occurrence.event().subject(),
                body,
                room ? DeliveryTable.State.PENDING : DeliveryTable.State.DEAD,
                room ? null : MAX_PENDING + " deliveries were waiting");
    }

    private Webhook wished(
            Wish wish,
            Caller caller,
            UUID id,
            long version,
            String createdBy,
            Instant createdAt,
            Instant now) {
        URI url = Address.checked(wish.url() == null ? "" : wish.url(), privateAddresses);
        String refusal = sender.refusal(url);
        if (refusal != null) {
            throw new InvalidValueException("url", url.toString(), refusal);
        }
        List<String> events = EventNames.checked(wish.events() == null ? List.of() : wish.events());
        for (String event : events) {
            Scope scope = EventNames.scopeOf(event);
            if (!caller.has(scope)) {
                throw new ProblemException(
                        ErrorCode.MISSING_SCOPE,
                        "the token of '%s' lacks the scope %s, which '%s' is read with"
                                .formatted(caller.subject(), scope.text(), event));
            }
        }
        String description = wish.description() == null ? "" : wish.description();
        if (description.length() > MAX_DESCRIPTION_CHARACTERS) {
            throw new InvalidValueException(
                    "description",
                    description,
                    "expected at most " + MAX_DESCRIPTION_CHARACTERS + " characters");
        }
        return new Webhook(
                id,
                caller.tenant(),
                url,
                events,
                description,
                wish.active() == null || wish.active(),
                null,
                version,
                createdBy,
                createdAt,
                now);
    }

    private Webhook mustBeThere(Handle handle, UUID id, TenantId tenant) {
        return webhooks.find(handle, tenant, id).orElseThrow(() -> unknown(id));
    }

    private Webhook lockedAt(Handle handle, UUID id, TenantId tenant, @Nullable Long expected) {
        Webhook there = webhooks.locked(handle, tenant, id).orElseThrow(() -> unknown(id));
        if (expected != null && expected != there.version()) {
            throw new ProblemException(
                    ErrorCode.PRECONDITION_FAILED,
                    "webhook '%s' is at version %d, If-Match says %d"
                            .formatted(id, there.version(), expected),
                    Map.of("etag", "\"" + there.version() + "\""));
        }
        return there;
    }

    private static ProblemException unknown(UUID id) {
        return new ProblemException(ErrorCode.WEBHOOK_UNKNOWN, "no webhook '" + id + "'");
    }

    private void record(Handle handle, Webhook webhook, String state, Caller caller, Instant now) {
        record(handle, webhook.version(), webhook, state, caller, now);
    }

    private void record(
            Handle handle, long step, Webhook webhook, String state, Caller caller, Instant now) {
        Actor actor = Actor.of(caller, Scope.CONFIGURATION_WRITE.text(), null);
        record(audit, handle, step, webhook, state, actor, now);
    }

    /** It answered that it wants to hear no more. */
    static void recordStop(AuditDesk audit, Handle handle, Webhook stopped) {
        Actor actor = new Actor(Actor.PLATFORM.name(), null, null, stopped.stopped());
        record(audit, handle, stopped.version(), stopped, "STOPPED", actor, stopped.changedAt());
    }

    private static void record(
            AuditDesk audit,
            Handle handle,
            long step,
            Webhook webhook,
            String state,
            Actor actor,
            Instant now) {
        audit.append(
                handle,
                AuditEntry.Kind.WEBHOOK,
                webhook.id(),
                Math.toIntExact(step),
                webhook.tenant(),
                "webhook",
                state,
                Map.of(
                        "url",
                        webhook.url().toString(),
                        "events",
                        webhook.events(),
                        "active",
                        webhook.active()),
                actor,
                now);
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
