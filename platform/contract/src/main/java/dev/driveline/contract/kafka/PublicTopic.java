package dev.driveline.contract.kafka;

/**
 * The topics that a tenant reads itself, {@code out.{tenant}.…}, all keyed by VIN and written by
 * the pipeline; all other topics are the platform's own. Names: {@link TopicPrefix#of(PublicTopic,
 * dev.driveline.contract.id.TenantId)}.
 */
public enum PublicTopic {
    /** {@code SampleBatch}, protobuf, header {@code schema}: as {@code telemetry.signals}. */
    SIGNALS("signals"),
    /** {@code VehicleEvent} and {@code TripEvent}, JSON, CloudEvents headers. */
    EVENTS("events"),
    /** {@code AlertEvent}, JSON, CloudEvents headers. */
    ALERTS("alerts"),
    /** {@code CommandEvent}, JSON, CloudEvents headers. */
    COMMANDS("commands");

    private final String leaf;

    PublicTopic(String leaf) {
        this.leaf = leaf;
    }

    /** The last part of the name. */
    public String leaf() {
        return leaf;
    }
}
