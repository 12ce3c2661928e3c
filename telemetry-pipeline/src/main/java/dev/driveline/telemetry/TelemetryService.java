package dev.driveline.telemetry;

import dev.driveline.contract.kafka.Topic;
import dev.driveline.runtime.Closings;
import dev.driveline.runtime.ServiceProcess;
import dev.driveline.runtime.kafka.GroupReader;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.runtime.kafka.Topics;
import dev.driveline.runtime.rest.ApiDocument;
import dev.driveline.store.OutboxRelay;
import dev.driveline.store.postgres.Database;
import dev.driveline.store.postgres.Outbox;
import dev.driveline.telemetry.export.ExportCounts;
import dev.driveline.telemetry.export.ExportOrder;
import dev.driveline.telemetry.export.ExportPlace;
import dev.driveline.telemetry.fact.CatalogueBook;
import dev.driveline.telemetry.fact.MappingBook;
import dev.driveline.telemetry.fact.ModelBook;
import dev.driveline.telemetry.fact.VehicleBook;
import dev.driveline.telemetry.fleet.PresenceBook;
import dev.driveline.telemetry.http.AlertRoutes;
import dev.driveline.telemetry.http.ExportSteps;
import dev.driveline.telemetry.http.RuleRoutes;
import dev.driveline.telemetry.http.RuleSignals;
import dev.driveline.telemetry.http.TelemetryRoutes;
import dev.driveline.telemetry.kafka.AlertFeed;
import dev.driveline.telemetry.kafka.ErasureFeed;
import dev.driveline.telemetry.kafka.EventFeed;
import dev.driveline.telemetry.kafka.FrameFeed;
import dev.driveline.telemetry.kafka.LiveTail;
import dev.driveline.telemetry.kafka.PresenceFeed;
import dev.driveline.telemetry.kafka.RegistryFeed;
import dev.driveline.telemetry.kafka.RuleFeed;
import dev.driveline.telemetry.kafka.StoreWriter;
import dev.driveline.telemetry.kafka.VehiclePartition;
import dev.driveline.telemetry.kafka.WriterMetrics;
import dev.driveline.telemetry.postgres.AlertTable;
import dev.driveline.telemetry.postgres.ErasureTable;
import dev.driveline.telemetry.postgres.EventTable;
import dev.driveline.telemetry.postgres.ExportPartTable;
import dev.driveline.telemetry.postgres.FrameStore;
import dev.driveline.telemetry.postgres.FrameTable;
import dev.driveline.telemetry.postgres.GapTable;
import dev.driveline.telemetry.postgres.HistoryKeeper;
import dev.driveline.telemetry.postgres.JobTable;
import dev.driveline.telemetry.postgres.LegKeeper;
import dev.driveline.telemetry.postgres.LegTable;
import dev.driveline.telemetry.postgres.PositionTable;
import dev.driveline.telemetry.postgres.RedecodeSteps;
import dev.driveline.telemetry.postgres.RetentionTable;
import dev.driveline.telemetry.postgres.RuleTable;
import dev.driveline.telemetry.postgres.SampleQueries;
import dev.driveline.telemetry.postgres.SampleTables;
import dev.driveline.telemetry.redecode.RedecodeCounts;
import dev.driveline.telemetry.redecode.RedecodeOrder;
import dev.driveline.telemetry.redecode.RedecodePlace;
import dev.driveline.telemetry.retention.Retention;
import dev.driveline.telemetry.rule.RuleBook;
import dev.driveline.telemetry.stream.IntakeMetrics;
import dev.driveline.telemetry.stream.PipelineStreams;
import dev.driveline.telemetry.stream.PublicMetrics;
import dev.driveline.telemetry.stream.PublicStreams;
import dev.driveline.telemetry.stream.RuleMetrics;
import dev.driveline.telemetry.stream.RuleStage;
import dev.driveline.telemetry.trip.Clues;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;

/**
 * The telemetry pipeline: batches from Kafka decoded, stored in PostgreSQL, answered over REST.
 * Thread-safe.
 */
public final class TelemetryService implements AutoCloseable {

    private static final String SCHEMA = "telemetry";

