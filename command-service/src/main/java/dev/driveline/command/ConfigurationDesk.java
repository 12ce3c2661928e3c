package dev.driveline.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.command.command.Presences;
import dev.driveline.command.config.CheckIns;
import dev.driveline.command.config.Differences;
import dev.driveline.command.config.Namespaces;
import dev.driveline.command.kafka.DownlinkProducer;
import dev.driveline.command.postgres.CommandTable;
import dev.driveline.command.postgres.ConfigurationTable;
import dev.driveline.command.postgres.VehicleTable;
import dev.driveline.contract.config.ConfigDocument;
import dev.driveline.contract.config.ConfigMessage;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.gateway.Downlink;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.mqtt.DownTopic;
import dev.driveline.contract.trust.KeyUse;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.jws.Jws;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.store.postgres.Database;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Desired and reported configuration of vehicles. A document is pushed when it is made and its
 * vehicle is online; whatever got lost on the way is found at the next check-in. Thread-safe;
 * methods block.
 */
final class ConfigurationDesk {

    private static final Duration PUSH_LIFE = Duration.ofSeconds(60);

    private final Database database;
    private final Namespaces namespaces;
    private final CommandTable locks;
    private final CheckIns checkIns = new CheckIns();
    private final ConfigurationTable configurations = new ConfigurationTable();
    private final VehicleTable vehicles = new VehicleTable();
    private final TrustDesk trust;
    private final Presences presences;
    private final DownlinkProducer downlinks;
    private final Clock clock;

    ConfigurationDesk(
            Database database,
            Namespaces namespaces,
            CommandTable locks,
            TrustDesk trust,
            Presences presences,
            DownlinkProducer downlinks,
            Clock clock) {
        this.database = database;
        this.namespaces = namespaces;
        this.locks = locks;
        this.trust = trust;
        this.presences = presences;
        this.downlinks = downlinks;
        this.clock = clock;
    }

    /**
     * Makes a new version and pushes it.
     *
     * @param expected the version that the caller saw; null to write whatever is there
     */
    ConfigurationTable.Version put(
            Vin vin,
            String namespace,
            JsonNode content,
            Caller caller,
            @Nullable String reason,
            @Nullable Long expected) {
        if (!namespaces.has(namespace)) {
            throw unknown(namespace);
        }
        List<String> violations = namespaces.violations(namespace, content);
        String text = Json.text(content);
        if (!violations.isEmpty()) {
            throw new ProblemException(
                    ErrorCode.INVALID_PARAMETERS,
                    "content of " + namespace + ": " + String.join("; ", violations),
                    Map.of("violations", violations));
        }
        if (text.getBytes(StandardCharsets.UTF_8).length > ConfigDocument.MAX_CONTENT_BYTES) {
            throw new ProblemException(
                    ErrorCode.BODY_TOO_LARGE,
                    "content of "
                            + namespace
                            + ": at most "
                            + ConfigDocument.MAX_CONTENT_BYTES
                            + " bytes");
        }
        Differences.Desired made =
                database.transaction(handle -> {
                    locks.lock(handle, vin);
                    mustBeKnown(vin, caller.tenant());
                    long version = configurations.nextVersion(handle, vin, namespace);
                    if (expected != null && expected != version - 1) {
                        throw new ProblemException(
                                ErrorCode.PRECONDITION_FAILED,
                                namespace
                                        + " of "
                                        + vin
                                        + " is at version "
                                        + (version - 1)
                                        + ", If-Match says "
                                        + expected);
                    }
                    Instant now = now();
                    Jws.Signer signer = trust.signer(handle, vin, KeyUse.CONFIG, now, now);
                    ConfigDocument document =
                            new ConfigDocument(1, vin, namespace, version, now, text);
                    Differences.Desired desired =
                            new Differences.Desired(
                                    namespace,
                                    version,
                                    Differences.hashOf(text),
                                    signer.sign(ConfigDocument.TYP, Json.bytes(document)));
                    ConfigurationTable.Author author =
                            new ConfigurationTable.Author(
                                    caller.tenant(),
                                    caller.subject(),
                                    caller.actor(),
                                    reason,
                                    signer.kid());
                    configurations.insert(handle, vin, desired, text, author, now);
                    return desired;
                });
        database.afterwards(() -> push(vin, made));
        return one(vin, namespace, caller);
    }

