package dev.driveline.registry.certificate;

import java.time.Instant;

/** What the responder says of a certificate. Source: RFC 6960 §2.2. */
public sealed interface CertificateStatus {

    /** Issued here and not revoked; it may have expired. */
    record Good() implements CertificateStatus {}

    /** Revoked or held. */
    record Revoked(Instant at, RevocationReason reason) implements CertificateStatus {}

    /** Not issued by that authority. */
    record Unknown() implements CertificateStatus {}
}
