package dev.driveline.telemetry.postgres;

import dev.driveline.store.postgres.Database;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The partitions of a table as {@code history}, one a tenant and day (UTC). Thread-safe. */
final class HistoryPartitions {

    private static final long DAY_US = TimeUnit.DAYS.toMicros(1);
    private static final DateTimeFormatter DATE = DateTimeFormatter.BASIC_ISO_DATE;

    /** One lock for all who make or drop partitions of this schema. */
    private static final long LOCK = 0x6472_6976_6870L;

    private final Database database;
    private final String parent;
    private final Set<Partition> known = ConcurrentHashMap.newKeySet();

    HistoryPartitions(Database database) {
        this(database, "history");
    }

    /**
     * @param parent the partitioned table; its key begins with tenant and time
     */
    HistoryPartitions(Database database, String parent) {
        this.database = database;
        this.parent = parent;
    }

    /**
     * One partition.
     *
     * @param day since 1970
     */
    record Partition(int tenant, long day) {

        static Partition of(int tenant, long tUs) {
            return new Partition(tenant, Math.floorDiv(tUs, DAY_US));
        }

        /** As {@code 3_20261121}; a day before 1970 never occurs. */
        String suffix() {
            return tenant + "_" + DATE.format(LocalDate.ofEpochDay(day));
        }
    }

    /** As {@code history_3_20261121}. */
    String table(Partition partition) {
        return parent + "_" + partition.suffix();
    }

    /** Makes a partition unless it is there. */
    void ensure(Partition partition) {
        if (known.contains(partition)) {
            return;
        }
        database.run(handle -> {
            handle.execute("select pg_advisory_xact_lock(?)", LOCK);
            boolean there =
                    handle.createQuery("select to_regclass(:table) is not null")
                            .bind("table", table(partition))
                            .mapTo(Boolean.class)
                            .one();
            if (!there) {
                // Attached, because that lets readers and writers of the others go on.
                handle.execute(
                        "create table %s (like %s including all)"
                                .formatted(table(partition), parent));
                handle.execute(
                        "alter table %s attach partition %s for values from (%d, %d) to (%d, %d)"
                                .formatted(
                                        parent,
                                        table(partition),
                                        partition.tenant(),
                                        partition.day() * DAY_US,
                                        partition.tenant(),
                                        (partition.day() + 1) * DAY_US));
            }
        });
        known.add(partition);
    }

    /** All partitions that end at or before a day, of one tenant. */
    List<Partition> before(int tenant, long day) {
        String prefix = parent + "_" + tenant + "_";
        return database.transaction(handle ->
                handle
                        .createQuery(
                                """
                                select c.relname from pg_inherits i
                                join pg_class c on c.oid = i.inhrelid
                                where i.inhparent = cast(:parent as regclass)
                                    and starts_with(c.relname, :prefix)
                                """)
                        .bind("parent", parent)
                        .bind("prefix", prefix)
                        .mapTo(String.class)
                        .list()
                        .stream()
                        .map(name -> LocalDate.parse(name.substring(prefix.length()), DATE))
                        .map(LocalDate::toEpochDay)
                        .filter(partitionDay -> partitionDay < day)
                        .map(partitionDay -> new Partition(tenant, partitionDay))
                        .toList());
    }

    /** Looks every partition up again. */
    void forget() {
        known.clear();
    }

    /** Drops a partition with all that is in it. */
    void drop(Partition partition) {
        known.remove(partition);
        database.run(handle -> {
            handle.execute("select pg_advisory_xact_lock(?)", LOCK);
            handle.execute("drop table if exists " + table(partition));
        });
    }
}