    List<ConfigurationTable.Version> all(Vin vin, Caller caller) {
        mustBeKnown(vin, caller.tenant());
        return database.transaction(handle -> configurations.desired(handle, vin));
    }

    ConfigurationTable.Version one(Vin vin, String namespace, Caller caller) {
        if (!namespaces.has(namespace)) {
            throw unknown(namespace);
        }
        return all(vin, caller).stream()
                .filter(version -> version.namespace().equals(namespace))
                .findFirst()
                .orElseThrow(() ->
                        new ProblemException(
                                ErrorCode.NAMESPACE_UNKNOWN,
                                "vehicle " + vin + " has no document '" + namespace + "'"));
    }

    /** The newest version that the vehicle has applied. */
    Optional<ConfigurationTable.Version> applied(Vin vin, String namespace) {
        return database.transaction(handle -> configurations.applied(handle, vin, namespace));
    }

    /** The vehicle says what it has; it is always answered. */
    void checkIn(Vin vin, ConfigMessage.CheckIn checkIn) {
        checkIns.came(vin, checkIn);
        answer(vin, checkIn);
    }

    /** The vehicle is heard of: an answer that may have gone to nobody goes out again. */
    void present(Vin vin) {
        if (presences.listening(vin, DownTopic.CONFIG).isPresent()) {
            checkIns.of(vin).ifPresent(checkIn -> answer(vin, checkIn));
        }
    }

    /** A gateway is heard of. */
    void presentAgain() {
        checkIns.waiting().forEach(this::present);
    }

    /** A document went out to the vehicle. */
    void sent(Vin vin) {
        checkIns.answered(vin);
    }

    private void answer(Vin vin, ConfigMessage.CheckIn checkIn) {
        // The keys first: the rest is checked with them.
        List<Differences.Desired> desired = new ArrayList<>(trust.desired());
        database.run(handle -> {
            trust.says(handle, vin, checkIn.algorithms());
            configurations.desired(handle, vin).stream()
                    .map(ConfigurationTable.Version::desired)
                    .forEach(desired::add);
        });
        List<Differences.Desired> missing = Differences.of(desired, checkIn.have());
        if (missing.isEmpty()) {
            send(
                    vin,
                    "insync/" + checkIn.id(),
                    Json.text(ConfigMessage.InSync.answering(checkIn.id())));
        } else {
            missing.forEach(document -> push(vin, document));
        }
    }

    void reported(Vin vin, ConfigMessage.Report report) {
        database.run(handle -> configurations.report(handle, vin, report, now()));
    }

    /** What the command root signed; a vehicle that has it already takes it again. */
    void pushTrust(Vin vin) {
        trust.desired().forEach(document -> push(vin, document));
    }

    private void push(Vin vin, Differences.Desired document) {
        send(vin, document.namespace() + "/" + document.version(), document.signed());
    }

    private void send(Vin vin, String id, String payload) {
        presences
                .listening(vin, DownTopic.CONFIG)
                .ifPresent(online ->
                        downlinks.send(
                                online,
                                new Downlink(
                                        vin,
                                        id,
                                        1,
                                        online.run(),
                                        online.session(),
                                        DownTopic.CONFIG,
                                        now().plus(PUSH_LIFE),
                                        payload)));
    }

    private void mustBeKnown(Vin vin, TenantId tenant) {
        if (database.transaction(handle -> vehicles.find(handle, vin, tenant)).isEmpty()) {
            throw new ProblemException(ErrorCode.VEHICLE_UNKNOWN, "no vehicle '" + vin + "'");
        }
    }

    private static ProblemException unknown(String namespace) {
        return new ProblemException(
                ErrorCode.NAMESPACE_UNKNOWN, "there is no namespace '" + namespace + "'");
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
