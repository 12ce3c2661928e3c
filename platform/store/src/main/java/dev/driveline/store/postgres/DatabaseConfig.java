package dev.driveline.store.postgres;

import dev.driveline.runtime.settings.Settings;

/**
 * How a service reaches PostgreSQL.
 *
 * @param connections the most that its pool opens
 */
public record DatabaseConfig(String jdbcUrl, String user, String password, int connections) {

    public static DatabaseConfig from(Settings settings) {
        return new DatabaseConfig(
                settings.required("postgres.url"),
                settings.text("postgres.user", "driveline"),
                settings.required("postgres.password"),
                settings.integer("postgres.connections", 10, 1, 500));
    }

    @Override
    public String toString() {
        return "DatabaseConfig[jdbcUrl=" + jdbcUrl + ", user=" + user + ", password=***]";
    }
}
