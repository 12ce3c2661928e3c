package dev.driveline.contract.kafka;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import java.util.regex.Pattern;

/**
 * What an installation puts before every topic name, so that several can share a Kafka cluster.
 *
 * <p>Shape: empty, or up to 60 of {@code a-z A-Z 0-9 . _ -}; it is used as it stands.
 */
public record TopicPrefix(String value) {

    private static final Pattern SHAPE = Pattern.compile("[a-zA-Z0-9._-]{0,60}");

    public static final TopicPrefix NONE = new TopicPrefix("");

    /**
     * @throws InvalidValueException if a character cannot stand in a topic name
     */
    public TopicPrefix {
        if (!SHAPE.matcher(value).matches()) {
            throw new InvalidValueException(
                    "topic prefix", value, "expected up to 60 of a-z, A-Z, 0-9, '.', '_' and '-'");
        }
    }

    /** The topic's name in this installation. */
    public String of(Topic topic) {
        return value + topic.baseName();
    }

    /**
     * A tenant's own topic in this installation. No tenant's name holds a dot, so what begins with
     * {@code out.acme.} is acme's alone.
     */
    public String of(PublicTopic topic, TenantId tenant) {
        return value + "out." + tenant + "." + topic.leaf();
    }

    /** A consumer group's or transactional id's name in this installation. */
    public String group(String name) {
        return value + name;
    }
}
