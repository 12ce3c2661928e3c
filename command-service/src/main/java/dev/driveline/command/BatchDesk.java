package dev.driveline.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.command.audit.AuditEntry;
import dev.driveline.command.batch.Batch;
import dev.driveline.command.batch.BatchId;
import dev.driveline.command.batch.BatchInput;
import dev.driveline.command.batch.BatchMachine;
import dev.driveline.command.batch.BatchSender;
import dev.driveline.command.batch.BatchSpec;
import dev.driveline.command.batch.BatchState;
import dev.driveline.command.batch.Plan;
import dev.driveline.command.batch.Selection;
import dev.driveline.command.batch.StopRule;
import dev.driveline.command.batch.StoredBatch;
import dev.driveline.command.command.CommandType;
import dev.driveline.command.postgres.BatchTable;
import dev.driveline.command.postgres.BatchVehicleTable;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.CommandId;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.store.postgres.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Makes batches, tells them what to do, and says how they stand. Thread-safe; methods block. */
final class BatchDesk {

    /** Vehicles of a batch. */
    static final int MAX_VEHICLES = 1_000_000;

    /** Batches of a tenant that are not over. */
    static final int MAX_OPEN = 100;

    private static final int PER_SECOND = 10;
    private static final int CONCURRENCY = 100;
    private static final Duration USUAL_LIFE = Duration.ofDays(7);
    private static final Duration LONGEST_LIFE = Duration.ofDays(30);
    private static final int MAX_REASON_CHARACTERS = 500;
    private static final int PAGE = 1_000;

    private final Database database;
    private final TypeDesk types;
    private final CommandAcceptance acceptance;
    private final AuditDesk audit;
    private final CommandLedger ledger;
    private final RandomGenerator random;
    private final int approvalOver;
    private final BatchTable batches = new BatchTable();
    private final BatchVehicleTable vehicles = new BatchVehicleTable();

    /**
     * @param approvalOver for more vehicles than these a second person must agree
     */
    BatchDesk(
            Database database,
            TypeDesk types,
            CommandAcceptance acceptance,
            AuditDesk audit,
            CommandLedger ledger,
            RandomGenerator random,
            int approvalOver) {
        this.database = database;
        this.types = types;
        this.acceptance = acceptance;
        this.audit = audit;
        this.ledger = ledger;
        this.random = random;
        this.approvalOver = approvalOver;
    }

    /**
     * What is asked for; null for what is usual.
     *
     * @param select null if the vehicles will be named one by one
     */
    record Wish(
            @Nullable String type,
            @Nullable JsonNode params,
            @Nullable Integer ttlS,
            @Nullable String reason,
            @Nullable Selection select,
            @Nullable Integer perSecond,
            @Nullable Integer concurrency,
            @Nullable StopRule stop,
            @Nullable Instant from,
            @Nullable Instant until) {}

    /** Makes one; nothing goes out before it is started. */
    StoredBatch create(Wish wish, Caller caller) {
        String reason = wish.reason();
        if (reason != null && reason.length() > MAX_REASON_CHARACTERS) {
            throw new InvalidValueException(
                    "reason", reason, "expected up to " + MAX_REASON_CHARACTERS + " characters");
        }
        CommandAcceptance.Asked asked =
                acceptance.asked(
                        new CommandAcceptance.Request(
                                wish.type(), wish.params(), wish.ttlS(), true, reason),
                        caller);
        Instant now = ledger.now();
        BatchSpec spec =
                new BatchSpec(
                        asked.type().type(),
                        asked.params(),
                        asked.ttlS(),
                        reason,
                        wish.select(),
                        planOf(wish, now));
        StoredBatch fresh =
                new StoredBatch(
                        new BatchId(
                                CommandId.of(
                                                now.toEpochMilli(),
                                                random.nextLong(),
                                                random.nextLong())
                                        .value()),
                        caller.tenant(),
                        spec,
                        new BatchSender(
                                caller.subject(),
                                caller.actor(),
                                caller.scopes(),
                                caller.vins(),
                                caller.fleets(),
                                caller.person()),
                        Batch.FRESH,
                        1,
                        1,
                        null,
                        null,
                        now,
                        null,
                        null);
        return database.transaction(handle -> {
            if (batches.openOnes(handle, caller.tenant()) >= MAX_OPEN) {
                throw new ProblemException(
                        ErrorCode.CONFLICT, MAX_OPEN + " batches are not over, no more are taken");
            }
            StoredBatch made = select(handle, fresh, now);
            batches.insert(handle, made, spec.plan().until());
            record(
                    handle,
                    made,
                    "CREATED",
                    Actor.of(caller, Senders.scopeOf(asked.type()), reason));
            return made;
        });
    }

