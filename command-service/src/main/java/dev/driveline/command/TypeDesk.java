package dev.driveline.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.command.audit.AuditEntry;
import dev.driveline.command.command.CommandType;
import dev.driveline.command.command.CommandTypes;
import dev.driveline.command.command.TypeDefinition;
import dev.driveline.command.postgres.TypeTable;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.id.TenantId;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.store.postgres.Database;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The command types of a tenant: those that are shipped, and its own. Thread-safe; blocks. */
final class TypeDesk {

    /** How many types of its own a tenant may have. */
    static final int MAX_OWN = 100;

    private final Database database;
    private final CommandTypes shipped;
    private final TypeTable table = new TypeTable();
    private final AuditDesk audit;
    private final Clock clock;

    /** Tenants' own types by name, of which there are at most {@link #MAX_OWN} a tenant. */
    private final Map<Name, Parsed> parsed = new ConcurrentHashMap<>();

    private record Name(TenantId tenant, String name) {}

    private record Parsed(long version, CommandType type) {}

    TypeDesk(Database database, CommandTypes shipped, AuditDesk audit, Clock clock) {
        this.database = database;
        this.shipped = shipped;
        this.audit = audit;
        this.clock = clock;
    }

    /** A type as a tenant has it. */
    Optional<CommandType> find(TenantId tenant, String name) {
        Optional<CommandType> found = shipped.byName(name);
        return found.isPresent() ? found : ownAsRead(tenant, name);
    }

    /** As it stands in the table; read again only where it has changed. */
    private Optional<CommandType> ownAsRead(TenantId tenant, String name) {
        Name whose = new Name(tenant, name);
        Parsed known = parsed.get(whose);
        Optional<TypeTable.Own> there =
                database.transaction(handle ->
                        table.findNewer(handle, tenant, name, known == null ? 0 : known.version()));
        if (there.isEmpty()) {
            parsed.remove(whose);
            return Optional.empty();
        }
        if (known != null && known.version() == there.get().version()) {
            return Optional.of(known.type());
        }
        CommandType type = typeOf(there.get());
        parsed.put(whose, new Parsed(there.get().version(), type));
        return Optional.of(type);
    }

    /** What is wrong with parameters, each with its pointer. */
    List<String> violations(CommandType type, JsonNode params) {
        return shipped.violations(type, params);
    }

    /** Those that are shipped. */
    List<CommandType> shipped() {
        return List.copyOf(shipped.all());
    }

    Optional<CommandType> shipped(String name) {
        return shipped.byName(name);
    }

    /** A tenant's own, by name. */
    List<TypeTable.Own> own(TenantId tenant) {
        return database.transaction(handle -> table.all(handle, tenant));
    }

    Optional<TypeTable.Own> own(TenantId tenant, String name) {
        return database.transaction(handle -> table.find(handle, tenant, name));
    }

    /**
     * Adds or changes one; commands that were accepted keep what it said then.
     *
     * @param expected the version that the caller saw; null to write whatever is there
     * @throws ProblemException ALREADY_EXISTS for the name of a shipped one, COMMAND_TYPE_INVALID,
     *     PRECONDITION_FAILED
     */
    TypeTable.Own put(String name, JsonNode definition, Caller caller, @Nullable Long expected) {
        caller.mustCoverTenant("a command type");
        mustNotShadow(name);
        if (Json.bytes(definition).length > TypeDefinition.MAX_BYTES) {
            throw new ProblemException(
                    ErrorCode.BODY_TOO_LARGE,
                    "the definition has more than " + TypeDefinition.MAX_BYTES + " bytes");
        }
        TypeDefinition.Read read =
                TypeDefinition.read(TypeDefinition.checkedName(name), definition);
        if (!read.violations().isEmpty()) {
            throw new ProblemException(
                    ErrorCode.COMMAND_TYPE_INVALID,
                    name + ": " + String.join("; ", read.violations()),
                    Map.of("violations", read.violations()));
        }
        return database.transaction(handle -> {
            mustBeAt(table.locked(handle, caller.tenant(), name), name, expected);
            if (table.find(handle, caller.tenant(), name).isEmpty()
                    && table.all(handle, caller.tenant()).size() >= MAX_OWN) {
                throw new ProblemException(
                        ErrorCode.CONFLICT,
                        "tenant "
                                + caller.tenant()
                                + " has "
                                + MAX_OWN
                                + " command types, no more are taken");
            }
            return write(handle, name, definition, caller);
        });
    }

    /** Removes one; commands that were accepted go on. */
    void remove(String name, Caller caller, @Nullable Long expected) {
        caller.mustCoverTenant("a command type");
        mustNotShadow(name);
        database.run(handle -> {
            Optional<TypeTable.Own> there = table.locked(handle, caller.tenant(), name);
            if (there.isEmpty() || there.get().definition() == null) {
                throw unknown(name);
            }
            mustBeAt(there, name, expected);
            var _ = write(handle, name, null, caller);
        });
    }

    private TypeTable.Own write(
            Handle handle, String name, @Nullable JsonNode definition, Caller caller) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        TypeTable.Own own =
                table.write(handle, caller.tenant(), name, definition, caller.subject(), now);
        audit.append(
                handle,
                AuditEntry.Kind.TYPE,
                placeOf(caller.tenant(), name),
                Math.toIntExact(own.version()),
                caller.tenant(),
                name,
                definition == null ? "REMOVED" : "DEFINED",
                definition == null ? Map.of() : Map.of("definition", definition),
                Actor.of(caller, Scope.CONFIGURATION_WRITE.text(), null),
                now);
        return own;
    }

    /** The same for all versions of a type. */
    private static UUID placeOf(TenantId tenant, String name) {
        return UUID.nameUUIDFromBytes(
                (tenant.value() + "/" + name).getBytes(StandardCharsets.UTF_8));
    }

    static ProblemException unknown(String name) {
        return new ProblemException(
                ErrorCode.COMMAND_TYPE_UNKNOWN,
                "no command type '" + name + "'; GET /api/v1/command-types lists them");
    }

    private void mustNotShadow(String name) {
        if (shipped.byName(name).isPresent()) {
            throw new ProblemException(
                    ErrorCode.ALREADY_EXISTS,
                    "command type '" + name + "' is shipped and the same for every tenant");
        }
    }

    private static void mustBeAt(
            Optional<TypeTable.Own> there, String name, @Nullable Long expected) {
        long version =
                there.filter(own -> own.definition() != null)
                        .map(TypeTable.Own::version)
                        .orElse(0L);
        if (expected != null && expected != version) {
            throw new ProblemException(
                    ErrorCode.PRECONDITION_FAILED,
                    "command type "
                            + name
                            + " is at version "
                            + version
                            + ", If-Match says "
                            + expected,
                    Map.of("etag", "\"" + version + "\""));
        }
    }

    private static CommandType typeOf(TypeTable.Own own) {
        JsonNode definition = own.definition();
        CommandType type =
                definition == null ? null : TypeDefinition.read(own.name(), definition).type();
        if (type == null) {
            throw new IllegalStateException(
                    "the definition of command type " + own.name() + " can no longer be read");
        }
        return type;
    }
}
