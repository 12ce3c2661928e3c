package dev.driveline.simulator;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import dev.driveline.can.Catalogue;
import dev.driveline.contract.command.CommandResponse;
import dev.driveline.contract.config.ConfigMessage;
import dev.driveline.contract.mqtt.DownTopic;
import dev.driveline.contract.mqtt.UpTopic;
import dev.driveline.contract.telemetry.v1.Lost;
import dev.driveline.contract.telemetry.v1.Origin;
import dev.driveline.contract.trust.KeyUse;
import dev.driveline.contract.vehicle.VehicleEvent;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.jws.PublicKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One telematics box: connects by MQTT 5 over mutual TLS, sends the batches of a source (frames, or
 * signals where it decodes them itself), executes commands, applies configuration, reconnects with
 * backoff. One virtual thread decides; another gives frames. Thread-safe.
 */
public final class TBox implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TBox.class);
    private static final int KEEP_ALIVE_S = 60;
    private static final long CONNECT_LIMIT_S = 20;

    private final TBoxConfig config;
    private final Trust trust;
    private final Anchors anchors;
    private final Uplink uplink;
    private final Batching batcher;
    private final CommandAgent commands;
    private final ConfigAgent configuration;
    private final Journal journal;
    private volatile Mqtt5AsyncClient client;
    private final AtomicInteger clients = new AtomicInteger();
    private final Backoff backoff;
    private final BlockingQueue<Task> tasks = new LinkedBlockingQueue<>();
    private final Deque<Answer> unsentAnswers = new ArrayDeque<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile Collection.Filter filter = Collection.EVERYTHING.filter();
    private volatile int batchMs = Collection.EVERYTHING.batchMs();
    private volatile boolean connected;
    private volatile @Nullable String notConnected;
    private boolean listening;
    private long nextAnswer;
    private final AtomicLong framesSent = new AtomicLong();
    private @Nullable Thread sourceThread;
    private @Nullable Thread ownThread;

    /** An answer until its PUBACK. */
    private record Answer(long number, byte[] payload) {}

    /** Something for the TBox's own thread. */
    private interface Task {
        void run() throws IOException;
    }

    /**
     * Reads keys, certificates, journal and configuration; connects with {@link #start}.
     *
     * @throws IOException if the folder lacks something
     */
    public TBox(TBoxConfig config, Actuators actuators, Clock clock)
            throws IOException, GeneralSecurityException {
        this.config = config;
        SecureRandom random = new SecureRandom();
        byte[] bootId = new byte[8];
        random.nextBytes(bootId);
        Catalogue catalogue = config.decodesBy();
        this.batcher =
                catalogue == null ? new Batcher(bootId) : new SignalBatcher(bootId, catalogue);
        this.uplink = new Uplink(config.queueBatches(), config.lossless(), bootId);
        this.backoff = new Backoff(config.maxBackoff().toMillis(), random);
        this.journal = Journal.open(config.folder().resolve("journal.jsonl"));
        Refusals refusals = new RefusalEvents(config.vin(), clock, this::say);
        PublicKey root = PublicKeys.fromPem(config.commandRoot());
        this.trust = new Trust(root, config.folder().resolve("command-keys.jws"), clock);
        this.anchors =
                new Anchors(
                        root,
                        Pem.certificates(config.authorities()),
                        config.folder().resolve("trust-anchors.jws"),
                        clock);
        this.commands =
                new CommandAgent(
                        config.vin(),
                        trust.keysFor(KeyUse.COMMAND),
                        journal,
                        actuators,
                        clock,
                        this::answer,
                        refusals);
        this.configuration =
                new ConfigAgent(
                        config.vin(),
                        trust,
                        anchors,
                        this::connectAnew,
                        config.folder().resolve("telemetry.collection.json"),
                        this::collect,
                        this::answer,
                        refusals);
        this.client = newClient();
    }

    /** Connects, and stays connected until it is closed. */
    public void start() {
        ownThread = Thread.ofVirtual().name("tbox-" + config.vin()).start(this::run);
    }

    /**
     * Starts to send the frames of a source.
     *
     * @return completed when the source has ended and every batch of it was acknowledged
     */
    public CompletableFuture<Long> drive(FrameSource source) {
        CompletableFuture<Long> done = new CompletableFuture<>();
        sourceThread =
                Thread.ofVirtual()
                        .name("bus-" + config.vin())
                        .start(() -> {
                            try {
                                source.run(this::frame);
                                flush();
                                uplink.awaitEmpty();
                                done.complete(framesSent.get());
                            } catch (InterruptedException stopped) {
                                done.cancel(false);
                            } catch (IOException | RuntimeException failed) {
                                LOG.atError()
                                        .setMessage("source failed")
                                        .addKeyValue("vin", config.vin())
                                        .setCause(failed)
                                        .log();
                                done.completeExceptionally(failed);
                            }
                        });
        return done;
    }

    public boolean isConnected() {
        return connected;
    }

    /** Why the last attempt to connect failed; null if it did not. */
    public @Nullable String notConnected() {
        return notConnected;
    }

    /** Batches acknowledged since the start. */
    public long acknowledgedBatches() {
        return uplink.acknowledged();
    }

    /** Batches made and not acknowledged. */
    public int waitingBatches() {
        return uplink.waiting();
    }

    /** Frames put into batches since the start. */
    public long frames() {
        return framesSent.get();
    }

    /** Disconnects in order and stops. */
    @Override
    public void close() {
        closing.countDown();
        Thread source = sourceThread;
        if (source != null) {
            source.interrupt();
        }
        Thread own = ownThread;
        if (own != null) {
            own.interrupt();
        }
        if (client.getState().isConnected()) {
            client.disconnect().orTimeout(2, TimeUnit.SECONDS).exceptionally(gone -> null).join();
        }
        try {
            journal.close();
        } catch (IOException failed) {
            LOG.atWarn().setMessage("journal not closed").setCause(failed).log();
        }
    }

    // Frames.

    private void frame(long timeUs, String bus, int id, int flags, byte[] data, int length)
            throws InterruptedException {
        if (!filter.sends(bus, id, timeUs)) {
            return;
        }
        if (!batcher.isEmpty() && (batcher.isFull() || batcher.spanUs() >= batchMs * 1_000L)) {
            flush();
        }
        batcher.add(timeUs, bus, id, flags, data, length);
        framesSent.incrementAndGet();
    }

    private void flush() throws InterruptedException {
        if (!batcher.isEmpty()) {
            Origin origin = uplink.origin();
            List<Lost> lost = uplink.takeLost();
            uplink.submit(batcher.finish(origin, lost), origin);
        }
    }

    private void collect(Collection collection) {
        filter = collection.filter();
        batchMs = collection.batchMs();
    }

    // The connection.

    private void run() {
        try {
            while (closing.getCount() > 0) {
                if (!connected) {
                    connect();
                }
                Task task = tasks.poll(200, TimeUnit.MILLISECONDS);
                if (task != null) {
                    perform(task);
                }
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void perform(Task task) {
        try {
            task.run();
        } catch (IOException | RuntimeException failed) {
            LOG.atError()
                    .setMessage("task failed")
                    .addKeyValue("vin", config.vin())
                    .setCause(failed)
                    .log();
        }
    }

    private void connect() throws InterruptedException {
        try {
            client.connectWith()
                    .cleanStart(true)
                    .keepAlive(KEEP_ALIVE_S)
                    .send()
                    .get(CONNECT_LIMIT_S, TimeUnit.SECONDS);
            listening = false;
            subscribe(
                    DownTopic.CONFIG,
                    payload -> {
                        configuration.received(payload);
                        listenToCommands();
                    });
            listenToCommands();
            backoff.succeeded();
            connected = true;
            notConnected = null;
            configuration.connected();
            LOG.atDebug().setMessage("connected").addKeyValue("vin", config.vin()).log();
            sendUnsentAnswers();
            answer(configuration.checkIn());
            uplink.connected(this::publishBatch);
        } catch (IOException | ExecutionException | TimeoutException refused) {
            if (anchors.failed()) {
                connectAnew();
            }
            long waitMs = backoff.nextMs();
            String why = why(refused);
            notConnected = why;
            LOG.atInfo()
                    .setMessage("not connected")
                    .addKeyValue("vin", config.vin())
                    .addKeyValue("why", why)
                    .addKeyValue("nextInMs", waitMs)
                    .log();
            var _ = closing.await(waitMs, TimeUnit.MILLISECONDS);
        }
    }

    private static String why(Throwable refused) {
        List<String> causes = new ArrayList<>();
        for (Throwable cause = refused; cause != null; cause = cause.getCause()) {
            causes.add(String.valueOf(cause.getMessage()));
        }
        return String.join(" <- ", causes);
    }

    /** What is done with a payload. */
    private interface Receiver {
        void received(String payload) throws IOException;
    }

    /** Not before there are keys to check them with. */
    private void listenToCommands() throws IOException {
        if (listening || trust.keys() == null) {
            return;
        }
        try {
            subscribe(DownTopic.COMMANDS, commands::received);
            listening = true;
        } catch (ExecutionException | TimeoutException refused) {
            throw new IOException("not subscribed to commands", refused);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void subscribe(DownTopic topic, Receiver receiver)
            throws InterruptedException, ExecutionException, TimeoutException {
        client.subscribeWith()
                .topicFilter(topic.of(config.vin()))
                .qos(MqttQos.AT_LEAST_ONCE)
                .callback(publish -> {
                    String payload =
                            new String(publish.getPayloadAsBytes(), StandardCharsets.UTF_8);
                    tasks.add(() -> receiver.received(payload));
                })
                .send()
                .get(CONNECT_LIMIT_S, TimeUnit.SECONDS);
    }

    private void disconnected() {
        connected = false;
        uplink.disconnected();
    }

    private void publishBatch(byte[] batch, Uplink.Outcome outcome) {
        var _ =
                publish(batcher.topic(), batch)
                        .whenComplete((result, failure) ->
                                outcome.ended(failure == null && result.getError().isEmpty()));
    }

    /** Answers to commands are kept until they are acknowledged. */
    private void answer(CommandResponse response) {
        Answer answer = new Answer(nextAnswer++, Json.bytes(response));
        unsentAnswers.addLast(answer);
        if (connected) {
            send(answer);
        }
    }

    private void answer(ConfigMessage message) {
        var _ = publish(UpTopic.CONFIG, Json.bytes(message));
    }

    private void say(VehicleEvent event) {
        var _ = publish(UpTopic.EVENTS, Json.bytes(event));
    }

    private void sendUnsentAnswers() {
        unsentAnswers.forEach(this::send);
    }

    private void send(Answer answer) {
        var _ =
                publish(UpTopic.RESPONSES, answer.payload())
                        .whenComplete((result, failure) -> {
                            if (failure == null && result.getError().isEmpty()) {
                                tasks.add(() ->
                                        unsentAnswers.removeIf(
                                                kept -> kept.number() == answer.number()));
                            }
                        });
    }

    private CompletableFuture<Mqtt5PublishResult> publish(UpTopic topic, byte[] payload) {
        return client.publish(
                Mqtt5Publish.builder()
                        .topic(topic.of(config.vin()))
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .payload(payload)
                        .build());
    }

    /** With other authorities: a resumed TLS session would not ask them. */
    private void connectAnew() {
        Mqtt5AsyncClient former = client;
        try {
            client = newClient();
        } catch (IOException | GeneralSecurityException unusable) {
            LOG.atError()
                    .setMessage("authorities not changed")
                    .addKeyValue("vin", config.vin())
                    .setCause(unusable)
                    .log();
            return;
        }
        disconnected();
        if (former.getState().isConnected()) {
            var _ = former.disconnect().exceptionally(gone -> null);
        }
    }

    private Mqtt5AsyncClient newClient() throws IOException, GeneralSecurityException {
        int number = clients.incrementAndGet();
        return TBoxClient.of(
                config,
                anchors.authorities(),
                () -> {
                    if (clients.get() == number) {
                        disconnected();
                    }
                });
    }
}