    private StoredBatch select(Handle handle, StoredBatch fresh, Instant now) {
        Selection selection = fresh.spec().select();
        if (selection == null) {
            return fresh;
        }
        int found =
                vehicles.addSelected(handle, fresh.id(), fresh.tenant(), fresh.sender(), selection);
        mustNotBeTooMany(found);
        return fresh.with(
                BatchMachine.step(
                                fresh.spec().plan(),
                                fresh.batch(),
                                new BatchInput.Added(found),
                                now)
                        .batch(),
                now);
    }

    private static Plan planOf(Wish wish, Instant now) {
        Instant from = Objects.requireNonNullElse(wish.from(), now);
        Instant until = Objects.requireNonNullElse(wish.until(), from.plus(USUAL_LIFE));
        if (!until.isAfter(now) || until.isAfter(now.plus(LONGEST_LIFE))) {
            throw new InvalidValueException(
                    "until", until, "expected within " + LONGEST_LIFE.toDays() + " days from now");
        }
        return new Plan(
                Objects.requireNonNullElse(wish.perSecond(), PER_SECOND),
                Objects.requireNonNullElse(wish.concurrency(), CONCURRENCY),
                Objects.requireNonNullElse(wish.stop(), StopRule.USUAL),
                from,
                until);
    }

    static void mustNotBeTooMany(long vehicles) {
        if (vehicles > MAX_VEHICLES) {
            throw new ProblemException(
                    ErrorCode.BODY_TOO_LARGE,
                    "the batch would have more than " + MAX_VEHICLES + " vehicles",
                    Map.of("limit", MAX_VEHICLES));
        }
    }

    /** Its owner says go. */
    StoredBatch start(BatchId id, Caller caller, @Nullable String reason) {
        return change(
                id,
                caller,
                reason,
                (stored, type) -> {
                    if (type == null) {
                        throw TypeDesk.unknown(stored.spec().type());
                    }
                    if (stored.batch().counts().waiting() == 0) {
                        throw new ProblemException(
                                ErrorCode.CONFLICT, "batch " + id + " has no vehicles");
                    }
                    return new BatchInput.Started(
                            type.approval() || stored.batch().counts().total() > approvalOver);
                });
    }

    StoredBatch pause(BatchId id, Caller caller, @Nullable String reason) {
        return change(id, caller, reason, (stored, type) -> new BatchInput.Paused());
    }

    StoredBatch resume(BatchId id, Caller caller, @Nullable String reason) {
        return change(id, caller, reason, (stored, type) -> new BatchInput.Resumed());
    }

    StoredBatch abort(BatchId id, Caller caller, @Nullable String reason) {
        return change(id, caller, reason, (stored, type) -> new BatchInput.Aborted());
    }

    /**
     * A second person agrees.
     *
     * @throws ProblemException SECOND_PERSON_REQUIRED for the one who made it
     */
    StoredBatch approve(BatchId id, Caller caller, @Nullable String reason) {
        return decide(id, caller, reason, new BatchInput.Approved());
    }

    /** A second person says no; as {@link #approve}. */
    StoredBatch decline(BatchId id, Caller caller, @Nullable String reason) {
        return decide(id, caller, reason, new BatchInput.Declined());
    }

    private StoredBatch decide(
            BatchId id, Caller caller, @Nullable String reason, BatchInput decision) {
        return change(
                id,
                caller,
                reason,
                (stored, type) -> {
                    mustBeAnother(stored, caller);
                    return decision;
                });
    }

    private static void mustBeAnother(StoredBatch stored, Caller caller) {
        if (stored.sender().subject().equals(caller.subject())) {
            throw new ProblemException(
                    ErrorCode.SECOND_PERSON_REQUIRED,
                    "'"
                            + caller.subject()
                            + "' has made batch "
                            + stored.id()
                            + "; somebody else has to decide");
        }
    }

    private interface Decision {
        /** The type is null if it is gone: the batch can still be stopped. */
        BatchInput of(StoredBatch stored, @Nullable CommandType type);
    }

