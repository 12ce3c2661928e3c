package dev.driveline.contract.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a vehicle publishes to {@code up/config}. Shape: JSON with {@code type} checkin or report.
 */
public sealed interface ConfigMessage {

    /**
     * After SUBACK and every 24 hours: what the vehicle has. Always answered, with the documents
     * that differ or with {@link InSync}.
     *
     * @param id echoed by the answer
     * @param algorithms of the signatures that it can check, for example ES256, EdDSA; null where
     *     it does not say: ES256
     */
    record CheckIn(int v, String id, List<Have> have, @Nullable List<String> algorithms)
            implements ConfigMessage {

        public CheckIn(int v, String id, List<Have> have) {
            this(v, id, have, null);
        }
    }

    /** What became of one document. */
    record Report(
            int v, String namespace, long version, String hash, State state, @Nullable String code)
            implements ConfigMessage {}

    /** A document that the vehicle has applied. */
    record Have(String namespace, long version, String hash) {}

    /** How far a document has come in the vehicle. */
    enum State {
        RECEIVED,
        VALIDATED,
        APPLIED,
        REJECTED,
        ROLLED_BACK
    }

    /**
     * The platform's answer on {@code down/config} where nothing differs. Shape: JSON with {@code
     * type} insync.
     */
    record InSync(String type, String id) {

        public static InSync answering(String checkInId) {
            return new InSync("insync", checkInId);
        }
    }
}
