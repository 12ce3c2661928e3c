package dev.driveline.registry.certificate;

import java.time.Instant;

/** A signed list of revoked certificates (CRL) in DER. {@code number} rises with every list. */
public record RevocationList(long number, Instant thisUpdate, Instant nextUpdate, byte[] der) {}
