package dev.driveline.gateway.link;

import java.util.List;

/** SUBSCRIBE and UNSUBSCRIBE. Source: MQTT 5 §3.8 to §3.11. */
final class Subscribing {

    private final OpenLink link;
    private final OpenLink.Terms terms;
    private final Subscriptions subscriptions;

    Subscribing(OpenLink link, OpenLink.Terms terms, Subscriptions subscriptions) {
        this.link = link;
        this.terms = terms;
        this.subscriptions = subscriptions;
    }

    void subscribe(long nowMs, Input.Subscribe subscribe) {
        if (broken(nowMs, subscribe)) {
            return;
        }
        List<Integer> codes = subscribe.wishes().stream().map(this::granted).toList();
        link.whenSaved(() -> link.emit(new Effect.SubAck(subscribe.packetId(), codes)));
        link.announceIfChanged();
    }

    private boolean broken(long nowMs, Input.Subscribe subscribe) {
        if (subscribe.wishes().isEmpty()) {
            link.close(
                    nowMs, CloseReason.PROTOCOL_ERROR, "SUBSCRIBE without a filter [MQTT-3.8.3-2]");
            return true;
        }
        if (subscribe.identifier()) {
            link.close(
                    nowMs,
                    CloseReason.SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED,
                    "CONNACK said that subscription identifiers are not available");
            return true;
        }
        boolean shared =
                subscribe.wishes().stream().anyMatch(wish -> TopicFilters.shared(wish.filter()));
        if (shared && terms.mqtt5()) {
            link.close(
                    nowMs,
                    CloseReason.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED,
                    "CONNACK said that shared subscriptions are not available");
            return true;
        }
        return false;
    }

    /** What goes down is acknowledged by the vehicle: a subscription at QoS 0 cannot be served. */
    private int granted(Input.Wish wish) {
        int code;
        if (!TopicFilters.valid(wish.filter(), terms.limits().topicBytes())) {
            code = 0x8F;
        } else if (!subscriptions.allowed(wish.filter())) {
            code = 0x87;
        } else if (wish.qos() == 0) {
            code = 0x83;
        } else if (!subscriptions.add(wish.filter())) {
            code = 0x97;
        } else {
            return 1;
        }
        link.emit(new Effect.RefusedSubscribe());
        return terms.mqtt5() ? code : 0x80;
    }

    void unsubscribe(long nowMs, Input.Unsubscribe unsubscribe) {
        if (unsubscribe.filters().isEmpty()) {
            link.close(
                    nowMs,
                    CloseReason.PROTOCOL_ERROR,
                    "UNSUBSCRIBE without a filter [MQTT-3.10.3-2]");
            return;
        }
        List<Integer> codes =
                unsubscribe.filters().stream()
                        .map(filter -> subscriptions.remove(filter) ? 0x00 : 0x11)
                        .toList();
        link.whenSaved(() -> link.emit(new Effect.UnsubAck(unsubscribe.packetId(), codes)));
        link.announceIfChanged();
    }
}
