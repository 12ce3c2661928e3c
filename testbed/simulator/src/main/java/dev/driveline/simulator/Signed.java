package dev.driveline.simulator;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import dev.driveline.contract.command.VehicleCode;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.text.ParseException;
import java.util.Map;

/**
 * Signed documents as a TBox takes them: ES256 by a key that it knows, of the type it expects.
 * Checked with another library than the one that signs.
 */
final class Signed {

    private Signed() {}

    /** What came out. */
    sealed interface Opened {
        record Good(byte[] payload) implements Opened {}

        record Bad(VehicleCode code) implements Opened {}
    }

    static Opened open(String compact, String typ, Map<String, PublicKey> keys) {
        try {
            JWSObject jws = JWSObject.parse(compact);
            boolean expected =
                    JWSAlgorithm.ES256.equals(jws.getHeader().getAlgorithm())
                            && jws.getHeader().getType() != null
                            && typ.equals(jws.getHeader().getType().getType())
                            && jws.getHeader().getCriticalParams() == null
                            && jws.getHeader().getJWKURL() == null;
            if (!expected) {
                return new Opened.Bad(VehicleCode.MALFORMED);
            }
            if (!(keys.get(jws.getHeader().getKeyID()) instanceof ECPublicKey key)) {
                return new Opened.Bad(VehicleCode.KEY_UNKNOWN);
            }
            return jws.verify(new ECDSAVerifier(key))
                    ? new Opened.Good(jws.getPayload().toBytes())
                    : new Opened.Bad(VehicleCode.SIGNATURE_INVALID);
        } catch (ParseException malformed) {
            return new Opened.Bad(VehicleCode.MALFORMED);
        } catch (JOSEException broken) {
            return new Opened.Bad(VehicleCode.SIGNATURE_INVALID);
        }
    }
}
