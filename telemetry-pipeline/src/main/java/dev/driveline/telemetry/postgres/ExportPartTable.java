package dev.driveline.telemetry.postgres;

import dev.driveline.store.postgres.Database;
import dev.driveline.telemetry.export.ExportCounts;
import dev.driveline.telemetry.export.ExportOrder;
import dev.driveline.telemetry.export.ExportPlace;
import dev.driveline.telemetry.export.ExportResults;
import dev.driveline.telemetry.job.Work;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Table {@code export_part}. Thread-safe. */
public final class ExportPartTable implements ExportResults {

    private final Database database;
    private final JobTable<ExportOrder, ExportPlace, ExportCounts> jobs;

    public ExportPartTable(
            Database database, JobTable<ExportOrder, ExportPlace, ExportCounts> jobs) {
        this.database = database;
        this.jobs = jobs;
    }

    @Override
    public @Nullable Work<ExportOrder, ExportPlace, ExportCounts> append(
            Work<ExportOrder, ExportPlace, ExportCounts> work,
            byte[] piece,
            long lines,
            ExportPlace next,
            boolean done) {
        ExportCounts before = work.job().done();
        Optional<Work<ExportOrder, ExportPlace, ExportCounts>> written =
                database.transaction(handle -> {
                    Work<ExportOrder, ExportPlace, ExportCounts> after =
                            jobs.advance(
                                    handle, work, next, before.plus(lines, piece.length), done);
                    if (after != null) {
                        handle.execute(
                                "insert into export_part (job_id, part, bytes) values (?, ?, ?)",
                                work.job().id(),
                                before.parts(),
                                piece);
                    }
                    return Optional.ofNullable(after);
                });
        return written.orElse(null);
    }

    @Override
    public byte @Nullable [] part(UUID id, int part) {
        Optional<byte[]> found =
                database.transaction(handle ->
                        handle.createQuery(
                                        """
                                        select bytes from export_part
                                        where job_id = :id and part = :part
                                        """)
                                .bind("id", id)
                                .bind("part", part)
                                .map((row, _) -> row.getBytes(1))
                                .findOne());
        return found.orElse(null);
    }
}
