package dev.driveline.command;

import dev.driveline.command.batch.BatchId;
import dev.driveline.command.batch.StoredBatch;
import dev.driveline.command.batch.VinLines;
import dev.driveline.command.postgres.BatchTable;
import dev.driveline.command.postgres.BatchVehicleTable;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.store.postgres.Database;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Takes the vehicles of a batch in, a piece at a time, each in a transaction of its own: what was
 * taken in stays if the rest does not come, and coming again with the same list adds what is
 * missing. Used by one thread.
 */
final class BatchUpload {

    /** Lines that are taken in at once. */
    static final int PIECE = 5_000;

    /** Refused lines that are told one by one; the others are counted. */
    static final int MAX_TOLD = 10_000;

    private final Database database;
    private final BatchDesk desk;
    private final BatchId id;
    private final Caller caller;
    private final Answer.LineSink sink;
    private final BatchTable batches = new BatchTable();
    private final BatchVehicleTable vehicles = new BatchVehicleTable();
    private long added;
    private long again;
    private long refused;
    private long total;

    BatchUpload(
            Database database, BatchDesk desk, BatchId id, Caller caller, Answer.LineSink sink) {
        this.database = database;
        this.desk = desk;
        this.id = id;
        this.caller = caller;
        this.sink = sink;
    }

    /**
     * What came of an upload.
     *
     * @param added vehicles that it brought
     * @param again that were in the batch already
     * @param refused lines that brought none
     * @param total vehicles of the batch
     */
    record Summary(long added, long again, long refused, long total) {}

    /** A line that brings no vehicle. */
    record Refused(long line, String vin, ErrorCode code, String detail) {}

    Summary run(VinLines lines) throws IOException, InterruptedException {
        total =
                database.transaction(handle -> desk.open(handle, id, caller))
                        .batch()
                        .counts()
                        .total();
        List<VinLines.Line> piece = new ArrayList<>(PIECE);
        VinLines.Line line = lines.next();
        while (line != null) {
            piece.add(line);
            line = lines.next();
            if (piece.size() == PIECE || line == null) {
                take(piece);
                piece.clear();
            }
        }
        return new Summary(added, again, refused, total);
    }

    private void take(List<VinLines.Line> piece) throws InterruptedException {
        Map<String, Long> byVin = new LinkedHashMap<>();
        for (VinLines.Line line : piece) {
            if (!Vin.isValid(line.vin())) {
                refuse(line.number(), line.vin(), ErrorCode.INVALID_VIN, "it is none");
            } else if (byVin.putIfAbsent(line.vin(), line.number()) != null) {
                again++;
            }
        }
        Set<String> missing = new HashSet<>(byVin.keySet());
        Set<String> there =
                database.transaction(handle -> {
                    StoredBatch stored = desk.open(handle, id, caller);
                    Set<String> fresh =
                            vehicles.add(
                                    handle,
                                    id,
                                    stored.tenant(),
                                    stored.sender(),
                                    batches.places(handle, id, byVin.size()),
                                    byVin.keySet());
                    total = desk.added(handle, stored, fresh.size()).batch().counts().total();
                    missing.removeAll(fresh);
                    return missing.isEmpty() ? Set.of() : vehicles.there(handle, id, missing);
                });
        added += byVin.size() - missing.size();
        again += there.size();
        missing.removeAll(there);
        for (String vin : missing) {
            Long number = byVin.get(vin);
            refuse(
                    number == null ? 0 : number,
                    vin,
                    ErrorCode.VEHICLE_UNKNOWN,
                    "no vehicle of the tenant that the batch's token covers");
        }
    }

    private void refuse(long line, String vin, ErrorCode code, String detail)
            throws InterruptedException {
        refused++;
        if (refused <= MAX_TOLD) {
            var _ = sink.send(Map.of("refused", new Refused(line, vin, code, detail)));
        }
    }
}
