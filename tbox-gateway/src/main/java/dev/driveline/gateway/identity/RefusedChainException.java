package dev.driveline.gateway.identity;

import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;

/**
 * A refusal on its way through TLS, which only knows exceptions. Its cause carries the reason from
 * which TLS chooses the alert (RFC 8446 §6.2): expired, revoked, or unknown.
 */
public final class RefusedChainException extends CertificateException {

    private static final long serialVersionUID = 1L;

    private final transient ChainRefusal refusal;

    public RefusedChainException(ChainRefusal refusal) {
        super(refusal.leaf() + ": " + refusal.why(), causeOf(refusal));
        this.refusal = refusal;
    }

    public ChainRefusal refusal() {
        return refusal;
    }

    private static CertPathValidatorException causeOf(ChainRefusal refusal) {
        BasicReason reason =
                switch (refusal.reason()) {
                    case DATE -> BasicReason.EXPIRED;
                    case REVOKED -> BasicReason.REVOKED;
                    case PATH,
                            KEY_USAGE,
                            SUBJECT_NAME,
                            TENANT,
                            VIN_PREFIX,
                            SUSPENDED,
                            CLIENT_ID,
                            CLONE ->
                            BasicReason.UNSPECIFIED;
                };
        return new CertPathValidatorException(refusal.why(), null, null, -1, reason);
    }
}
