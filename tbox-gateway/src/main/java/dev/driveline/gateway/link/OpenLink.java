package dev.driveline.gateway.link;

import dev.driveline.contract.id.RunId;
import dev.driveline.contract.mqtt.DownTopic;
import dev.driveline.contract.vehicle.EventTypes;
import dev.driveline.contract.vehicle.OfflineCause;
import dev.driveline.contract.vehicle.VehicleSession;
import dev.driveline.gateway.presence.Ownership;
import dev.driveline.gateway.session.Resumable;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A {@link Link} after its CONNACK: keepalive, ownership, the session's record, the end. */
final class OpenLink {

    private static final long MIN_DEFERRAL_S = 60;
    private static final long NOT_YET = -1;
    private static final int REASON_ROOM_BYTES = 512;

    private final Terms terms;
    private final RunId run;
    private final int slot;
    private final Input.Gate gate;
    private final Ownership ownership;
    private final Saves saves = new Saves();
    private final Subscriptions subscriptions;
    private final Subscribing subscribing;
    private final Uplinks uplinks;
    private final Downlinks downlinks;
    private final boolean resumed;
    private final boolean cleanStart;
    private final VehicleSession.@Nullable Will will;
    private final int keepAliveS;
    private final Integer askedKeepAliveS;
    private final long askedExpiryS;
    private boolean complete;
    private long expiryS;
    private long heardMs;
    private boolean reading = true;
    private boolean writable = true;
    private boolean budgetRoom = true;
    private boolean concurrent;
    private long announcedAt = NOT_YET;
    private @Nullable OfflineCause ended;
    private Set<DownTopic> announced = Set.of();
    private List<Effect> out = List.of();

    /** What both sides agreed on. */
    record Terms(Limits limits, Protocol protocol, boolean reasons, @Nullable Long maxPacketBytes) {
        boolean mqtt5() {
            return protocol == Protocol.MQTT_5;
        }
    }

    OpenLink(Limits limits, RunId run, int slot, Input.Connect connect, long nowMs) {
        Long most = connect.maxPacketBytes();
        this.terms =
                new Terms(
                        limits,
                        connect.protocol(),
                        connect.problemInformation() && (most == null || most >= REASON_ROOM_BYTES),
                        most);
        this.run = run;
        this.slot = slot;
        this.gate = connect.gate();
        this.ownership = new Ownership(gate.session(), gate.readOffset());
        Resumable stored = gate.stored();
        Resumable before =
                stored != null && !stored.over() && !connect.cleanStart()
                        ? stored
                        : new Resumable(gate.session(), true, List.of(), List.of(), List.of());
        this.resumed = !before.over();
        this.cleanStart = connect.cleanStart();
        this.complete = cleanStart;
        this.askedExpiryS =
                terms.mqtt5()
                        ? connect.sessionExpiryS()
                        : connect.cleanStart() ? 0 : limits.maxSessionExpiryS();
        this.expiryS = Math.min(askedExpiryS, limits.maxSessionExpiryS());
        this.askedKeepAliveS = connect.keepAliveS();
        this.keepAliveS =
                connect.keepAliveS() == 0
                        ? limits.maxKeepAliveS()
                        : Math.clamp(
                                connect.keepAliveS(),
                                limits.minKeepAliveS(),
                                limits.maxKeepAliveS());
        this.will = connect.will() == null ? null : willOf(connect.will());
        this.heardMs = nowMs;
        this.subscriptions =
                new Subscriptions(
                        DownTopic.prefix(gate.vin()),
                        limits.subscriptions(),
                        gate.acl(),
                        before.filters());
        this.subscribing = new Subscribing(this, terms, subscriptions);
        this.uplinks = new Uplinks(this, terms, gate.acl(), resumed, before.received());
        Integer receiveMaximum = connect.receiveMaximum();
        this.downlinks =
                new Downlinks(
                        this,
                        terms,
                        gate.session(),
                        subscriptions,
                        receiveMaximum == null
                                ? limits.downPackets()
                                : Math.min(limits.downPackets(), receiveMaximum),
                        stillWanted(before, nowMs));
    }

    void begin(long nowMs, List<Effect> effects) {
        out = effects;
        emit(
                new Effect.Accept(
                        resumed, keepAliveS == askedKeepAliveS ? null : keepAliveS, expiryS));
        if (expiryS > 0 || will != null) {
            save(null, null);
        }
        Resumable stored = gate.stored();
        if (stored != null) {
            emit(new Effect.Forget(stored.session()));
        }
        announce();
        downlinks.resumeAfter(saves);
    }

