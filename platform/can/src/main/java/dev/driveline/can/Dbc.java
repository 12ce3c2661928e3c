package dev.driveline.can;

import java.util.List;
import java.util.Optional;

/**
 * A CAN database: the messages of one bus. Immutable.
 *
 * @param name what the file is called
 * @param version as written, possibly empty
 * @param messages in the order of the file, each identifier once
 * @param busType the attribute BusType, such as {@code CAN FD}; empty where not stated
 * @param protocolType the attribute ProtocolType, such as {@code J1939}; empty where not stated
 */
public record Dbc(
        String name, String version, List<Message> messages, String busType, String protocolType) {
    public Dbc {
        messages = List.copyOf(messages);
    }

    /** Without attributes. */
    public Dbc(String name, String version, List<Message> messages) {
        this(name, version, messages, "", "");
    }

    /** The first message of that name. */
    public Optional<Message> message(String messageName) {
        return messages.stream().filter(message -> message.name().equals(messageName)).findFirst();
    }

    public Optional<Message> message(FrameId id) {
        return messages.stream().filter(message -> message.id().equals(id)).findFirst();
    }

    public int signalCount() {
        return messages.stream().mapToInt(message -> message.signals().size()).sum();
    }
}
