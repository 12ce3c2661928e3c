package dev.driveline.registry.postgres;

import dev.driveline.contract.id.Vin;
import dev.driveline.registry.vehicle.VehicleQuery;
import dev.driveline.runtime.json.Json;
import java.util.HashMap;
import java.util.Map;

/**
 * A query over {@code vehicle v} in SQL: conditions only for what is asked, so that the planner
 * sees which index serves.
 *
 * @param conditions that a vehicle must meet
 */
record VehicleSearch(String conditions, Map<String, Object> values) {

    /**
     * The VINs of the page come first and alone: else the planner may join all vehicles before it
     * sorts them.
     */
    String page() {
        return "WHERE v.vin = ANY (ARRAY(SELECT v.vin FROM vehicle v "
                + conditions
                + " ORDER BY v.vin LIMIT :limit)) ORDER BY v.vin";
    }

    static VehicleSearch of(VehicleQuery query) {
        StringBuilder where = new StringBuilder("WHERE v.tenant = :tenant AND v.vin > :after");
        Map<String, Object> values = new HashMap<>();
        values.put("tenant", query.tenant().value());
        values.put("after", query.after());
        values.put("limit", query.limit());
        if (query.model() != null) {
            where.append(" AND v.model = :model");
            values.put("model", query.model().value());
        }
        if (query.state() != null) {
            where.append(" AND v.state = :state");
            values.put("state", query.state().name());
        }
        if (!query.prefix().isEmpty()) {
            where.append(" AND v.vin >= :prefix AND v.vin <= rpad(:prefix, 17, 'Z')");
            values.put("prefix", query.prefix());
        }
        if (!query.labels().values().isEmpty()) {
            where.append(" AND v.labels @> :labels::jsonb");
            values.put("labels", Json.text(query.labels().values()));
        }
        if (!query.labels().keys().isEmpty()) {
            where.append(" AND jsonb_exists_all(v.labels, :keys)");
            values.put("keys", query.labels().keys().toArray(String[]::new));
        }
        if (query.fleet() != null) {
            where.append(" AND ").append(FleetTable.IN_ANY_OF.replace(":fleets", ":fleet"));
            values.put("fleet", new String[] {query.fleet().value()});
        }
        if (query.only() != null) {
            where.append(" AND (v.vin = ANY (:only) OR ").append(FleetTable.IN_ANY_OF).append(')');
            values.put("only", query.only().vins().stream().map(Vin::value).toArray(String[]::new));
            values.put("fleets", query.only().fleets().toArray(String[]::new));
        }
        return new VehicleSearch(where.toString(), values);
    }
}
