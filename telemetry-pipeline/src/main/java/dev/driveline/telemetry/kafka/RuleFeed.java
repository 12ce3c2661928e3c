package dev.driveline.telemetry.kafka;

import dev.driveline.contract.kafka.Topic;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.runtime.kafka.TailReader;
import dev.driveline.telemetry.rule.RuleBook;
import dev.driveline.telemetry.rule.RuleFact;
import java.time.Duration;
import java.util.List;

/** Keeps the book of rules equal to {@code telemetry.rules}. */
public final class RuleFeed implements AutoCloseable {

    private static final Duration START_LIMIT = Duration.ofMinutes(5);
    private static final String NAME = "telemetry-rules";

    private final TailReader reader;

    private RuleFeed(TailReader reader) {
        this.reader = reader;
    }

    /**
     * Starts reading and waits until all that stands in the topic is known.
     *
     * @throws IllegalStateException if that takes longer than five minutes
     */
    public static RuleFeed start(KafkaConfig kafka, RuleBook book) {
        RuleFeed feed =
                new RuleFeed(
                        TailReader.start(
                                NAME,
                                kafka.consumer(NAME),
                                kafka.prefix().of(Topic.TELEMETRY_RULES),
                                List.of(0),
                                TailReader.From.BEGINNING,
                                record -> {
                                    if (record.value() != null) {
                                        book.put(Json.read(record.value(), RuleFact.class));
                                    }
                                }));
        try {
            feed.reader.awaitCaughtUp(START_LIMIT);
            return feed;
        } catch (InterruptedException interrupted) {
            feed.close();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while reading the rules", interrupted);
        } catch (RuntimeException failed) {
            feed.close();
            throw failed;
        }
    }

    @Override
    public void close() {
        reader.close();
    }
}
