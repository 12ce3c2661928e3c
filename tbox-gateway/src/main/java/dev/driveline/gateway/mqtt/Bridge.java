package dev.driveline.gateway.mqtt;

import dev.driveline.contract.gateway.DownlinkReport;
import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Headers;
import dev.driveline.contract.vehicle.EventTypes;
import dev.driveline.contract.vehicle.Presence;
import dev.driveline.gateway.identity.VehicleIdentity;
import dev.driveline.gateway.link.Effect;
import dev.driveline.gateway.link.Input;
import dev.driveline.gateway.link.Protocol;
import dev.driveline.gateway.link.Ticket;
import dev.driveline.gateway.operation.SessionHead;
import dev.driveline.gateway.session.Sessions;
import dev.driveline.gateway.uplink.Parcel;
import dev.driveline.gateway.uplink.Parcels;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a link wants from Kafka. Touched on the link's event loop only. */
final class Bridge {

    private final EdgeParts parts;
    private final LinkHandler link;
    private final VehicleIdentity identity;
    private final Protocol protocol;
    private final Session session;
    private final Parcels.Sender sender;
    private boolean awaitingRoom;

    /** The connection as records name it. */
    record Session(SessionId id, Instant since, String peer) {}

    Bridge(
            EdgeParts parts,
            LinkHandler link,
            VehicleIdentity identity,
            Protocol protocol,
            Session session) {
        this.parts = parts;
        this.link = link;
        this.identity = identity;
        this.protocol = protocol;
        this.session = session;
        this.sender =
                new Parcels.Sender(
                        identity.vin(),
                        identity.tenant().value(),
                        identity.certificate().toString(),
                        session.id());
    }

    SessionId session() {
        return session.id();
    }

    SessionHead head() {
        return new SessionHead(
                vin(),
                session.id(),
                identity.tenant(),
                identity.certificate().toString(),
                session.since(),
                session.peer(),
                protocol.version());
    }

    void accepted(Effect.Accept accept) {
        parts.metrics().connected();
        parts.events().opened(head(), parts.run(), parts.slot(), accept.sessionPresent());
        LinkHandler former = parts.links().enter(link);
        if (former != null && former != link) {
            parts.takenOver(vin(), former);
        }
    }

    void refused(Effect.Refuse refuse) {
        parts.metrics().refused(refuse.refusal());
        parts.events()
                .event(
                        vin(),
                        EventTypes.ACCESS_REFUSED,
                        Map.of(
                                "reason",
                                refuse.refusal().name(),
                                "why",
                                refuse.why(),
                                "peer",
                                session.peer()));
    }

    void forward(Effect.Forward forward) {
        if (forward.ticket() == null && parts.outbound().budgetOf(vin()).full()) {
            parts.metrics().dropped();
            return;
        }
        parts.metrics().published(forward.topic(), forward.publish().qos());
        send(
                Parcels.publish(
                        forward.topic(),
                        origin(forward.publish()),
                        forward.publish().payload(),
                        outcome(forward.ticket())));
    }

    void reject(Effect.Reject reject) {
        parts.metrics().refusedPublish();
        parts.events()
                .event(
                        vin(),
                        EventTypes.PUBLISH_REFUSED,
                        Map.of("topic", reject.topicName(), "session", session.id().toString()));
        send(
                Parcels.refused(
                        reject.topicName(),
                        origin(reject.publish()),
                        reject.publish().payload(),
                        outcome(reject.ticket())));
    }

    void online(Effect.Online online) {
        Presence.Online record =
                new Presence.Online(
                        session.id(),
                        parts.run(),
                        parts.slot(),
                        online.listens(),
                        online.readOffset(),
                        session.since(),
                        protocol.version(),
                        parts.clock().instant());
        parts.announcement().announce(vin(), record, () -> !link.closed(), offset -> {});
    }

    void offline(Effect.Offline offline) {
        parts.left(link);
        parts.events().closed(head(), offline);
        Presence.Offline record =
                new Presence.Offline(
                        session.id(), parts.run(), offline.cause(), parts.clock().instant());
        parts.announcement().announce(vin(), record, () -> true, offset -> {});
    }

    void report(Effect.Report report) {
        DownlinkReport record =
                new DownlinkReport(
                        report.id(),
                        report.attempt(),
                        report.topic(),
                        parts.run(),
                        report.session(),
                        report.outcome(),
                        parts.clock().instant());
        var _ = parts.outbound().send(Parcels.report(vin(), record, Parcel.NO_MATTER));
    }

    void save(Effect.Save save) {
        parts.sessions()
                .save(
                        vin(),
                        save.session(),
                        save.version() == 1,
                        new Sessions.Confirmation() {
                            @Override
                            public void saved() {
                                link.input(new Input.Saved(save.version()));
                            }

                            @Override
                            public void lost(Exception cause) {
                                link.input(new Input.Unstorable("Kafka: " + cause.getMessage()));
                            }
                        });
    }

    void fireWill(Effect.FireWill fire) {
        send(
                Parcels.will(
                        vin(),
                        session.id(),
                        fire.will(),
                        parts.clock().instant(),
                        Parcel.NO_MATTER));
    }

    private void send(Parcel parcel) {
        if (parts.outbound().send(parcel) || awaitingRoom) {
            return;
        }
        awaitingRoom = parts.outbound().budgetOf(vin()).await(() -> link.onLoop(this::roomAgain));
        if (awaitingRoom) {
            link.step(new Input.Budget(false));
        }
    }

    private void roomAgain() {
        awaitingRoom = false;
        link.step(new Input.Budget(true));
    }

    private Parcel.Outcome outcome(@Nullable Ticket ticket) {
        return ticket == null ? Parcel.NO_MATTER : new Storing(link, ticket);
    }

    /** Tells the link what became of a publish. */
    private record Storing(LinkHandler link, Ticket ticket) implements Parcel.Outcome {
        @Override
        public void stored(long offset) {
            link.input(new Input.Stored(ticket));
        }

        @Override
        public void lost(Exception cause) {
            link.input(new Input.Unstorable("Kafka: " + cause.getMessage()));
        }
    }

    private Parcels.Origin origin(Input.Publish publish) {
        Input.Extras extras = publish.extras();
        if (extras.none()) {
            return origin(publish.qos(), List.of());
        }
        List<Parcel.Header> headers = Parcels.userHeaders(extras.user());
        String responseTopic = extras.responseTopic();
        if (responseTopic != null) {
            headers.add(Parcel.Header.of(Headers.RESPONSE_TOPIC, responseTopic));
        }
        byte[] correlation = extras.correlation();
        if (correlation != null) {
            headers.add(new Parcel.Header(Headers.CORRELATION, correlation));
        }
        return origin(publish.qos(), headers);
    }

    private Parcels.Origin origin(int qos, List<Parcel.Header> extras) {
        return new Parcels.Origin(sender, qos, Parcels.micros(parts.clock().instant()), extras);
    }

    private Vin vin() {
        return identity.vin();
    }
}
