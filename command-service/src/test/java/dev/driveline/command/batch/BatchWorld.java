package dev.driveline.command.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.testkit.Draw;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A batch with its rows, two instances that look at it and can die between any two steps, people
 * who tell it what to do, and vehicles whose commands end in any way at any time, or late.
 */
final class BatchWorld {

    private static final int STEPS = 300;
    private static final Instant START = Instant.parse("2026-05-01T12:00:00Z");

    private final Draw random;
    private final Map<String, Integer> counts;
    private final Plan plan;
    private Instant now = START;

    /* What is committed. */
    private Batch batch = Batch.FRESH;
    private final Map<Integer, Row> rows = new LinkedHashMap<>();
    private final Map<Integer, Outcome> commands = new LinkedHashMap<>();
    private final List<Instant> sent = new ArrayList<>();

    /* What each instance holds in its memory: vehicles that it took up. */
    private final List<Deque<Integer>> taken = List.of(new ArrayDeque<>(), new ArrayDeque<>());

    /** A vehicle's row. */
    private static final class Row {
        String state = "WAITING";
        boolean command;
        boolean refused;
    }

    BatchWorld(Draw random, Map<String, Integer> counts) {
        this.random = random;
        this.counts = counts;
        StopRule stop =
                switch (random.nextInt(4)) {
                    case 0 -> new StopRule(null, null, null, null);
                    case 1 -> new StopRule(1 + random.nextInt(5), null, null, false);
                    case 2 -> new StopRule(null, 0.5, 1 + random.nextInt(8), true);
                    default -> StopRule.USUAL;
                };
        this.plan =
                new Plan(
                        1 + random.nextInt(random.oneIn(3) ? 3 : 40),
                        1 + random.nextInt(20),
                        stop,
                        random.oneIn(3) ? START.plusSeconds(20) : START,
                        START.plusSeconds(random.oneIn(3) ? 60 : 10_000));
    }

    void run() {
        add(random.nextInt(120));
        add(1 + random.nextInt(20));
        tell(new BatchInput.Started(random.oneIn(2)));
        for (int i = 0; i < STEPS; i++) {
            happen();
            check();
        }
        tell(new BatchInput.Approved());
        for (int i = 0; i < 2_000 && batch.state() != BatchState.ENDED; i++) {
            tell(new BatchInput.Resumed());
            now = now.plusMillis(300);
            look(0);
            while (!taken.getFirst().isEmpty()) {
                send(0);
            }
            commands.keySet().stream().toList().forEach(this::end);
            check();
        }
        assertEquals(BatchState.ENDED, batch.state(), "it ends: " + batch);
        look(1);
        check();
        assertEquals(0, batch.counts().waiting() + batch.counts().underway());
        assertEquals(rows.size(), batch.counts().total());
        count("end " + batch.end());
    }

    private void happen() {
        switch (random.nextInt(20)) {
            case 0 -> now = now.plusMillis(random.nextInt(random.oneIn(10) ? 20_000 : 600));
            case 1, 2, 3, 4 -> {
                now = now.plusMillis(random.nextInt(300));
                look(random.nextInt(2));
            }
            case 5, 6, 7, 8, 9, 10 -> send(random.nextInt(2));
            case 11, 12, 13, 14 -> some().forEach(this::end);
            case 15 -> {
                taken.get(random.nextInt(2)).clear();
                count("killed");
            }
            case 16 -> lateResult();
            default -> rarely();
        }
    }

    private void rarely() {
        if (!random.oneIn(4)) {
            return;
        }
        switch (random.nextInt(7)) {
            case 0 -> tell(new BatchInput.Paused());
            case 1, 2 -> tell(new BatchInput.Resumed());
            case 3 -> tell(new BatchInput.Approved());
            case 4 -> {
                if (random.oneIn(6)) {
                    tell(new BatchInput.Aborted());
                }
            }
            case 5 -> {
                if (random.oneIn(6)) {
                    tell(new BatchInput.Declined());
                }
            }
            default -> add(1 + random.nextInt(3));
        }
    }