    /** The routes' descriptions, a file a resource. */
    private static final List<String> API =
            List.of(
                    "openapi/telemetry/signals.yaml",
                    "openapi/telemetry/rules.yaml",
                    "openapi/telemetry/alerts.yaml",
                    "openapi/telemetry/trips.yaml",
                    "openapi/telemetry/frames.yaml",
                    "openapi/telemetry/gaps.yaml",
                    "openapi/telemetry/events.yaml",
                    "openapi/telemetry/fleet.yaml",
                    "openapi/telemetry/exports.yaml",
                    "openapi/telemetry/redecodes.yaml",
                    "openapi/telemetry/retention.yaml");

    private final ServiceProcess process;
    private final Closings closings = new Closings();

    private TelemetryService(ServiceProcess process) {
        this.process = process;
    }

    /**
     * Starts the pipeline and adds its routes; returns once the registry's facts are read. It is
     * ready when its health checks say so.
     *
     * @throws IllegalStateException if a topic is wrong, or Kafka or PostgreSQL do not answer
     */
    public static TelemetryService start(TelemetryConfig config, ServiceProcess process) {
        TelemetryService service = new TelemetryService(process);
        try {
            service.startParts(config);
        } catch (RuntimeException failed) {
            service.close();
            throw failed;
        }
        process.onClose("telemetry pipeline", service);
        return service;
    }

