package dev.driveline.gateway.mqtt;

import dev.driveline.gateway.link.Effect;
import dev.driveline.gateway.link.Input;

/** A step in words, without what the vehicle or the platform says inside. */
final class TraceLines {

    private TraceLines() {}

    static String of(Input input) {
        return switch (input) {
            case Input.Connect connect ->
                    "CONNECT MQTT "
                            + connect.protocol().version()
                            + " cleanStart="
                            + connect.cleanStart()
                            + " keepAlive="
                            + connect.keepAliveS()
                            + " sessionExpiry="
                            + connect.sessionExpiryS();
            case Input.Publish publish ->
                    "PUBLISH id="
                            + publish.packetId()
                            + " qos="
                            + publish.qos()
                            + (publish.dup() ? " dup" : "")
                            + " topic='"
                            + publish.topicName()
                            + "'"
                            + (publish.hasAlias() ? " alias=" + publish.alias() : "")
                            + " bytes="
                            + publish.payload().length;
            case Input.Stored _ -> "stored by Kafka";
            case Input.Down down ->
                    "downlink id=" + down.downlink().id() + " topic=" + down.downlink().topic();
            case Input.CaughtUp _ -> "own session record read back";
            case Input.Acl _ -> "topic exceptions changed";
            case Input.Subscribe subscribe -> subscribe.toString();
            case Input.PubAck _,
                    Input.PubRel _,
                    Input.PubRec _,
                    Input.PubComp _,
                    Input.Unsubscribe _,
                    Input.PingReq _,
                    Input.Disconnect _,
                    Input.Unexpected _,
                    Input.Undecodable _,
                    Input.Gone _,
                    Input.Written _,
                    Input.Writable _,
                    Input.Unstorable _,
                    Input.Budget _,
                    Input.Saved _,
                    Input.OnlineRead _,
                    Input.OfflineRead _,
                    Input.DeclaredLost _,
                    Input.End _,
                    Input.Tick _ ->
                    input.toString();
        };
    }

    static String of(Effect effect) {
        return switch (effect) {
            case Effect.Publish publish ->
                    "PUBLISH id="
                            + publish.packetId()
                            + (publish.dup() ? " dup" : "")
                            + " topic="
                            + publish.topic()
                            + " downlink="
                            + publish.id()
                            + " bytes="
                            + publish.payload().length();
            case Effect.Forward forward -> "to Kafka, " + forward.topic().target().baseName();
            case Effect.Reject reject ->
                    "to telemetry.rejected, topic '" + reject.topicName() + "'";
            case Effect.Save save -> "session record " + save.version();
            case Effect.FireWill will -> "will to " + will.will().topic();
            case Effect.Accept _,
                    Effect.Refuse _,
                    Effect.PubAck _,
                    Effect.PubRec _,
                    Effect.PubRel _,
                    Effect.PubComp _,
                    Effect.SubAck _,
                    Effect.UnsubAck _,
                    Effect.PingResp _,
                    Effect.Disconnect _,
                    Effect.Read _,
                    Effect.Hangup _,
                    Effect.Online _,
                    Effect.Offline _,
                    Effect.Report _,
                    Effect.Forget _,
                    Effect.Event _,
                    Effect.Quarantine _,
                    Effect.RefusedSubscribe _ ->
                    effect.toString();
        };
    }
}
