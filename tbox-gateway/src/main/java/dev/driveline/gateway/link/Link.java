package dev.driveline.gateway.link;

import dev.driveline.contract.id.RunId;
import dev.driveline.contract.vehicle.OfflineCause;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a vehicle, from its TLS handshake to its end. No input or output of its own:
 * what happens comes in as {@link Input}, what is to be done goes out as {@link Effect}. Neutral to
 * what carries the packets. Touched on one event loop only.
 *
 * <pre>
 *            Connect, admitted                    End, Disconnect, Gone, a broken rule
 * AWAITING ─────────────────────▶ OPEN ──────────────────────────────────────▶ CLOSED
 *     │                            Publish QoS 0  → Forward
 *     │ Connect, refused:          Publish QoS 1  → Forward → Stored → PubAck, in order of arrival
 *     │ Refuse, Hangup             Publish QoS 2  → Forward → Stored → Save → Saved → PubRec
 *     │ anything else: Hangup                       PubRel → Save → Saved → PubComp
 *     └──────────────▶ CLOSED      Subscribe      → Save → Saved → SubAck; Online
 *                                  Down           → Save → Saved → Publish → Written → Report(SENT)
 *                                                   PubAck → Report(DELIVERED)
 * </pre>
 *
 * A session that ends with its connection has no record: its steps leave Save and Saved out. An
 * acknowledgement only ever comes out of Stored, so "after Kafka" cannot be forgotten. Source: MQTT
 * 5 §3, §4; MQTT 3.1.1 §3, §4; contract section 1.
 */
public final class Link {

    private final Limits limits;
    private final RunId run;
    private final int slot;
    private State state = AWAITING;

    private static final State AWAITING = new State.Awaiting();

    /** Where a connection is in its life. */
    sealed interface State {
        /** TLS is done, CONNECT is to come. */
        record Awaiting() implements State {}

        /** CONNACK was sent. */
        record Open(OpenLink link) implements State {}

        /**
         * Over.
         *
         * @param cause null where it was never open
         */
        record Closed(@Nullable OfflineCause cause) implements State {}
    }

    /**
     * @param run the gateway run, and {@code slot} its slot, for the session's records
     */
    public Link(Limits limits, RunId run, int slot) {
        this.limits = limits;
        this.run = run;
        this.slot = slot;
    }

    /**
     * Takes one input.
     *
     * @param nowMs since 1970; never goes back
     * @param effects takes what is to be done, in order, before the next step
     */
    public void step(long nowMs, Input input, List<Effect> effects) {
        state =
                switch (state) {
                    case State.Awaiting awaiting -> awaiting(awaiting, nowMs, input, effects);
                    case State.Open open -> {
                        OfflineCause ended = open.link().step(nowMs, input, effects);
                        yield ended == null ? open : new State.Closed(ended);
                    }
                    case State.Closed closed -> closed(closed, input, effects);
                };
    }

    public boolean open() {
        return state instanceof State.Open;
    }

    public boolean closed() {
        return state instanceof State.Closed;
    }

    /** For the admin API; null unless open. */
    public @Nullable Snapshot snapshot(long nowMs) {
        return state instanceof State.Open(OpenLink link) ? link.snapshot(nowMs) : null;
    }

    /**
     * What an open link looks like from outside.
     *
     * @param waiting publishes that wait for Kafka
     * @param unacknowledged publishes to the vehicle that wait for its PUBACK
     * @param quietMs since the vehicle was heard
     */
    public record Snapshot(
            Protocol protocol,
            List<String> filters,
            long sessionExpiryS,
            int keepAliveS,
            int waiting,
            int unacknowledged,
            boolean reading,
            long quietMs,
            long published,
            long publishedBytes) {}

    private State awaiting(State.Awaiting awaiting, long nowMs, Input input, List<Effect> effects) {
        return switch (input) {
            case Input.Connect connect -> connect(nowMs, connect, effects);
            case Input.Gone _ -> new State.Closed(null);
            case Input.Tick _, Input.Writable _, Input.Budget _ -> awaiting;
            // [MQTT-3.1.0-1]: the first packet must be a CONNECT.
            default -> {
                effects.add(new Effect.Hangup());
                yield new State.Closed(null);
            }
        };
    }

    private State connect(long nowMs, Input.Connect connect, List<Effect> effects) {
        Input.Objection objection = ConnectRules.objection(connect);
        if (objection != null) {
            effects.add(new Effect.Refuse(objection.refusal(), objection.why()));
            effects.add(new Effect.Hangup());
            return new State.Closed(null);
        }
        OpenLink link = new OpenLink(limits, run, slot, connect, nowMs);
        link.begin(nowMs, effects);
        return new State.Open(link);
    }

    /** What comes too late changes nothing; only a downlink wants an answer. */
    private static State closed(State.Closed closed, Input input, List<Effect> effects) {
        if (input instanceof Input.Down down) {
            effects.add(Downlinks.notHere(down.downlink()));
        }
        return closed;
    }
}
