package dev.driveline.embedded;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/** Starts a broker on the folder args[0], writes args[1] records to topic "drive", and stays. */
final class KafkaChild {
    private KafkaChild() {}

    public static void main(String[] args) throws Exception {
        EmbeddedKafka kafka = EmbeddedKafka.start(EmbeddedKafka.Config.in(Path.of(args[0])));
        ChildJvm.say(kafka.clusterId());
        int records = Integer.parseInt(args[1]);
        if (records > 0) {
            EmbeddedKafkaIT.createTopic(kafka.bootstrap(), "drive", Map.of());
        }
        Map<String, Object> settings =
                Map.of("bootstrap.servers", kafka.bootstrap(), "acks", "all", "linger.ms", 0);
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            for (int i = 0; i < records; i++) {
                producer.send(new ProducerRecord<>("drive", "v", "record-" + i)).get();
            }
        }
        ChildJvm.say("written");
        new CountDownLatch(1).await();
    }
}
