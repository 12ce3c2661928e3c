package dev.driveline.command;

import dev.driveline.command.trust.KeyRing;
import dev.driveline.runtime.jws.KeyStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of our key store. A file is read again when it has changed, so that a key is added
 * without a restart; a module is read once. Thread-safe.
 */
final class HeldKeys {

    private static final Logger LOG = LoggerFactory.getLogger(HeldKeys.class);

    private final CommandConfig.Keys config;
    private FileTime changed;
    private List<KeyRing.Held> held;

    /**
     * @throws IllegalStateException naming the file and what is wrong with it
     */
    HeldKeys(CommandConfig.Keys config) {
        this.config = config;
        try {
            this.changed = Files.getLastModifiedTime(config.store());
            this.held = read();
        } catch (IOException | GeneralSecurityException wrong) {
            throw new IllegalStateException(
                    "the key store "
                            + config.store()
                            + " cannot be used (settings command.keystore and"
                            + " command.keystore-password): "
                            + wrong.getMessage(),
                    wrong);
        }
    }

    synchronized List<KeyRing.Held> now() {
        if (KeyStores.isModule(config.store())) {
            return held;
        }
        try {
            FileTime time = Files.getLastModifiedTime(config.store());
            if (!time.equals(changed)) {
                held = read();
                changed = time;
                LOG.atInfo()
                        .setMessage("key store read again")
                        .addKeyValue("keys", held.stream().map(key -> key.signer().kid()).toList())
                        .log();
            }
        } catch (IOException | GeneralSecurityException wrong) {
            LOG.atWarn()
                    .setMessage("key store not read again, the former keys stay")
                    .addKeyValue("file", config.store())
                    .addKeyValue("why", wrong.getMessage())
                    .log();
        }
        return held;
    }

    private List<KeyRing.Held> read() throws IOException, GeneralSecurityException {
        return KeyStores.read(config.store(), config.password()).stream()
                .map(entry ->
                        new KeyRing.Held(entry.signer(), entry.chain().getFirst().getPublicKey()))
                .toList();
    }
}
