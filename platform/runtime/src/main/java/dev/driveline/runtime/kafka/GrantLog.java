package dev.driveline.runtime.kafka;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.registry.Grant;
import dev.driveline.runtime.auth.Grants;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.json.MalformedJsonException;
import dev.driveline.runtime.rest.ProblemException;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code registry.grants} in memory, so that every service checks grants without asking the
 * registry. Thread-safe.
 */
public final class GrantLog implements Grants, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(GrantLog.class);

    private final Clock clock;
    private final Map<Person, Map<UUID, Grant>> grants = new ConcurrentHashMap<>();
    private final TailReader reader;

    private record Person(TenantId tenant, String subject) {}

    public GrantLog(KafkaConfig kafka, String name, Clock clock) {
        this.clock = clock;
        this.reader =
                TailReader.start(
                        name + "-grants",
                        kafka.consumer(name + "-grants"),
                        kafka.prefix().of(Topic.REGISTRY_GRANTS),
                        IntStream.range(0, kafka.partitions()).boxed().toList(),
                        TailReader.From.BEGINNING,
                        this::read);
    }

    @Override
    public Set<Vin> of(TenantId tenant, String subject, Scope scope) {
        if (!reader.caughtUp()) {
            throw new ProblemException(ErrorCode.UNAVAILABLE, "grants are still being read");
        }
        Instant now = clock.instant();
        return grants.getOrDefault(new Person(tenant, subject), Map.of()).values().stream()
                .filter(grant -> grant.holdsAt(now) && grant.scopes().contains(scope.text()))
                .map(Grant::vin)
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public void close() {
        reader.close();
    }

    private void read(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            return;
        }
        try {
            Grant grant = Json.read(record.value(), Grant.class);
            grants.computeIfAbsent(
                            new Person(grant.tenant(), grant.subject()),
                            _ -> new ConcurrentHashMap<>())
                    .merge(
                            grant.id(),
                            grant,
                            (known, read) -> read.version() > known.version() ? read : known);
        } catch (MalformedJsonException malformed) {
            LOG.atError()
                    .setMessage("grant ignored")
                    .addKeyValue("offset", record.offset())
                    .addKeyValue("why", malformed.getMessage())
                    .log();
        }
    }
}