    private void add(int vehicles) {
        if (batch.state() != BatchState.OPEN) {
            tell(new BatchInput.Added(vehicles));
            return;
        }
        for (int i = 0; i < vehicles; i++) {
            rows.put(rows.size(), new Row());
        }
        tell(new BatchInput.Added(vehicles));
    }

    private void tell(BatchInput input) {
        BatchState before = batch.state();
        batch = BatchMachine.step(plan, batch, input, now).batch();
        if (before != batch.state()) {
            count(before + " to " + batch.state());
        }
    }

    /** One transaction that holds the batch's row; killed within, nothing of it is there. */
    private void look(int instance) {
        Map<Outcome, Long> ended = new EnumMap<>(Outcome.class);
        Map<Outcome, Long> late = new EnumMap<>(Outcome.class);
        long givenBack = 0;
        Map<Integer, String> changes = new LinkedHashMap<>();
        for (Map.Entry<Integer, Row> entry : rows.entrySet()) {
            Row row = entry.getValue();
            Outcome outcome = commands.get(entry.getKey());
            if (row.state.equals("UNDERWAY") && !row.command && row.refused) {
                changes.put(entry.getKey(), "REFUSED");
                ended.merge(Outcome.REFUSED, 1L, Long::sum);
            } else if (row.state.equals("UNDERWAY") && !row.command) {
                changes.put(entry.getKey(), "WAITING");
                givenBack++;
            } else if (row.state.equals("UNDERWAY") && outcome != null) {
                changes.put(entry.getKey(), outcome.name());
                ended.merge(outcome, 1L, Long::sum);
            } else if (row.state.equals("OUTCOME_UNKNOWN")
                    && outcome != null
                    && outcome != Outcome.OUTCOME_UNKNOWN) {
                changes.put(entry.getKey(), outcome.name());
                late.merge(outcome, 1L, Long::sum);
                count("late");
            }
        }
        int room = random.oneIn(5) ? random.nextInt(3) : 1_000;
        BatchInput looked = new BatchInput.Looked(ended, late, givenBack, room);
        BatchMachine.Step step = BatchMachine.step(plan, batch, looked, now);
        Batch next = step.batch();
        List<Integer> took = new ArrayList<>();
        boolean cancel = false;
        boolean unsent = false;
        for (BatchOrder order : step.orders()) {
            switch (order) {
                case BatchOrder.Take take -> {
                    assertTrue(take.most() <= room, "room");
                    rows.keySet().stream()
                            .filter(vehicle ->
                                    changes.getOrDefault(vehicle, rows.get(vehicle).state)
                                            .equals("WAITING"))
                            .limit(random.oneIn(4) ? random.nextInt(take.most()) : take.most())
                            .forEach(took::add);
                    next =
                            BatchMachine.step(plan, next, new BatchInput.Took(took.size()), now)
                                    .batch();
                }
                case BatchOrder.CancelWaiting _ -> cancel = true;
                case BatchOrder.CancelUnsent _ -> unsent = true;
            }
        }
        if (cancel) {
            List<Integer> waiting =
                    rows.keySet().stream()
                            .filter(vehicle ->
                                    changes.getOrDefault(vehicle, rows.get(vehicle).state)
                                            .equals("WAITING"))
                            .limit(10)
                            .toList();
            waiting.forEach(vehicle -> changes.put(vehicle, "CANCELLED"));
            next =
                    BatchMachine.step(
                                    plan,
                                    next,
                                    new BatchInput.WaitingCancelled(waiting.size()),
                                    now)
                            .batch();
        }
        if (random.oneIn(8)) {
            count("killed before commit");
            return;
        }
        changes.forEach((vehicle, state) -> rows.get(vehicle).state = state);
        took.forEach(vehicle -> rows.get(vehicle).state = "UNDERWAY");
        if (batch.state() != next.state()) {
            count(batch.state() + " to " + next.state());
        }
        batch = next;
        if (unsent) {
            some().stream()
                    .filter(vehicle -> commands.get(vehicle) == null)
                    .forEach(vehicle -> commands.put(vehicle, Outcome.CANCELLED));
        }
        taken.get(instance).addAll(took);
    }

