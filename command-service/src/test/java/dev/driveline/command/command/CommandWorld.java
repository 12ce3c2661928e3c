package dev.driveline.command.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.command.CommandResponse.Step;
import dev.driveline.contract.command.CommandState;
import dev.driveline.contract.gateway.DownlinkReport.Outcome;
import dev.driveline.contract.id.CommandId;
import dev.driveline.contract.id.RunId;
import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.mqtt.DownTopic;
import dev.driveline.contract.vehicle.Presence;
import dev.driveline.testkit.Draw;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A service with its rows, the logs between, a gateway, and one vehicle with its journal. What is
 * on a log is not lost, but what was meant for it can be; it is read late, and again after a crash.
 * What is on the air is lost, doubled and overtaken. The model knows what the vehicle did; the
 * service must never say otherwise.
 */
final class CommandWorld {

    static final int STEPS = 400;
    private static final Vin VIN = Vin.of("WDRV0TESTCMND0001");
    private static final Instant START = Instant.parse("2026-05-01T12:00:00Z");
    private static final long RESULT_WITHIN_MS = 20_000;
    private static final long LONGEST_EXECUTION_MS = 15_000;
    private static final long CLOCK_ERROR_MS = 2_000;
    private static final List<Kind> KINDS =
            List.of(
                    new Kind("lock", "doors", false, Set.of("lock", "unlock")),
                    new Kind("unlock", "doors", false, Set.of("unlock", "lock")),
                    new Kind("honk", "horn", false, Set.of()),
                    new Kind("limit", "charge", false, Set.of("limit")),
                    new Kind("start", "charge", false, Set.of("stop")),
                    new Kind("window", "window", true, Set.of()));

    private final Draw random;
    private final EnumMap<CommandState, Integer> ended;
    private final Map<String, Integer> counts;
    private Instant now = START;

    /* The service: what is committed, and what it knows of the vehicle. */
    private final Map<CommandId, StoredCommand> rows = new LinkedHashMap<>();
    private final Map<CommandId, List<CommandState>> audit = new HashMap<>();
    private final Set<CommandId> held = new HashSet<>();
    private long counter;
    private int presenceRead;
    private final List<Presence.Online> believed = new ArrayList<>();

    /* The logs, and how far they were read and committed. */
    private final List<Effect.Published> downlinks = new ArrayList<>();
    private final List<LineInput.Happened> reports = new ArrayList<>();
    private final List<LineInput.Happened> replies = new ArrayList<>();
    private final List<Presence.@Nullable Online> presence = new ArrayList<>();
    private int reportsRead;
    private int reportsCommitted;
    private int repliesRead;
    private int repliesCommitted;

    /* The gateway: the session at hand, and what it was given for it. */
    private long sessions;
    private @Nullable SessionId session;
    private boolean listens;
    private final Map<CommandId, Effect.Published> unacknowledged = new LinkedHashMap<>();

    /* The vehicle. */
    private final List<StoredCommand> inbox = new ArrayList<>();
    private final Map<CommandId, @Nullable Step> journal = new HashMap<>();
    private final Map<CommandId, Instant> executing = new LinkedHashMap<>();
    private final List<CommandId> begun = new ArrayList<>();
    private final Set<CommandId> finished = new HashSet<>();
    private final List<LineInput.Happened> answers = new ArrayList<>();
    private final long skewMs;

    CommandWorld(Draw random, EnumMap<CommandState, Integer> ended, Map<String, Integer> counts) {
        this.random = random;
        this.ended = ended;
        this.counts = counts;
        this.skewMs = random.nextLong(2 * CLOCK_ERROR_MS) - CLOCK_ERROR_MS;
    }

    void run() {
        for (int i = 0; i < STEPS; i++) {
            happen();
            check();
        }
        held.clear();
        for (int i = 0; i < 40; i++) {
            now = now.plusSeconds(5);
            executing.keySet().stream().toList().forEach(this::finish);
            connect();
            sendAnswers();
            readAll();
            look(null);
            check();
        }
        rows.values()
                .forEach(stored -> {
                    assertTrue(stored.command().state().terminal(), () -> "it ends: " + stored);
                    ended.merge(stored.command().state(), 1, Integer::sum);
                    if (stored.command().late()) {
                        count("late");
                    }
                });
    }

