package dev.driveline.gateway.session;

import dev.driveline.contract.mqtt.DownTopic;
import java.util.ArrayList;
import java.util.List;

/** A session's filters in seven bits. */
final class FilterMask {

    private static final List<String> BITS = bits();

    private FilterMask() {}

    /** -1 where a filter has no bit. */
    static int of(List<String> filters) {
        int mask = 0;
        for (String filter : filters) {
            int bit = BITS.indexOf(filter);
            if (bit < 0) {
                return -1;
            }
            mask |= 1 << bit;
        }
        return mask;
    }

    static List<String> filters(int mask) {
        List<String> filters = new ArrayList<>();
        for (int bit = 0; bit < BITS.size(); bit++) {
            if ((mask & 1 << bit) != 0) {
                filters.add(BITS.get(bit));
            }
        }
        return List.copyOf(filters);
    }

    private static List<String> bits() {
        List<String> bits = new ArrayList<>(List.of("#", "+"));
        for (DownTopic topic : DownTopic.values()) {
            bits.add(topic.leaf());
        }
        if (bits.size() > 7) {
            throw new IllegalStateException("more filters than bits: " + bits);
        }
        return List.copyOf(bits);
    }
}
