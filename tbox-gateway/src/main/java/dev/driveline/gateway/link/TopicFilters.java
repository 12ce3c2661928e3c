package dev.driveline.gateway.link;

import java.nio.charset.StandardCharsets;

/** The form of topic names and filters. Source: MQTT 5 §4.7, §1.5.4. */
final class TopicFilters {

    private static final String SHARED = "$share/";

    private TopicFilters() {}

    static boolean shared(String filter) {
        return filter.startsWith(SHARED);
    }

    /** Whether it is a filter at all: wildcards stand alone in their level, # in the last one. */
    static boolean valid(String filter, int mostBytes) {
        if (filter.isEmpty() || !fits(filter, mostBytes)) {
            return false;
        }
        String[] levels = filter.split("/", -1);
        for (int i = 0; i < levels.length; i++) {
            boolean wild = levels[i].contains("#") || levels[i].contains("+");
            boolean alone = levels[i].length() == 1;
            boolean early = levels[i].contains("#") && i < levels.length - 1;
            if (wild && (!alone || early)) {
                return false;
            }
        }
        return true;
    }

    static boolean wild(String topicName) {
        return topicName.indexOf('#') >= 0 || topicName.indexOf('+') >= 0;
    }

    /** Whether it has no null character and is short enough. */
    static boolean fits(String text, int mostBytes) {
        return text.indexOf('\0') < 0
                && (text.length() * 3 <= mostBytes
                        || text.getBytes(StandardCharsets.UTF_8).length <= mostBytes);
    }
}