    private void happen() {
        switch (random.nextInt(28)) {
            case 0 -> accept();
            case 1, 2 -> now = now.plusMillis(random.nextInt(random.oneIn(12) ? 40_000 : 4_000));
            case 3 -> {
                if (session == null || random.oneIn(6)) {
                    connect();
                }
            }
            case 4 -> {
                if (random.oneIn(4)) {
                    disconnect();
                }
            }
            case 5, 6, 7 -> look(random.oneIn(4) ? stale() : current());
            case 8, 9, 10, 24 -> gatewayTakes();
            case 11 -> gatewaySendsAgain();
            case 12, 13, 14, 25 -> vehicleTakes();
            case 15, 26 -> executing.keySet().stream().toList().forEach(this::finish);
            case 16 -> reboot();
            case 17 -> sendAnswers();
            case 18, 19 -> readReport();
            case 20, 21 -> readReply();
            case 22 -> readPresence();
            case 23 -> rarely();
            default -> look(current());
        }
    }

    private void rarely() {
        switch (random.nextInt(7)) {
            case 0 -> crash();
            case 6 -> listens = session != null && !listens;
            case 1 ->
                    some().ifPresentOrElse(
                                    stored -> happened(stored.id(), new Input.Cancel()), () -> {});
            case 2 -> some().ifPresentOrElse(this::approve, () -> {});
            case 3 ->
                    some().ifPresentOrElse(
                                    stored ->
                                            happened(
                                                    stored.id(),
                                                    new Input.Refused("DECLINED", null)),
                                    () -> {});
            case 4 -> some().ifPresentOrElse(stored -> held.add(stored.id()), () -> {});
            default -> held.clear();
        }
    }

    private java.util.Optional<StoredCommand> some() {
        return rows.isEmpty()
                ? java.util.Optional.empty()
                : java.util.Optional.of(random.oneOf(List.copyOf(rows.values())));
    }

    // The service.

    private void accept() {
        Kind kind = random.oneOf(KINDS);
        CommandId id = CommandId.of(now.toEpochMilli(), random.nextLong(), random.nextLong());
        int ttlS = 5 + random.nextInt(90);
        Instant expires = now.plusSeconds(ttlS);
        boolean approval = random.oneIn(5);
        StoredCommand fresh =
                new StoredCommand(
                        id,
                        VIN,
                        TenantId.of("acme"),
                        kind,
                        Map.of(),
                        document(approval),
                        new StoredCommand.Wish(ttlS, random.oneIn(4), null),
                        now,
                        1,
                        Command.accepted(expires, expires.plusMillis(RESULT_WITHIN_MS)),
                        null,
                        "somebody");
        Input then =
                approval
                        ? new Input.AwaitApproval()
                        : random.oneIn(20)
                                ? new Input.Refused("PRECONDITION_FAILED", Map.of())
                                : new Input.Enqueue();
        transact(id, new LineInput.Accepted(fresh, then));
    }

    private StoredCommand.Document document(boolean approval) {
        counter = Math.max(counter + 1, now.toEpochMilli());
        return new StoredCommand.Document(approval ? "" : "signed", counter);
    }

    private void approve(StoredCommand stored) {
        Instant expires = now.plusSeconds(stored.wish().ttlS());
        transact(
                stored.id(),
                new LineInput.Approved(
                        stored.id(),
                        document(false),
                        new Input.Approved(expires, expires.plusMillis(RESULT_WITHIN_MS))));
    }

    private void happened(CommandId id, Input input) {
        transact(id, new LineInput.Happened(id, input));
    }

    private void look(Presence.@Nullable Online online) {
        transact(
                null,
                new LineInput.Looked(
                        online,
                        Set.copyOf(held),
                        random.nextInt(4),
                        random.nextInt(2),
                        random.oneIn(3)));
    }

    /** Reads, decides and commits under the vehicle's lock; what comes after can be lost. */
    private void transact(@Nullable CommandId named, LineInput input) {
        if (random.oneIn(30)) {
            count("crash before commit");
            return;
        }
        List<StoredCommand> open =
                rows.values().stream()
                        .filter(stored ->
                                !stored.command().state().terminal() || stored.id().equals(named))
                        .sorted(Comparator.comparingLong(stored -> stored.document().counter()))
                        .toList();
        List<Effect> effects = Line.step(open, input, now);
        for (Effect effect : effects) {
            switch (effect) {
                case Effect.Told told -> tell(told.command());
                case Effect.Kept kept -> keep(kept.command());
                case Effect.Woken _ -> count("woken");
                case Effect.Published _ -> count("dispatched");
            }
        }
        if (random.oneIn(10)) {
            count("crash before publish");
            return;
        }
        for (Effect effect : effects) {
            if (effect instanceof Effect.Published published) {
                assertFalse(published.command().document().envelope().isEmpty(), "it is signed");
                downlinks.add(published);
            }
        }
    }

