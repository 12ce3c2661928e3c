package dev.driveline.contract.kafka;

import java.time.Duration;

/**
 * Every Kafka topic of the platform; each has one kind of writer.
 *
 * <p>An installation may put a prefix before the names (tests do), see {@link TopicPrefix}.
 */
public enum Topic {
    /** {@code CanBatch} as it came. Key VIN; written by gateways. */
    TELEMETRY_CAN("telemetry.can", Cleanup.DELETE, Partitions.BY_VEHICLE, Duration.ofDays(30)),
    /** {@code SignalBatch} as it came. Key VIN; written by gateways. */
    TELEMETRY_SIGNALS_RAW(
            "telemetry.signals.raw", Cleanup.DELETE, Partitions.BY_VEHICLE, Duration.ofDays(30)),
    /** {@code SampleBatch}, one for an accepted batch. Key VIN; written by the pipeline. */
    TELEMETRY_SIGNALS(
            "telemetry.signals", Cleanup.DELETE, Partitions.BY_VEHICLE, Duration.ofDays(7)),
    /** What could not be used, with the reason in its headers. Key VIN; gateways and pipeline. */
    TELEMETRY_REJECTED(
            "telemetry.rejected", Cleanup.DELETE, Partitions.BY_VEHICLE, Duration.ofDays(30)),
    /** {@code AlertEvent}. Key VIN; written by the pipeline. */
    TELEMETRY_ALERTS(
            "telemetry.alerts", Cleanup.DELETE, Partitions.BY_VEHICLE, Duration.ofDays(30)),
    /** {@code TripEvent}. Key VIN; written by the pipeline through its outbox. */
    TELEMETRY_TRIPS("telemetry.trips", Cleanup.DELETE, Partitions.BY_VEHICLE, Duration.ofDays(30)),
    /** Rules of tenants. Key tenant/id; written by the pipeline through its outbox. */
    TELEMETRY_RULES("telemetry.rules", Cleanup.COMPACT, Partitions.ONE, Duration.ZERO),
    /** {@code Presence}. Key VIN; written by gateways. */
    VEHICLE_PRESENCE("vehicle.presence", Cleanup.COMPACT, Partitions.BY_VEHICLE, Duration.ZERO),
    /** {@code VehicleSession}. Key VIN/session, partitioned by VIN; written by gateways. */
    VEHICLE_SESSIONS("vehicle.sessions", Cleanup.COMPACT, Partitions.BY_VEHICLE, Duration.ZERO),
    /** Events of vehicles ({@code vehicle.*}) and about them ({@code driveline.*}). Key VIN. */
    VEHICLE_EVENTS("vehicle.events", Cleanup.DELETE, Partitions.BY_VEHICLE, Duration.ofDays(30)),
    /** Responses, check-ins and reports as they came. Key VIN; written by gateways. */
    VEHICLE_REPLIES("vehicle.replies", Cleanup.DELETE, Partitions.BY_VEHICLE, Duration.ofDays(7)),
    /** {@code Heartbeat}. Key run id; written by gateways. */
    GATEWAY_HEARTBEATS("gateway.heartbeats", Cleanup.COMPACT, Partitions.ONE, Duration.ZERO),
    /** {@code Downlink}; the partition is the gateway's slot. Written by the command service. */
    GATEWAY_DOWNLINK(
            "gateway.downlink", Cleanup.DELETE, Partitions.BY_SLOT, Duration.ofMinutes(30)),
    /** {@code DownlinkReport}. Key VIN; written by gateways. */
    GATEWAY_REPORTS("gateway.reports", Cleanup.DELETE, Partitions.BY_VEHICLE, Duration.ofDays(1)),
    /** {@code CommandEvent}. Key VIN; written by the command service through its outbox. */
    COMMAND_EVENTS("command.events", Cleanup.DELETE, Partitions.BY_VEHICLE, Duration.ofDays(30)),
    /** {@code VehicleFact}. Key VIN; written by the registry through its outbox. */
    REGISTRY_VEHICLES("registry.vehicles", Cleanup.COMPACT, Partitions.BY_VEHICLE, Duration.ZERO),
    /** Catalogues, compressed. Key id@hash; written by the registry through its outbox. */
    REGISTRY_CATALOGUES("registry.catalogues", Cleanup.COMPACT, Partitions.ONE, Duration.ZERO),
    /** {@code ModelFact}. Key tenant/model; written by the registry through its outbox. */
    REGISTRY_MODELS("registry.models", Cleanup.COMPACT, Partitions.ONE, Duration.ZERO),
    /** {@code MappingFact}. Key tenant/id@hash; written by the registry through its outbox. */
    REGISTRY_MAPPINGS("registry.mappings", Cleanup.COMPACT, Partitions.ONE, Duration.ZERO),
    /** {@code Grant}. Key VIN/id, partitioned by VIN; written by the registry's outbox. */
    REGISTRY_GRANTS("registry.grants", Cleanup.COMPACT, Partitions.BY_VEHICLE, Duration.ZERO),
    /** {@code Erasure}. Key VIN; written by the registry through its outbox. */
    REGISTRY_ERASURES(
            "registry.erasures", Cleanup.DELETE, Partitions.BY_VEHICLE, Duration.ofDays(90)),
    /** Signed {@code AccessRule}s. Key by kind and subject; written by the registry's outbox. */
    REGISTRY_ACCESS("registry.access", Cleanup.COMPACT, Partitions.ONE, Duration.ZERO);

    private static final int USUAL_RECORD_BYTES = 1024 * 1024;
    private static final int CATALOGUE_RECORD_BYTES = 8 * 1024 * 1024;

    private final String baseName;
    private final Cleanup cleanup;
    private final Partitions partitions;
    private final Duration retention;

    Topic(String baseName, Cleanup cleanup, Partitions partitions, Duration retention) {
        this.baseName = baseName;
        this.cleanup = cleanup;
        this.partitions = partitions;
        this.retention = retention;
    }

    /** The name without an installation's prefix. */
    public String baseName() {
        return baseName;
    }

    public Cleanup cleanup() {
        return cleanup;
    }

    public Partitions partitions() {
        return partitions;
    }

    /** How long a record is kept; zero where compaction decides. */
    public Duration retention() {
        return retention;
    }

    /** The largest record in bytes. */
    public int maxRecordBytes() {
        return this == REGISTRY_CATALOGUES || this == REGISTRY_MAPPINGS
                ? CATALOGUE_RECORD_BYTES
                : USUAL_RECORD_BYTES;
    }

    /** Kafka's {@code cleanup.policy}; another one at start stops the service. */
    public enum Cleanup {
        DELETE,
        COMPACT
    }

    /** How many partitions a topic has, and by what a record finds its own. */
    public enum Partitions {
        /** The installation's number; murmur2 of the VIN, as Kafka's own default. */
        BY_VEHICLE,
        /** One a gateway slot. */
        BY_SLOT,
        /** One: everybody reads all of it, in one order. */
        ONE
    }
}
