package dev.driveline.contract.config;

import dev.driveline.contract.id.Vin;
import java.time.Instant;

/**
 * The payload of the compact JWS that a vehicle gets on {@code down/config}.
 *
 * <p>JOSE header as {@code CommandEnvelope}'s, with {@code typ} {@link #TYP}.
 *
 * @param v 1
 * @param namespace for example {@code telemetry.collection}
 * @param version rising for a vehicle and namespace
 * @param content the document as JSON text; its hash is SHA-256 over these bytes in UTF-8, in
 *     hexadecimal
 */
public record ConfigDocument(
        int v, Vin vin, String namespace, long version, Instant issuedAt, String content) {

    public static final String TYP = "driveline-config+jws";

    public static final int MAX_CONTENT_BYTES = 48 * 1024;
}