    private void tell(StoredCommand stored) {
        List<CommandState> steps = audit.computeIfAbsent(stored.id(), same -> new ArrayList<>());
        steps.add(stored.command().state());
        assertEquals(steps.size(), stored.step(), "steps have no gaps");
        random.note(
                stored.kind().type() + " " + short_(stored.id()) + " " + stored.command().state());
        keep(stored);
    }

    private void keep(StoredCommand stored) {
        StoredCommand before = rows.put(stored.id(), stored);
        if (before != null && before.command().state().isFinal()) {
            assertEquals(before.command(), stored.command(), "a final state is never left");
        }
    }

    private void crash() {
        count("crash");
        reportsRead = reportsCommitted;
        repliesRead = repliesCommitted;
        presenceRead = 0;
        believed.clear();
    }

    private void readReport() {
        if (reportsRead < reports.size()) {
            LineInput.Happened report = reports.get(reportsRead++);
            happened(report.id(), report.input());
            reportsCommitted = random.oneIn(3) ? reportsRead : reportsCommitted;
        }
    }

    private void readReply() {
        if (repliesRead < replies.size()) {
            LineInput.Happened reply = replies.get(repliesRead++);
            happened(reply.id(), reply.input());
            repliesCommitted = random.oneIn(3) ? repliesRead : repliesCommitted;
        }
    }

    private void readAll() {
        while (reportsRead < reports.size()) {
            readReport();
        }
        while (repliesRead < replies.size()) {
            readReply();
        }
    }

    private void readPresence() {
        while (presenceRead < presence.size()) {
            Presence.Online online = presence.get(presenceRead++);
            if (online == null) {
                believed.add(null);
            } else {
                believed.add(online);
            }
        }
    }

    private Presence.@Nullable Online current() {
        return believed.isEmpty() ? null : believed.getLast();
    }

    private Presence.@Nullable Online stale() {
        return believed.isEmpty() ? null : believed.get(random.nextInt(believed.size()));
    }

    // The gateway.

    private void connect() {
        sessions++;
        session = new SessionId(sessions);
        listens = !random.oneIn(6);
        presence.add(
                listens
                        ? new Presence.Online(
                                session,
                                new RunId(1),
                                0,
                                Set.of(DownTopic.COMMANDS),
                                0,
                                now,
                                "5",
                                now)
                        : null);
        if (random.oneIn(2)) {
            readPresence();
        }
    }

    private void disconnect() {
        session = null;
        listens = false;
        inbox.removeIf(lost -> random.oneIn(2));
        if (random.oneIn(2)) {
            presence.add(null);
        }
    }

    /**
     * A record can come behind a later one, but not twice: the producer is idempotent, and a run of
     * a gateway reads its partition once. A second attempt is a record of its own.
     */
    private void gatewayTakes() {
        if (downlinks.isEmpty()) {
            return;
        }
        int at = random.oneIn(3) ? random.nextInt(downlinks.size()) : 0;
        Effect.Published record = downlinks.remove(at);
        SessionId to = record.session().session();
        StoredCommand command = record.command();
        if (session == null || !session.equals(to)) {
            report(record, Outcome.NOT_HERE);
        } else if (!listens) {
            report(record, Outcome.NOT_LISTENING);
        } else if (!now.isBefore(command.command().expiresAt())) {
            report(record, Outcome.TOO_LATE);
        } else if (random.oneIn(8)) {
            report(record, Outcome.BUSY);
        } else {
            unacknowledged.put(command.id(), record);
            air(command);
            report(record, Outcome.SENT);
        }
    }

    /** After a reconnection: the same PUBLISH with DUP, unless its time is over. */
    private void gatewaySendsAgain() {
        if (session != null && listens) {
            unacknowledged.values().stream()
                    .filter(record -> now.isBefore(record.command().command().expiresAt()))
                    .forEach(record -> air(record.command()));
        }
    }

    private void air(StoredCommand command) {
        if (!random.oneIn(5)) {
            inbox.add(command);
        }
    }

    private void report(Effect.Published record, Outcome outcome) {
        count(outcome.name());
        // A gateway that is killed tells nothing more.
        if (!random.oneIn(8)) {
            reports.add(
                    new LineInput.Happened(
                            record.command().id(),
                            new Input.Reported(
                                    record.session().session(), record.attempt(), outcome)));
        }
    }

    // The vehicle.

