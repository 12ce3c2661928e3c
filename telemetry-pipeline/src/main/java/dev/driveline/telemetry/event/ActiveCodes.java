package dev.driveline.telemetry.event;

import dev.driveline.telemetry.packing.ByteReader;
import dev.driveline.telemetry.packing.ByteWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which codes each control unit on a vehicle's J1939 buses last said to be active, and what changes
 * with its next word. A word from before the last changes nothing. With each boot of the TBox all
 * are told again, so that whoever missed one, as a vehicle's next tenant, learns of it. At most
 * {@value #MAX_SOURCES} control units; others are passed over. Of one thread.
 *
 * <p>Shape of its bytes: the number of control units; of each its name (length, ASCII), when it was
 * heard last and in which boot (eight bytes each), the number of its codes, and the codes (SPN × 32
 * + FMI), ascending, as varints.
 */
public final class ActiveCodes {

    static final int MAX_SOURCES = 64;

    /** Entries of one event, fewer than a reader takes. */
    private static final int MAX_TOLD = 400;

    private static final int MAX_NAME_BYTES = 64;
    private static final String PROTOCOL = "J1939";

    private final Map<String, Source> sources = new TreeMap<>();

    private record Source(long tUs, long boot, int[] codes) {}

    public static ActiveCodes none() {
        return new ActiveCodes();
    }

    /**
     * @throws IllegalArgumentException if the bytes are not of that form
     */
    public static ActiveCodes fromBytes(byte[] bytes) {
        ActiveCodes codes = new ActiveCodes();
        if (bytes.length == 0) {
            return codes;
        }
        ByteReader in = new ByteReader(bytes);
        int count = in.count(MAX_SOURCES);
        for (int i = 0; i < count; i++) {
            byte[] name = new byte[in.count(MAX_NAME_BYTES)];
            for (int at = 0; at < name.length; at++) {
                name[at] = (byte) in.octet();
            }
            long tUs = in.fixed64();
            long boot = in.fixed64();
            int[] active = new int[in.count(Dm1.MAX_CODES)];
            for (int at = 0; at < active.length; at++) {
                active[at] = (int) in.varint();
            }
            codes.sources.put(
                    new String(name, StandardCharsets.US_ASCII), new Source(tUs, boot, active));
        }
        return codes;
    }

    public byte[] toBytes() {
        ByteWriter out = new ByteWriter(32);
        out.varint(sources.size());
        sources.forEach((name, source) -> {
            byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
            out.varint(bytes.length)
                    .bytes(bytes)
                    .fixed64(source.tUs())
                    .fixed64(source.boot())
                    .varint(source.codes().length);
            for (int code : source.codes()) {
                out.varint(code);
            }
        });
        return out.toBytes();
    }

    /**
     * Takes a word; returns data of the events that tell what changed, as {@link CodeReport} reads
     * them: codes that are new, or all with a new boot, are ACTIVE, those that are not listed any
     * more STORED.
     *
     * @param ecu bus and source address, as {@code can1/00}
     * @param boot in which it was said, of {@code BootId}
     * @param tUs when it was said, vehicle time, microseconds since 1970
     */
    public List<Map<String, Object>> take(String ecu, long boot, long tUs, Dm1 dm1) {
        Source before = sources.get(ecu);
        if ((before == null && sources.size() >= MAX_SOURCES)
                || (before != null && tUs < before.tUs())) {
            return List.of();
        }
        boolean all = before == null || before.boot() != boot;
        TreeSet<Integer> gone = new TreeSet<>();
        if (before != null) {
            Arrays.stream(before.codes()).forEach(gone::add);
        }
        TreeSet<Integer> active = new TreeSet<>();
        List<Object> entries = new ArrayList<>();
        for (Dm1.Code code : dm1.codes()) {
            if (active.size() < Dm1.MAX_CODES && active.add(code.number())) {
                boolean known = gone.remove(code.number());
                if (all || !known) {
                    entries.add(entry(ecu, code.number(), "ACTIVE", freeze(dm1, code)));
                }
            }
        }
        gone.forEach(number -> entries.add(entry(ecu, number, "STORED", Map.of())));
        sources.put(
                ecu, new Source(tUs, boot, active.stream().mapToInt(Integer::intValue).toArray()));
        List<Map<String, Object>> events = new ArrayList<>();
        for (int from = 0; from < entries.size(); from += MAX_TOLD) {
            events.add(
                    Map.of(
                            "codes",
                            List.copyOf(
                                    entries.subList(
                                            from, Math.min(from + MAX_TOLD, entries.size())))));
        }
        return events;
    }

    private static Map<String, Object> entry(
            String ecu, int number, String status, Map<String, Object> freeze) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("code", "spn:%d/%d".formatted(number >>> 5, number & 0x1F));
        entry.put("status", status);
        entry.put("ecu", ecu);
        entry.put("protocol", PROTOCOL);
        if (!freeze.isEmpty()) {
            entry.put("freeze", freeze);
        }
        return entry;
    }

    private static Map<String, Object> freeze(Dm1 dm1, Dm1.Code code) {
        Map<String, Object> freeze = new LinkedHashMap<>();
        if (code.count() >= 0) {
            freeze.put("occurrences", code.count());
        }
        freeze.putAll(dm1.lamps());
        return freeze;
    }
}
