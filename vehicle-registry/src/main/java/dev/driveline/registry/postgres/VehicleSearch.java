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

    private static final String IN_ORDER = " ORDER BY v.vin LIMIT :limit";

    /** The most VINs that a frequent filter should have to look at for a page. */
    private static final String NEAR =
            """
             AND v.vin <= (SELECT max(n.vin) FROM (
                 SELECT vin FROM vehicle WHERE tenant = :tenant AND vin > :after
                 ORDER BY vin LIMIT 3000) n)
            """;

    /** All that there are. */
    String all() {
        return conditions + IN_ORDER;
    }

    /**
     * Those among the next few thousand VINs: a full page of them is the page. Without it a filter
     * that many vehicles pass sorts all of them for one page.
     */
    String near() {
        return conditions + NEAR + IN_ORDER;
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
