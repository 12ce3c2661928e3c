package dev.driveline.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.command.batch.BatchEnd;
import dev.driveline.command.batch.BatchId;
import dev.driveline.command.batch.BatchState;
import dev.driveline.command.batch.Outcome;
import dev.driveline.command.batch.Selection;
import dev.driveline.command.batch.StopRule;
import dev.driveline.command.batch.StoredBatch;
import dev.driveline.command.batch.VinLines;
import dev.driveline.command.postgres.BatchVehicleTable;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.CommandId;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.runtime.rest.RestServer;
import dev.driveline.runtime.rest.Route;
import dev.driveline.store.postgres.Database;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Batches over REST. */
final class BatchRoutes {

    private static final String ALL = "/api/v1/commands:batch";
    private static final String ONE = ALL + "/{id}";
    private static final long MAX_UPLOAD_BYTES = 64L * 1024 * 1024;

    /** Between two looks at a batch that somebody follows. */
    private static final long LOOK_MS = 1_000;

    private static final int CSV_LINES = 200;

    private static final Set<String> STATES =
            Stream.concat(
                            Stream.of("WAITING", "UNDERWAY"),
                            Stream.of(Outcome.values()).map(Outcome::name))
                    .collect(Collectors.toUnmodifiableSet());

    private final Database database;
    private final BatchDesk desk;

    BatchRoutes(Database database, BatchDesk desk) {
        this.database = database;
        this.desk = desk;
    }

    List<Route> all() {
        return List.of(
                Route.post(ALL, Scope.COMMANDS_SEND, this::create),
                Route.get(ALL, Scope.COMMANDS_READ, this::list),
                Route.get(
                        ONE,
                        Scope.COMMANDS_READ,
                        exchange -> Answer.ok(view(desk.find(idOf(exchange), exchange.caller())))),
                Route.post(ONE + "/vehicles", Scope.COMMANDS_SEND, this::upload)
                        .withStreamUpTo(MAX_UPLOAD_BYTES),
                Route.get(ONE + "/vehicles", Scope.COMMANDS_READ, this::results),
                Route.get(ONE + "/stream", Scope.COMMANDS_READ, this::stream),
                change(":start", desk::start),
                change(":approve", desk::approve),
                change(":decline", desk::decline),
                change(":pause", desk::pause),
                change(":resume", desk::resume),
                change(":abort", desk::abort));
    }

    private interface Change {
        StoredBatch of(BatchId id, Caller caller, @Nullable String reason);
    }

    private static Route change(String verb, Change change) {
        return Route.post(
                ONE + verb,
                Scope.COMMANDS_SEND,
                exchange ->
                        Answer.ok(
                                view(
                                        change.of(
                                                idOf(exchange),
                                                exchange.caller(),
                                                CommandRoutes.saidIn(exchange).reason()))));
    }

    private Answer create(Exchange exchange) {
        StoredBatch made = desk.create(exchange.body(BatchDesk.Wish.class), exchange.caller());
        return Answer.created(ALL + "/" + made.id(), view(made));
    }

    private Answer list(Exchange exchange) {
        int limit = exchange.queryInteger("limit", 100, 1, 1_000);
        String cursor = exchange.query("cursor");
        List<StoredBatch> page =
                desk.page(exchange.caller(), cursor == null ? null : BatchId.parse(cursor), limit);
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("items", page.stream().map(BatchRoutes::view).toList());
        if (page.size() == limit) {
            body.put("next", page.getLast().id().toString());
        }
        return Answer.ok(body);
    }

    private Answer upload(Exchange exchange) {
        BatchId id = idOf(exchange);
        Caller caller = exchange.caller();
        mustBeLines(exchange.header("Content-Type"));
        var _ = desk.find(id, caller);
        return new Answer.Lines(sink -> {
            BatchUpload.Summary summary =
                    new BatchUpload(database, desk, id, caller, sink)
                            .run(new VinLines(exchange.stream()));
            var _ = sink.send(Map.of("summary", summary));
        });
    }

    private static void mustBeLines(@Nullable String type) {
        String plain = type == null ? "" : type.toLowerCase(Locale.ROOT);
        if (!plain.startsWith("text/csv") && !plain.startsWith("application/x-ndjson")) {
            throw new ProblemException(
                    ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                    "Content-Type '" + type + "': expected text/csv or application/x-ndjson");
        }
    }

    private Answer results(Exchange exchange) {
        BatchId id = idOf(exchange);
        Caller caller = exchange.caller();
        String state = exchange.query("state");
        if (state != null && !STATES.contains(state)) {
            throw new InvalidValueException("query state", state, "expected one of " + STATES);
        }
        var _ = desk.find(id, caller);
        String format = exchange.query("format");
        if (format == null || format.equals("ndjson")) {
            return new Answer.Lines(
                    sink -> desk.results(id, caller, state, row -> sink.send(view(row))));
        }
        if (format.equals("csv")) {
            return new Answer.Text(
                    "text/csv; charset=utf-8",
                    sink -> {
                        CsvText text = new CsvText(sink);
                        desk.results(id, caller, state, text::take);
                        text.flush();
                    });
        }
        throw new InvalidValueException("query format", format, "expected ndjson or csv");
    }

