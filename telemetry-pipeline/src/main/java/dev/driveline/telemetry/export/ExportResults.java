package dev.driveline.telemetry.export;

import dev.driveline.telemetry.job.Work;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The results of exports, in pieces. Thread-safe; blocks. */
public interface ExportResults {

    /**
     * Writes a piece and how far it brings the export, both or nothing, and takes it for another
     * minute.
     *
     * @param piece a gzip member
     * @param done whether it was the last
     * @return the export as it stands now; null if it is not ours any more
     */
    @Nullable Work<ExportOrder, ExportPlace, ExportCounts> append(
            Work<ExportOrder, ExportPlace, ExportCounts> work,
            byte[] piece,
            long lines,
            ExportPlace next,
            boolean done);

    /** A piece of the result; null behind the last. */
    byte @Nullable [] part(UUID id, int part);
}
