package dev.driveline.bench.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.bench.gateway.Report;
import dev.driveline.bench.gateway.WorkFolder;
import dev.driveline.bench.server.Waiting;
import dev.driveline.embedded.EmbeddedPostgresql;
import dev.driveline.runtime.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Command service, gateway, PostgreSQL and Kafka killed in turn, at random moments, while vehicles
 * are asked things. Every accepted command must end in exactly one terminal state, and no vehicle's
 * journal may show one executed twice, late, or although it was said not to be. Status 1 on a
 * violation.
 */
@Command(name = "faults-commands", mixinStandardHelpOptions = true, showDefaultValues = true)
public final class CommandFaults implements Callable<Integer> {

    private static final Duration CONNECT_LIMIT = Duration.ofMinutes(3);
    private static final Duration ANSWER_LIMIT = Duration.ofMinutes(2);
    private static final Duration END_LIMIT = Duration.ofMinutes(4);
    private static final Set<String> NOT_EXECUTED =
            Set.of("EXPIRED", "CANCELLED", "SUPERSEDED", "REJECTED");

    @Option(names = "--vehicles", defaultValue = "500")
    private int vehicles;

    @Option(names = "--rate", defaultValue = "20", description = "Commands a second of all.")
    private int rate;

    @Option(
            names = "--batch-rate",
            defaultValue = "3",
            description = "Vehicles a second of a batch over all, beside.")
    private int batchRate;

    @Option(names = "--kills", defaultValue = "8", description = "In turn of the four parts.")
    private int kills;

    @Option(names = "--least", defaultValue = "10000", description = "ms from ready to a kill.")
    private int leastMs;

    @Option(names = "--most", defaultValue = "25000", description = "ms likewise.")
    private int mostMs;

    @Option(
            names = "--down",
            defaultValue = "3000",
            description = "ms that a part is away at most, and its start.")
    private int downMs;

    @Option(names = "--seed", defaultValue = "1")
    private long seed;

    @Option(names = "--folder", defaultValue = "testbed/bench/target/command-faults")
    private Path folder = Path.of("");

    @Option(names = "--fleet", defaultValue = "testbed/bench/target/fleet")
    private Path fleetFolder = Path.of("");

    @Option(names = "--result", description = "File to write; none: print only.")
    private @Nullable Path result;

    private final List<String> violations = new ArrayList<>();
    private final List<String> rows = new ArrayList<>();

    private CommandFaults() {}

