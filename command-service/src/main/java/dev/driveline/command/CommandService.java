package dev.driveline.command;

import dev.driveline.command.command.CommandTypes;
import dev.driveline.command.command.Presences;
import dev.driveline.command.command.Unanswered;
import dev.driveline.command.command.Watchers;
import dev.driveline.command.config.Namespaces;
import dev.driveline.command.http.LatestSignals;
import dev.driveline.command.http.WakeWebhook;
import dev.driveline.command.http.WebhookSender;
import dev.driveline.command.kafka.DownlinkProducer;
import dev.driveline.command.kafka.EventFeed;
import dev.driveline.command.postgres.AuditTable;
import dev.driveline.command.postgres.CommandTable;
import dev.driveline.command.trust.SignedByRoot;
import dev.driveline.command.webhook.Retries;
import dev.driveline.command.webhook.Secret;
import dev.driveline.command.webhook.WebhookKeys;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.runtime.Closings;
import dev.driveline.runtime.ServiceProcess;
import dev.driveline.runtime.jws.PublicKeys;
import dev.driveline.runtime.kafka.GroupReader;
import dev.driveline.runtime.kafka.Topics;
import dev.driveline.runtime.rest.ApiDocument;
import dev.driveline.runtime.rest.Route;
import dev.driveline.store.OutboxRelay;
import dev.driveline.store.postgres.Database;
import dev.driveline.store.postgres.Outbox;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The command service: accepts commands and configuration by REST, brings them to vehicles through
 * the gateways, and says what became of them.
 */
