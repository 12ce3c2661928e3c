package dev.driveline.embedded;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.concurrent.CountDownLatch;

/** Starts a server on the folder args[0], commits a row, keeps a transaction open, and stays. */
final class PostgresChild {
    private PostgresChild() {}

    public static void main(String[] args) throws Exception {
        EmbeddedPostgresql.Config config = EmbeddedPostgresql.Config.in(Path.of(args[0]));
        ChildJvm.say(config.cache().toString());
        if (args.length > 1) {
            config = config.withCache(Path.of(args[1]));
        }
        EmbeddedPostgresql postgres = EmbeddedPostgresql.start(config);
        postgres.createDatabase("fleet");
        Connection connection =
                DriverManager.getConnection(
                        postgres.jdbcUrl("fleet"), postgres.user(), postgres.password());
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE vehicle (vin text PRIMARY KEY)");
            statement.execute("INSERT INTO vehicle VALUES ('committed')");
            connection.setAutoCommit(false);
            statement.execute("INSERT INTO vehicle VALUES ('open')");
        }
        ChildJvm.say(Integer.toString(postgres.port()));
        new CountDownLatch(1).await();
    }
}
