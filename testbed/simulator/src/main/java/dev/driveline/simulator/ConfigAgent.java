package dev.driveline.simulator;

import dev.driveline.contract.command.VehicleCode;
import dev.driveline.contract.config.ConfigDocument;
import dev.driveline.contract.config.ConfigMessage;
import dev.driveline.contract.config.ConfigMessage.State;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.trust.CommandKeys;
import dev.driveline.contract.trust.KeyUse;
import dev.driveline.contract.trust.TrustAnchors;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.json.MalformedJsonException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps and applies {@code telemetry.collection}, {@code command.keys} and {@code trust.anchors},
 * and says so. Not thread-safe.
 */
final class ConfigAgent {

    static final String NAMESPACE = "telemetry.collection";
    private static final List<String> ALGORITHMS = List.of("ES256", "EdDSA");

    private static final Logger LOG = LoggerFactory.getLogger(ConfigAgent.class);

    private final Vin vin;
    private final Trust trust;
    private final Anchors anchors;
    private final Runnable reconnect;
    private final Path file;
    private final Consumer<Collection> apply;
    private final Consumer<ConfigMessage> answers;
    private final Refusals refusals;
    private @Nullable ConfigDocument applied;

    ConfigAgent(
            Vin vin,
            Trust trust,
            Anchors anchors,
            Runnable reconnect,
            Path file,
            Consumer<Collection> apply,
            Consumer<ConfigMessage> answers,
            Refusals refusals)
            throws IOException {
        this.vin = vin;
        this.trust = trust;
        this.anchors = anchors;
        this.reconnect = reconnect;
        this.file = file;
        this.apply = apply;
        this.answers = answers;
        this.refusals = refusals;
        if (Files.exists(file)) {
            ConfigDocument kept = Json.read(Files.readString(file), ConfigDocument.class);
            apply.accept(Json.read(kept.content(), Collection.class));
            applied = kept;
        }
    }

    /** What it has, for the platform to compare. */
    ConfigMessage.CheckIn checkIn() {
        List<ConfigMessage.Have> have = new ArrayList<>();
        CommandKeys keys = trust.keys();
        if (keys != null) {
            have.add(new ConfigMessage.Have(CommandKeys.NAMESPACE, keys.version(), trust.hash()));
        }
        Anchors.Kept authorities = anchors.kept();
        if (authorities != null) {
            have.add(
                    new ConfigMessage.Have(
                            TrustAnchors.NAMESPACE, authorities.version(), authorities.hash()));
        }
        ConfigDocument kept = applied;
        if (kept != null) {
            have.add(new ConfigMessage.Have(NAMESPACE, kept.version(), hashOf(kept.content())));
        }
        return new ConfigMessage.CheckIn(1, UUID.randomUUID().toString(), have, ALGORITHMS);
    }

    /** A connection was made: what became of authorities on trial is told. */
    void connected() throws IOException {
        ConfigMessage.Report tried = anchors.connected();
        if (tried == null) {
            return;
        }
        if (tried.state() == State.ROLLED_BACK) {
            refusals.refused(TrustAnchors.TYP, VehicleCode.CONNECT_FAILED, null, null, null);
        }
        answers.accept(tried);
    }

    /** A signed document, or the word that nothing differs. */
    void received(String payload) throws IOException {
        if (payload.startsWith("{")) {
            LOG.atDebug().setMessage("configuration in sync").addKeyValue("vin", vin).log();
            return;
        }
        switch (Signed.typOf(payload)) {
            case CommandKeys.TYP -> takeKeys(payload);
            case TrustAnchors.TYP -> takeAnchors(payload);
            default -> takeDocument(payload);
        }
    }

    private void takeDocument(String payload) throws IOException {
        switch (Signed.open(payload, ConfigDocument.TYP, trust.keysFor(KeyUse.CONFIG))) {
            case Signed.Opened.Bad bad ->
                    refusals.refused(ConfigDocument.TYP, bad.code(), bad.kid(), null, null);
            case Signed.Opened.Good good -> judge(Json.read(good.payload(), ConfigDocument.class));
        }
    }

    private void takeKeys(String keys) throws IOException {
        switch (trust.take(keys)) {
            case Trust.Taken.Applied(long version, String hash) ->
                    answers.accept(
                            new ConfigMessage.Report(
                                    1, CommandKeys.NAMESPACE, version, hash, State.APPLIED, null));
            case Trust.Taken.Refused(VehicleCode code, String kid, long version, String hash) -> {
                refusals.refused(CommandKeys.TYP, code, kid, null, null);
                rejected(CommandKeys.NAMESPACE, version, hash, code);
            }
        }
    }

    private void takeAnchors(String authorities) {
        switch (anchors.take(authorities)) {
            case Anchors.Taken.OnTrial _ -> reconnect.run();
            case Anchors.Taken.Known _ -> {}
            case Anchors.Taken.Refused(VehicleCode code, String kid, long version, String hash) -> {
                refusals.refused(TrustAnchors.TYP, code, kid, null, null);
                rejected(TrustAnchors.NAMESPACE, version, hash, code);
            }
        }
    }

    private void rejected(String namespace, long version, String hash, VehicleCode code) {
        if (version > 0) {
            answers.accept(
                    new ConfigMessage.Report(
                            1, namespace, version, hash, State.REJECTED, code.name()));
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

    static String hashOf(String content) {
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
