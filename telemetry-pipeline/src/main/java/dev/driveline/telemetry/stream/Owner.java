package dev.driveline.telemetry.stream;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Headers;
import dev.driveline.telemetry.fact.Facts;
import dev.driveline.telemetry.fact.KnownVehicle;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/** Whose a record is. */
@FunctionalInterface
interface Owner {

    /**
     * Null for nobody's.
     *
     * @throws dev.driveline.telemetry.fact.FactsUnavailableException if that cannot be known now
     */
    @Nullable TenantId of(Record<byte[], byte[]> record);

    /** What the header says: of records whose writer looked it up. */
    static @Nullable TenantId named(Record<byte[], byte[]> record) {
        return named(record.headers().lastHeader(Headers.TENANT));
    }

    static @Nullable TenantId named(@Nullable Header header) {
        if (header == null || header.value() == null) {
            return null;
        }
        try {
            return TenantId.of(new String(header.value(), StandardCharsets.UTF_8));
        } catch (InvalidValueException noTenant) {
            return null;
        }
    }

    /** The vehicle's now: of records that gateways write, who know certificates only. */
    static Owner registered(Facts facts) {
        return record -> {
            try {
                Vin vin = Vin.of(new String(record.key(), StandardCharsets.US_ASCII));
                KnownVehicle vehicle = facts.vehicle(vin);
                return vehicle == null ? null : vehicle.tenant();
            } catch (InvalidValueException noVehicle) {
                return null;
            }
        };
    }
}