    public static void main(String[] arguments) {
        System.exit(
                new CommandLine(new CommandFaults())
                        .setOverwrittenOptionsAllowed(true)
                        .execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Report report = new Report("Commands while everything is killed");
        report.say("Kafka, gateway, PostgreSQL, command service, " + vehicles + " vehicles …");
        try (CommandRun run = new CommandRun(WorkFolder.fresh(folder), fleetFolder, vehicles);
                JournaledFleet fleet = new JournaledFleet(run, fleetFolder, vehicles);
                CommandLoad load = new CommandLoad(run, vehicles, seed)) {
            if (!fleet.awaitConnected(CONNECT_LIMIT)) {
                throw new IOException("not all vehicles are connected");
            }
            String batch = load.beginBatch(batchRate);
            load.begin(rate);
            faults(report, run);
            report.say("the load ends …");
            if (!load.end(ANSWER_LIMIT)) {
                violations.add("requests that were not answered within " + ANSWER_LIMIT);
            }
            report.say(load.accepted().size() + " commands are to end …");
            if (!Waiting.until(END_LIMIT, () -> open(run) == 0)) {
                violations.add(open(run) + " commands have not ended");
            }
            report.say("the batch is to end …");
            if (!Waiting.until(END_LIMIT, () -> ended(load, batch))) {
                violations.add("the batch has not ended: " + load.get(batch));
            }
            compare(run, load);
            compareBatch(run, load.get(batch));
        }
        report.add(markdown());
        report.finish(result);
        return violations.isEmpty() ? 0 : 1;
    }

    private void faults(Report report, CommandRun run) throws IOException, InterruptedException {
        SplittableRandom random = new SplittableRandom(seed);
        CommandRun.Part[] parts = CommandRun.Part.values();
        Map<CommandRun.Part, Integer> killed = new TreeMap<>();
        for (int kill = 0; kill < kills; kill++) {
            CommandRun.Part part = parts[kill % parts.length];
            Waiting.pause(random.nextInt(leastMs, mostMs));
            report.say(part + " is killed …");
            run.kill(part);
            Waiting.pause(random.nextInt(downMs));
            run.restart(part);
            killed.merge(part, 1, Integer::sum);
        }
        Waiting.pause(mostMs);
        row("killed (SIGKILL)", killed.toString());
    }

    private static long open(CommandRun run) {
        try (Connection connection = connect(run);
                Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT count(*) FROM command WHERE NOT terminal")) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException away) {
            return Long.MAX_VALUE;
        }
    }

    private static Connection connect(CommandRun run) throws SQLException {
        return DriverManager.getConnection(
                run.jdbcUrl() + "?currentSchema=command", EmbeddedPostgresql.USER, run.password());
    }

    /** Of one vehicle and command. */
    private record Execution(int begun, Instant at, Instant expiresAt) {}

    private void compare(CommandRun run, CommandLoad load)
            throws IOException, InterruptedException, SQLException {
        Map<String, String> states = states(run, "true");
        Map<String, String> alone = states(run, "batch IS NULL");
        Map<String, String> accepted = load.accepted();
        Map<String, Execution> executions = executions(run);
        row("commands asked for, at " + rate + "/s", "%,d".formatted(load.asked()));
        row("requests made again, with the same key", "%,d".formatted(load.again()));
        row("refused for good (limits)", "%,d".formatted(load.refused()));
        row("accepted", "%,d".formatted(accepted.size()));
        row("rows (must be as many)", "%,d".formatted(alone.size()));
        if (!alone.keySet().equals(accepted.keySet())) {
            violations.add(alone.size() + " rows of " + accepted.size() + " accepted commands");
        }
        Map<String, Integer> byState = new TreeMap<>();
        states.values().forEach(state -> byState.merge(state, 1, Integer::sum));
        row("states", byState.toString());
        ends(run);
        row("begun by vehicles", "%,d".formatted(executions.size()));
        executions.forEach((id, execution) -> {
            if (execution.begun() != 1) {
                violations.add(id + " was begun " + execution.begun() + " times");
            }
            if (!execution.at().isBefore(execution.expiresAt())) {
                violations.add(
                        id
                                + " was begun at "
                                + execution.at()
                                + ", it expired at "
                                + execution.expiresAt());
            }
            String state = states.getOrDefault(id, "unknown");
            if (NOT_EXECUTED.contains(state) || state.equals("unknown")) {
                violations.add(id + " is " + state + " and was executed");
            }
        });
        states.forEach((id, state) -> {
            if (state.equals("SUCCEEDED") && !executions.containsKey(id)) {
                violations.add(id + " is SUCCEEDED and was not executed");
            }
        });
        JsonNode audit = load.get("/api/v1/audit/commands:verify");
        row(
                "steps in the audit's chains, whole: " + audit.path("whole"),
                audit.path("steps").asText());
        if (!audit.path("whole").asBoolean()) {
            violations.add("the audit is not whole: " + audit);
        }
        if (executions.isEmpty()) {
            violations.add("nothing was executed");
        }
    }

    private static Map<String, String> states(CommandRun run, String which) throws SQLException {
        Map<String, String> states = new HashMap<>();
        try (Connection connection = connect(run);
                Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT id, state FROM command WHERE " + which)) {
            while (rows.next()) {
                states.put(rows.getString(1), rows.getString(2));
            }
        }
        return states;
    }

    private static boolean ended(CommandLoad load, String batch) {
        try {
            return load.get(batch).path("state").asText().equals("ENDED");
        } catch (IOException away) {
            return false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Every vehicle had one command of it or was refused, and the counts say how each ended. */
    private void compareBatch(CommandRun run, JsonNode batch) throws SQLException {
        Map<String, Long> rows = new TreeMap<>();
        long wrong;
        try (Connection connection = connect(run);
                Statement statement = connection.createStatement()) {
            try (ResultSet row =
                    statement.executeQuery(
                            "SELECT state, count(*) FROM batch_vehicle GROUP BY state")) {
                while (row.next()) {
                    rows.put(row.getString(1), row.getLong(2));
                }
            }
            try (ResultSet row =
                    statement.executeQuery(
                            """
                            SELECT count(*) FROM batch_vehicle v FULL JOIN (SELECT * FROM command WHERE batch IS NOT NULL) c
                              ON c.id = v.command AND c.vin = v.vin AND c.batch = v.batch
                            WHERE v.vin IS NULL OR c.state IS DISTINCT FROM v.state AND v.state <> 'REFUSED'
                            """)) {
                row.next();
                wrong = row.getLong(1);
            }
        }
        row("the batch beside it, " + batchRate + " vehicles a second", rows.toString());
        row("its rows that are not as their commands (must be 0)", Long.toString(wrong));
        if (wrong > 0) {
            violations.add(wrong + " rows of the batch are not as their commands");
        }
        rows.forEach((state, many) -> {
            if (batch.path("counts").path(state).asLong() != many) {
                violations.add(
                        "the batch counts %s %s, there are %d"
                                .formatted(batch.path("counts").path(state), state, many));
            }
        });
        if (batch.path("counts").path("total").asLong() != vehicles
                || rows.values().stream().mapToLong(Long::longValue).sum() != vehicles) {
            violations.add("the batch has not " + vehicles + " vehicles: " + batch.path("counts"));
        }
    }

    /** Each once, or OUTCOME_UNKNOWN and then a late result. */
    private void ends(CommandRun run) throws SQLException {
        String wrong =
                """
                SELECT count(*) FROM (
                    SELECT command_id, count(*) AS ends, count(*) FILTER (WHERE state = 'OUTCOME_UNKNOWN') AS unknown
                    FROM audit
                    WHERE state IN ('SUCCEEDED', 'FAILED', 'REJECTED', 'EXPIRED', 'CANCELLED', 'SUPERSEDED',
                                    'OUTCOME_UNKNOWN')
                    GROUP BY command_id) e
                WHERE NOT (ends = 1 OR (ends = 2 AND unknown = 1))
                """;
        try (Connection connection = connect(run);
                Statement statement = connection.createStatement()) {
            try (ResultSet rows = statement.executeQuery(wrong)) {
                rows.next();
                row("commands with other than one end (must be 0)", rows.getString(1));
                if (rows.getLong(1) > 0) {
                    violations.add(rows.getLong(1) + " commands with other than one end");
                }
            }
            try (ResultSet rows =
                    statement.executeQuery("SELECT count(*) FROM command WHERE late")) {
                rows.next();
                row("of these with a late result", rows.getString(1));
            }
        }
    }

    private static Map<String, Execution> executions(CommandRun run) throws IOException {
        Map<String, Execution> executions = new HashMap<>();
        try (Stream<Path> folders = Files.list(JournaledFleet.journals(run))) {
            for (Path vehicle : folders.toList()) {
                for (String line : Files.readAllLines(vehicle.resolve("journal.jsonl"))) {
                    JsonNode entry = Json.read(line, JsonNode.class);
                    if (!entry.hasNonNull("answer")) {
                        Execution execution =
                                new Execution(
                                        1,
                                        Instant.parse(entry.path("at").asText()),
                                        Instant.parse(entry.path("expiresAt").asText()));
                        executions.merge(
                                entry.path("id").asText(),
                                execution,
                                (first, second) ->
                                        new Execution(
                                                first.begun() + 1,
                                                second.at(),
                                                second.expiresAt()));
                    }
                }
            }
        }
        return executions;
    }

    private void row(String what, String value) {
        rows.add("| " + what + " | " + value + " |");
    }

    private String markdown() {
        StringBuilder text = new StringBuilder();
        text.append(violations.isEmpty() ? "**No violation.**\n" : "**Violations:**\n\n");
        violations.stream()
                .limit(50)
                .forEach(violation -> text.append("- ").append(violation).append('\n'));
        text.append("\n| | |\n|---|---|\n");
        rows.forEach(line -> text.append(line).append('\n'));
        text.append(
                """

                %,d simulated vehicles (MQTT 5, each its own connection, certificate and journal) on one gateway, one Kafka, one
                command service, a process each, and a PostgreSQL with fsync. A part is killed %d to %d ms after the former was
                ready, and started again within %d ms. Requests that get no answer are made again with the same Idempotency-Key.
                """
                        .formatted(vehicles, leastMs, mostMs, downMs));
        return text.toString();
    }
}