    /** Lines gathered into pieces; no value of theirs holds a comma or a quote. */
    private static final class CsvText {

        private final Answer.TextSink sink;
        private final StringBuilder text = new StringBuilder("vin,state,code,command,late\n");
        private int lines;

        CsvText(Answer.TextSink sink) {
            this.sink = sink;
        }

        boolean take(BatchVehicleTable.Row row) throws InterruptedException {
            text.append(row.vin())
                    .append(',')
                    .append(row.state())
                    .append(',')
                    .append(quoted(row.code()))
                    .append(',')
                    .append(row.command() == null ? "" : row.command())
                    .append(',')
                    .append(row.late())
                    .append('\n');
            lines++;
            return lines % CSV_LINES != 0 || flush();
        }

        boolean flush() throws InterruptedException {
            boolean there = sink.send(text.toString());
            text.setLength(0);
            return there;
        }

        /** A vehicle's own code can be any text (RFC 4180). */
        private static String quoted(@Nullable String code) {
            if (code == null) {
                return "";
            }
            return code.chars().allMatch(c -> c == '_' || Character.isLetterOrDigit(c))
                    ? code
                    : '"' + code.replace("\"", "\"\"") + '"';
        }
    }

    /** How it stands, then how it stands after each change, at most once a second. */
    private Answer stream(Exchange exchange) {
        BatchId id = idOf(exchange);
        Caller caller = exchange.caller();
        var _ = desk.find(id, caller);
        String seen = exchange.header("Last-Event-ID");
        return new Answer.Events(sink -> follow(id, caller, seen, sink));
    }

    private void follow(BatchId id, Caller caller, @Nullable String seen, Answer.EventSink sink)
            throws Exception {
        Semaphore never = new Semaphore(0);
        String last = seen == null ? "" : seen;
        long quietMs = 0;
        while (!sink.closed()) {
            StoredBatch stored = desk.find(id, caller);
            String version = Long.toString(stored.version());
            boolean over = stored.batch().state() == BatchState.ENDED;
            if (!version.equals(last) || over) {
                if (!sink.send(version, "progress", view(stored)) || over) {
                    return;
                }
                last = version;
                quietMs = 0;
            }
            quietMs += LOOK_MS;
            if (quietMs >= RestServer.keepAliveInterval().toMillis()) {
                quietMs = 0;
                if (!sink.keepAlive()) {
                    return;
                }
            }
            var _ = never.tryAcquire(LOOK_MS, TimeUnit.MILLISECONDS);
        }
    }

    private static BatchId idOf(Exchange exchange) {
        return BatchId.parse(exchange.path("id"));
    }

    /** A batch as callers see it. */
    record View(
            String id,
            BatchState state,
            @Nullable BatchEnd end,
            @Nullable String why,
            @Nullable String waitsFor,
            Map<String, Long> counts,
            String type,
            Map<String, Object> params,
            int ttlS,
            @Nullable String reason,
            @Nullable Selection select,
            int perSecond,
            int concurrency,
            StopRule stop,
            Instant from,
            Instant until,
            String requestedBy,
            @Nullable String approvedBy,
            Instant createdAt,
            @Nullable Instant startedAt,
            @Nullable Instant endedAt) {}

    /** What became of one vehicle. */
    record RowView(
            Vin vin,
            String state,
            @Nullable String code,
            @Nullable CommandId command,
            boolean late,
            @Nullable JsonNode result) {}

    private static View view(StoredBatch stored) {
        var spec = stored.spec();
        var plan = spec.plan();
        return new View(
                stored.id().toString(),
                stored.batch().state(),
                stored.batch().end(),
                stored.batch().why(),
                stored.waitsFor(),
                countsOf(stored),
                spec.type(),
                spec.params(),
                spec.ttlS(),
                spec.reason(),
                spec.select(),
                plan.perSecond(),
                plan.concurrency(),
                plan.stop(),
                plan.from(),
                plan.until(),
                stored.sender().subject(),
                stored.approvedBy(),
                stored.createdAt(),
                stored.startedAt(),
                stored.endedAt());
    }

    private static Map<String, Long> countsOf(StoredBatch stored) {
        var counts = stored.batch().counts();
        Map<String, Long> all = new LinkedHashMap<>();
        all.put("total", counts.total());
        all.put("WAITING", counts.waiting());
        all.put("UNDERWAY", counts.underway());
        for (Outcome outcome : Outcome.values()) {
            all.put(outcome.name(), counts.of(outcome));
        }
        return all;
    }

    private static RowView view(BatchVehicleTable.Row row) {
        String result = row.result();
        return new RowView(
                row.vin(),
                row.state(),
                row.code(),
                row.command(),
                row.late(),
                result == null ? null : Json.read(result, JsonNode.class));
    }
}