    /**
     * Takes one input.
     *
     * @return why the link has ended; null while it goes on
     */
    @Nullable OfflineCause step(long nowMs, Input input, List<Effect> effects) {
        out = effects;
        switch (input) {
            case Input.Publish publish -> {
                heard(nowMs);
                uplinks.publish(nowMs, publish);
            }
            case Input.PubAck ack -> {
                heard(nowMs);
                downlinks.acknowledged(nowMs, ack);
            }
            case Input.PubRel release -> {
                heard(nowMs);
                uplinks.release(release.packetId());
            }
            case Input.PubRec received -> {
                heard(nowMs);
                emit(new Effect.PubRel(received.packetId(), terms.mqtt5() ? 0x92 : 0));
            }
            case Input.PubComp _ -> heard(nowMs);
            case Input.Subscribe subscribe -> {
                heard(nowMs);
                subscribing.subscribe(nowMs, subscribe);
            }
            case Input.Unsubscribe unsubscribe -> {
                heard(nowMs);
                subscribing.unsubscribe(nowMs, unsubscribe);
            }
            case Input.PingReq _ -> {
                heard(nowMs);
                emit(new Effect.PingResp());
            }
            case Input.Disconnect disconnect -> disconnected(nowMs, disconnect);
            case Input.Connect _ ->
                    close(nowMs, CloseReason.PROTOCOL_ERROR, "a second CONNECT [MQTT-3.1.0-2]");
            case Input.Unexpected unexpected ->
                    close(
                            nowMs,
                            CloseReason.PROTOCOL_ERROR,
                            "a vehicle sent " + unexpected.packet());
            case Input.Undecodable bytes -> close(nowMs, bytes.reason(), bytes.why());
            case Input.Gone _ ->
                    end(nowMs, OfflineCause.CONNECTION_LOST, null, CloseReason.WillRule.DUE);
            case Input.Written written -> downlinks.written(written.packetId());
            case Input.Writable changed -> writable = changed.yes();
            case Input.Stored stored -> uplinks.stored(stored.ticket());
            case Input.Unstorable lost -> close(nowMs, CloseReason.UNAVAILABLE, lost.why());
            case Input.Budget budget -> budgetRoom = budget.room();
            case Input.Saved saved -> saves.confirmed(saved.version());
            case Input.CaughtUp caughtUp -> caughtUp(nowMs, caughtUp.left());
            case Input.OnlineRead read -> read(nowMs, read);
            case Input.OfflineRead read -> offlineRead(read);
            case Input.DeclaredLost _ -> {
                announce();
                if (expiryS > 0 || will != null) {
                    save(null, null);
                }
            }
            case Input.Down down -> downlinks.down(nowMs, down.downlink(), writable);
            case Input.Acl changed -> {
                uplinks.acl(changed.acl());
                subscriptions.acl(changed.acl());
                announceIfChanged();
            }
            case Input.End end -> close(nowMs, end.reason(), end.why());
            case Input.Tick _ -> tick(nowMs);
        }
        if (ended == null) {
            downlinks.pump(nowMs);
            readOrNot(nowMs);
        }
        return ended;
    }

    void emit(Effect effect) {
        out.add(effect);
    }

    /** Runs {@code then} once what the session holds now cannot be forgotten any more. */
    void whenSaved(Runnable then) {
        if (expiryS == 0) {
            then.run();
        } else {
            save(null, null);
            saves.afterwards(then);
        }
    }

    /** The session holds less now; nobody needs to wait for that. */
    void saveSometime() {
        if (expiryS > 0) {
            save(null, null);
        }
    }

    Link.Snapshot snapshot(long nowMs) {
        return new Link.Snapshot(
                terms.protocol(),
                subscriptions.inRecord(),
                expiryS,
                keepAliveS,
                uplinks.waiting(),
                downlinks.unacknowledged().size(),
                reading,
                nowMs - heardMs,
                uplinks.published(),
                uplinks.publishedBytes());
    }

    // Time, reading, ownership.

    private void heard(long nowMs) {
        heardMs = nowMs;
        if (concurrent) {
            concurrent = false;
            announce();
        }
    }

    /** Time spent not reading does not count against the vehicle. */
    private void tick(long nowMs) {
        uplinks.tick(nowMs);
        long quietMs = nowMs - heardMs;
        long babbledMs = uplinks.babbledMs(nowMs);
        if (reading && quietMs > keepAliveS * 1_500L) {
            close(nowMs, CloseReason.KEEPALIVE_TIMEOUT, "nothing heard for " + quietMs + " ms");
        } else if (nowMs > gate.notAfter().toEpochMilli()) {
            close(
                    nowMs,
                    CloseReason.CERTIFICATE_EXPIRED,
                    "certificate valid until " + gate.notAfter());
        } else if (babbledMs > keepAliveS * 500L) {
            emit(
                    new Effect.Event(
                            EventTypes.RATE_EXCEEDED,
                            Map.of("session", gate.session().toString(), "forMs", babbledMs)));
            emit(new Effect.Quarantine());
            close(nowMs, CloseReason.RATE_TOO_HIGH, "beyond its rate for " + babbledMs + " ms");
        }
    }

    private void readOrNot(long nowMs) {
        boolean read = uplinks.mayRead() && budgetRoom && writable;
        if (read != reading) {
            reading = read;
            if (read) {
                heardMs = nowMs;
            }
            emit(new Effect.Read(read));
        }
    }

