package dev.driveline.telemetry.postgres;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.registry.MappingFact;
import dev.driveline.telemetry.fact.MappingBook;
import dev.driveline.telemetry.position.Position;
import dev.driveline.telemetry.sample.Quality;
import dev.driveline.telemetry.sample.SignalChunk;
import dev.driveline.telemetry.sample.SignalColumns;
import dev.driveline.telemetry.sample.StoredBatch;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes table {@code position}: of each vehicle the last batch that tells both coordinates. What
 * hardly moved within ten seconds is left as it is.
 */
final class PositionRows {

    private static final String LATITUDE = "Vehicle.CurrentLocation.Latitude";
    private static final String LONGITUDE = "Vehicle.CurrentLocation.Longitude";

    private final MappingBook mappings;

    PositionRows(MappingBook mappings) {
        this.mappings = mappings;
    }

    private record Place(int tenant, long tUs, double latitude, double longitude) {}

    void merge(Connection connection, TenantNumbers tenants, List<StoredBatch> batches)
            throws SQLException {
        // In order of VINs, so that two writers never wait for each other crosswise.
        Map<String, Place> newest = new TreeMap<>();
        for (StoredBatch batch : batches) {
            TenantId tenant = batch.tenant();
            Place place = tenant == null ? null : placeOf(batch, tenant, tenants.of(tenant));
            if (place != null) {
                newest.merge(
                        batch.vin().value(),
                        place,
                        (one, other) -> other.tUs() >= one.tUs() ? other : one);
            }
        }
        if (!newest.isEmpty()) {
            write(connection, newest);
        }
    }

    /**
     * Corrects a vehicle's place where it is out of a time that was decoded again; where nothing
     * tells one now, it stays.
     *
     * @param batches of one vehicle, in the order of their times
     * @param fromUs where they are, vehicle time
     */
    void correct(
            Connection connection, TenantNumbers tenants, List<StoredBatch> batches, long fromUs)
            throws SQLException {
        Place newest = null;
        for (StoredBatch batch : batches) {
            TenantId tenant = batch.tenant();
            Place place = tenant == null ? null : placeOf(batch, tenant, tenants.of(tenant));
            newest =
                    place != null && (newest == null || place.tUs() >= newest.tUs())
                            ? place
                            : newest;
        }
        if (newest == null) {
            return;
        }
        String vin = batches.getFirst().vin().value();
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        delete from position
                        where vin = ? and tenant_id = ? and t_us >= ? and t_us <= ?
                        """)) {
            statement.setString(1, vin);
            statement.setInt(2, newest.tenant());
            statement.setLong(3, fromUs);
            statement.setLong(4, newest.tUs());
            statement.executeUpdate();
        }
        write(connection, Map.of(vin, newest));
    }

    private static void write(Connection connection, Map<String, Place> newest)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        insert into position (vin, tenant_id, t_us, latitude, longitude)
                        values (?, ?, ?, ?, ?)
                        on conflict (vin) do update set
                            tenant_id = excluded.tenant_id, t_us = excluded.t_us,
                            latitude = excluded.latitude, longitude = excluded.longitude
                        where excluded.t_us > position.t_us
                            and (excluded.t_us > position.t_us + 10000000
                                or abs(excluded.latitude - position.latitude) > 0.0001
                                or abs(excluded.longitude - position.longitude) > 0.0001
                                or excluded.tenant_id <> position.tenant_id)
                        """)) {
            for (var entry : newest.entrySet()) {
                Place place = entry.getValue();
                statement.setString(1, entry.getKey());
                statement.setInt(2, place.tenant());
                statement.setLong(3, place.tUs());
                statement.setDouble(4, place.latitude());
                statement.setDouble(5, place.longitude());
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    private @Nullable Place placeOf(StoredBatch batch, TenantId tenant, int number) {
        if (batch.batch().getLate() && batch.isTimeEstimated()) {
            return null;
        }
        Double latitude = null;
        Double longitude = null;
        long tUs = 0;
        String catalogue = batch.batch().getCatalogue();
        for (SignalChunk chunk : batch.chunks()) {
            MappingFact.Entry entry =
                    mappings.ofSignal(tenant, catalogue, chunk.definition().name());
            if (entry == null) {
                continue;
            }
            if (entry.path().equals(LATITUDE)) {
                latitude = lastOf(chunk, entry);
                tUs = chunk.columns().lastUs();
            } else if (entry.path().equals(LONGITUDE)) {
                longitude = lastOf(chunk, entry);
            }
        }
        return latitude != null && longitude != null && Position.isPlace(latitude, longitude)
                ? new Place(number, tUs, latitude, longitude)
                : null;
    }

    private static @Nullable Double lastOf(SignalChunk chunk, MappingFact.Entry entry) {
        SignalColumns columns = chunk.columns();
        int last = columns.count() - 1;
        if (!Quality.of(columns.quality()[last]).hasValue()) {
            return null;
        }
        double value = chunk.definition().physical(columns.raw()[last]);
        return value * entry.factor() + entry.offset();
    }
}
