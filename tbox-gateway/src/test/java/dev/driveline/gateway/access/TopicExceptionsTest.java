package dev.driveline.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.mqtt.DownTopic;
import dev.driveline.contract.mqtt.TopicFilter;
import dev.driveline.contract.mqtt.UpTopic;
import dev.driveline.contract.registry.AccessRule;
import dev.driveline.contract.registry.AccessRule.State;
import dev.driveline.contract.registry.AccessRule.TopicException;
import dev.driveline.contract.registry.AccessRule.TopicException.Action;
import dev.driveline.contract.registry.AccessRule.TopicException.Effect;
import dev.driveline.gateway.acl.TopicAcl;
import dev.driveline.gateway.identity.CertificateId;
import dev.driveline.gateway.identity.VehicleIdentity;
import dev.driveline.runtime.json.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicExceptionsTest {

    private static final Vin VIN = Vin.of("WDRV0TESTGATE1000");
    private static final Vin OTHER = Vin.of("WDRV0TESTGATE2000");
    private static final TenantId ACME = TenantId.of("acme");

    private final AccessTable table = new AccessTable();
    private long version;

    @Test
    void withoutExceptionsTheTemplateHolds() {
        for (UpTopic topic : UpTopic.values()) {
            assertAllowed(VIN, topic);
        }
        assertEquals(0, table.sizes().get("topics"));
    }

    @Test
    void aTenantsDenialClosesATopicOfAllItsVehicles() {
        tenant(Action.PUBLISH, Effect.DENY, "v1/+/up/can");
        assertDenied(VIN, UpTopic.CAN);
        assertDenied(OTHER, UpTopic.CAN);
        assertAllowed(VIN, UpTopic.EVENTS);
    }

    @Test
    void aVehiclesAllowanceBeatsItsTenantsDenial() {
        tenant(Action.PUBLISH, Effect.DENY, "v1/${vin}/up/#");
        vehicle(Action.PUBLISH, Effect.ALLOW, "v1/${vin}/up/events");
        assertAllowed(VIN, UpTopic.EVENTS);
        assertDenied(VIN, UpTopic.CAN);
        assertDenied(OTHER, UpTopic.EVENTS);
    }

    @Test
    void withinAScopeDenialBeatsAllowance() {
        vehicle(Action.PUBLISH, Effect.ALLOW, "v1/${vin}/up/+");
        vehicle(Action.PUBLISH, Effect.DENY, "v1/${vin}/up/can");
        assertDenied(VIN, UpTopic.CAN);
        assertAllowed(VIN, UpTopic.SIGNALS);
        tenant(Action.PUBLISH, Effect.ALLOW, "v1/${vin}/up/config");
        tenant(Action.PUBLISH, Effect.DENY, "#");
        assertDenied(OTHER, UpTopic.CONFIG);
    }

    @Test
    void aWildcardSubscriptionCoversWhatIsLeft() {
        vehicle(Action.SUBSCRIBE, Effect.DENY, "v1/${vin}/down/commands");
        TopicAcl acl = table.aclFor(identity(VIN));
        assertEquals(
                EnumSet.complementOf(EnumSet.of(DownTopic.COMMANDS)),
                acl.subscribe("v1/" + VIN + "/down/#"));
        assertEquals(Set.of(), acl.subscribe(DownTopic.COMMANDS.of(VIN)));
        assertEquals(
                Set.of(DownTopic.values()),
                table.aclFor(identity(OTHER)).subscribe("v1/" + OTHER + "/down/#"));
    }

    @Test
    void actionsDoNotMix() {
        vehicle(Action.SUBSCRIBE, Effect.DENY, "#");
        assertAllowed(VIN, UpTopic.CAN);
    }

    @Test
    void anAllowanceNeverReachesAnothersTopics() {
        vehicle(Action.PUBLISH, Effect.ALLOW, "v1/${vin}/up/#");
        TopicAcl acl = table.aclFor(identity(VIN));
        assertInstanceOf(TopicAcl.Publish.Foreign.class, acl.publish(UpTopic.CAN.of(OTHER)));
        assertInstanceOf(
                TopicAcl.Publish.UnknownOwn.class, acl.publish("v1/" + VIN + "/up/nonsense"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "#",
                "v1/#",
                "v1/+/up/can",
                "v1/${vin}/#",
                "v1/${vin}/+/can",
                "v1/${vin}/down/commands",
                "v1/${vin}/up/nonsense",
                "v1/${vin}/up/can/#",
                "v1/${vin}/up/",
                "v1/${tenant}/up/can",
                "v1/WDRV0TESTGATE2000/up/can",
                "other"
            })
    void anAllowanceOutsideOfTheTemplateIsRefused(String filter) {
        assertThrows(
                InvalidValueException.class,
                () -> rule(VIN, null, State.IN_FORCE, Action.PUBLISH, Effect.ALLOW, filter));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a#", "#/a", "v1/+x/up", "v1/${model}/up", "v1/x${vin}/up", "a\0b"})
    void whatIsNoFilterIsRefused(String filter) {
        assertThrows(InvalidValueException.class, () -> TopicFilter.of(filter));
    }

    @Test
    void aRuleHasOneScope() {
        assertThrows(
                InvalidValueException.class,
                () -> rule(null, null, State.IN_FORCE, Action.PUBLISH, Effect.DENY, "#"));
        assertThrows(
                InvalidValueException.class,
                () -> rule(VIN, ACME, State.IN_FORCE, Action.PUBLISH, Effect.DENY, "#"));
    }

    @Test
    void aRemovedExceptionLeavesNothingBehindAndIsHeardOf() {
        List<TopicException> heard = new ArrayList<>();
        table.onTopicException(heard::add);
        vehicle(Action.PUBLISH, Effect.DENY, "v1/${vin}/up/can");
        assertDenied(VIN, UpTopic.CAN);
        table.apply(
                rule(VIN, null, State.REMOVED, Action.PUBLISH, Effect.DENY, "v1/${vin}/up/can"));
        assertAllowed(VIN, UpTopic.CAN);
        assertEquals(0, table.sizes().get("topics"));
        assertEquals(2, heard.size());
    }

    @Test
    void itTravelsAsJson() {
        TopicException rule =
                rule(VIN, null, State.IN_FORCE, Action.PUBLISH, Effect.DENY, "v1/${vin}/up/can");
        assertEquals("acl/vehicle/WDRV0TESTGATE1000/PUBLISH/DENY/v1/${vin}/up/can", rule.key());
        assertEquals(rule, Json.read(Json.bytes(rule), AccessRule.class));
    }

    private void assertAllowed(Vin vin, UpTopic topic) {
        assertEquals(
                new TopicAcl.Publish.Allowed(topic),
                table.aclFor(identity(vin)).publish(topic.of(vin)));
    }

    private void assertDenied(Vin vin, UpTopic topic) {
        assertInstanceOf(
                TopicAcl.Publish.UnknownOwn.class,
                table.aclFor(identity(vin)).publish(topic.of(vin)));
    }

    private void vehicle(Action action, Effect effect, String filter) {
        table.apply(rule(VIN, null, State.IN_FORCE, action, effect, filter));
    }

    private void tenant(Action action, Effect effect, String filter) {
        table.apply(rule(null, ACME, State.IN_FORCE, action, effect, filter));
    }

    private TopicException rule(
            Vin vin, TenantId tenant, State state, Action action, Effect effect, String filter) {
        return new TopicException(
                ++version, state, vin, tenant, action, effect, TopicFilter.of(filter));
    }

    private static VehicleIdentity identity(Vin vin) {
        return new VehicleIdentity(
                vin,
                ACME,
                "a1",
                List.of(new CertificateId("i1", "1")),
                Instant.parse("2030-01-01T00:00:00Z"));
    }
}
