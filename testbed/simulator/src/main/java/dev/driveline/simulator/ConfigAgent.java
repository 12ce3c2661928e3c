package dev.driveline.simulator;

import dev.driveline.contract.config.ConfigDocument;
import dev.driveline.contract.config.ConfigMessage;
import dev.driveline.contract.config.ConfigMessage.State;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.json.MalformedJsonException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps and applies {@code telemetry.collection}, and says so. Not thread-safe. */
final class ConfigAgent {

    static final String NAMESPACE = "telemetry.collection";

    private static final Logger LOG = LoggerFactory.getLogger(ConfigAgent.class);

    private final Vin vin;
    private final Map<String, PublicKey> keys;
    private final Path file;
    private final Consumer<Collection> apply;
    private final Consumer<ConfigMessage> answers;
    private @Nullable ConfigDocument applied;

    ConfigAgent(
            Vin vin,
            Map<String, PublicKey> keys,
            Path file,
            Consumer<Collection> apply,
            Consumer<ConfigMessage> answers)
            throws IOException {
        this.vin = vin;
        this.keys = Map.copyOf(keys);
        this.file = file;
        this.apply = apply;
        this.answers = answers;
        if (Files.exists(file)) {
            ConfigDocument kept = Json.read(Files.readString(file), ConfigDocument.class);
            apply.accept(Json.read(kept.content(), Collection.class));
            applied = kept;
        }
    }

    /** What it has, for the platform to compare. */
    ConfigMessage.CheckIn checkIn() {
        ConfigDocument kept = applied;
        List<ConfigMessage.Have> have =
                kept == null
                        ? List.of()
                        : List.of(
                                new ConfigMessage.Have(
                                        NAMESPACE, kept.version(), hashOf(kept.content())));
        return new ConfigMessage.CheckIn(1, UUID.randomUUID().toString(), have);
    }

    /** A signed document, or the word that nothing differs. */
    void received(String payload) throws IOException {
        if (payload.startsWith("{")) {
            LOG.atDebug().setMessage("configuration in sync").addKeyValue("vin", vin).log();
            return;
        }
        switch (Signed.open(payload, ConfigDocument.TYP, keys)) {
            case Signed.Opened.Bad bad ->
                    LOG.atWarn()
                            .setMessage("configuration refused")
                            .addKeyValue("vin", vin)
                            .addKeyValue("code", bad.code())
                            .log();
            case Signed.Opened.Good good -> judge(Json.read(good.payload(), ConfigDocument.class));
        }
    }

    private void judge(ConfigDocument document) throws IOException {
        ConfigDocument kept = applied;
        if (!document.vin().equals(vin)) {
            report(document, State.REJECTED, "WRONG_VIN");
        } else if (!document.namespace().equals(NAMESPACE)) {
            report(document, State.REJECTED, "NAMESPACE_UNKNOWN");
        } else if (kept != null && document.version() < kept.version()) {
            report(document, State.REJECTED, "OLDER_VERSION");
        } else if (kept != null && document.version() == kept.version()) {
            report(document, State.APPLIED, null);
        } else {
            take(document);
        }
    }

    private void take(ConfigDocument document) throws IOException {
        report(document, State.RECEIVED, null);
        Collection collection;
        try {
            collection = Json.read(document.content(), Collection.class);
        } catch (MalformedJsonException unusable) {
            report(document, State.REJECTED, "CONTENT_INVALID");
            return;
        }
        report(document, State.VALIDATED, null);
        Path next = file.resolveSibling(file.getFileName() + ".next");
        Files.writeString(next, Json.text(document));
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        apply.accept(collection);
        applied = document;
        report(document, State.APPLIED, null);
    }

    private void report(ConfigDocument document, State state, @Nullable String code) {
        answers.accept(
                new ConfigMessage.Report(
                        1,
                        document.namespace(),
                        document.version(),
                        hashOf(document.content()),
                        state,
                        code));
    }

    private static String hashOf(String content) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(content.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
