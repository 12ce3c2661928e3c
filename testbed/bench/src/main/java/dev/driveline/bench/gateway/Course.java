package dev.driveline.bench.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.bench.server.Child;
import dev.driveline.bench.server.Generator;
import dev.driveline.bench.server.Server;
import dev.driveline.bench.server.Waiting;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The same course for every server: warm-up, connects of three kinds, idle sessions, closed and
 * open loop. CPU time is all that the server's processes take meanwhile: compiling and keeping
 * house included.
 */
final class Course {

    /** Groups of vehicles of the same size that a course needs. */
    static final int GROUPS = 3;

    private static final int SETTLE_MS = 1_000;

    /** Our JVMs give free native memory back every ten seconds. */
    private static final int MEMORY_SETTLE_MS = 12_000;

    private static final int IDLE_MS = 10_000;

    /** Shorter, and the JVMs still compile while they are measured. */
    static final int WARM_LOOP_S = 15;

    private static final int WARM_ROUNDS = 10;

    private final Server server;
    private final Generator generator;
    private final BenchConfig config;
    private final Profiler profiler;
    private final Consumer<String> progress;
    private final Map<Figure, Double> figures = new EnumMap<>(Figure.class);
    private double failed;

    Course(
            Server server,
            Generator generator,
            BenchConfig config,
            Profiler profiler,
            Consumer<String> progress) {
        this.progress = progress;
        this.server = server;
        this.generator = generator;
        this.config = config;
        this.profiler = profiler;
    }

    /** Takes about a minute. */
    Map<Figure, Double> run() throws IOException, InterruptedException {
        progress.accept("  idle sessions …");
        memory();
        progress.accept("  warm-up …");
        warmUp();
        idle();
        progress.accept("  connects …");
        connects();
        progress.accept("  publishes …");
        publishes();
        figures.put(Figure.FAILED, failed);
        return figures;
    }

    /** The generator's vehicles are {@link #GROUPS} groups. */
    private String group(int number) {
        return " from=" + number * config.connections() + " count=" + config.connections();
    }

    private String warm() {
        return group(0);
    }

    private String idling() {
        return group(1);
    }

    private String measured() {
        return group(2);
    }

    private String connect(String more) {
        return "connect ports=" + server.port() + more;
    }

    /**
     * The growth from N sessions to 2 N in a process that has not closed one yet: what closed
     * sessions leave to be used again would hide what new ones take, and the first N pay for code
     * that is compiled.
     */
    private void memory() throws IOException, InterruptedException {
        generator.run(connect(warm()));
        Waiting.pause(MEMORY_SETTLE_MS);
        double heapBefore = heapKb();
        long rssBefore = server.front().rssKb();
        JsonNode answer = generator.run(connect(idling()));
        Waiting.pause(MEMORY_SETTLE_MS);
        double sessions = answer.path("connected").asDouble();
        double heap = (heapKb() - heapBefore) / sessions;
        double rss = (server.front().rssKb() - rssBefore) / sessions;
        figures.put(Figure.RSS_KB, rss);
        if (server.isJvm()) {
            figures.put(Figure.HEAP_KB, heap);
        }
        figures.put(Figure.SESSION_KB, rss + heap);
        generator.run("disconnect" + idling());
    }

    private void warmUp() throws IOException, InterruptedException {
        generator.run("closed seconds=" + WARM_LOOP_S);
        for (int round = 0; round < WARM_ROUNDS; round++) {
            generator.run("disconnect");
            // Full handshakes and resumed ones in turn.
            generator.run(connect(warm() + (round % 2 == 0 ? "" : " tls=warm")));
        }
        generator.run("disconnect");
        Waiting.pause(SETTLE_MS);
    }

    private void idle() throws IOException, InterruptedException {
        long beforeMs = cpuMs();
        Waiting.pause(IDLE_MS);
        figures.put(Figure.IDLE_PERCENT, 100.0 * (cpuMs() - beforeMs) / IDLE_MS);
    }

    private void connects() throws IOException, InterruptedException {
        Cost first = cost(connect(measured()));
        figures.put(Figure.FIRST_SEEN_MS, first.cpuMs() / first.count("connected"));
        leave();
        profiler.start("connects");
        Cost seen = cost(connect(measured() + " tls=kept"));
        profiler.stop();
        figures.put(Figure.SEEN_BEFORE_MS, seen.cpuMs() / seen.count("connected"));
        if (server.isJvm()) {
            figures.put(
                    Figure.SEEN_BEFORE_COMPILING_MS, seen.compilingMs() / seen.count("connected"));
        }
        figures.put(
                Figure.CONNECTS_PER_S,
                seen.count("connected") * 1_000 / seen.answer().path("tookMs").asDouble());
        leave();
        Cost resumed = cost(connect(measured() + " tls=kept"));
        double share = resumed.count("resumed") / resumed.count("connected");
        figures.put(Figure.RESUMED_PERCENT, 100 * share);
        if (share > 0.99) {
            figures.put(Figure.RESUMED_MS, resumed.cpuMs() / resumed.count("connected"));
        }
        leave();
    }

    private void leave() throws IOException, InterruptedException {
        generator.run("disconnect");
        Waiting.pause(SETTLE_MS);
    }

    private double heapKb() throws IOException, InterruptedException {
        return server.isJvm() ? server.front().liveHeapKb() : 0;
    }

    private void publishes() throws IOException, InterruptedException {
        generator.run(connect(measured() + " tls=kept"));
        generator.run("closed seconds=" + WARM_LOOP_S + measured());
        profiler.start("publishes");
        Cost closed = cost("closed seconds=" + config.seconds() + measured());
        profiler.stop();
        figures.put(Figure.ACKS_PER_S, closed.count("ackedPerS"));
        figures.put(Figure.MESSAGE_US, closed.cpuMs() * 1_000 / closed.count("acked"));
        Cost open =
                cost("open rate=" + config.rate() + " seconds=" + config.seconds() + measured());
        figures.put(Figure.OPEN_MESSAGE_US, open.cpuMs() * 1_000 / open.count("acked"));
        figures.put(Figure.ACK_P50_MS, open.count("ackP50Ms"));
        figures.put(Figure.ACK_P99_MS, open.count("ackP99Ms"));
        figures.put(Figure.ACK_P999_MS, open.count("ackP999Ms"));
    }

    /** What a phase cost the server. */
    private record Cost(double cpuMs, double compilingMs, JsonNode answer) {
        double count(String figure) {
            return answer.path(figure).asDouble();
        }
    }

    private Cost cost(String order) throws IOException, InterruptedException {
        long beforeMs = cpuMs();
        long compiledMs = compilingMs();
        JsonNode answer = generator.run(order);
        // What the server does afterwards, a record of presence for example, is part of it.
        Waiting.pause(SETTLE_MS);
        for (JsonNode count : answer.path("failed")) {
            failed += count.asDouble();
        }
        failed += answer.path("closed").asDouble();
        failed += answer.path("sent").asDouble() - answer.path("acked").asDouble();
        return new Cost(cpuMs() - beforeMs, compilingMs() - compiledMs, answer);
    }

    private long compilingMs() throws IOException {
        long sum = 0;
        for (Child process : server.processes()) {
            sum += process.compilingMs();
        }
        return sum;
    }

    private long cpuMs() throws IOException {
        long sum = 0;
        for (Child process : server.processes()) {
            sum += process.cpuMs();
        }
        return sum;
    }
}
