package dev.driveline.registry.x509;

import dev.driveline.registry.certificate.CertificateStatus;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.ocsp.OCSPResponseStatus;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPReq;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.Req;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.UnknownStatus;
import org.bouncycastle.operator.DigestCalculatorProvider;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Answers what became of certificates. Each authority's answers are signed by a key of this process
 * that the authority certified for nothing else, for {@link #RESPONDER_LIFE}, renewed at half of
 * it. Thread-safe; answering blocks. Source: RFC 6960, RFC 9654 for the nonce.
 */
public final class OcspResponder {

    /** Of the certificate that signs answers: nobody asks whether it was revoked. */
    static final Duration RESPONDER_LIFE = Duration.ofDays(7);

    private static final int MAX_REQUESTS = 16;
    private static final int MAX_NONCE_BYTES = 128;

    private final List<IssuingAuthority> authorities;
    private final BiFunction<String, String, CertificateStatus> statuses;
    private final Duration life;
    private final Clock clock;
    private final DigestCalculatorProvider digests;
    private final Map<String, Signer> signers = new HashMap<>();

    /**
     * @param statuses of an authority's id and a serial number, hexadecimal
     * @param life from an answer to its next update
     */
    public OcspResponder(
            List<IssuingAuthority> authorities,
            BiFunction<String, String, CertificateStatus> statuses,
            Duration life,
            Clock clock) {
        this.authorities = List.copyOf(authorities);
        this.statuses = statuses;
        this.life = life;
        this.clock = clock;
        try {
            this.digests = new JcaDigestCalculatorProviderBuilder().build();
        } catch (OperatorCreationException impossible) {
            throw new IllegalStateException("every JDK has digests", impossible);
        }
    }

    /**
     * An answer.
     *
     * @param der OCSPResponse
     * @param life for how long it may be kept; zero for not at all
     */
    public record Reply(byte[] der, Duration life) {}

    private record Signer(KeyPair keys, X509Certificate certificate, Instant renewAt) {}

    /** Answers a request; every malformed one by the status malformedRequest. */
    public Reply answer(byte[] request) {
        OCSPReq parsed;
        Req[] asked;
        Extension nonce;
        try {
            parsed = new OCSPReq(request);
            asked = parsed.getRequestList();
            nonce = parsed.getExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce);
            if (asked.length == 0 || asked.length > MAX_REQUESTS || !isSound(nonce)) {
                return refused(OCSPResponseStatus.MALFORMED_REQUEST);
            }
            for (Req one : asked) {
                var _ = one.getCertID().getSerialNumber();
            }
        } catch (IOException | RuntimeException malformed) {
            return refused(OCSPResponseStatus.MALFORMED_REQUEST);
        }
        IssuingAuthority authority = issuerOf(asked);
        if (authority == null) {
            return refused(OCSPResponseStatus.UNAUTHORIZED);
        }
        try {
            return new Reply(
                    answer(authority, asked, nonce).getEncoded(),
                    nonce == null ? life : Duration.ZERO);
        } catch (IOException | GeneralSecurityException | OCSPException failed) {
            throw new IllegalStateException("the responder cannot sign", failed);
        }
    }

    private static boolean isSound(@Nullable Extension nonce) {
        if (nonce == null) {
            return true;
        }
        int length = ASN1OctetString.getInstance(nonce.getParsedValue()).getOctets().length;
        return length > 0 && length <= MAX_NONCE_BYTES;
    }

    /** The first of the request's issuers that is ours; the others' are unknown to it. */
    private @Nullable IssuingAuthority issuerOf(Req[] asked) {
        for (Req one : asked) {
            for (IssuingAuthority authority : authorities) {
                if (isIssuer(authority, one.getCertID())) {
                    return authority;
                }
            }
        }
        return null;
    }

    private boolean isIssuer(IssuingAuthority authority, CertificateID id) {
        try {
            return id.matchesIssuer(new JcaX509CertificateHolder(authority.certificate()), digests);
        } catch (OCSPException | CertificateEncodingException unknownDigest) {
            return false;
        }
    }

    private OCSPResp answer(IssuingAuthority authority, Req[] asked, @Nullable Extension nonce)
            throws GeneralSecurityException, OCSPException {
        Signer signer = signerOf(authority);
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        BasicOCSPRespBuilder builder =
                new BasicOCSPRespBuilder(
                        new RespID(
                                new JcaX509CertificateHolder(signer.certificate()).getSubject()));
        for (Req one : asked) {
            CertificateStatus status =
                    isIssuer(authority, one.getCertID())
                            ? statuses.apply(
                                    authority.id(), textOf(one.getCertID().getSerialNumber()))
                            : new CertificateStatus.Unknown();
            builder.addResponse(
                    one.getCertID(), encoded(status), Date.from(now), Date.from(now.plus(life)));
        }
        if (nonce != null) {
            builder.setResponseExtensions(new Extensions(nonce));
        }
        return new OCSPRespBuilder()
                .build(
                        OCSPRespBuilder.SUCCESSFUL,
                        builder.build(
                                Keys.signer(
                                        signer.keys().getPrivate(),
                                        signer.keys().getPublic(),
                                        null),
                                new X509CertificateHolder[] {
                                    new JcaX509CertificateHolder(signer.certificate())
                                },
                                Date.from(now)));
    }

    private static String textOf(BigInteger serial) {
        return serial.signum() < 0 ? "" : serial.toString(16);
    }

    private static org.bouncycastle.cert.ocsp.@Nullable CertificateStatus encoded(
            CertificateStatus status) {
        return switch (status) {
            case CertificateStatus.Good() -> org.bouncycastle.cert.ocsp.CertificateStatus.GOOD;
            case CertificateStatus.Revoked revoked ->
                    new RevokedStatus(Date.from(revoked.at()), revoked.reason().code());
            case CertificateStatus.Unknown() -> new UnknownStatus();
        };
    }

    private synchronized Signer signerOf(IssuingAuthority authority)
            throws GeneralSecurityException {
        Signer known = signers.get(authority.id());
        Instant now = clock.instant();
        if (known != null && now.isBefore(known.renewAt())) {
            return known;
        }
        KeyPair keys = Keys.newP256();
        Signer made =
                new Signer(
                        keys,
                        authority.issueResponder(keys.getPublic(), RESPONDER_LIFE),
                        now.plus(RESPONDER_LIFE.dividedBy(2)));
        signers.put(authority.id(), made);
        return made;
    }

    private static Reply refused(int status) {
        try {
            return new Reply(new OCSPRespBuilder().build(status, null).getEncoded(), Duration.ZERO);
        } catch (IOException | OCSPException impossible) {
            throw new IllegalStateException("a status alone", impossible);
        }
    }
}