    private void vehicleTakes() {
        if (inbox.isEmpty()) {
            return;
        }
        int at = random.nextInt(inbox.size());
        StoredCommand command = random.oneIn(6) ? inbox.get(at) : inbox.remove(at);
        Effect.Published record = unacknowledged.remove(command.id());
        if (record != null) {
            report(record, Outcome.DELIVERED);
        }
        judge(command);
    }

    private void judge(StoredCommand command) {
        CommandId id = command.id();
        if (journal.containsKey(id)) {
            if (!executing.containsKey(id)) {
                Step known = journal.get(id);
                answer(id, known == null ? Step.UNKNOWN : known);
            }
            return;
        }
        Instant latest = now.plusMillis(skewMs + CLOCK_ERROR_MS);
        if (!latest.isBefore(command.command().expiresAt())) {
            answer(id, Step.REJECTED);
            return;
        }
        if (random.oneIn(10)) {
            // It will not change its mind when the command comes again.
            journal.put(id, Step.REJECTED);
            answer(id, Step.REJECTED);
            return;
        }
        journal.put(id, null);
        begin(command);
        answer(id, Step.ACKNOWLEDGED);
        answer(id, Step.EXECUTING);
    }

    private void begin(StoredCommand command) {
        CommandId id = command.id();
        random.note("vehicle begins " + command.kind().type() + " " + short_(id));
        assertFalse(begun.contains(id), () -> "executed twice: " + command);
        assertTrue(now.isBefore(command.command().expiresAt()), () -> "begun too late: " + command);
        String domain = command.kind().domain();
        for (CommandId other : begun) {
            StoredCommand earlier = rows.get(other);
            if (earlier.kind().domain().equals(domain)) {
                assertTrue(
                        earlier.document().counter() < command.document().counter(),
                        () -> "out of order: " + earlier + " before " + command);
                Instant until = executing.get(other);
                assertTrue(until == null || !now.isBefore(until), () -> "two at once: " + command);
            }
        }
        begun.add(id);
        executing.put(id, now.plusMillis(random.nextInt((int) LONGEST_EXECUTION_MS)));
        count("executed");
    }

    private void finish(CommandId id) {
        Instant until = executing.get(id);
        if (until != null && !now.isBefore(until)) {
            executing.remove(id);
            finished.add(id);
            Step step = random.oneIn(3) ? Step.FAILED : Step.SUCCEEDED;
            journal.put(id, step);
            answer(id, step);
        }
    }

    /** What was begun stays unfinished in the journal; answers are kept. */
    private void reboot() {
        if (random.oneIn(3)) {
            executing.clear();
            disconnect();
            count("reboot");
        }
    }

    private void answer(CommandId id, Step step) {
        answers.add(new LineInput.Happened(id, new Input.Responded(step, "code", Map.of())));
    }

    /** Kept until they are acknowledged: they can come twice, and one of old after a newer one. */
    private void sendAnswers() {
        if (session == null) {
            return;
        }
        for (LineInput.Happened answer : List.copyOf(answers)) {
            if (!random.oneIn(5)) {
                replies.add(answer);
                if (!random.oneIn(5)) {
                    answers.remove(answer);
                }
            }
        }
    }

    // What must be so after every step.

    private void check() {
        Map<String, StoredCommand> inFlight = new HashMap<>();
        for (StoredCommand stored : rows.values()) {
            CommandState state = stored.command().state();
            List<CommandState> steps = audit.get(stored.id());
            assertEquals(state, steps.getLast(), "the audit's last step is the state");
            long ends = steps.stream().filter(CommandState::terminal).count();
            long unknown = steps.stream().filter(CommandState.OUTCOME_UNKNOWN::equals).count();
            assertTrue(
                    ends <= 1 || (ends == 2 && unknown == 1 && stored.command().late()),
                    () -> "one terminal state: " + steps);
            boolean executed = begun.contains(stored.id());
            switch (state) {
                case EXPIRED, CANCELLED, SUPERSEDED, REJECTED ->
                        assertFalse(executed, () -> "certainly not executed: " + stored);
                case SUCCEEDED ->
                        assertTrue(finished.contains(stored.id()), () -> "it was done: " + stored);
                default -> {}
            }
            if (stored.command().inFlight()) {
                StoredCommand other = inFlight.put(stored.kind().domain(), stored);
                assertTrue(other == null, () -> "two in flight: " + other + " and " + stored);
            }
        }
    }

    private void count(String what) {
        counts.merge(what, 1, Integer::sum);
    }

    private static String short_(CommandId id) {
        return id.toString().substring(30);
    }
}
