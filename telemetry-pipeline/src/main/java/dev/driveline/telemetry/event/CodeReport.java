package dev.driveline.telemetry.event;

import dev.driveline.contract.vehicle.EventTypes;
import dev.driveline.telemetry.event.TroubleCode.Status;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an event of type {@code vehicle.dtc.report} or {@code driveline.dtc.report} says.
 *
 * <p>Shape of its data: {@code {codes: [{code, status, ecu?, protocol?, freeze?}], full?: true,
 * ecus?: [...]}}. With {@code full} the list is all that the control units in {@code ecus} (those
 * in the list, where that is absent) have: what is known of them and not in it is cleared. Entries
 * without a code or with a status of another name are passed over.
 *
 * @param complete control units of which the list is complete
 */
public record CodeReport(List<Entry> entries, Set<String> complete) {

    /** The type of such an event. */
    public static final String TYPE = "vehicle.dtc.report";

    /** All types of events that report codes: the vehicle's own, and what its frames told. */
    public static final List<String> TYPES = List.of(TYPE, EventTypes.CODES_HEARD);

    /** Entries that are read; the rest is passed over. */
    public static final int MAX_ENTRIES = 500;

    /** Codes kept of a vehicle; those told first stay. */
    public static final int MAX_CODES = 2_000;

    private static final int MAX_CHARACTERS = 64;

    /** One code of the list. */
    public record Entry(TroubleCode.Key key, Status status, @Nullable Map<String, Object> freeze) {}

    /** Reads data of any shape; what does not fit is left out. */
    public static CodeReport of(@Nullable Map<String, Object> data) {
        List<Entry> entries = new ArrayList<>();
        Set<String> complete = new HashSet<>();
        if (data == null) {
            return new CodeReport(entries, complete);
        }
        if (data.get("codes") instanceof Collection<?> codes) {
            codes.stream().limit(MAX_ENTRIES).forEach(one -> add(one, entries));
        }
        if (Boolean.TRUE.equals(data.get("full"))) {
            if (data.get("ecus") instanceof Collection<?> ecus) {
                ecus.stream().limit(MAX_ENTRIES).forEach(ecu -> complete.add(String.valueOf(ecu)));
            } else {
                entries.forEach(entry -> complete.add(entry.key().ecu()));
            }
        }
        return new CodeReport(entries, complete);
    }

    private static void add(@Nullable Object one, List<Entry> to) {
        if (!(one instanceof Map<?, ?> members)) {
            return;
        }
        String code = text(members.get("code"));
        Status status = statusOf(text(members.get("status")));
        if (code.isEmpty() || status == null) {
            return;
        }
        TroubleCode.Key key =
                new TroubleCode.Key(text(members.get("ecu")), text(members.get("protocol")), code);
        to.add(new Entry(key, status, freezeOf(members.get("freeze"))));
    }

    private static String text(@Nullable Object value) {
        return value instanceof String text && text.length() <= MAX_CHARACTERS ? text : "";
    }

    private static @Nullable Status statusOf(String text) {
        for (Status status : Status.values()) {
            if (status.name().equals(text)) {
                return status;
            }
        }
        return null;
    }

    private static @Nullable Map<String, Object> freezeOf(@Nullable Object value) {
        if (!(value instanceof Map<?, ?> members)) {
            return null;
        }
        Map<String, Object> freeze = new LinkedHashMap<>();
        members.forEach((name, of) -> freeze.put(String.valueOf(name), of));
        return freeze;
    }

    /** What is known behind a report of that time; only codes that changed. */
    public Map<TroubleCode.Key, TroubleCode> changes(
            Map<TroubleCode.Key, TroubleCode> known, long tUs) {
        Map<TroubleCode.Key, TroubleCode> changed = new LinkedHashMap<>();
        int room = MAX_CODES - known.size();
        Set<TroubleCode.Key> told = new HashSet<>();
        for (Entry entry : entries) {
            told.add(entry.key());
            TroubleCode before = changed.getOrDefault(entry.key(), known.get(entry.key()));
            if (before != null) {
                changed.put(entry.key(), before.after(entry.status(), tUs, entry.freeze()));
            } else if (room > 0) {
                room--;
                changed.put(
                        entry.key(),
                        TroubleCode.first(entry.key(), entry.status(), tUs, entry.freeze()));
            }
        }
        known.forEach((key, code) -> {
            if (complete.contains(key.ecu())
                    && !told.contains(key)
                    && code.status() != Status.CLEARED
                    && code.lastUs() <= tUs) {
                changed.put(key, code.after(Status.CLEARED, tUs, null));
            }
        });
        return changed;
    }
}
