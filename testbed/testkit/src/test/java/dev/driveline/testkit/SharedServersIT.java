package dev.driveline.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class SharedServersIT {
    @Test
    void kafkaCarriesRecordsToAConsumerGroup() throws Exception {
        String prefix = TestKafka.freshPrefix();
        String topic = prefix + "drive";
        assertNotEquals(prefix, TestKafka.freshPrefix());
        TestKafka.createTopic(topic, 2, Map.of("retention.ms", "60000"));
        Map<String, Object> writer = Map.of("bootstrap.servers", TestKafka.bootstrap());
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(writer, new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>(topic, "v", "42")).get();
        }
        Map<String, Object> reader =
                Map.of(
                        "bootstrap.servers",
                        TestKafka.bootstrap(),
                        "group.id",
                        prefix + "g",
                        "auto.offset.reset",
                        "earliest");
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(reader, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(topic));
            var records =
                    Eventually.within(Duration.ofSeconds(30))
                            .value(
                                    "the record",
                                    () -> consumer.poll(Duration.ofMillis(100)),
                                    polled -> !polled.isEmpty());
            assertEquals("42", records.iterator().next().value());
        }
    }

    @Test
    void oneBrokerServesTheWholeJvm() throws Exception {
        String bootstrap = TestKafka.bootstrap();
        assertEquals(bootstrap, TestKafka.bootstrap());
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            assertEquals(1, admin.describeCluster().nodes().get().size());
        }
    }

    @Test
    void databasesAreSeparate() throws Exception {
        TestPostgres.Database first = TestPostgres.freshDatabase();
        TestPostgres.Database second = TestPostgres.freshDatabase();
        assertNotEquals(first.jdbcUrl(), second.jdbcUrl());
        for (TestPostgres.Database database : List.of(first, second)) {
            try (Connection connection = database.connect();
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE TABLE vehicle (vin text)");
                try (ResultSet rows = statement.executeQuery("SELECT current_database()")) {
                    assertTrue(rows.next());
                    assertEquals(database.name(), rows.getString(1));
                }
            }
        }
    }

    @Test
    void freePortCanBeListenedOn() throws Exception {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), Ports.free()));
            assertTrue(socket.isBound());
        }
    }
}
