package dev.driveline.contract.command;

import dev.driveline.contract.id.CommandId;
import dev.driveline.contract.id.Vin;
import java.time.Instant;
import java.util.Map;

/**
 * The payload of the compact JWS that a vehicle gets on {@code down/commands}.
 *
 * <p>JOSE header: {@code typ} {@link #TYP}, {@code alg} ES256 or EdDSA, {@code kid}; no crit, jku
 * or none. At most {@link #MAX_BYTES} with its signature. The bytes are verified as received.
 *
 * @param v 1
 * @param counter max(previous + 1, issuedAt in ms) for the vehicle; it accepts each once, within a
 *     window of 64 below the highest
 */
public record CommandEnvelope(
        int v,
        Vin vin,
        CommandId id,
        String type,
        Map<String, Object> params,
        Instant issuedAt,
        Instant expiresAt,
        long counter) {

    public static final String TYP = "driveline-command+jws";

    public static final int MAX_BYTES = 16 * 1024;
}