    private void startParts(TelemetryConfig config) {
        KafkaConfig kafka = config.kafka();
        Topics.prepare(
                kafka,
                EnumSet.of(
                        Topic.TELEMETRY_CAN,
                        Topic.TELEMETRY_SIGNALS_RAW,
                        Topic.TELEMETRY_SIGNALS,
                        Topic.TELEMETRY_REJECTED,
                        Topic.TELEMETRY_ALERTS,
                        Topic.TELEMETRY_RULES,
                        Topic.TELEMETRY_TRIPS,
                        Topic.VEHICLE_EVENTS,
                        Topic.VEHICLE_PRESENCE,
                        Topic.COMMAND_EVENTS,
                        Topic.REGISTRY_VEHICLES,
                        Topic.REGISTRY_MODELS,
                        Topic.REGISTRY_CATALOGUES,
                        Topic.REGISTRY_MAPPINGS,
                        Topic.REGISTRY_ERASURES,
                        Topic.REGISTRY_GRANTS));
        process.watchGrants(config.kafka());
        Database database = Database.openWithOutbox(config.database(), SCHEMA);
        closings.add("database", database);

        VehicleBook vehicles = new VehicleBook();
        ModelBook models = new ModelBook();
        CatalogueBook catalogues = new CatalogueBook();
        MappingBook mappings = new MappingBook();
        RegistryFeed facts = RegistryFeed.start(kafka, vehicles, models, catalogues, mappings);
        closings.add("registry feed", facts);

        PresenceBook presences = new PresenceBook();
        closings.add("presence feed", PresenceFeed.start(kafka, presences));

        LiveTail live = LiveTail.start(kafka, process.clock());
        closings.add("live tail", live);

        StoreWriter writer =
                StoreWriter.start(
                        kafka,
                        new SampleTables(database, mappings),
                        new WriterMetrics(process.metrics()));
        closings.add("store writer", writer);

        Retention frameRetention = RetentionTable.ofFrames(database, config.frames().days());
        FrameStore frames =
                new FrameStore(database, frameRetention, process.clock(), process.metrics());
        if (config.frames().kept()) {
            GroupReader feed = FrameFeed.start(kafka, facts, frames::append);
            closings.add("frame feed", feed);
            process.health().check("telemetry.frames", feed::problem);
        }

        GapTable gaps = new GapTable(database);
        Runnable forgetGaps = gaps.forgetter(config.retentionDays(), process.clock());
        RetentionTable retention = RetentionTable.ofSamples(database, config.retentionDays());
        EventTable events = new EventTable(database, retention, process.clock(), process.metrics());
        HistoryKeeper keeper =
                HistoryKeeper.start(
                        database,
                        config.retentionDays(),
                        process.clock(),
                        process.metrics(),
                        () -> {
                            frames.dropOutdated();
                            forgetGaps.run();
                            events.dropOutdated();
                        });
        closings.add("history keeper", keeper);

        GroupReader eventFeed = EventFeed.start(kafka, facts, events::take);
        closings.add("event feed", eventFeed);

        GroupReader erasures = ErasureFeed.start(kafka, new ErasureTable(database)::erase);
        closings.add("erasure feed", erasures);

        Outbox outbox = new Outbox();
        closings.add(
                "outbox",
                OutboxRelay.start(
                        database, outbox, kafka, Topic.TELEMETRY_RULES, process.metrics()));
        closings.add(
                "leg keeper",
                LegKeeper.start(
                        database,
                        outbox,
                        new Clues(mappings),
                        retention,
                        process.clock(),
                        process.metrics()));
        RuleBook rules = new RuleBook();
        closings.add("rule feed", RuleFeed.start(kafka, rules));
        RuleTable ruleTable = new RuleTable(database, outbox, process.clock());
        AlertTable alertTable = new AlertTable(database, process.clock());
        GroupReader alerts =
                AlertFeed.start(
                        kafka, alertTable::take, alertTable.forgetter(config.retentionDays()));
        closings.add("alert feed", alerts);

        PipelineStreams streams =
                PipelineStreams.start(
                        kafka,
                        config.stateFolder(),
                        config.threads(),
                        facts,
                        new RuleStage(rules, new RuleMetrics(process.metrics(), rules)),
                        new IntakeMetrics(process.metrics()));
        closings.add("streams", streams);
        if (config.publicTopics().written()) {
            closings.add(
                    "public streams",
                    PublicStreams.start(
                            kafka,
                            config.stateFolder(),
                            facts,
                            config.publicTopics().partitions(),
                            config.publicTopics().retention(),
                            new PublicMetrics(process.metrics())));
        }

        process.health().check("telemetry.database", database::problem);
        process.health().check("telemetry.writer", writer::problem);
        process.health().check("telemetry.erasures", erasures::problem);
        process.health().check("telemetry.events", eventFeed::problem);
        process.health().check("telemetry.alerts", alerts::problem);
        process.health().check("telemetry.streams", streams::problem);
        SampleQueries samples = new SampleQueries(database);
        JobTable<ExportOrder, ExportPlace, ExportCounts> exports =
                new JobTable<>(
                        database,
                        ExportOrder.KIND,
                        Duration.ofHours(config.exports().hours()),
                        config.exports().perTenant(),
                        process.clock());
        ExportPartTable exportParts = new ExportPartTable(database, exports);
        closings.add(
                "export runner",
                JobRunner.start(
                        exports,
                        new ExportSteps(
                                exports,
                                exportParts,
                                samples,
                                catalogues,
                                mappings,
                                config.exports().maxBytes(),
                                process.clock(),
                                process.metrics()),
                        process.metrics()));
        FrameTable frameTable = new FrameTable(database);
        JobTable<RedecodeOrder, RedecodePlace, RedecodeCounts> redecodes =
                new JobTable<>(
                        database,
                        RedecodeOrder.KIND,
                        Duration.ofHours(config.redecodes().hours()),
                        config.redecodes().perTenant(),
                        process.clock());
        closings.add(
                "redecode runner",
                JobRunner.start(
                        redecodes,
                        new RedecodeSteps(
                                database,
                                redecodes,
                                frameTable,
                                catalogues,
                                mappings,
                                retention,
                                vin -> VehiclePartition.of(vin, kafka.partitions()),
                                config.redecodes().batchesPerSecond(),
                                process.clock(),
                                process.metrics()),
                        process.metrics()));
        process.rest()
                .add(
                        RuleRoutes.of(
                                vehicles,
                                new RuleSignals(vehicles, models, catalogues, process.clock()),
                                catalogues,
                                mappings,
                                ruleTable,
                                samples,
                                events));
        process.rest().add(AlertRoutes.of(vehicles, alertTable));
        process.rest().documents().add("telemetry", ApiDocument.of(API));
        process.rest()
                .add(
                        TelemetryRoutes.of(
                                vehicles,
                                models,
                                catalogues,
                                mappings,
                                samples,
                                new PositionTable(database),
                                retention,
                                new LegTable(database),
                                frameTable,
                                frameRetention,
                                exports,
                                exportParts,
                                redecodes,
                                gaps,
                                events,
                                presences,
                                alertTable,
                                live,
                                live,
                                kafka.partitions(),
                                process.clock()));
    }

    /** Stops decoding first and the database last; may be called again. */
    @Override
    public void close() {
        closings.close();
    }
}
