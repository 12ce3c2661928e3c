package dev.driveline.command.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.json.Json;
import dev.driveline.testkit.Draw;
import dev.driveline.testkit.Trials;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The check of an export, as from the command line. */
class AuditCheckTest {

    private static final Instant START = Instant.parse("2026-05-01T12:00:00.000001Z");
    private static final int ENTRIES = 60;

    @TempDir Path folder;

    private int runs;

    @Test
    void anExportIsWholeInWhateverOrder() throws IOException {
        List<Map<String, Object>> rows = export();
        assertEquals("whole: 60 entries in chains, 0 in none, 0 chains begin", said(0, rows));
        Collections.shuffle(rows, new Random(7));
        assertEquals("whole: 60 entries in chains, 0 in none, 0 chains begin", said(0, rows));
    }

    @Test
    void anyChangeIsNamedWithItsLine() {
        Trials.of(4).run(40, this::oneChange);
    }

    private void oneChange(Draw random) throws IOException {
        List<Map<String, Object>> rows = export();
        int at = random.nextInt(rows.size());
        Map<String, Object> row = rows.get(at);
        Object number = row.get("number");
        Object line = row.get("line");
        switch (random.nextInt(6)) {
            case 0 -> row.put("actor", "mallory");
            case 1 -> row.put("state", "FAILED");
            case 2 -> row.put("result", Map.of("lat", 1.5));
            case 3 -> row.put("hash", "00");
            case 4 -> row.put("batch", UUID.randomUUID().toString());
            default -> row.put("salt", "00");
        }
        String said = said(1, rows);
        assertTrue(
                said.startsWith(
                        "acme, chain "
                                + line
                                + ", number "
                                + number
                                + " (line "
                                + (at + 1)
                                + "): "),
                said);
    }

    @Test
    void whatIsTakenOutOrCutOffIsMissed() throws IOException {
        List<Map<String, Object>> rows = export();
        rows.remove(7);
        assertTrue(said(1, rows).contains("follows, expected"), "one is missing");

        List<Map<String, Object>> all = export();
        Path ends = ends(all);
        assertEquals(0, run(all, "--ends", ends.toString()).status());
        List<Map<String, Object>> cut = all.subList(0, ENTRIES - 10);
        assertEquals(0, run(cut).status());
        Run missed = run(cut, "--ends", ends.toString());
        assertEquals(1, missed.status());
        assertTrue(missed.out().contains("it once reached number"), missed.out());
    }

    @Test
    void aLaterExportGoesOnFromTheEndsThatWereKept() throws IOException {
        List<Map<String, Object>> all = export();
        List<Map<String, Object>> later = all.subList(20, ENTRIES);
        assertTrue(run(later).out().contains("0 in none, 2 chains begin"), "on trust");
        Path ends = ends(all.subList(0, 20));
        assertTrue(run(later, "--ends", ends.toString()).out().contains(" 0 chains begin"));
        later.getFirst().put("actor", "mallory");
        assertEquals(1, run(later, "--ends", ends.toString()).status());
    }

    @Test
    void whatCannotBeReadIsOneSentence() throws IOException {
        Path file = folder.resolve("broken");
        Files.writeString(file, "{\"kind\":\"COMMAND\"}\n");
        Run broken = execute(file.toString());
        assertEquals(2, broken.status());
        assertTrue(broken.errors().startsWith("line 1: "), broken.errors());
        Files.writeString(file, "{\"problem\":{\"code\":\"UNAVAILABLE\"}}\n");
        assertTrue(execute(file.toString()).errors().contains("broke off"));
        assertEquals(2, execute(folder.resolve("none").toString()).status());
    }

    private record Run(int status, String out, String errors) {}

    private String said(int status, List<Map<String, Object>> rows) throws IOException {
        Run run = run(rows);
        assertEquals(status, run.status(), run.out() + run.errors());
        return run.out().replace(" with an entry that is taken on trust", "").strip();
    }

    private Run run(List<Map<String, Object>> rows, String... options) throws IOException {
        runs++;
        Path file = folder.resolve("export-" + runs);
        Files.write(file, rows.stream().map(Json::text).toList());
        List<String> arguments = new ArrayList<>(List.of(options));
        arguments.add(file.toString());
        return execute(arguments.toArray(String[]::new));
    }

    private static Run execute(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter errors = new StringWriter();
        int status =
                AuditCheck.commandLine()
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(errors))
                        .execute(arguments);
        return new Run(status, out.toString(), errors.toString());
    }

    private Path ends(List<Map<String, Object>> rows) throws IOException {
        Map<Object, Map<String, Object>> last = new LinkedHashMap<>();
        rows.forEach(row -> last.put(row.get("line"), row));
        Path file = folder.resolve("ends-" + runs);
        Files.write(file, Json.bytes(Map.of("ends", last.values())));
        return file;
    }

    /** Two chains, as the service exports them; one vehicle was erased. */
    private static List<Map<String, Object>> export() {
        List<Map<String, Object>> rows = new ArrayList<>();
        String[] before = {"", ""};
        long[] numbers = {0, 0};
        for (int i = 0; i < ENTRIES; i++) {
            int line = i % 3 == 0 ? 0 : 1;
            Vin vin = i % 3 == 0 ? null : Vin.of("WDRV0TESTCMND0001");
            String result = i % 4 == 0 ? "{\"lat\":48.5,\"list\":[1,2.5,null]}" : null;
            AuditEntry entry = entry(i, vin, result);
            numbers[line]++;
            AuditChain.Link link =
                    AuditChain.next(line, numbers[line], before[line], entry, "a" + i);
            before[line] = link.hash();
            boolean erased = i == 11;
            rows.add(
                    row(
                            erased ? entry(i, Vin.of("0ERASED0000000001"), null) : entry,
                            link,
                            erased ? null : link.salt()));
        }
        return rows;
    }

    private static AuditEntry entry(int i, @Nullable Vin vin, @Nullable String result) {
        return new AuditEntry(
                AuditEntry.Kind.COMMAND,
                new UUID(1, i),
                1,
                START.plusMillis(i),
                TenantId.of("acme"),
                vin,
                "vehicle.locate",
                "SUCCEEDED",
                null,
                result,
                false,
                "anna",
                null,
                "commands:send",
                i % 5 == 0 ? "why" : null,
                "00",
                "command-1",
                i % 7 == 0 ? new UUID(2, i) : null);
    }

    private static Map<String, Object> row(
            AuditEntry entry, AuditChain.Link link, @Nullable String salt) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("kind", entry.kind());
        row.put("id", entry.subject());
        row.put("step", entry.step());
        row.put("at", entry.at());
        row.put("tenant", entry.tenant());
        row.put("vin", entry.vin());
        row.put("type", entry.type());
        row.put("state", entry.state());
        row.put("code", entry.code());
        String result = entry.result();
        row.put("result", result == null ? null : Json.map(result));
        row.put("late", entry.late());
        row.put("actor", entry.actor());
        row.put("app", entry.app());
        row.put("scope", entry.scope());
        row.put("reason", entry.reason());
        row.put("payloadHash", entry.payloadHash());
        row.put("keyId", entry.keyId());
        row.put("batch", entry.batch());
        row.put("line", link.line());
        row.put("number", link.number());
        row.put("hash", link.hash());
        row.put("personal", link.personal());
        row.put("salt", salt);
        return row;
    }
}
