package dev.driveline.simulator;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import dev.driveline.contract.command.VehicleCode;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.text.ParseException;
import org.jspecify.annotations.Nullable;

/**
 * Signed documents as a TBox takes them: ES256 or EdDSA by a key that it knows, of the type it
 * expects. Taken apart by another library than the one that signs.
 */
final class Signed {

    private Signed() {}

    /** What came out. */
    sealed interface Opened {
        record Good(byte[] payload) implements Opened {}

        /**
         * Nothing to obey.
         *
         * @param kid as the header says; null where it cannot be read
         */
        record Bad(VehicleCode code, @Nullable String kid) implements Opened {}
    }

    /** What a TBox knows of a key. */
    sealed interface Found {
        record Known(PublicKey key) implements Found {}

        record Unknown() implements Found {}

        /** Known, and not for this, or not now. */
        record NotValid() implements Found {}
    }

    /** The keys that a document may be signed with. */
    interface Keys {
        Found find(@Nullable String kid);
    }

    /** The {@code typ} of a document; empty where it has none. */
    static String typOf(String compact) {
        try {
            JWSHeader header = JWSObject.parse(compact).getHeader();
            return header.getType() == null ? "" : header.getType().getType();
        } catch (ParseException malformed) {
            return "";
        }
    }

    static Opened open(String compact, String typ, Keys keys) {
        JWSObject jws;
        try {
            jws = JWSObject.parse(compact);
        } catch (ParseException malformed) {
            return new Opened.Bad(VehicleCode.MALFORMED, null);
        }
        JWSHeader header = jws.getHeader();
        String kid = header.getKeyID();
        boolean expected =
                header.getType() != null
                        && typ.equals(header.getType().getType())
                        && header.getCriticalParams() == null
                        && header.getJWKURL() == null;
        if (!expected) {
            return new Opened.Bad(VehicleCode.MALFORMED, kid);
        }
        return switch (keys.find(kid)) {
            case Found.Unknown _ -> new Opened.Bad(VehicleCode.KEY_UNKNOWN, kid);
            case Found.NotValid _ -> new Opened.Bad(VehicleCode.KEY_NOT_VALID, kid);
            case Found.Known(PublicKey key) ->
                    !algorithmOf(key).equals(header.getAlgorithm())
                            ? new Opened.Bad(VehicleCode.MALFORMED, kid)
                            : verifies(jws, key)
                                    ? new Opened.Good(jws.getPayload().toBytes())
                                    : new Opened.Bad(VehicleCode.SIGNATURE_INVALID, kid);
        };
    }

    /** The key says which algorithm it is for, never the header. */
    private static JWSAlgorithm algorithmOf(PublicKey key) {
        return key instanceof ECPublicKey ? JWSAlgorithm.ES256 : JWSAlgorithm.EdDSA;
    }

    private static boolean verifies(JWSObject jws, PublicKey key) {
        try {
            if (key instanceof ECPublicKey curve) {
                return jws.verify(new ECDSAVerifier(curve));
            }
            Signature signature = Signature.getInstance("Ed25519");
            signature.initVerify(key);
            signature.update(jws.getSigningInput());
            return signature.verify(jws.getSignature().decode());
        } catch (JOSEException | GeneralSecurityException broken) {
            return false;
        }
    }
}
