package dev.driveline.command;

import dev.driveline.command.config.Differences;
import dev.driveline.command.postgres.TrustTable;
import dev.driveline.command.postgres.VehicleTable;
import dev.driveline.command.trust.KeyRing;
import dev.driveline.command.trust.SignedByRoot;
import dev.driveline.command.trust.SignedByRoot.Kind;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.trust.CommandKeys;
import dev.driveline.contract.trust.KeyUse;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.jws.Jws;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.store.postgres.Database;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what the offline command root signed, and chooses by it which key signs for a vehicle.
 * Thread-safe; methods block.
 */
final class TrustDesk {

    private static final Logger LOG = LoggerFactory.getLogger(TrustDesk.class);

    /** A vehicle that is further behind is given what the newest key signs. */
    private static final int VERSIONS_KNOWN = 16;

    private static final String AT_START = "settings";

    private final Database database;
    private final HeldKeys held;
    private final PublicKey root;
    private final Clock clock;
    private final TrustTable table = new TrustTable();
    private final VehicleTable vehicles = new VehicleTable();
    private volatile State state;

    /** What stands in the table. */
    private record State(KeyRing ring, Map<Kind, SignedByRoot> newest) {}

    /**
     * @param held the keys of our key store
     * @param root public key of the command root
     */
    TrustDesk(Database database, HeldKeys held, PublicKey root, Clock clock) {
        this.database = database;
        this.held = held;
        this.root = root;
        this.clock = clock;
        this.state = read();
    }

    /**
     * Publishes a document that the settings name, unless it or a higher version is published.
     *
     * @throws IllegalStateException naming the file and what is wrong with it
     */
    void publishFile(Kind kind, @Nullable Path file) {
        if (file == null) {
            return;
        }
        try {
            String compact = Files.readString(file);
            SignedByRoot document = SignedByRoot.open(kind, compact, root);
            SignedByRoot newest = state.newest().get(kind);
            if (newest == null || newest.version() < document.version()) {
                var _ = publish(kind, compact, AT_START);
            }
        } catch (IOException | InvalidValueException | ProblemException wrong) {
            throw new IllegalStateException(
                    "the file " + file + " cannot be used: " + wrong.getMessage(), wrong);
        }
    }

    /**
     * Publishes a version; vehicles get it with their next check-in, those online at once.
     *
     * @param actor for the record
     * @throws InvalidValueException where it is not what the root signed
     * @throws ProblemException CONFLICT where the version does not rise, or where no key of it is
     *     one of ours
     */
    SignedByRoot publish(Kind kind, String compact, String actor) {
        SignedByRoot document = SignedByRoot.open(kind, compact, root);
        database.run(handle -> {
            table.lock(handle);
            List<SignedByRoot> known = table.newest(handle, kind, VERSIONS_KNOWN);
            SignedByRoot newest = known.isEmpty() ? null : known.getFirst();
            if (newest != null && newest.hash().equals(document.hash())) {
                return;
            }
            if (newest != null && newest.version() >= document.version()) {
                throw new ProblemException(
                        ErrorCode.CONFLICT,
                        kind.namespace()
                                + " version "
                                + document.version()
                                + ": expected more than "
                                + newest.version()
                                + ", which is published");
            }
            if (kind == Kind.KEYS) {
                mustBeUsable(document);
            }
            table.insert(handle, document, actor, now());
        });
        state = read();
        LOG.atInfo()
                .setMessage("published")
                .addKeyValue("namespace", kind.namespace())
                .addKeyValue("version", document.version())
                .addKeyValue("notAfter", document.notAfter())
                .addKeyValue("by", actor)
                .log();
        return document;
    }

    /** Takes up what another instance has published meanwhile. */
    void refresh() {
        state = read();
    }

    Optional<SignedByRoot> newest(Kind kind) {
        return Optional.ofNullable(state.newest().get(kind));
    }

    /** As vehicles get them; the keys first, by which the rest is checked. */
    List<Differences.Desired> desired() {
        return state.newest().values().stream().map(SignedByRoot::desired).toList();
    }

    /**
     * A vehicle's last word on what the root signed.
     *
     * @throws ProblemException VEHICLE_UNKNOWN
     */
    List<TrustTable.Said> said(Vin vin, TenantId tenant) {
        return database.transaction(handle -> {
            var _ = vehicles.mustBeKnown(handle, vin, tenant);
            return table.said(handle, vin);
        });
    }

    /** A vehicle says which signatures it can check. */
    void says(Handle handle, Vin vin, @Nullable List<String> algorithms) {
        if (algorithms != null && !algorithms.isEmpty()) {
            table.says(handle, vin, algorithms);
        }
    }

    /**
     * The key that signs for a vehicle.
     *
     * @throws ProblemException UNAVAILABLE where there is none
     */
    Jws.Signer signer(Handle handle, Vin vin, KeyUse use, Instant now, Instant until) {
        TrustTable.Tbox tbox = table.of(handle, vin);
        try {
            return state.ring().signer(use, tbox.algorithms(), tbox.keys(), now, until);
        } catch (KeyRing.Unsignable missing) {
            throw new ProblemException(
                    ErrorCode.UNAVAILABLE,
                    "nothing can be signed for vehicle " + vin + ": " + missing.getMessage());
        }
    }

    /** Why nothing can be signed at all; null where something can. */
    @Nullable String problem() {
        return state.ring().usable().isEmpty()
                ? "no key of the key store is in a published version of " + CommandKeys.NAMESPACE
                : null;
    }

    private void mustBeUsable(SignedByRoot document) {
        CommandKeys keys = Json.read(document.content(), CommandKeys.class);
        KeyRing ring = new KeyRing(held.now(), List.of(keys));
        if (ring.usable().isEmpty()) {
            throw new ProblemException(
                    ErrorCode.CONFLICT,
                    document.namespace()
                            + " version "
                            + document.version()
                            + " has none of the keys of this service's key store: "
                            + held.now().stream().map(key -> key.signer().kid()).toList());
        }
    }

    private State read() {
        return database.transaction(handle -> {
            List<SignedByRoot> versions = table.newest(handle, Kind.KEYS, VERSIONS_KNOWN);
            Map<Kind, SignedByRoot> newest = new EnumMap<>(Kind.class);
            if (!versions.isEmpty()) {
                newest.put(Kind.KEYS, versions.getFirst());
            }
            table.newest(handle, Kind.ANCHORS, 1)
                    .forEach(document -> newest.put(Kind.ANCHORS, document));
            List<CommandKeys> keys =
                    versions.stream()
                            .map(version -> Json.read(version.content(), CommandKeys.class))
                            .toList();
            return new State(new KeyRing(held.now(), keys), newest);
        });
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
