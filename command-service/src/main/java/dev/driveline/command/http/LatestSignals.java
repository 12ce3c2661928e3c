package dev.driveline.command.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.command.command.Precondition;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.json.MalformedJsonException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the pipeline for a vehicle's latest signals, with the token of the one who sends the
 * command, so that nobody learns what they may not see. Thread-safe; blocks for at most {@link
 * #LIMIT}.
 */
public final class LatestSignals implements AutoCloseable {

    /** How long is waited for an answer. */
    public static final Duration LIMIT = Duration.ofMillis(200);

    /** An older value says nothing of how the vehicle is now. */
    public static final Duration MAX_AGE = Duration.ofSeconds(60);

    private static final Logger LOG = LoggerFactory.getLogger(LatestSignals.class);

    private final URI pipeline;
    private final InstantSource clock;
    private final HttpClient http = HttpClient.newBuilder().connectTimeout(LIMIT).build();

    /**
     * @param pipeline where its REST is
     */
    public LatestSignals(URI pipeline, InstantSource clock) {
        this.pipeline = pipeline;
        this.clock = clock;
    }

    /**
     * The values that are good and fresh; none without an answer.
     *
     * @param authorization the caller's header
     */
    public Map<String, Precondition.Value> of(Vin vin, Set<String> signals, String authorization) {
        String query =
                signals.stream()
                        .map(name -> "signal=" + URLEncoder.encode(name, StandardCharsets.UTF_8))
                        .collect(Collectors.joining("&"));
        HttpRequest request =
                HttpRequest.newBuilder(
                                pipeline.resolve("/api/v1/vehicles/" + vin + "/signals?" + query))
                        .timeout(LIMIT)
                        .header("Authorization", authorization)
                        .build();
        CompletableFuture<HttpResponse<byte[]>> asked =
                http.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray());
        try {
            HttpResponse<byte[]> answer = asked.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            if (answer.statusCode() == 200) {
                return valuesIn(Json.tree(answer.body()), signals);
            }
            LOG.atDebug()
                    .setMessage("pipeline does not say")
                    .addKeyValue("status", answer.statusCode())
                    .log();
        } catch (TimeoutException | ExecutionException | MalformedJsonException away) {
            asked.cancel(true);
            LOG.atDebug().setMessage("pipeline does not answer").addKeyValue("why", away).log();
        } catch (InterruptedException interrupted) {
            asked.cancel(true);
            Thread.currentThread().interrupt();
        }
        return Map.of();
    }

    /** By the name that was asked for: its own, the last part of it, or its path in VSS. */
    private Map<String, Precondition.Value> valuesIn(JsonNode page, Set<String> signals) {
        Map<String, Precondition.Value> values = new HashMap<>();
        Instant oldest = clock.instant().minus(MAX_AGE);
        for (JsonNode sample : page.path("items")) {
            Instant at = Instant.EPOCH.plus(sample.path("t").asLong(), ChronoUnit.MICROS);
            String label = sample.hasNonNull("label") ? sample.path("label").asText() : null;
            if (!sample.path("quality").asText().equals("GOOD")
                    || !sample.path("phys").isNumber()
                    || at.isBefore(oldest)) {
                continue;
            }
            String full = sample.path("signal").asText();
            double number = sample.path("phys").asDouble();
            for (String name : signals) {
                if (full.equals(name) || full.endsWith("." + name)) {
                    values.put(name, new Precondition.Value(number, label));
                } else if (sample.at("/vss/path").asText().equals(name)
                        && sample.at("/vss/value").isNumber()) {
                    values.put(
                            name,
                            new Precondition.Value(sample.at("/vss/value").asDouble(), label));
                }
            }
        }
        return values;
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