    /** One vehicle's transaction; what an instance remembers may be long over. */
    private void send(int instance) {
        Integer vehicle = taken.get(instance).poll();
        if (vehicle == null) {
            return;
        }
        Row row = rows.get(vehicle);
        if (random.oneIn(12)) {
            row.refused = row.state.equals("UNDERWAY") && !row.command;
            return;
        }
        if (random.oneIn(12)) {
            count("put off");
            return;
        }
        boolean claimed =
                batch.state() == BatchState.RUNNING
                        && row.state.equals("UNDERWAY")
                        && !row.command
                        && !row.refused;
        if (!claimed) {
            count("too late to send");
            return;
        }
        assertTrue(!commands.containsKey(vehicle), "no vehicle gets two");
        row.command = true;
        commands.put(vehicle, null);
        sent.add(now);
        count("sent");
    }

    private void end(int vehicle) {
        if (commands.get(vehicle) == null) {
            Outcome[] all = Outcome.values();
            Outcome outcome = all[random.nextInt(all.length - 1)];
            commands.put(vehicle, random.oneIn(2) ? Outcome.SUCCEEDED : outcome);
        }
    }

    private void lateResult() {
        commands.entrySet().stream()
                .filter(entry -> entry.getValue() == Outcome.OUTCOME_UNKNOWN)
                .findFirst()
                .ifPresent(entry ->
                        entry.setValue(random.oneIn(2) ? Outcome.SUCCEEDED : Outcome.FAILED));
    }

    private List<Integer> some() {
        return commands.keySet().stream().filter(vehicle -> random.oneIn(3)).toList();
    }

    private void check() {
        Map<String, Long> states = new LinkedHashMap<>();
        rows.values().forEach(row -> states.merge(row.state, 1L, Long::sum));
        Counts told = batch.counts();
        assertEquals(states.getOrDefault("WAITING", 0L), told.waiting(), "waiting");
        assertEquals(states.getOrDefault("UNDERWAY", 0L), told.underway(), "underway");
        for (Outcome outcome : Outcome.values()) {
            assertEquals(states.getOrDefault(outcome.name(), 0L), told.of(outcome), outcome.name());
        }
        assertEquals(rows.size(), told.total(), "the counts add up");
        assertTrue(told.underway() <= plan.concurrency(), "concurrency");
        Set<BatchState> quiet =
                Set.of(BatchState.OPEN, BatchState.AWAITING_APPROVAL, BatchState.ENDED);
        if (quiet.contains(batch.state())) {
            assertEquals(0, told.underway(), "nothing is out in " + batch.state());
        }
        if (batch.state() == BatchState.ENDED) {
            assertEquals(0, told.waiting(), "nothing waits at the end");
        }
    }

    /** Takes of one second are those of the rate and of one turn. */
    static void paced(Draw random) {
        int rate = 1 + random.nextInt(Plan.MAX_PER_SECOND);
        Pace pace = Pace.START;
        Instant at = START;
        List<Instant> takes = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            at = at.plusMillis(random.nextInt(random.oneIn(20) ? 3_000 : 200));
            int allowed = pace.allowed(rate, at);
            int took = allowed == 0 ? 0 : random.nextInt(allowed + 1);
            pace = pace.took(took, rate, at);
            for (int one = 0; one < took; one++) {
                takes.add(at);
            }
        }
        long turn = rate * BatchMachine.TURN.toMillis() / 1_000 + 1;
        int first = 0;
        for (int last = 0; last < takes.size(); last++) {
            while (Duration.between(takes.get(first), takes.get(last)).toMillis() >= 1_000) {
                first++;
            }
            assertTrue(
                    last - first + 1 <= rate + turn,
                    (last - first + 1) + " within a second at " + rate + "/s");
        }
    }

    private void count(String what) {
        counts.merge(what, 1, Integer::sum);
    }
}
