package dev.driveline.telemetry.rule;

import dev.driveline.contract.alert.ClearReason;
import dev.driveline.telemetry.event.CodeReport;
import dev.driveline.telemetry.event.TroubleCode;
import dev.driveline.telemetry.event.TroubleCode.Status;
import dev.driveline.telemetry.packing.ByteReader;
import dev.driveline.telemetry.packing.ByteWriter;
import dev.driveline.telemetry.rule.AlertState.Firing;
import dev.driveline.telemetry.rule.AlertState.Quiet;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * One rule about trouble codes on one vehicle: takes reports in the order in which they come and
 * says what becomes of its alert. There is one while a code that matches is ACTIVE; it is told
 * again whenever other ones are. One thread.
 *
 * <p>A report that comes twice changes nothing, and one from before the last about a code nothing
 * of that code. The times that are told rise nevertheless, by a microsecond at least, so that no
 * two alerts of a vehicle are raised at the same.
 *
 * <p>Shape of its bytes: the head of {@link RuleRun}, the codes, marks of the latest reports.
 */
public final class CodeRun {

    /** Codes that are remembered of a vehicle: those heard last, ACTIVE ones first. */
    static final int MAX_CODES = 200;

    /** Codes that an alert names. */
    static final int MAX_TOLD = 50;

    private static final int MAX_REPORTS = 16;
    private static final int MAX_TEXT_BYTES = 1_024;
    private static final List<Status> STATUSES = List.of(Status.values());

    private final CompiledRule rule;
    private final Map<TroubleCode.Key, TroubleCode> known = new LinkedHashMap<>();
    private final Deque<Long> reports = new ArrayDeque<>();
    private AlertState state = new Quiet();
    private long lastUs;

    private CodeRun(CompiledRule rule) {
        this.rule = rule;
    }

    public static CodeRun of(CompiledRule rule) {
        return new CodeRun(rule);
    }

    /**
     * Goes on where the bytes were written.
     *
     * @throws IllegalArgumentException if they are none of this version of the rule
     */
    public static CodeRun fromBytes(CompiledRule rule, byte[] bytes) {
        ByteReader in = new ByteReader(bytes);
        RuleRun.Head head = RuleRun.head(in);
        head.mustBeOf(rule);
        CodeRun run = new CodeRun(rule);
        run.lastUs = head.lastUs();
        run.state = head.state();
        int codes = in.count(MAX_CODES);
        for (int i = 0; i < codes; i++) {
            TroubleCode.Key key = new TroubleCode.Key(textOf(in), textOf(in), textOf(in));
            run.known.put(key, remembered(key, STATUSES.get(in.octet()), in.varint()));
        }
        int reports = in.count(MAX_REPORTS);
        for (int i = 0; i < reports; i++) {
            run.reports.add(in.fixed64());
        }
        return run;
    }

    public byte[] toBytes() {
        ByteWriter out = new ByteWriter(64);
        new RuleRun.Head(rule.fact().version(), lastUs, 0, state).write(out);
        out.varint(known.size());
        known.values()
                .forEach(code -> {
                    write(code.key().ecu(), out);
                    write(code.key().protocol(), out);
                    write(code.key().code(), out);
                    out.octet(STATUSES.indexOf(code.status())).varint(code.lastUs());
                });
        out.varint(reports.size());
        reports.forEach(out::fixed64);
        return out.toBytes();
    }

    /** Whether there is nothing to be remembered. */
    public boolean isBlank() {
        return known.isEmpty();
    }

    /**
     * The next report.
     *
     * @param id of its event
     * @param tUs when it was, vehicle time
     */
    public void take(String id, CodeReport report, long tUs, Consumer<RuleRun.Told> out) {
        List<CodeReport.Entry> matching =
                report.entries().stream()
                        .filter(entry -> rule.watches(entry.key()))
                        .map(entry ->
                                new CodeReport.Entry(storable(entry.key()), entry.status(), null))
                        .toList();
        if ((matching.isEmpty() && known.isEmpty()) || !isNew(id)) {
            return;
        }
        Set<TroubleCode.Key> before = active();
        Set<String> complete =
                report.complete().stream().map(CodeRun::storable).collect(Collectors.toSet());
        known.putAll(new CodeReport(matching, complete).changes(known, tUs));
        forgetSome();
        if (active().equals(before)) {
            return;
        }
        lastUs = Math.max(tUs, lastUs + 1);
        out.accept(new RuleRun.Told(step(lastUs), values()));
    }

    private boolean isNew(String id) {
        long mark =
                UUID.nameUUIDFromBytes(id.getBytes(StandardCharsets.UTF_8))
                        .getLeastSignificantBits();
        if (reports.contains(mark)) {
            return false;
        }
        reports.add(mark);
        if (reports.size() > MAX_REPORTS) {
            reports.remove();
        }
        return true;
    }

    /** What is to be told now that others are ACTIVE than before. */
    private AlertEffect step(long t) {
        if (!(state instanceof Firing firing)) {
            state = new Firing(t, t);
            return new AlertEffect.Raise(t);
        }
        if (active().isEmpty()) {
            state = new Quiet();
            return new AlertEffect.Clear(firing.raisedUs(), t, ClearReason.CONDITION);
        }
        state = new Firing(firing.raisedUs(), t);
        return new AlertEffect.Update(firing.raisedUs(), t);
    }

    private Set<TroubleCode.Key> active() {
        return known.values().stream()
                .filter(CodeRun::isActive)
                .map(TroubleCode::key)
                .collect(Collectors.toSet());
    }

    /** The codes that are ACTIVE, each with 1. */
    private Map<String, Double> values() {
        Map<String, Double> values = new TreeMap<>();
        active().forEach(key ->
                values.put(key.ecu().isEmpty() ? key.code() : key.ecu() + "/" + key.code(), 1.0));
        return values.entrySet().stream()
                .limit(MAX_TOLD)
                .collect(
                        Collectors.toMap(
                                Map.Entry::getKey,
                                Map.Entry::getValue,
                                (one, _) -> one,
                                TreeMap::new));
    }

    private void forgetSome() {
        if (known.size() > MAX_CODES) {
            known.values().stream()
                    .sorted(
                            Comparator.comparing(CodeRun::isActive)
                                    .thenComparingLong(TroubleCode::lastUs))
                    .limit(known.size() - (long) MAX_CODES)
                    .map(TroubleCode::key)
                    .toList()
                    .forEach(known::remove);
        }
    }

    private static boolean isActive(TroubleCode code) {
        return code.status() == Status.ACTIVE;
    }

    /** Only what tells a next report's changes. */
    private static TroubleCode remembered(TroubleCode.Key key, Status status, long lastUs) {
        return new TroubleCode(key, status, lastUs, lastUs, null, null, 0, null);
    }

    private static TroubleCode.Key storable(TroubleCode.Key key) {
        return new TroubleCode.Key(
                storable(key.ecu()), storable(key.protocol()), storable(key.code()));
    }

    /** UTF-8 has no half of a surrogate pair, and PostgreSQL no U+0000. */
    private static String storable(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8)
                .replace('\0', '\ufffd');
    }

    private static void write(String text, ByteWriter out) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.varint(bytes.length).bytes(bytes);
    }

    private static String textOf(ByteReader in) {
        byte[] bytes = new byte[in.count(MAX_TEXT_BYTES)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) in.octet();
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
