package dev.driveline.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.command.audit.AuditEntry;
import dev.driveline.command.postgres.AuditTable;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.Route;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The audit over REST: export and check. */
final class AuditRoutes {

    private static final String ALL = "/api/v1/audit/commands";

    /** Later than any step. */
    private static final Instant END = Instant.parse("9999-01-01T00:00:00Z");

    private final AuditDesk desk;

    AuditRoutes(AuditDesk desk) {
        this.desk = desk;
    }

    List<Route> all() {
        return List.of(
                Route.get(ALL, Scope.AUDIT_READ, this::export),
                Route.get(ALL + ":verify", Scope.AUDIT_READ, this::verify));
    }

    /**
     * A step as callers see it.
     *
     * @param id of the command, the hold, or the command type's place
     * @param line of the chain it stands in; null if it stands in none
     */
    record View(
            AuditEntry.Kind kind,
            UUID id,
            int step,
            Instant at,
            TenantId tenant,
            @Nullable Vin vin,
            String type,
            String state,
            @Nullable String code,
            @Nullable JsonNode result,
            boolean late,
            String actor,
            @Nullable String app,
            @Nullable String scope,
            @Nullable String reason,
            String payloadHash,
            String keyId,
            @Nullable UUID batch,
            @Nullable Integer line,
            @Nullable Long number,
            @Nullable String hash,
            @Nullable String personal,
            @Nullable String salt) {}

    private Answer export(Exchange exchange) {
        Caller caller = exchange.caller();
        String asked = exchange.query("vin");
        Vin vin = asked == null ? null : Vin.of(asked);
        if (vin == null) {
            caller.mustCoverTenant("an export without ?vin=");
        } else {
            caller.mustCover(vin);
        }
        Instant from = exchange.queryInstant("from");
        Instant to = exchange.queryInstant("to");
        Instant begin = from == null ? Instant.EPOCH : from;
        Instant end = to == null ? END : to;
        if (!begin.isBefore(end)) {
            throw new InvalidValueException("query to", String.valueOf(to), "expected after from");
        }
        return new Answer.Lines(
                sink -> desk.export(caller.tenant(), vin, begin, end, row -> sink.send(view(row))));
    }

    private Answer verify(Exchange exchange) {
        exchange.caller().mustCoverTenant("a check of the chains");
        return Answer.ok(desk.verify(exchange.caller().tenant()));
    }

    private static View view(AuditTable.Row row) {
        var link = row.link();
        return new View(
                row.entry().kind(),
                row.entry().subject(),
                row.entry().step(),
                row.entry().at(),
                row.entry().tenant(),
                row.entry().vin(),
                row.entry().type(),
                row.entry().state(),
                row.entry().code(),
                tree(row.entry().result()),
                row.entry().late(),
                row.entry().actor(),
                row.entry().app(),
                row.entry().scope(),
                row.entry().reason(),
                row.entry().payloadHash(),
                row.entry().keyId(),
                row.entry().batch(),
                link == null ? null : link.line(),
                link == null ? null : link.number(),
                link == null ? null : link.hash(),
                link == null ? null : link.personal(),
                link == null ? null : link.salt());
    }

    static View view(AuditEntry entry) {
        return view(new AuditTable.Row(entry, null));
    }

    private static @Nullable JsonNode tree(@Nullable String json) {
        return json == null ? null : Json.read(json, JsonNode.class);
    }
}
