package dev.driveline.registry.postgres;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.registry.AccessRule;
import dev.driveline.contract.registry.Erasure;
import dev.driveline.contract.registry.Grant;
import dev.driveline.contract.registry.MappingFact;
import dev.driveline.contract.registry.ModelFact;
import dev.driveline.registry.vehicle.Vehicle;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.jws.Jws;
import dev.driveline.store.postgres.Outbox;
import dev.driveline.store.postgres.OutboxRecord;
import dev.driveline.store.postgres.Versions;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** What the registry tells the other services, written into the transaction of the change. */
public final class Announcements {

    private final Outbox outbox;
    private final Jws.Signer signer;
    private final int epoch;
    private volatile List<VehicleListener> listeners = List.of();

    /**
     * @param signer whose public key the gateways pin
     * @param epoch raised by the operator after a restore from backup
     */
    public Announcements(Outbox outbox, Jws.Signer signer, int epoch) {
        this.outbox = outbox;
        this.signer = signer;
        this.epoch = epoch;
    }

    /** The next version of a key whose row is locked. */
    long next(long previous) {
        return Versions.next(previous, epoch);
    }

    /** Below every version of this epoch. */
    long floor() {
        return Versions.next(0, epoch);
    }

    /** Who hears of every change of vehicles, in its transaction. */
    public interface VehicleListener {
        default void changed(Handle handle, List<Vehicle> vehicles) {}

        /** Before its row goes. */
        void leaving(Handle handle, Vehicle vehicle);
    }

    /** Before the first change. */
    public void onVehicles(List<VehicleListener> newListeners) {
        listeners = newListeners;
    }

    void vehicles(Handle handle, List<Vehicle> vehicles) {
        listeners.forEach(listener -> listener.changed(handle, vehicles));
        outbox.append(
                handle,
                vehicles.stream()
                        .map(vehicle ->
                                OutboxRecord.of(
                                        Topic.REGISTRY_VEHICLES,
                                        vehicle.vin().value(),
                                        Json.bytes(vehicle.fact())))
                        .toList());
    }

    void model(Handle handle, ModelFact model) {
        outbox.append(
                handle, OutboxRecord.of(Topic.REGISTRY_MODELS, model.key(), Json.bytes(model)));
    }

    /**
     * @throws InvalidValueException BODY_TOO_LARGE if it does not fit into a record
     */
    void mapping(Handle handle, MappingFact mapping) {
        byte[] value = Json.bytes(mapping);
        int room = Topic.REGISTRY_MAPPINGS.maxRecordBytes() - mapping.key().length();
        if (value.length > room) {
            throw new InvalidValueException(
                    ErrorCode.BODY_TOO_LARGE,
                    "mapping of",
                    mapping.catalogue(),
                    "it has %d bytes, a record takes %d".formatted(value.length, room));
        }
        outbox.append(handle, OutboxRecord.of(Topic.REGISTRY_MAPPINGS, mapping.key(), value));
    }

    void grant(Handle handle, Grant grant) {
        outbox.append(
                handle, OutboxRecord.of(Topic.REGISTRY_GRANTS, grant.key(), Json.bytes(grant)));
    }

    /** Before its row goes. */
    void leaving(Handle handle, Vehicle vehicle) {
        listeners.forEach(listener -> listener.leaving(handle, vehicle));
    }

    /** The vehicle is forgotten by who keeps only what holds now, and erased by all others. */
    void erased(Handle handle, Erasure erasure) {
        String vin = erasure.vin().value();
        outbox.append(
                handle,
                List.of(
                        OutboxRecord.tombstone(Topic.REGISTRY_VEHICLES, vin),
                        OutboxRecord.of(Topic.REGISTRY_ERASURES, vin, Json.bytes(erasure))));
    }

    void access(Handle handle, AccessRule rule) {
        String signed = signer.sign(AccessRule.TYP, Json.bytes(rule));
        outbox.append(
                handle,
                OutboxRecord.of(
                        Topic.REGISTRY_ACCESS,
                        rule.key(),
                        signed.getBytes(StandardCharsets.US_ASCII)));
    }

    /**
     * @param packed {@code Compression.pack} of the source's bytes
     */
    void catalogue(Handle handle, CatalogueRef ref, byte[] packed) {
        outbox.append(handle, OutboxRecord.of(Topic.REGISTRY_CATALOGUES, ref.toString(), packed));
    }
}