public final class CommandService implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CommandService.class);
    private static final Set<Topic> TOPICS =
            Set.of(
                    Topic.VEHICLE_PRESENCE,
                    Topic.VEHICLE_REPLIES,
                    Topic.GATEWAY_REPORTS,
                    Topic.GATEWAY_HEARTBEATS,
                    Topic.GATEWAY_DOWNLINK,
                    Topic.COMMAND_EVENTS,
                    Topic.REGISTRY_VEHICLES,
                    Topic.REGISTRY_ERASURES,
                    Topic.VEHICLE_EVENTS,
                    Topic.REGISTRY_GRANTS,
                    Topic.TELEMETRY_ALERTS);

    private static final List<String> API =
            List.of(
                    "openapi/command/commands.yaml",
                    "openapi/command/command-types.yaml",
                    "openapi/command/batches.yaml",
                    "openapi/command/holds.yaml",
                    "openapi/command/webhooks.yaml",
                    "openapi/command/audit.yaml",
                    "openapi/command/configuration.yaml",
                    "openapi/command/signed-by-root.yaml");

    private final Closings closings = new Closings();

    private CommandService(CommandConfig config, ServiceProcess process)
            throws InterruptedException {
        process.onClose("command service", this);
        HeldKeys held = new HeldKeys(config.keys());
        PublicKey root = PublicKeys.fromPem(config.keys().root());
        Topics.prepare(config.kafka(), TOPICS);
        process.watchGrants(config.kafka());
        Database database = closings.add(Database.openWithOutbox(config.database(), "command"));
        Outbox outbox = new Outbox();
        closings.add(
                OutboxRelay.start(
                        database, outbox, config.kafka(), Topic.COMMAND_EVENTS, process.metrics()));
        DownlinkProducer downlinks = closings.add(new DownlinkProducer(config.kafka()));
        Presences presences = new Presences();
        Watchers watchers = new Watchers();
        Unanswered unanswered = new Unanswered(process.clock());
        CommandTypes types = CommandTypes.shipped();
        Namespaces namespaces = Namespaces.shipped();
        CommandTable table = new CommandTable();
        AuditTable audit = new AuditTable(new SecureRandom());
        AuditDesk auditDesk = new AuditDesk(database, audit);
        CommandLedger ledger =
                new CommandLedger(table, audit, outbox, process.clock(), process.metrics());
        TrustDesk trust = new TrustDesk(database, held, root, process.clock());
        trust.publishFile(SignedByRoot.Kind.KEYS, config.keys().published());
        trust.publishFile(SignedByRoot.Kind.ANCHORS, config.keys().anchors());
        String unsigned = trust.problem();
        if (unsigned != null) {
            // No reason not to be ready: the keys come by REST.
            LOG.atWarn().setMessage("nothing can be signed").addKeyValue("why", unsigned).log();
        }
        TypeDesk typeDesk = new TypeDesk(database, types, auditDesk, process.clock());
        HoldDesk holds = new HoldDesk(database, table, auditDesk, process.clock());
        Envelopes envelopes = new Envelopes(trust);
        URI pipeline = config.pipeline();
        Preconditions preconditions =
                new Preconditions(
                        pipeline == null
                                ? null
                                : closings.add(new LatestSignals(pipeline, process.clock())));
        Looks looks = new Looks(process.clock());
        Wakeups wakeups = wakeups(config.wake(), database, process);
        Departures departures =
                new Departures(presences, unanswered, downlinks, wakeups, watchers, looks);
        CommandAcceptance acceptance =
                new CommandAcceptance(
                        database,
                        typeDesk,
                        table,
                        ledger,
                        holds,
                        preconditions,
                        envelopes,
                        departures,
                        new SecureRandom());
        CommandDesk commands =
                new CommandDesk(
                        database,
                        table,
                        audit,
                        ledger,
                        presences,
                        departures,
                        typeDesk,
                        holds,
                        envelopes,
                        wakeups);
        ConfigurationDesk configurations =
                new ConfigurationDesk(
                        database, namespaces, table, trust, presences, downlinks, process.clock());
        Dispatcher dispatcher =
                closings.add(
                        new Dispatcher(
                                config.kafka(),
                                commands,
                                configurations,
                                presences,
                                unanswered,
                                departures,
                                looks,
                                new Erasures(database, table, audit),
                                database,
                                process.metrics()));
        List<Route> routes = new ArrayList<>();
        routes.addAll(
                new CommandRoutes(
                                acceptance, commands, dispatcher, new Followers(commands, watchers))
                        .all());
        routes.addAll(new TypeRoutes(typeDesk).all());
        routes.addAll(new HoldRoutes(holds).all());
        WebhookKeys webhookKeys = webhookKeys(config.webhooks().keys());
        routes.addAll(webhooks(config, webhookKeys, database, auditDesk, process).all());
        routes.addAll(new AuditRoutes(auditDesk).all());
        routes.addAll(new ConfigurationRoutes(configurations, namespaces).all());
        routes.addAll(new TrustRoutes(trust).all());
        BatchDesk batches =
                new BatchDesk(
                        database,
                        typeDesk,
                        acceptance,
                        auditDesk,
                        ledger,
                        new SecureRandom(),
                        config.batches().approvalOver());
        routes.addAll(new BatchRoutes(database, batches).all());
        closings.add(
                new BatchPump(
                        database,
                        acceptance,
                        commands,
                        batches,
                        holds,
                        ledger,
                        process.grants(),
                        config.batches().retention(),
                        process.metrics()));
        FleetView fleets = new FleetView(database);
        Idempotency idempotency = new Idempotency(database, table, webhookKeys, process.clock());
        process.rest().add(routes.stream().map(idempotency::over).map(fleets::knowing).toList());
        process.rest().documents().add("command", ApiDocument.of(API));
        closings.add(new TrustNews(trust, configurations, presences));
        process.health().check("command postgres", database::problem);
        process.health()
                .check(
                        "command dispatcher",
                        () -> dispatcher.isSettled() ? null : "presence is being read");
        LOG.atInfo()
                .setMessage("command service started")
                .addKeyValue("types", types.all().size())
                .log();
    }

    private WebhookRoutes webhooks(
            CommandConfig config,
            WebhookKeys keys,
            Database database,
            AuditDesk audit,
            ServiceProcess process) {
        boolean privateAddresses = config.webhooks().privateAddresses();
        WebhookSender sender =
                closings.add(new WebhookSender(process.vertx(), privateAddresses, process.clock()));
        WebhookSecrets secrets =
                new WebhookSecrets(database, keys, audit, process.clock(), process.metrics());
        WebhookDesk desk =
                new WebhookDesk(
                        database,
                        sender,
                        secrets,
                        privateAddresses,
                        audit,
                        process.clock(),
                        new SecureRandom());
        WebhookPump pump =
                closings.add(
                        WebhookPump.start(
                                database,
                                sender,
                                secrets,
                                audit,
                                new Retries(config.webhooks().retryFor()),
                                process.clock(),
                                new SecureRandom(),
                                process.metrics()));
        GroupReader feed =
                closings.add(
                        EventFeed.start(
                                config.kafka(),
                                occurrences -> {
                                    desk.occurred(occurrences);
                                    pump.wake();
                                }));
        process.health().check("command webhooks", feed::problem);
        return new WebhookRoutes(desk, pump);
    }

    private static WebhookKeys webhookKeys(@Nullable Path file) {
        return file == null ? WebhookKeys.none() : WebhookKeys.read(file, new SecureRandom());
    }

    private Wakeups wakeups(CommandConfig.Wake config, Database database, ServiceProcess process) {
        URI url = config.url();
        WakeWebhook webhook =
                url == null
                        ? null
                        : closings.add(
                                new WakeWebhook(
                                        process.vertx(),
                                        url,
                                        config.privateAddresses(),
                                        secretIn(config.secret()),
                                        process.clock(),
                                        process.metrics()));
        return new Wakeups(
                database,
                webhook == null ? null : new ShortMessages(webhook),
                config.perDay(),
                config.spacing());
    }

    private static @Nullable Secret secretIn(@Nullable Path file) {
        if (file == null) {
            return null;
        }
        try {
            return Secret.parse(Files.readString(file).strip());
        } catch (IOException | InvalidValueException wrong) {
            throw new IllegalStateException(
                    "the file %s cannot be used (setting command.wake-secret): %s"
                            .formatted(file, wrong.getMessage()),
                    wrong);
        }
    }

    /** Short messages, sent by whoever answers the webhook. */
    private record ShortMessages(WakeWebhook webhook) implements WakeProvider {

        @Override
        public String way() {
            return "SMS";
        }

        @Override
        public void wake(Vin vin, TenantId tenant) {
            webhook.wake(vin, tenant);
        }
    }

    /**
     * Starts the service; it is closed with the process.
     *
     * @throws IllegalStateException if PostgreSQL or Kafka does not answer, or a topic is wrong
     */
    public static CommandService start(CommandConfig config, ServiceProcess process) {
        try {
            CommandService service = new CommandService(config, process);
            return service;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(
                    "interrupted while the command service was starting", interrupted);
        }
    }

    @Override
    public void close() {
        closings.close();
    }
}
