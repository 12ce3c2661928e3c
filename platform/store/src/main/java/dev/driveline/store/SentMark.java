package dev.driveline.store;

import dev.driveline.store.postgres.UnsentRow;
import java.util.ArrayList;
import java.util.List;

/**
 * Which rows a line's last Kafka transaction held. It is committed in that transaction, so whoever
 * takes the line over deletes exactly what was sent and sends what was not.
 *
 * <p>Shape: {@code 1 <upToUs> <id>,<distance>,…}, numbers to base 36; at most 4,096 characters, the
 * broker's limit for an offset's metadata, for {@value #MAX_ROWS} rows.
 *
 * @param upToUs the latest {@code createdUs} among the rows
 */
record SentMark(List<Long> ids, long upToUs) {

    /** A distance has at most 14 characters with its comma. */
    static final int MAX_ROWS = 256;

    private static final String VERSION = "1";
    private static final int BASE = 36;

    SentMark {
        ids = List.copyOf(ids);
    }

    /** Of rows in order of their ids. */
    static SentMark of(List<UnsentRow> rows) {
        return new SentMark(
                rows.stream().map(UnsentRow::id).toList(),
                rows.stream().mapToLong(UnsentRow::createdUs).max().orElse(0));
    }

    String text() {
        StringBuilder text = new StringBuilder(VERSION).append(' ');
        text.append(Long.toString(upToUs, BASE)).append(' ');
        long previous = 0;
        for (long id : ids) {
            if (previous != 0) {
                text.append(',');
            }
            text.append(Long.toString(id - previous, BASE));
            previous = id;
        }
        return text.toString();
    }

    /**
     * Reads {@link #text}.
     *
     * @throws IllegalArgumentException if it is none: then somebody else uses our name
     */
    static SentMark parse(String text) {
        String[] parts = text.split(" ", -1);
        if (parts.length != 3 || !parts[0].equals(VERSION)) {
            throw new IllegalArgumentException("'" + text + "' says not which rows were sent");
        }
        List<Long> ids = new ArrayList<>();
        long id = 0;
        for (String distance : parts[2].split(",", -1)) {
            id += Long.parseLong(distance, BASE);
            ids.add(id);
        }
        return new SentMark(ids, Long.parseLong(parts[1], BASE));
    }
}
