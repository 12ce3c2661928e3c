package dev.driveline.gateway.uplink;

import dev.driveline.contract.kafka.Topic;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One record on its way to Kafka.
 *
 * @param key begins with the VIN in ASCII where the topic is partitioned by vehicle
 * @param value null for a tombstone
 * @param outcome told once what became of it, on the producer's thread
 */
public record Parcel(
        Topic topic, byte[] key, byte @Nullable [] value, List<Header> headers, Outcome outcome) {

    /** One platform header. */
    public record Header(String name, byte[] value) {

        public static Header of(String name, String value) {
            return new Header(name, value.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** For a record that nobody waits for; its loss is logged by the producer. */
    public static final Outcome NO_MATTER =
            new Outcome() {
                @Override
                public void stored(long offset) {}

                @Override
                public void lost(Exception cause) {}
            };

    /** What became of it. */
    public interface Outcome {

        /** Whether it is still wanted when its turn comes; a discarded one hears nothing more. */
        default boolean wanted() {
            return true;
        }

        void stored(long offset);

        /** Never stored; the producer is of no more use for it. */
        void lost(Exception cause);
    }

    /** Key, value and headers, roughly. */
    public int bytes() {
        int sum = key.length + (value == null ? 0 : value.length);
        for (Header header : headers) {
            sum += header.name().length() + header.value().length;
        }
        return sum;
    }
}
