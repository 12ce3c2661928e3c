package dev.driveline.gateway.acl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.driveline.contract.id.Vin;
import dev.driveline.contract.mqtt.DownTopic;
import dev.driveline.contract.mqtt.UpTopic;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicAclTest {

    private static final Vin VIN = Vin.of("WDRV0TESTGATE1000");
    private static final String OWN = "v1/WDRV0TESTGATE1000/";

    private final TopicAcl acl = new TopicAcl(VIN);

    @Test
    void aVehiclePublishesToItsOwnTopics() {
        for (UpTopic topic : UpTopic.values()) {
            assertEquals(new TopicAcl.Publish.Allowed(topic), acl.publish(topic.of(VIN)));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "up/",
                "up/nonsense",
                "up/CAN",
                "up/can/",
                "up/can/x",
                "up//can",
                "up/ can",
                "up/#",
                "up/+",
                "up/can\u0000",
                "up/../up/can"
            })
    void belowItsOwnUpThereIsNothingElse(String topic) {
        assertInstanceOf(TopicAcl.Publish.UnknownOwn.class, acl.publish(OWN + topic));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "up/can",
                "v1",
                "v1/WDRV0TESTGATE1000",
                "v1/WDRV0TESTGATE1000/up",
                "v1/WDRV0TESTGATE1000/upx/can",
                "v1/WDRV0TESTGATE1000/Up/can",
                "v1/WDRV0TESTGATE1000/down/commands",
                "v1/WDRV0TESTGATE10000/up/can",
                "v1/WDRV0TESTGATE100/up/can",
                "v1/wdrv0testgate1000/up/can",
                "v1/WDRV0TESTGATE1001/up/can",
                "v1/+/up/can",
                "v1/#",
                "/v1/WDRV0TESTGATE1000/up/can",
                " v1/WDRV0TESTGATE1000/up/can",
                "v2/WDRV0TESTGATE1000/up/can",
                "v1/WDRV0TESTGATE1001/../WDRV0TESTGATE1000/up/can",
                "$SYS/broker"
            })
    void everythingElseIsForeign(String topic) {
        assertInstanceOf(TopicAcl.Publish.Foreign.class, acl.publish(topic));
    }

    @Test
    void aVehicleSubscribesToItsOwnDownTopics() {
        for (DownTopic topic : DownTopic.values()) {
            assertEquals(Set.of(topic), acl.subscribe(topic.of(VIN)));
        }
        assertEquals(Set.of(DownTopic.values()), acl.subscribe(OWN + "down/#"));
        assertEquals(Set.of(DownTopic.values()), acl.subscribe(OWN + "down/+"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "#",
                "+/#",
                "v1/#",
                "v1/+/down/#",
                "v1/+/down/commands",
                "v1/WDRV0TESTGATE1000/#",
                "v1/WDRV0TESTGATE1000/+/commands",
                "v1/WDRV0TESTGATE1000/down",
                "v1/WDRV0TESTGATE1000/down/",
                "v1/WDRV0TESTGATE1000/down/nonsense",
                "v1/WDRV0TESTGATE1000/down/commands/#",
                "v1/WDRV0TESTGATE1000/down/##",
                "v1/WDRV0TESTGATE1000/up/can",
                "v1/WDRV0TESTGATE1001/down/commands",
                "v1/WDRV0TESTGATE10001/down/commands",
                "$share/g/v1/WDRV0TESTGATE1000/down/#"
            })
    void everyOtherFilterIsRefused(String filter) {
        assertEquals(Set.of(), acl.subscribe(filter));
    }
}
