package dev.driveline.command.batch;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A batch's life, without input or output.
 *
 * <pre>
 * OPEN ─▶ (AWAITING_APPROVAL) ─▶ RUNNING ⇄ PAUSED
 *                                   │ ⇅ HALTED (its stop rule)
 *                                   └─▶ ENDED (COMPLETED: every vehicle had its turn)
 * OPEN, AWAITING_APPROVAL, RUNNING, PAUSED, HALTED ─▶ ENDING ─▶ ENDED (ABORTED, DECLINED, DEADLINE)
 * </pre>
 *
 * Vehicles are taken up in RUNNING only, never more than concurrency, rate and room leave. In
 * ENDING those that wait are cancelled; it is over when those underway have ended.
 */
public final class BatchMachine {

    /** Between two looks at a batch that runs. */
    public static final Duration TURN = Duration.ofMillis(250);

    /** Between two looks at one that stands still and has vehicles underway. */
    static final Duration STANDING = Duration.ofSeconds(1);

    /** Between two looks at one that is over, for results that come late. */
    static final Duration AFTERWARDS = Duration.ofMinutes(1);

    /** How long a vehicle keeps an answer: a result that is later still does not come. */
    static final Duration LATEST = Duration.ofDays(8);

    private BatchMachine() {}

    /** The batch afterwards, equal to the one before if the input changes nothing. */
    public record Step(Batch batch, List<BatchOrder> orders) {

        Step(Batch batch) {
            this(batch, List.of());
        }
    }

    public static Step step(Plan plan, Batch batch, BatchInput input, Instant now) {
        return switch (input) {
            case BatchInput.Added added ->
                    new Step(
                            batch.state() == BatchState.OPEN
                                    ? batch.with(batch.counts().added(added.vehicles()))
                                    : batch);
            case BatchInput.Started started -> new Step(started(batch, started.secondPerson()));
            case BatchInput.Approved _ ->
                    new Step(
                            batch.state() == BatchState.AWAITING_APPROVAL
                                    ? batch.resumed()
                                    : batch);
            case BatchInput.Declined _ ->
                    new Step(
                            batch.state() == BatchState.AWAITING_APPROVAL
                                    ? batch.ending(BatchEnd.DECLINED)
                                    : batch);
            case BatchInput.Paused _ ->
                    new Step(
                            batch.state() == BatchState.RUNNING
                                    ? batch.in(BatchState.PAUSED)
                                    : batch);
            case BatchInput.Resumed _ -> new Step(resumed(batch));
            case BatchInput.Aborted _ -> new Step(aborted(batch));
            case BatchInput.Looked looked -> looked(plan, batch, looked, now);
            case BatchInput.Took took ->
                    new Step(
                            batch.with(batch.counts().took(took.vehicles()))
                                    .with(
                                            batch.pace()
                                                    .took(took.vehicles(), plan.perSecond(), now)));
            case BatchInput.WaitingCancelled cancelled ->
                    new Step(batch.with(batch.counts().cancelled(cancelled.vehicles())));
        };
    }

    /** When it is to be looked at again; empty if never. */
    public static Optional<Instant> due(Plan plan, Batch batch, Instant now, Instant endedAt) {
        return switch (batch.state()) {
            case OPEN, AWAITING_APPROVAL -> Optional.of(plan.until());
            case RUNNING -> Optional.of(now.isBefore(plan.from()) ? plan.from() : now.plus(TURN));
            case PAUSED, HALTED ->
                    Optional.of(
                            batch.counts().underway() > 0 || batch.nothingLeft()
                                    ? now.plus(STANDING)
                                    : plan.until());
            case ENDING -> Optional.of(now.plus(TURN));
            case ENDED ->
                    batch.counts().of(Outcome.OUTCOME_UNKNOWN) > 0
                                    && now.isBefore(endedAt.plus(LATEST))
                            ? Optional.of(now.plus(AFTERWARDS))
                            : Optional.empty();
        };
    }

    private static Batch started(Batch batch, boolean secondPerson) {
        if (batch.state() != BatchState.OPEN || batch.counts().waiting() == 0) {
            return batch;
        }
        return batch.in(secondPerson ? BatchState.AWAITING_APPROVAL : BatchState.RUNNING);
    }

    private static Batch resumed(Batch batch) {
        return switch (batch.state()) {
            case PAUSED -> batch.in(BatchState.RUNNING);
            // Who lets a halted one go on knows of the failures so far.
            case HALTED -> batch.resumed();
            case OPEN, AWAITING_APPROVAL, RUNNING, ENDING, ENDED -> batch;
        };
    }

    private static Batch aborted(Batch batch) {
        return switch (batch.state()) {
            case OPEN, AWAITING_APPROVAL, RUNNING, PAUSED, HALTED -> batch.ending(BatchEnd.ABORTED);
            case ENDING, ENDED -> batch;
        };
    }

    private static Step looked(Plan plan, Batch before, BatchInput.Looked looked, Instant now) {
        Batch batch = before.with(before.counts().found(looked));
        return switch (batch.state()) {
            case OPEN, AWAITING_APPROVAL ->
                    now.isBefore(plan.until()) ? new Step(batch) : tooLate(batch);
            case RUNNING -> running(plan, batch, looked.room(), now);
            case PAUSED, HALTED -> {
                if (batch.nothingLeft()) {
                    yield new Step(completed(batch));
                }
                yield now.isBefore(plan.until()) ? new Step(batch) : tooLate(batch);
            }
            case ENDING -> ending(batch);
            case ENDED -> new Step(batch);
        };
    }

    private static Step running(Plan plan, Batch batch, int room, Instant now) {
        if (batch.nothingLeft()) {
            return new Step(completed(batch));
        }
        Optional<String> broken = plan.stop().broken(batch.counts(), batch.judgedFrom());
        if (broken.isPresent()) {
            return new Step(batch.halted(broken.get()));
        }
        if (!now.isBefore(plan.until())) {
            return tooLate(batch);
        }
        int allowed = now.isBefore(plan.from()) ? 0 : batch.pace().allowed(plan.perSecond(), now);
        long free = plan.concurrency() - batch.counts().underway();
        long most = Math.min(Math.min(allowed, room), Math.min(free, batch.counts().waiting()));
        return most <= 0
                ? new Step(batch)
                : new Step(batch, List.of(new BatchOrder.Take(Math.toIntExact(most))));
    }

    private static Batch completed(Batch batch) {
        return new Batch(
                BatchState.ENDED,
                BatchEnd.COMPLETED,
                batch.why(),
                batch.counts(),
                batch.judgedFrom(),
                batch.pace());
    }

    private static Step tooLate(Batch batch) {
        return ending(batch.ending(BatchEnd.DEADLINE));
    }

    private static Step ending(Batch batch) {
        if (batch.nothingLeft()) {
            return new Step(batch.in(BatchState.ENDED));
        }
        List<BatchOrder> orders = new ArrayList<>();
        if (batch.counts().waiting() > 0) {
            orders.add(new BatchOrder.CancelWaiting());
        }
        if (batch.end() == BatchEnd.ABORTED && batch.counts().underway() > 0) {
            orders.add(new BatchOrder.CancelUnsent());
        }
        return new Step(batch, List.copyOf(orders));
    }
}