    /**
     * What stands last in the log is what compaction keeps: an OFFLINE of an earlier connection
     * that came after our ONLINE would bury it.
     */
    private void offlineRead(Input.OfflineRead read) {
        boolean buried = announcedAt != NOT_YET && read.offset() > announcedAt;
        if (read.session().equals(gate.session()) || buried) {
            announce();
        }
    }

    private void read(long nowMs, Input.OnlineRead read) {
        if (read.session().equals(gate.session())) {
            announcedAt = read.offset();
        }
        switch (ownership.read(read.offset(), read.session(), read.readOffset())) {
            case OURS -> {}
            case OVERTAKEN ->
                    close(
                            nowMs,
                            CloseReason.TAKEN_OVER,
                            "session " + read.session() + " took over");
            case CONCURRENT -> concurrent = true;
        }
    }

    /**
     * Corrects what was resumed from a record that was not the last one, or not found at all: then
     * CONNACK said that there is no session, and its QoS 2 identifiers are nobody's.
     */
    private void caughtUp(long nowMs, @Nullable Resumable left) {
        complete = true;
        uplinks.caughtUp(nowMs, left == null || !resumed ? null : left.received());
        if (left != null && !cleanStart) {
            subscriptions.reconcile(left.filters());
            downlinks.reconcile(stillWanted(left, nowMs));
            announceIfChanged();
        }
        if (!cleanStart) {
            saveSometime();
        }
    }

    void announceIfChanged() {
        if (!subscriptions.listens().equals(announced)) {
            announce();
        }
    }

    private void announce() {
        announced = subscriptions.listens();
        emit(new Effect.Online(announced, ownership.readOffset()));
    }

    // The session's record and the end.

    private void save(@Nullable Instant endedAt, @Nullable Instant willDueAt) {
        Resumable stored = gate.stored();
        emit(
                new Effect.Save(
                        new VehicleSession(
                                gate.session(),
                                run,
                                slot,
                                stored == null ? null : stored.session(),
                                complete,
                                subscriptions.inRecord(),
                                expiryS,
                                endedAt,
                                downlinks.unacknowledged(),
                                uplinks.received(),
                                endedAt != null && willDueAt == null ? null : will,
                                willDueAt),
                        saves.next()));
    }

    private void disconnected(long nowMs, Input.Disconnect disconnect) {
        Long changed = disconnect.sessionExpiryS();
        if (changed != null && changed > 0 && askedExpiryS == 0) {
            close(
                    nowMs,
                    CloseReason.PROTOCOL_ERROR,
                    "DISCONNECT asks for a session expiry where CONNECT asked for none");
            return;
        }
        if (changed != null) {
            expiryS = Math.min(changed, terms.limits().maxSessionExpiryS());
        }
        // [MQTT-3.14.4-3]: only a normal disconnection discards the will.
        end(
                nowMs,
                OfflineCause.DISCONNECTED,
                disconnect.code(),
                disconnect.code() == 0 ? CloseReason.WillRule.NONE : CloseReason.WillRule.DUE);
        emit(new Effect.Hangup());
    }

    void close(long nowMs, CloseReason reason, String why) {
        if (ended != null) {
            return;
        }
        emit(new Effect.Disconnect(reason, why));
        end(nowMs, reason.cause(), reason.code(), reason.will());
        emit(new Effect.Hangup());
    }

    private void end(
            long nowMs, OfflineCause cause, @Nullable Integer code, CloseReason.WillRule rule) {
        ended = cause;
        emit(new Effect.Offline(cause, code, uplinks.published()));
        if (cause == OfflineCause.TAKEN_OVER) {
            // The successor has copied the record, and removes it.
            return;
        }
        Instant dueAt = null;
        if (will != null && rule != CloseReason.WillRule.NONE) {
            boolean deferred = rule == CloseReason.WillRule.DEFERRED;
            long delayS =
                    deferred
                            ? Math.max(will.delayS(), MIN_DEFERRAL_S)
                            : Math.min(will.delayS(), expiryS);
            if (delayS == 0) {
                emit(new Effect.FireWill(will));
            } else {
                dueAt = Instant.ofEpochMilli(nowMs).plusSeconds(delayS);
            }
        }
        if (expiryS > 0 || dueAt != null) {
            save(Instant.ofEpochMilli(nowMs), dueAt);
        } else if (will != null || askedExpiryS > 0) {
            emit(new Effect.Forget(gate.session()));
        }
    }

    private VehicleSession.Will willOf(Input.Will asked) {
        var topic = ConnectRules.topicOf(asked, gate.acl());
        if (topic == null) {
            throw new IllegalStateException("ConnectRules let a foreign will pass");
        }
        return new VehicleSession.Will(
                topic,
                asked.payload(),
                asked.qos(),
                asked.delayS(),
                asked.properties(),
                gate.tenant(),
                gate.certificate());
    }

    /** An expired publish is not sent again, though it may have arrived before. */
    private static List<VehicleSession.Unacknowledged> stillWanted(Resumable before, long nowMs) {
        return before.unacknowledged().stream()
                .filter(each -> each.expiresAt().toEpochMilli() > nowMs)
                .toList();
    }
}
