package dev.driveline.command;

import dev.driveline.command.audit.AuditChain;
import dev.driveline.command.audit.AuditEntry;
import dev.driveline.command.config.Differences;
import dev.driveline.command.postgres.AuditTable;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.json.Json;
import dev.driveline.store.postgres.Database;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Writes, reads and checks the audit. Thread-safe; methods block. */
final class AuditDesk {

    private static final String NOTHING_SIGNED = "";

    static final int MAX_FAULTS = 100;
    private static final int PAGE = 1_000;

    private final Database database;
    private final AuditTable table;

    AuditDesk(Database database, AuditTable table) {
        this.database = database;
        this.table = table;
    }

    /** Writes what is about no single command, in the caller's transaction. */
    void append(
            Handle handle,
            AuditEntry.Kind kind,
            UUID subject,
            int step,
            TenantId tenant,
            String type,
            String state,
            Map<String, Object> what,
            Actor actor,
            Instant now) {
        String text = Json.text(what);
        table.append(
                handle,
                List.of(
                        new AuditEntry(
                                kind,
                                subject,
                                step,
                                now,
                                tenant,
                                null,
                                type,
                                state,
                                null,
                                text,
                                false,
                                actor.name(),
                                actor.app(),
                                actor.scope(),
                                actor.reason(),
                                Differences.hashOf(text),
                                NOTHING_SIGNED,
                                kind == AuditEntry.Kind.BATCH ? subject : null)));
    }

    /** Takes each row of a time and, if it is given, a vehicle; false ends it. */
    interface Sink {
        boolean take(AuditTable.Row row) throws InterruptedException;
    }

    void export(TenantId tenant, @Nullable Vin vin, Instant from, Instant to, Sink sink)
            throws InterruptedException {
        AuditEntry last = null;
        List<AuditTable.Row> page;
        do {
            AuditEntry after = last;
            page =
                    database.transaction(
                            handle -> table.between(handle, tenant, vin, from, to, after, PAGE));
            for (AuditTable.Row row : page) {
                if (!sink.take(row)) {
                    return;
                }
                last = row.entry();
            }
        } while (page.size() == PAGE);
    }

    /** What is wrong with one row. */
    record Fault(int line, long number, @Nullable UUID subject, int step, String what) {}

    /**
     * What came of checking a tenant's chains.
     *
     * @param whole whether there are no faults
     * @param steps that stand in chains
     * @param unchained steps from before there were chains, which nothing protects
     * @param ends where each chain ends: kept elsewhere, they show later that no end was cut off
     * @param faults the first {@value #MAX_FAULTS}
     */
    record Report(
            boolean whole,
            long steps,
            long unchained,
            List<AuditTable.End> ends,
            List<Fault> faults) {}

    Report verify(TenantId tenant) {
        List<Fault> faults = new ArrayList<>();
        List<AuditTable.End> ends = database.transaction(handle -> table.ends(handle, tenant));
        Map<Integer, AuditTable.End> byLine = new HashMap<>();
        ends.forEach(end -> byLine.put(end.line(), end));
        long steps = 0;
        for (int line = 0; line < AuditChain.LINES; line++) {
            steps += verify(tenant, line, byLine.get(line), faults);
        }
        long unchained = database.transaction(handle -> table.unchained(handle, tenant));
        return new Report(
                faults.isEmpty(),
                steps,
                unchained,
                ends,
                faults.stream().limit(MAX_FAULTS).toList());
    }

    /** Up to where the chain ended when the check began: more may follow meanwhile. */
    private long verify(
            TenantId tenant, int line, AuditTable.@Nullable End end, List<Fault> faults) {
        String before = AuditChain.BEGINNING;
        long number = 0;
        long last = end == null ? Long.MAX_VALUE : end.number();
        List<AuditTable.Row> page;
        do {
            long after = number;
            page = database.transaction(handle -> table.chain(handle, tenant, line, after, PAGE));
            for (AuditTable.Row row : page) {
                AuditChain.Link link = row.link();
                if (link == null || link.number() > last) {
                    continue;
                }
                AuditEntry entry = row.entry();
                AuditChain.fault(entry, link, number + 1, before)
                        .ifPresent(what ->
                                faults.add(
                                        new Fault(
                                                line,
                                                link.number(),
                                                entry.subject(),
                                                entry.step(),
                                                what)));
                before = link.hash();
                number = link.number();
            }
        } while (page.size() == PAGE && number < last && faults.size() < MAX_FAULTS);
        boolean cut =
                end == null ? number > 0 : number != end.number() || !before.equals(end.hash());
        if (cut && faults.size() < MAX_FAULTS) {
            faults.add(
                    new Fault(
                            line,
                            number,
                            null,
                            0,
                            end == null
                                    ? "the chain has no end"
                                    : "the chain ends here, expected number " + end.number()));
        }
        return number;
    }
}
