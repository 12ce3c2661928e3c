package dev.driveline.command;

import dev.driveline.command.command.Presences;
import dev.driveline.command.trust.SignedByRoot;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.mqtt.DownTopic;
import java.util.EnumMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for what the command root signed lately, whoever published it, and brings it to the
 * vehicles that are online, a few at a time. The others ask for it at their next check-in.
 */
final class TrustNews implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TrustNews.class);
    private static final int LOOK_S = 5;
    private static final int PUSH_MS = 100;
    private static final int AT_ONCE = 50;

    private final TrustDesk trust;
    private final ConfigurationDesk configurations;
    private final Presences presences;
    private final Map<SignedByRoot.Kind, Long> told = new EnumMap<>(SignedByRoot.Kind.class);
    private final Queue<Vin> waiting = new ConcurrentLinkedQueue<>();
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("command-trust").factory());

    TrustNews(TrustDesk trust, ConfigurationDesk configurations, Presences presences) {
        this.trust = trust;
        this.configurations = configurations;
        this.presences = presences;
        news();
        waiting.clear();
        var _ = timer.scheduleWithFixedDelay(this::look, LOOK_S, LOOK_S, TimeUnit.SECONDS);
        var _ = timer.scheduleWithFixedDelay(this::push, PUSH_MS, PUSH_MS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    private void look() {
        try {
            trust.refresh();
            if (news()) {
                waiting.clear();
                waiting.addAll(presences.listening(DownTopic.CONFIG));
            }
        } catch (RuntimeException failed) {
            LOG.atWarn()
                    .setMessage("published keys not looked at")
                    .addKeyValue("cause", failed)
                    .log();
        }
    }

    private boolean news() {
        boolean changed = false;
        for (SignedByRoot.Kind kind : SignedByRoot.Kind.values()) {
            long version = trust.newest(kind).map(SignedByRoot::version).orElse(0L);
            Long before = told.put(kind, version);
            changed |= before != null && before < version;
        }
        return changed;
    }

    private void push() {
        try {
            for (int i = 0; i < AT_ONCE && !waiting.isEmpty(); i++) {
                configurations.pushTrust(waiting.remove());
            }
        } catch (RuntimeException failed) {
            LOG.atWarn().setMessage("published keys not sent").addKeyValue("cause", failed).log();
        }
    }
}