    private StoredBatch change(
            BatchId id, Caller caller, @Nullable String reason, Decision decision) {
        StoredBatch seen = find(id, caller);
        CommandType type = types.find(seen.tenant(), seen.spec().type()).orElse(null);
        Senders.mustSend(type, caller);
        return database.transaction(handle -> {
            StoredBatch stored = locked(handle, id, caller);
            Instant now = ledger.now();
            BatchInput input = decision.of(stored, type);
            Batch next =
                    BatchMachine.step(stored.spec().plan(), stored.batch(), input, now).batch();
            if (next.equals(stored.batch())) {
                throw new ProblemException(
                        ErrorCode.CONFLICT,
                        "batch " + id + " is " + stored.batch().state() + "; that changes nothing");
            }
            StoredBatch changed = stored.with(next, now);
            if (input instanceof BatchInput.Approved) {
                changed = changed.approved(caller.subject());
            }
            batches.save(handle, changed, now);
            record(
                    handle,
                    changed,
                    changed.batch().state().name(),
                    Actor.of(caller, Senders.scopeOf(type), reason));
            return changed;
        });
    }

    /** Writes vehicles down; what they are is the caller's matter. */
    StoredBatch added(Handle handle, StoredBatch stored, int vehicles) {
        Instant now = ledger.now();
        StoredBatch more =
                stored.with(
                        BatchMachine.step(
                                        stored.spec().plan(),
                                        stored.batch(),
                                        new BatchInput.Added(vehicles),
                                        now)
                                .batch(),
                        now);
        mustNotBeTooMany(more.batch().counts().total());
        batches.save(handle, more, stored.spec().plan().until());
        return more;
    }

    /** One that still takes vehicles, with its row locked. */
    StoredBatch open(Handle handle, BatchId id, Caller caller) {
        StoredBatch stored = locked(handle, id, caller);
        if (stored.batch().state() != BatchState.OPEN) {
            throw new ProblemException(
                    ErrorCode.CONFLICT,
                    "batch "
                            + id
                            + " is "
                            + stored.batch().state()
                            + " and takes no more vehicles");
        }
        if (stored.spec().select() != null) {
            throw new ProblemException(
                    ErrorCode.CONFLICT, "the vehicles of batch " + id + " are selected");
        }
        return stored;
    }

    private StoredBatch locked(Handle handle, BatchId id, Caller caller) {
        return batches.locked(handle, caller.tenant(), id)
                .filter(stored -> sees(caller, stored))
                .orElseThrow(() -> unknown(id));
    }

    /** A batch that the caller may see: a token for some vehicles sees those it made itself. */
    StoredBatch find(BatchId id, Caller caller) {
        return found(id, caller).orElseThrow(() -> unknown(id));
    }

    private Optional<StoredBatch> found(BatchId id, Caller caller) {
        return database.transaction(handle -> batches.find(handle, caller.tenant(), id))
                .filter(stored -> sees(caller, stored));
    }

    private static boolean sees(Caller caller, StoredBatch stored) {
        return (caller.vins() == null && !caller.person())
                || stored.sender().subject().equals(caller.subject());
    }

    private static ProblemException unknown(BatchId id) {
        return new ProblemException(ErrorCode.BATCH_UNKNOWN, "no batch '" + id + "'");
    }

    List<StoredBatch> page(Caller caller, @Nullable BatchId before, int limit) {
        boolean whole = caller.vins() == null && !caller.person();
        return database.transaction(handle ->
                batches.page(
                        handle,
                        caller.tenant(),
                        whole ? null : caller.subject(),
                        before == null ? null : before.value(),
                        limit));
    }

    /** Takes what became of each vehicle; false ends it. */
    interface Sink {
        boolean take(BatchVehicleTable.Row row) throws InterruptedException;
    }

    /**
     * Tells what became of the vehicles, those that the caller's token covers.
     *
     * @param state only those; null for all
     */
    void results(BatchId id, Caller caller, @Nullable String state, Sink sink)
            throws InterruptedException {
        StoredBatch stored = find(id, caller);
        long after = 0;
        List<BatchVehicleTable.Row> page;
        do {
            long from = after;
            page =
                    database.transaction(
                            handle -> vehicles.page(handle, stored.id(), state, from, PAGE));
            for (BatchVehicleTable.Row row : page) {
                if (caller.covers(row.vin()) && !sink.take(row)) {
                    return;
                }
                after = row.place();
            }
        } while (page.size() == PAGE);
    }

    /** Writes a step into the audit, in the caller's transaction. */
    void record(Handle handle, StoredBatch stored, String state, Actor actor) {
        Map<String, Object> what = new LinkedHashMap<>();
        what.put("spec", stored.spec());
        what.put("counts", stored.batch().counts());
        what.put("end", stored.batch().end());
        what.put("why", stored.batch().why());
        UUID id = stored.id().value();
        audit.append(
                handle,
                AuditEntry.Kind.BATCH,
                id,
                stored.step(),
                stored.tenant(),
                stored.spec().type(),
                state,
                what,
                actor,
                ledger.now());
    }
}
