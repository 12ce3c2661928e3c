package dev.driveline.command;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.driveline.contract.id.Vin;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Answers for the latest signals of vehicles as it is told, of others it knows nothing; and takes
 * wake-ups.
 */
final class StandInPipeline implements AutoCloseable {

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private final Map<String, String> questions = new ConcurrentHashMap<>();
    private final List<String> woken = new CopyOnWriteArrayList<>();
    private final CountDownLatch closing = new CountDownLatch(1);

    StandInPipeline() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/api/v1/vehicles/", this::answer);
        server.createContext("/wake", this::wake);
        server.start();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    void answers(Vin vin, String body) {
        answers.put(vin.value(), body);
    }

    /** Takes the question and says nothing. */
    void staysSilent(Vin vin) {
        answers.put(vin.value(), "");
    }

    /** The last query about a vehicle. */
    String asked(Vin vin) {
        return questions.getOrDefault(vin.value(), "");
    }

    /** What was asked to be woken. */
    List<String> woken() {
        return List.copyOf(woken);
    }

    private void wake(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        boolean ours =
                CommandRig.WAKE_SECRET
                        .sign(
                                exchange.getRequestHeaders().getFirst("webhook-id"),
                                Long.parseLong(
                                        exchange.getRequestHeaders().getFirst("webhook-timestamp")),
                                body)
                        .equals(exchange.getRequestHeaders().getFirst("webhook-signature"));
        if (ours) {
            woken.add(new String(body, StandardCharsets.UTF_8));
        }
        exchange.sendResponseHeaders(ours ? 202 : 401, -1);
        exchange.close();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String vin = exchange.getRequestURI().getPath().split("/", -1)[4];
        questions.put(vin, String.valueOf(exchange.getRequestURI().getQuery()));
        String body = answers.get(vin);
        if (body != null && body.isEmpty()) {
            try {
                closing.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
            return;
        }
        byte[] bytes = body == null ? new byte[0] : body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(
                body == null ? 404 : 200, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
