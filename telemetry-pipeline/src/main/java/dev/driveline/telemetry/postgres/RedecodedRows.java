package dev.driveline.telemetry.postgres;

import static java.util.Objects.requireNonNull;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.telemetry.v1.Origin;
import dev.driveline.contract.telemetry.v1.SampleBatch;
import dev.driveline.store.postgres.Database;
import dev.driveline.telemetry.batch.BatchLimits;
import dev.driveline.telemetry.batch.BootId;
import dev.driveline.telemetry.fact.MappingBook;
import dev.driveline.telemetry.job.Work;
import dev.driveline.telemetry.postgres.HistoryPartitions.Partition;
import dev.driveline.telemetry.postgres.StoredRuns.Batch;
import dev.driveline.telemetry.redecode.RedecodeCounts;
import dev.driveline.telemetry.redecode.RedecodeOrder;
import dev.driveline.telemetry.redecode.RedecodePlace;
import dev.driveline.telemetry.sample.SignalDefinition;
import dev.driveline.telemetry.sample.StoredBatch;
import dev.driveline.telemetry.slice.Slices;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Puts batches that were decoded again in the place of what is stored of them, and says how far
 * that brings the re-decoding, in one transaction: a reader sees what was or what is. One thread.
 *
 * <p>A sample belongs to the batch whose boot and number stand beside it, and a batch of signals
 * has no number of a batch of frames: it is not touched. The new samples lie in {@code recent},
 * whoever joins batches makes slices and summaries of them.
 *
 * <p>The store's writer inserts other batches only, those that it has not accepted are left to it.
 * What both change, {@code latest} and {@code position}, is changed last and under the lock of the
 * vehicle's partition in {@code store_offset}, which the writer takes first of all: neither waits
 * for the other crosswise.
 */
final class RedecodedRows {

    private final Database database;
    private final JobTable<RedecodeOrder, RedecodePlace, RedecodeCounts> jobs;
    private final SignalDictionary dictionary;
    private final TenantNumbers tenants;
    private final PositionRows positions;
    private final HistoryPartitions partitions;
    private final ToIntFunction<Vin> partitionOf;

    /**
     * @param partitionOf the partition of a vehicle's records
     */
    RedecodedRows(
            Database database,
            JobTable<RedecodeOrder, RedecodePlace, RedecodeCounts> jobs,
            MappingBook mappings,
            ToIntFunction<Vin> partitionOf) {
        this.database = database;
        this.jobs = jobs;
        this.dictionary = new SignalDictionary(database);
        this.tenants = new TenantNumbers(database);
        this.positions = new PositionRows(mappings);
        this.partitions = new HistoryPartitions(database);
        this.partitionOf = partitionOf;
    }

    /**
     * Batches of one vehicle, decoded again, in the order of their times.
     *
     * @param fromUs the first frame of all, vehicle time
     * @param toUs the last
     * @param frames in them
     * @param passedOver others, that stay as they are
     */
    record Decoded(
            Vin vin,
            List<SampleBatch.Builder> batches,
            long fromUs,
            long toUs,
            long frames,
            long passedOver) {

        RedecodeCounts counts() {
            long samples = 0;
            for (SampleBatch.Builder batch : batches) {
                samples += batch.getIdxCount();
            }
            return new RedecodeCounts(batches.size(), frames, samples, passedOver);
        }
    }

    /** What the store's writer has of these boots. */
    AcceptedBatches accepted(Vin vin, Set<Long> boots) {
        return database.transaction(
                handle -> AcceptedBatches.of(handle.getConnection(), vin.value(), boots));
    }

