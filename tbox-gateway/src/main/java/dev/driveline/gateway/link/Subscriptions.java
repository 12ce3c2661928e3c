package dev.driveline.gateway.link;

import dev.driveline.contract.mqtt.DownTopic;
import dev.driveline.gateway.acl.TopicAcl;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The filters that a session holds, and the down topics that they cover just now. */
final class Subscriptions {

    private final String prefix;
    private final int most;
    private final Set<String> filters = new LinkedHashSet<>();
    private final Set<String> removedHere = new LinkedHashSet<>();
    private TopicAcl acl;

    /**
     * @param prefix {@code v1/{vin}/down/}, which the session's record leaves out
     */
    Subscriptions(String prefix, int most, TopicAcl acl, List<String> before) {
        this.prefix = prefix;
        this.most = most;
        this.acl = acl;
        before.forEach(rest -> filters.add(prefix + rest));
    }

    void acl(TopicAcl changed) {
        acl = changed;
    }

    boolean allowed(String filter) {
        return !acl.subscribe(filter).isEmpty();
    }

    /**
     * @return false where there are too many
     */
    boolean add(String filter) {
        if (filters.size() >= most && !filters.contains(filter)) {
            return false;
        }
        filters.add(filter);
        removedHere.remove(filter);
        return true;
    }

    boolean remove(String filter) {
        removedHere.add(filter);
        return filters.remove(filter);
    }

    /** Adds what the former connection left and we did not know of. */
    void reconcile(List<String> before) {
        before.forEach(rest -> filters.add(prefix + rest));
        filters.removeAll(removedHere);
    }

    /** What the vehicle listens to. */
    Set<DownTopic> listens() {
        Set<DownTopic> topics = EnumSet.noneOf(DownTopic.class);
        filters.forEach(filter -> topics.addAll(acl.subscribe(filter)));
        return topics;
    }

    List<String> inRecord() {
        return filters.stream().map(filter -> filter.substring(prefix.length())).toList();
    }
}
