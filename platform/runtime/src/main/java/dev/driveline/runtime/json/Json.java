package dev.driveline.runtime.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.KeyDeserializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.driveline.contract.config.ConfigMessage;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.CommandId;
import dev.driveline.contract.id.RunId;
import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.mqtt.TopicFilter;
import dev.driveline.contract.registry.AccessRule;
import dev.driveline.contract.vehicle.Presence;
import java.io.IOException;
import java.util.Map;
import java.util.function.Function;

/**
 * JSON as it stands on Kafka, MQTT and REST.
 *
 * <p>Ids are text, times RFC 3339 in UTC, absent members null; sealed records carry {@code type};
 * unknown members are ignored. Thread-safe.
 */
public final class Json {

    private static final ObjectMapper MAPPER = newMapper();

    private Json() {}

    /** The mapper itself, for trees and streams; not to be configured further. */
    public static ObjectMapper mapper() {
        return MAPPER;
    }

    public static byte[] bytes(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException bug) {
            throw new IllegalStateException(
                    "cannot write " + value.getClass().getName() + " as JSON", bug);
        }
    }

    public static String text(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException bug) {
            throw new IllegalStateException(
                    "cannot write " + value.getClass().getName() + " as JSON", bug);
        }
    }

    /**
     * Reads one value.
     *
     * @throws MalformedJsonException with line and column, if the bytes are no JSON or do not fit
     */
    public static <T> T read(byte[] json, Class<T> type) {
        try {
            T value = MAPPER.readValue(json, type);
            if (value == null) {
                throw new MalformedJsonException("expected " + type.getSimpleName() + ", got null");
            }
            return value;
        } catch (JsonProcessingException malformed) {
            throw MalformedJsonException.of(malformed);
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** As {@link #read(byte[], Class)}. */
    public static <T> T read(String json, Class<T> type) {
        try {
            T value = MAPPER.readValue(json, type);
            if (value == null) {
                throw new MalformedJsonException("expected " + type.getSimpleName() + ", got null");
            }
            return value;
        } catch (JsonProcessingException malformed) {
            throw MalformedJsonException.of(malformed);
        }
    }

    /** As {@link #read(byte[], Class)}, for whatever it holds. */
    public static JsonNode tree(byte[] json) {
        return read(json, JsonNode.class);
    }

    /** The members of an object as plain maps, lists, text, numbers and booleans. */
    @SuppressWarnings("unchecked")
    public static Map<String, Object> map(String json) {
        return read(json, Map.class);
    }

    private static ObjectMapper newMapper() {
        SimpleModule ids = new SimpleModule("driveline-ids");
        id(ids, Vin.class, Vin::of);
        id(ids, TenantId.class, TenantId::of);
        id(ids, CommandId.class, CommandId::parse);
        id(ids, SessionId.class, SessionId::parse);
        id(ids, RunId.class, RunId::parse);
        id(ids, TopicFilter.class, TopicFilter::of);
        id(ids, CatalogueRef.class, CatalogueRef::parse);
        return JsonMapper.builder()
                .addModule(new JavaTimeModule())
                .addModule(ids)
                .addMixIn(Presence.class, PresenceTypes.class)
                .addMixIn(ConfigMessage.class, ConfigMessageTypes.class)
                .addMixIn(AccessRule.class, AccessRuleTypes.class)
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                .defaultPropertyInclusion(
                        JsonInclude.Value.construct(
                                JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
                .build();
    }

    private static <T> void id(SimpleModule module, Class<T> type, Function<String, T> parse) {
        module.addSerializer(type, ToStringSerializer.instance);
        module.addDeserializer(type, new IdDeserializer<>(type, parse));
        module.addKeyDeserializer(
                type,
                new KeyDeserializer() {
                    @Override
                    public Object deserializeKey(String key, DeserializationContext context) {
                        return parse.apply(key);
                    }
                });
    }

    private static final class IdDeserializer<T> extends FromStringDeserializer<T> {

        private final transient Function<String, T> parse;

        IdDeserializer(Class<T> type, Function<String, T> parse) {
            super(type);
            this.parse = parse;
        }

        @Override
        protected T _deserialize(String value, DeserializationContext context) throws IOException {
            try {
                return parse.apply(value);
            } catch (IllegalArgumentException invalid) {
                throw context.weirdStringException(value, handledType(), invalid.getMessage());
            }
        }
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Presence.Online.class, name = "ONLINE"),
        @JsonSubTypes.Type(value = Presence.Offline.class, name = "OFFLINE")
    })
    private interface PresenceTypes {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = ConfigMessage.CheckIn.class, name = "checkin"),
        @JsonSubTypes.Type(value = ConfigMessage.Report.class, name = "report")
    })
    private interface ConfigMessageTypes {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = AccessRule.TrustAnchor.class, name = "TRUST_ANCHOR"),
        @JsonSubTypes.Type(
                value = AccessRule.RevokedCertificate.class,
                name = "REVOKED_CERTIFICATE"),
        @JsonSubTypes.Type(value = AccessRule.SuspendedVehicle.class, name = "SUSPENDED_VEHICLE"),
        @JsonSubTypes.Type(value = AccessRule.VehicleLimits.class, name = "VEHICLE_LIMITS"),
        @JsonSubTypes.Type(value = AccessRule.TopicException.class, name = "TOPIC_EXCEPTION")
    })
    private interface AccessRuleTypes {}
}
