package dev.driveline.command.audit;

import dev.driveline.contract.id.TenantId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Checks the chains of an export, which is in the order of time: entries of a chain may be up to
 * {@value #WINDOW} places from their order in it. A chain that does not begin with its first entry
 * begins with one that is taken on trust, unless an end is known before it. Used by one thread.
 */
public final class ExportCheck {

    /** How far entries of a chain are from the order of their numbers at most. */
    static final int WINDOW = 2_000;

    private static final int MAX_FAULTS = 100;

    private final Map<Integer, End> ends;
    private final Map<Place, Chain> chains = new TreeMap<>();
    private final List<Fault> faults = new ArrayList<>();
    private long checked;
    private long unchained;

    /**
     * @param ends where chains ended at an earlier check, by line; empty for none
     */
    public ExportCheck(Map<Integer, End> ends) {
        this.ends = Map.copyOf(ends);
    }

    /** Where a chain ended. */
    public record End(long number, String hash) {}

    /**
     * What is wrong.
     *
     * @param at the line of the file; 0 for what is not there
     */
    public record Fault(long at, TenantId tenant, int line, long number, String what) {}

    /**
     * What came of it.
     *
     * @param checked entries in chains
     * @param unchained entries from before there were chains, which nothing protects
     * @param trusted chains that begin with an entry that was taken on trust
     * @param faults the first of them, in the order of the check
     */
    public record Report(long checked, long unchained, int trusted, List<Fault> faults) {}

    private record Place(TenantId tenant, int line) implements Comparable<Place> {
        @Override
        public int compareTo(Place other) {
            return Comparator.comparing((Place place) -> place.tenant().value())
                    .thenComparingInt(Place::line)
                    .compare(this, other);
        }
    }

    private record Held(long at, AuditEntry entry, AuditChain.Link link) {}

    /** A chain as far as it was checked. */
    private static final class Chain {
        private final PriorityQueue<Held> held =
                new PriorityQueue<>(Comparator.comparingLong((Held one) -> one.link().number()));
        private long number;
        private @Nullable String hash;
        private boolean trusted;
    }

    /**
     * Takes the next entry.
     *
     * @param at the line of the file
     * @param link null for one that stands in no chain
     */
    public void take(long at, AuditEntry entry, AuditChain.@Nullable Link link) {
        if (link == null) {
            unchained++;
            return;
        }
        Chain chain =
                chains.computeIfAbsent(new Place(entry.tenant(), link.line()), same -> new Chain());
        chain.held.add(new Held(at, entry, link));
        if (chain.held.size() > WINDOW) {
            check(chain, chain.held.remove());
        }
    }

    /** After the last entry. */
    public Report finish() {
        chains.forEach((place, chain) -> {
            while (!chain.held.isEmpty()) {
                check(chain, chain.held.remove());
            }
            End end = ends.get(place.line());
            if (end != null && end.number() > chain.number) {
                fault(
                        new Fault(
                                0,
                                place.tenant(),
                                place.line(),
                                chain.number,
                                "the chain ends here, it once reached number " + end.number()));
            }
        });
        int trusted = Math.toIntExact(chains.values().stream().filter(one -> one.trusted).count());
        return new Report(checked, unchained, trusted, List.copyOf(faults));
    }

    private void check(Chain chain, Held next) {
        AuditChain.Link link = next.link();
        checked++;
        if (chain.hash == null) {
            begin(chain, next);
        }
        String before = chain.hash;
        if (before != null) {
            AuditChain.fault(next.entry(), link, chain.number + 1, before)
                    .ifPresent(what -> fault(next, what));
        }
        End end = ends.get(link.line());
        if (end != null && end.number() == link.number() && !end.hash().equals(link.hash())) {
            fault(next, "its hash is not the one that was kept of it");
        }
        chain.number = link.number();
        chain.hash = link.hash();
    }

    private void begin(Chain chain, Held first) {
        long number = first.link().number();
        End end = ends.get(first.link().line());
        if (number == 1) {
            chain.hash = AuditChain.BEGINNING;
        } else if (end != null && end.number() == number - 1) {
            chain.number = end.number();
            chain.hash = end.hash();
        } else {
            chain.trusted = true;
        }
    }

    private void fault(Held where, String what) {
        fault(
                new Fault(
                        where.at(),
                        where.entry().tenant(),
                        where.link().line(),
                        where.link().number(),
                        what));
    }

    private void fault(Fault fault) {
        if (faults.size() < MAX_FAULTS) {
            faults.add(fault);
        }
    }
}
