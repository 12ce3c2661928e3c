package dev.driveline.telemetry.kafka;

import dev.driveline.contract.id.Vin;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.utils.Utils;

/** The partition of a vehicle's records: Kafka's own default for a record with a key. */
public final class VehiclePartition {

    private VehiclePartition() {}

    public static int of(Vin vin, int partitions) {
        byte[] key = vin.value().getBytes(StandardCharsets.US_ASCII);
        return Utils.toPositive(Utils.murmur2(key)) % partitions;
    }
}
