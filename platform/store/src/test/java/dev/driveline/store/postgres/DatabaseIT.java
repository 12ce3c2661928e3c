package dev.driveline.store.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.driveline.testkit.TestPostgres;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Transactions that become one. */
final class DatabaseIT {

    private Database database;
    private final List<String> told = new ArrayList<>();

    @BeforeEach
    void open() {
        TestPostgres.Database fresh = TestPostgres.freshDatabase();
        database =
                Database.openWithOutbox(
                        new DatabaseConfig(fresh.jdbcUrl(), fresh.user(), fresh.password(), 2),
                        "outboxtest");
        database.run(handle -> handle.execute("CREATE TABLE note (what text PRIMARY KEY)"));
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void joinedTransactionsAreCommittedTogetherAndWhatFollowsComesAfter() throws Exception {
        int seen =
                database.joined(() -> {
                    write("a");
                    database.afterwards(() -> told.add("of " + others()));
                    write("b");
                    assertEquals(0, others());
                    return database.transaction(DatabaseIT::count);
                });
        assertEquals(2, seen);
        assertEquals(List.of("of 2"), told);
        database.afterwards(() -> told.add("at once"));
        assertEquals(List.of("of 2", "at once"), told);
    }

    @Test
    void oneThatFailsTakesTheOthersWithIt() {
        assertThrows(
                IllegalArgumentException.class,
                () ->
                        database.joined(() -> {
                            write("a");
                            database.afterwards(() -> told.add("never"));
                            throw new IllegalArgumentException("no");
                        }));
        assertThrows(
                RuntimeException.class,
                () ->
                        database.joined(() -> {
                            write("a");
                            write("a");
                            return true;
                        }));
        assertEquals(0, others());
        assertEquals(List.of(), told);
    }

    private void write(String what) {
        database.run(handle -> handle.execute("INSERT INTO note (what) VALUES (?)", what));
    }

    /** As a thread sees it that has no part in it. */
    private int others() {
        int[] seen = {-1};
        Thread other =
                Thread.ofVirtual().start(() -> seen[0] = database.transaction(DatabaseIT::count));
        try {
            other.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        return seen[0];
    }

    private static int count(org.jdbi.v3.core.Handle handle) {
        return handle.createQuery("SELECT count(*) FROM note").mapTo(Integer.class).one();
    }
}
