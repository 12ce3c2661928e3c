package dev.driveline.command.audit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Checks an export of the audit where there is no service and no database: whether entries were
 * changed, taken out or put between since it was written.
 */
@Command(
        name = "audit-check",
        mixinStandardHelpOptions = true,
        description = {
            "Checks the chains of an export (GET /api/v1/audit/commands) and names what is broken.",
            "Status 0: whole, 1: broken, 2: it cannot be read."
        })
public final class AuditCheck implements Callable<Integer> {

    @Option(
            names = "--ends",
            paramLabel = "FILE",
            description =
                    "The answer of an earlier /api/v1/audit/commands:verify: shows whether"
                            + " ends were cut off since.")
    private @Nullable Path ends;

    @Parameters(paramLabel = "FILE", description = "The export; - for standard input.")
    private String file = "-";

    @Spec private CommandSpec spec = CommandSpec.create();

    private AuditCheck() {}

    public static void main(String[] arguments) {
        System.exit(execute(arguments));
    }

    /**
     * As from the command line.
     *
     * @return its status
     */
    public static int execute(String... arguments) {
        return commandLine().execute(arguments);
    }

    /** The tool; what cannot be read is one sentence on the error stream and status 2. */
    static CommandLine commandLine() {
        return new CommandLine(new AuditCheck())
                .setExecutionExceptionHandler((failure, line, result) -> {
                    line.getErr()
                            .println(failure.getMessage() == null ? failure : failure.getMessage());
                    return 2;
                });
    }

    @Override
    public Integer call() throws IOException {
        ExportCheck check = new ExportCheck(endsIn(ends));
        long lines = 0;
        try (BufferedReader reader = new BufferedReader(open())) {
            String line = reader.readLine();
            while (line != null) {
                lines++;
                if (!line.isBlank()) {
                    take(check, lines, line);
                }
                line = reader.readLine();
            }
        }
        return tell(check.finish());
    }

    private int tell(ExportCheck.Report report) {
        PrintWriter out = spec.commandLine().getOut();
        for (ExportCheck.Fault fault : report.faults()) {
            out.printf(
                    "%s, chain %d, number %d%s: %s%n",
                    fault.tenant(),
                    fault.line(),
                    fault.number(),
                    fault.at() == 0 ? "" : " (line " + fault.at() + ")",
                    fault.what());
        }
        out.printf(
                "%s: %d entries in chains, %d in none, %d chains begin with an entry that is taken on trust%n",
                report.faults().isEmpty() ? "whole" : "BROKEN",
                report.checked(),
                report.unchained(),
                report.trusted());
        out.flush();
        return report.faults().isEmpty() ? 0 : 1;
    }

    private Reader open() throws IOException {
        return file.equals("-")
                ? new InputStreamReader(System.in, StandardCharsets.UTF_8)
                : Files.newBufferedReader(Path.of(file));
    }

    private static Map<Integer, ExportCheck.End> endsIn(@Nullable Path file) throws IOException {
        Map<Integer, ExportCheck.End> ends = new HashMap<>();
        if (file != null) {
            for (JsonNode end : Json.tree(Files.readAllBytes(file)).path("ends")) {
                ends.put(
                        end.path("line").asInt(),
                        new ExportCheck.End(
                                end.path("number").asLong(), end.path("hash").asText()));
            }
        }
        return ends;
    }

    private static void take(ExportCheck check, long at, String line) {
        try {
            JsonNode row = Json.read(line, JsonNode.class);
            if (row.has("problem")) {
                throw new IllegalArgumentException("the export broke off: " + row.get("problem"));
            }
            check.take(at, entryIn(row), linkIn(row));
        } catch (IllegalArgumentException unreadable) {
            throw new IllegalArgumentException(
                    "line " + at + ": " + unreadable.getMessage(), unreadable);
        }
    }

    private static AuditEntry entryIn(JsonNode row) {
        String vin = text(row, "vin");
        String batch = text(row, "batch");
        return new AuditEntry(
                AuditEntry.Kind.valueOf(row.path("kind").asText()),
                UUID.fromString(row.path("id").asText()),
                row.path("step").asInt(),
                Instant.parse(row.path("at").asText()),
                TenantId.of(row.path("tenant").asText()),
                vin == null ? null : Vin.of(vin),
                row.path("type").asText(),
                row.path("state").asText(),
                text(row, "code"),
                row.hasNonNull("result") ? Json.text(row.get("result")) : null,
                row.path("late").asBoolean(),
                row.path("actor").asText(),
                text(row, "app"),
                text(row, "scope"),
                text(row, "reason"),
                row.path("payloadHash").asText(),
                row.path("keyId").asText(),
                batch == null ? null : UUID.fromString(batch));
    }

    private static AuditChain.@Nullable Link linkIn(JsonNode row) {
        return row.hasNonNull("line")
                ? new AuditChain.Link(
                        row.path("line").asInt(),
                        row.path("number").asLong(),
                        row.path("hash").asText(),
                        row.path("personal").asText(),
                        text(row, "salt"))
                : null;
    }

    private static @Nullable String text(JsonNode row, String member) {
        return row.hasNonNull(member) ? row.get(member).asText() : null;
    }
}
