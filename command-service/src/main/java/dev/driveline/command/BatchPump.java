package dev.driveline.command;

import dev.driveline.command.batch.Batch;
import dev.driveline.command.batch.BatchId;
import dev.driveline.command.batch.BatchInput;
import dev.driveline.command.batch.BatchMachine;
import dev.driveline.command.batch.BatchOrder;
import dev.driveline.command.batch.BatchSender;
import dev.driveline.command.batch.BatchState;
import dev.driveline.command.batch.Outcome;
import dev.driveline.command.batch.StoredBatch;
import dev.driveline.command.command.Input;
import dev.driveline.command.postgres.BatchTable;
import dev.driveline.command.postgres.BatchVehicleTable;
import dev.driveline.command.postgres.BatchVehicleTable.Unsent;
import dev.driveline.command.postgres.VehicleTable;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.auth.Grants;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.store.postgres.Database;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps batches going. A look at one holds its row: how its vehicles ended is counted, and the next
 * are taken up. Then each of these gets its command in a transaction of its own, which holds only
 * while the batch runs and the vehicle has none; one that gets none, for a crash or a refusal,
 * waits again at the next look. So several instances may look, and each may be killed.
 */
final class BatchPump implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(BatchPump.class);
    private static final long TICK_MS = 100;

    /** Batches that are looked at by one instance at once, and vehicles that get commands. */
    private static final int BATCHES_AT_ONCE = 2;

    private static final int VEHICLES_AT_ONCE = 4;

    /** How long nobody else looks at a batch whose vehicles get their commands. */
    private static final Duration BUSY = Duration.ofSeconds(10);

    /** How long a vehicle is put off whose commands are held back, or that had too many. */
    private static final Duration HELD_FOR = Duration.ofSeconds(30);

    private static final Duration LIMITED_FOR = Duration.ofSeconds(60);

    /** Rows that one transaction cancels or deletes. */
    private static final int ROWS_AT_ONCE = 10_000;

    private static final int UNSENT_AT_ONCE = 100;
    private static final long FORGET_S = 60;

    private final Database database;
    private final CommandAcceptance acceptance;
    private final CommandDesk commands;
    private final BatchDesk desk;
    private final HoldDesk holds;
    private final CommandLedger ledger;
    private final Grants grants;
    private final Duration retention;
    private final MeterRegistry metrics;
    private final Quotas quotas = new Quotas();
    private final BatchTable batches = new BatchTable();
    private final BatchVehicleTable vehicles = new BatchVehicleTable();
    private final VehicleTable known = new VehicleTable();
    private final Semaphore places = new Semaphore(BATCHES_AT_ONCE);
    private final Semaphore accepting = new Semaphore(VEHICLES_AT_ONCE);
    private final ExecutorService work = Executors.newVirtualThreadPerTaskExecutor();
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("command-batches").factory());

    /**
     * @param retention how long a batch is kept after its end
     */
    BatchPump(
            Database database,
            CommandAcceptance acceptance,
            CommandDesk commands,
            BatchDesk desk,
            HoldDesk holds,
            CommandLedger ledger,
            Grants grants,
            Duration retention,
            MeterRegistry metrics) {
        this.database = database;
        this.acceptance = acceptance;
        this.commands = commands;
        this.desk = desk;
        this.holds = holds;
        this.ledger = ledger;
        this.grants = grants;
        this.retention = retention;
        this.metrics = metrics;
        var _ = timer.scheduleWithFixedDelay(this::tick, TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
        var _ = timer.scheduleWithFixedDelay(this::forget, 1, FORGET_S, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        timer.shutdownNow();
        work.shutdown();
        try {
            if (!work.awaitTermination(5, TimeUnit.SECONDS)) {
                work.shutdownNow();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void tick() {
        try {
            List<StoredBatch> due =
                    database.transaction(
                            handle -> batches.due(handle, ledger.now(), BATCHES_AT_ONCE * 4));
            for (StoredBatch batch : due) {
                if (!places.tryAcquire()) {
                    return;
                }
                var _ = work.submit(() -> turn(batch));
            }
        } catch (RuntimeException failed) {
            LOG.atWarn().setMessage("batches wait").addKeyValue("cause", failed).log();
        }
    }

    private void turn(StoredBatch seen) {
        try {
            Permit permit = permit(seen);
            Taken taken = database.transaction(handle -> look(handle, seen.id(), permit));
            count(taken);
            for (Unsent unsent : taken.unsent()) {
                boolean _ =
                        commands.apply(
                                unsent.vin(),
                                List.of(
                                        new CommandDesk.Happening(
                                                unsent.command(),
                                                new Input.Cancel(),
                                                Actor.PLATFORM)));
            }
            CommandAcceptance.Asked asked = permit.asked();
            if (asked != null && !taken.vins().isEmpty() && !accept(seen, asked, taken.vins())) {
                return;
            }
            if (taken.busy()) {
                database.run(handle -> batches.busy(handle, seen.id(), null));
            }
        } catch (RuntimeException failed) {
            LOG.atWarn()
                    .setMessage("batch waits")
                    .addKeyValue("batch", seen.id())
                    .setCause(failed)
                    .log();
        } finally {
            places.release();
        }
    }

    /**
     * What its sender may still ask for.
     *
     * @param asked null if nothing
     * @param why nothing; null if something
     */
    private record Permit(CommandAcceptance.@Nullable Asked asked, @Nullable String why) {}

    /** Its type may have changed, or be gone. */
    private Permit permit(StoredBatch seen) {
        if (seen.batch().state() != BatchState.RUNNING) {
            return new Permit(null, null);
        }
        try {
            return new Permit(
                    acceptance.asked(
                            new CommandAcceptance.Request(
                                    seen.spec().type(),
                                    Json.mapper().valueToTree(seen.spec().params()),
                                    seen.spec().ttlS(),
                                    true,
                                    null),
                            callerOf(seen)),
                    null);
        } catch (ProblemException refused) {
            return new Permit(null, refused.code().name());
        }
    }

    /**
     * What came of a look.
     *
     * @param ended how many vehicles ended how
     * @param became null if it is in the state in which it was
     */
    private record Taken(
            List<Vin> vins,
            List<Unsent> unsent,
            boolean busy,
            Map<Outcome, Long> ended,
            @Nullable BatchState became) {

        static final Taken NOTHING = new Taken(List.of(), List.of(), false, Map.of(), null);
    }

    private void count(Taken taken) {
        taken.ended()
                .forEach((outcome, many) ->
                        metrics.counter("command.batch.vehicles", "outcome", outcome.name())
                                .increment(many));
        BatchState became = taken.became();
        if (became != null) {
            metrics.counter("command.batch.steps", "state", became.name()).increment();
        }
    }

    private Taken look(Handle handle, BatchId id, Permit permit) {
        Instant now = ledger.now();
        StoredBatch stored = batches.due(handle, id, now).orElse(null);
        if (stored == null) {
            return Taken.NOTHING;
        }
        String waitsFor = stored.waitsFor();
        int room = 0;
        if (stored.batch().state() == BatchState.RUNNING) {
            waitsFor = permit.why();
            if (permit.asked() != null) {
                room = room(handle, stored, permit.asked(), now);
                waitsFor = room > 0 ? null : heldOrLimited(handle, stored);
            }
        }
        boolean unknowns = stored.batch().counts().of(Outcome.OUTCOME_UNKNOWN) > 0;
        Map<Outcome, Long> late = unknowns ? vehicles.late(handle, id) : Map.of();
        int givenBack = vehicles.giveBack(handle, id);
        Map<Outcome, Long> ended = vehicles.settle(handle, id);
        BatchMachine.Step step =
                step(
                        stored,
                        stored.batch(),
                        new BatchInput.Looked(ended, late, givenBack, room),
                        now);
        Batch next = step.batch();
        List<Vin> vins = List.of();
        List<Unsent> unsent = List.of();
        for (BatchOrder order : step.orders()) {
            switch (order) {
                case BatchOrder.Take take -> {
                    vins = vehicles.take(handle, id, take.most(), now);
                    next = step(stored, next, new BatchInput.Took(vins.size()), now).batch();
                }
                case BatchOrder.CancelWaiting _ -> {
                    int many = vehicles.cancelWaiting(handle, id, ROWS_AT_ONCE);
                    next = step(stored, next, new BatchInput.WaitingCancelled(many), now).batch();
                }
                case BatchOrder.CancelUnsent _ ->
                        unsent = vehicles.unsent(handle, id, UNSENT_AT_ONCE);
            }
        }
        StoredBatch changed = stored.with(next, now).waitingFor(waitsFor);
        Instant endedAt = changed.endedAt() == null ? now : changed.endedAt();
        batches.save(
                handle,
                changed,
                BatchMachine.due(changed.spec().plan(), next, now, endedAt).orElse(null));
        if (next.state() != stored.batch().state()) {
            desk.record(handle, changed, next.state().name(), Actor.PLATFORM);
        }
        boolean busy = !vins.isEmpty() || !unsent.isEmpty();
        if (busy) {
            batches.busy(handle, id, now.plus(BUSY));
        }
        BatchState became = next.state() == stored.batch().state() ? null : next.state();
        return new Taken(vins, unsent, busy, ended, became);
    }

    private static BatchMachine.Step step(
            StoredBatch stored, Batch batch, BatchInput input, Instant now) {
        return BatchMachine.step(stored.spec().plan(), batch, input, now);
    }

    private int room(
            Handle handle, StoredBatch stored, CommandAcceptance.Asked asked, Instant now) {
        return holds.holdsAll(handle, stored.tenant(), stored.spec().type())
                ? 0
                : quotas.roomForBatches(handle, stored.tenant(), asked.type(), now);
    }

    private String heldOrLimited(Handle handle, StoredBatch stored) {
        return holds.holdsAll(handle, stored.tenant(), stored.spec().type())
                ? ErrorCode.COMMANDS_HELD.name()
                : ErrorCode.RATE_LIMITED.name();
    }

    /** Several at once: most of the time goes by waiting for PostgreSQL's disk; false to wait. */
    private boolean accept(StoredBatch batch, CommandAcceptance.Asked asked, List<Vin> vins) {
        List<Future<Boolean>> running = new ArrayList<>();
        for (Vin vin : vins) {
            running.add(
                    work.submit(() -> {
                        accepting.acquire();
                        try {
                            return accept(batch, asked, vin);
                        } finally {
                            accepting.release();
                        }
                    }));
        }
        boolean well = true;
        for (Future<Boolean> one : running) {
            try {
                well &= one.get();
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                return false;
            } catch (java.util.concurrent.ExecutionException bug) {
                LOG.atError()
                        .setMessage("command of a batch not made")
                        .addKeyValue("batch", batch.id())
                        .setCause(bug.getCause())
                        .log();
                well = false;
            }
        }
        return well;
    }

    private boolean accept(StoredBatch batch, CommandAcceptance.Asked asked, Vin vin) {
        BatchId id = batch.id();
        try {
            Caller sender = callerOf(batch);
            if (sender.person()) {
                sender = sender.granted(grants, Scope.COMMANDS_SEND, vin);
            }
            sender.mustCover(vin);
            var _ =
                    acceptance.accept(
                            vin,
                            asked,
                            id,
                            sender,
                            batch.spec().reason(),
                            handle -> batches.runs(handle, id) && vehicles.claim(handle, id, vin),
                            (handle, command) -> vehicles.accepted(handle, id, vin, command));
            return true;
        } catch (ProblemException refused) {
            switch (refused.code()) {
                case UNAVAILABLE -> {
                    return false;
                }
                case COMMANDS_HELD -> putOff(id, vin, HELD_FOR);
                case RATE_LIMITED -> putOff(id, vin, LIMITED_FOR);
                default ->
                        database.run(
                                handle -> vehicles.refuse(handle, id, vin, refused.code().name()));
            }
            return true;
        }
    }

    private void putOff(BatchId id, Vin vin, Duration by) {
        Instant until = ledger.now().plus(by);
        database.run(handle -> vehicles.putOff(handle, id, vin, until));
    }

    /** As the token was; of its fleets, what is in them now. */
    private Caller callerOf(StoredBatch batch) {
        BatchSender sender = batch.sender();
        Set<String> fleets = sender.fleets();
        return new Caller(
                sender.subject(),
                sender.app(),
                batch.tenant(),
                sender.scopes(),
                sender.vins(),
                fleets,
                vin ->
                        fleets != null
                                && database.transaction(handle ->
                                        known.inOneOf(handle, vin, batch.tenant(), fleets)),
                sender.person());
    }

    private void forget() {
        try {
            Instant before = ledger.now().minus(retention);
            BatchId old = database.transaction(handle -> batches.old(handle, before)).orElse(null);
            if (old == null) {
                return;
            }
            int gone;
            do {
                gone = database.transaction(handle -> vehicles.forget(handle, old, ROWS_AT_ONCE));
            } while (gone == ROWS_AT_ONCE);
            database.run(handle -> batches.remove(handle, old));
        } catch (RuntimeException failed) {
            LOG.atWarn().setMessage("old batches not forgotten").addKeyValue("cause", failed).log();
        }
    }
}