    /**
     * Writes all of it or nothing.
     *
     * @param done whether the re-decoding is over then
     * @return the re-decoding as it stands; null if it is not ours any more, then nothing was
     *     written
     */
    @Nullable Work<RedecodeOrder, RedecodePlace, RedecodeCounts> replace(
            Work<RedecodeOrder, RedecodePlace, RedecodeCounts> work,
            Decoded decoded,
            RedecodePlace next,
            boolean done) {
        TenantId tenant = work.job().tenant();
        RedecodeCounts counts = work.job().done().plus(decoded.counts());
        learn(decoded, tenant);
        try {
            Optional<Work<RedecodeOrder, RedecodePlace, RedecodeCounts>> after =
                    database.transaction(handle -> {
                        Work<RedecodeOrder, RedecodePlace, RedecodeCounts> taken =
                                jobs.advance(handle, work, next, counts, done);
                        if (taken != null && !decoded.batches().isEmpty()) {
                            write(handle.getConnection(), decoded, tenant);
                        }
                        return Optional.ofNullable(taken);
                    });
            return after.orElse(null);
        } catch (RuntimeException failed) {
            partitions.forget();
            throw failed;
        }
    }

    private void learn(Decoded decoded, TenantId tenant) {
        if (decoded.batches().isEmpty()) {
            return;
        }
        Set<SignalDefinition> definitions = new HashSet<>();
        for (SampleBatch.Builder batch : decoded.batches()) {
            batch.getSignalList()
                    .forEach(signal ->
                            definitions.add(SignalDefinition.of(signal, batch.getCatalogue())));
        }
        dictionary.learn(definitions);
        tenants.learn(Set.of(tenant));
        // What is left of a slice may begin a day later than the slice did.
        int number = tenants.of(tenant);
        long margin = 2 * (Slices.LENGTH_US + BatchLimits.MAX_SPAN_US);
        partitions.ensure(Partition.of(number, Math.max(0, decoded.fromUs() - margin)));
        partitions.ensure(Partition.of(number, decoded.fromUs()));
        partitions.ensure(Partition.of(number, decoded.toUs() + margin));
    }

    private void write(Connection connection, Decoded decoded, TenantId tenant)
            throws SQLException {
        String vin = decoded.vin().value();
        int number = tenants.of(tenant);
        lockVehicle(connection, vin);
        Set<Batch> keys = new HashSet<>();
        decoded.batches().forEach(batch -> keys.add(keyOf(batch)));
        Map<Batch, Boolean> late =
                StoredRuns.remove(connection, vin, number, keys, decoded.fromUs(), decoded.toUs());
        List<StoredBatch> batches = new ArrayList<>();
        for (SampleBatch.Builder batch : decoded.batches()) {
            boolean stored = batch.getOrigin() == Origin.ORIGIN_STORED;
            boolean wasLate = requireNonNull(late.getOrDefault(keyOf(batch), stored));
            batches.add(
                    StoredBatch.of(decoded.vin(), tenant, batch.clone().setLate(wasLate).build()));
        }
        RecentRows.copy(connection, dictionary, tenants, batches, false);
        lockPartition(connection, partitionOf.applyAsInt(decoded.vin()));
        Set<Integer> gone = LatestRows.remove(connection, vin, number, keys);
        LatestRows.merge(connection, dictionary, tenants, batches);
        LatestRows.merge(connection, vin, number, NewestSamples.of(connection, vin, number, gone));
        positions.correct(connection, tenants, batches, decoded.fromUs());
    }

    private static Batch keyOf(SampleBatch.Builder batch) {
        return new Batch(BootId.of(batch.getBootId()).bits(), batch.getSeq());
    }

    /** Of two re-decodings of a vehicle one waits for the other. */
    private static void lockVehicle(Connection connection, String vin) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        select pg_advisory_xact_lock(hashtextextended('driveline.redecode/' || ?, 0))
                        """)) {
            statement.setString(1, vin);
            statement.execute();
        }
    }

    private static void lockPartition(Connection connection, int partition) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        insert into store_offset (topic_partition, next_offset) values (?, 0)
                        on conflict (topic_partition) do nothing
                        """)) {
            statement.setInt(1, partition);
            statement.executeUpdate();
        }
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "select 1 from store_offset where topic_partition = ? for update")) {
            statement.setInt(1, partition);
            statement.execute();
        }
    }
}
