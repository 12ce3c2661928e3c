package dev.driveline.registry.http;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.registry.bulk.BulkLine;
import dev.driveline.registry.bulk.BulkLoad;
import dev.driveline.registry.bulk.BulkStore;
import dev.driveline.registry.vehicle.CheckDigitPolicy;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.runtime.rest.Route;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/vehicles:import}: the answer is progress, line by line, then a summary. */
public final class BulkRoutes {

    private static final long MAX_BODY_BYTES = 256L * 1024 * 1024;

    private final BulkStore store;
    private final CheckDigitPolicy checkDigits;

    public BulkRoutes(BulkStore store, CheckDigitPolicy checkDigits) {
        this.store = store;
        this.checkDigits = checkDigits;
    }

    public List<Route> routes() {
        return List.of(
                Route.post("/api/v1/vehicles:import", Scope.REGISTRY_WRITE, this::load)
                        .withStreamUpTo(MAX_BODY_BYTES));
    }

    private Answer load(Exchange exchange) {
        Requests.mustCoverTheTenant(exchange);
        BulkLoad.Mode mode = modeOf(exchange.query("mode"));
        Iterator<BulkLine> lines = linesOf(exchange);
        return new Answer.Lines(sink -> {
            Progress progress = new Progress(sink);
            BulkLoad load = new BulkLoad(exchange.caller().tenant(), mode, progress::tell);
            BulkLoad.Summary summary = load.run(lines, store);
            var _ = sink.send(Map.of("summary", summary));
        });
    }

    /** A caller that has gone does not stop the load: its body ends the load if it breaks off. */
    private record Progress(Answer.LineSink sink) {
        void tell(BulkLoad.Count count) {
            try {
                var _ = sink.send(Map.of("progress", count));
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                throw new ProblemException(ErrorCode.UNAVAILABLE, "the service is stopping");
            }
        }
    }

    private Iterator<BulkLine> linesOf(Exchange exchange) {
        String type = exchange.header("Content-Type");
        BulkFile file = new BulkFile(exchange.caller().tenant(), checkDigits);
        String plain = type == null ? "" : type.toLowerCase(Locale.ROOT);
        if (plain.startsWith("text/csv")) {
            return new CsvLines(exchange.stream(), file);
        }
        if (plain.startsWith("application/x-ndjson")) {
            return new JsonLines(exchange.stream(), file);
        }
        throw new ProblemException(
                ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                "Content-Type '" + type + "': expected text/csv or application/x-ndjson");
    }

    private static BulkLoad.Mode modeOf(@Nullable String text) {
        if (text == null || text.equals("all-or-nothing")) {
            return BulkLoad.Mode.ALL_OR_NOTHING;
        }
        if (text.equals("best-effort")) {
            return BulkLoad.Mode.BEST_EFFORT;
        }
        throw new InvalidValueException(
                "query mode", text, "expected all-or-nothing or best-effort");
    }
}
