package dev.driveline.gateway.link;

import dev.driveline.contract.gateway.Downlink;
import dev.driveline.contract.gateway.DownlinkReport.Outcome;
import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.vehicle.VehicleSession;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What is published to the vehicle. Source: MQTT 5 §3.3.2.3.3, §3.1.2.11.4, §4.4, §4.9. */
final class Downlinks {

    /** Head, topic name and properties of a PUBLISH, generously. */
    private static final int HEAD_BYTES = 128;

    private final OpenLink link;
    private final OpenLink.Terms terms;
    private final SessionId session;
    private final Subscriptions subscriptions;
    private final DownWindow window;

    Downlinks(
            OpenLink link,
            OpenLink.Terms terms,
            SessionId session,
            Subscriptions subscriptions,
            int size,
            List<VehicleSession.Unacknowledged> before) {
        this.link = link;
        this.terms = terms;
        this.session = session;
        this.subscriptions = subscriptions;
        this.window = new DownWindow(size, before);
    }

    void down(long nowMs, Downlink downlink, boolean writable) {
        if (!downlink.session().equals(session)) {
            link.emit(notHere(downlink));
            return;
        }
        if (downlink.expiresAt().toEpochMilli() <= nowMs) {
            report(downlink, Outcome.TOO_LATE);
            return;
        }
        DownWindow.InFlight same = window.find(downlink.topic(), downlink.id());
        if (same != null) {
            // Dispatched again while the vehicle still has to acknowledge the first.
            same.attempt = downlink.attempt();
            same.dispatchedTo = session;
            if (same.written) {
                report(same, Outcome.SENT);
            }
            return;
        }
        if (!subscriptions.listens().contains(downlink.topic())) {
            report(downlink, Outcome.NOT_LISTENING);
        } else if (tooLarge(downlink)) {
            report(downlink, Outcome.TOO_LARGE);
        } else if (window.full() || !writable) {
            report(downlink, Outcome.BUSY);
        } else {
            var _ = window.add(downlink);
            resume();
        }
    }

    static Effect.Report notHere(Downlink downlink) {
        return new Effect.Report(
                downlink.topic(),
                downlink.id(),
                downlink.attempt(),
                downlink.session(),
                Outcome.NOT_HERE);
    }

    /** Publishes what may go out now, in the order of its dispatch. */
    void pump(long nowMs) {
        if (!window.pending()) {
            return;
        }
        boolean expired = false;
        for (DownWindow.InFlight each : List.copyOf(window.all())) {
            if (each.published || !each.saved) {
                continue;
            }
            long leftMs = each.expiresAt.toEpochMilli() - nowMs;
            if (leftMs <= 0) {
                window.remove(each);
                expired = true;
                if (!each.dup) {
                    report(each, Outcome.TOO_LATE);
                }
            } else if (window.mayPublish()) {
                window.published(each);
                link.emit(
                        new Effect.Publish(
                                each.packetId,
                                each.dup,
                                each.topic,
                                each.id,
                                each.payload,
                                (int) Math.min(Integer.MAX_VALUE, (leftMs + 999) / 1_000)));
            }
        }
        if (expired) {
            link.saveSometime();
        }
    }

    /** What the former connection really left: more than we knew, or less. */
    void reconcile(List<VehicleSession.Unacknowledged> before) {
        window.reconcile(before);
        resume();
    }

    /** As {@link #resume}, where the record was written a moment ago. */
    void resumeAfter(Saves saves) {
        List<DownWindow.InFlight> unsaved = window.unsaved();
        if (!unsaved.isEmpty()) {
            saves.afterwards(() -> unsaved.forEach(each -> each.saved = true));
        }
    }

    /** What a former connection left goes out once this session's own record holds it. */
    void resume() {
        List<DownWindow.InFlight> unsaved = window.unsaved();
        if (!unsaved.isEmpty()) {
            link.whenSaved(() -> unsaved.forEach(each -> each.saved = true));
        }
    }

    void written(int packetId) {
        DownWindow.InFlight sent = window.of(packetId);
        if (sent != null && !sent.written) {
            sent.written = true;
            report(sent, Outcome.SENT);
        }
    }

    /** A PUBACK with an error (MQTT 5) ends the publish, but says nothing of a delivery. */
    void acknowledged(long nowMs, Input.PubAck ack) {
        DownWindow.InFlight sent = window.of(ack.packetId());
        if (sent == null || !(sent.published || sent.dup)) {
            return;
        }
        window.remove(sent);
        if (ack.code() < 0x80) {
            report(sent, Outcome.DELIVERED);
        }
        link.saveSometime();
        pump(nowMs);
    }

    List<VehicleSession.Unacknowledged> unacknowledged() {
        return window.unacknowledged();
    }

    /** [MQTT-3.1.2-24]: never a packet beyond the vehicle's Maximum Packet Size. */
    private boolean tooLarge(Downlink downlink) {
        Long most = terms.maxPacketBytes();
        return most != null
                && downlink.payload().getBytes(StandardCharsets.UTF_8).length
                                + downlink.id().length()
                                + HEAD_BYTES
                        > most;
    }

    private void report(Downlink downlink, Outcome outcome) {
        link.emit(
                new Effect.Report(
                        downlink.topic(),
                        downlink.id(),
                        downlink.attempt(),
                        downlink.session(),
                        outcome));
    }

    private void report(DownWindow.InFlight sent, Outcome outcome) {
        link.emit(new Effect.Report(sent.topic, sent.id, sent.attempt, sent.dispatchedTo, outcome));
    }
}
