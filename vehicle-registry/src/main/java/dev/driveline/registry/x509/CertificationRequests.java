package dev.driveline.registry.x509;

import dev.driveline.registry.certificate.Authority.Request;
import dev.driveline.registry.x509.Profile.KeyType;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;
import org.jspecify.annotations.Nullable;

/** PKCS#10 requests. Source: RFC 2986. */
final class CertificationRequests {

    static final int MIN_RSA_BITS = 3_072;
    private static final int MAX_RSA_BITS = 8_192;
    private static final Map<ASN1ObjectIdentifier, KeyType> CURVES =
            Map.of(
                    SECObjectIdentifiers.secp256r1, KeyType.P_256,
                    SECObjectIdentifiers.secp384r1, KeyType.P_384);

    private CertificationRequests() {}

    /** Checks form, strength and proof of possession, in this order. */
    static Request read(byte[] der, Set<KeyType> allowed) {
        try {
            PKCS10CertificationRequest request = new PKCS10CertificationRequest(der);
            SubjectPublicKeyInfo info = request.getSubjectPublicKeyInfo();
            PublicKey key = new JcaPEMKeyConverter().getPublicKey(info);
            String weakness = weaknessOf(info, key, allowed);
            if (!weakness.isEmpty()) {
                return new Request.Refused(weakness);
            }
            if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
                return new Request.Refused(
                        "the request's signature is not by its own key (proof of possession)");
            }
            return new Request.Usable(key.getEncoded());
        } catch (IOException | RuntimeException malformed) {
            return new Request.Refused("expected a PKCS#10 certification request in DER");
        } catch (OperatorCreationException | PKCSException unverifiable) {
            return new Request.Refused(
                    "the request's signature cannot be checked: " + unverifiable.getMessage());
        }
    }

    /** Why a sound request is not for the names of a certificate; empty if it is. */
    static String otherName(byte[] der, byte[] certificate) {
        try {
            PKCS10CertificationRequest request = new PKCS10CertificationRequest(der);
            X509CertificateHolder renewed = new X509CertificateHolder(certificate);
            if (!request.getSubject().equals(renewed.getSubject())) {
                return "the request's subject is '%s', the certificate's '%s'"
                        .formatted(request.getSubject(), renewed.getSubject());
            }
            Extensions asked = request.getRequestedExtensions();
            Extension names =
                    asked == null ? null : asked.getExtension(Extension.subjectAlternativeName);
            boolean same =
                    names == null
                            || names.getParsedValue()
                                    .equals(
                                            renewed.getExtension(Extension.subjectAlternativeName)
                                                    .getParsedValue());
            return same ? "" : "the request's subject alternative names are not the certificate's";
        } catch (IOException | RuntimeException malformed) {
            return "the request's subject or extensions cannot be read";
        }
    }

    private static String weaknessOf(
            SubjectPublicKeyInfo info, PublicKey key, Set<KeyType> allowed) {
        ASN1ObjectIdentifier algorithm = info.getAlgorithm().getAlgorithm();
        if (algorithm.equals(X9ObjectIdentifiers.id_ecPublicKey)) {
            ASN1Encodable curve = info.getAlgorithm().getParameters();
            KeyType type = curve instanceof ASN1ObjectIdentifier id ? CURVES.get(id) : null;
            return type != null && allowed.contains(type)
                    ? ""
                    : "an EC key on curve " + nameOf(curve) + ", expected " + namesOf(allowed);
        }
        if (key instanceof RSAPublicKey rsa && allowed.contains(KeyType.RSA)) {
            int bits = rsa.getModulus().bitLength();
            return bits >= MIN_RSA_BITS && bits <= MAX_RSA_BITS
                    ? ""
                    : "an RSA key of %d bits, expected %d to %d"
                            .formatted(bits, MIN_RSA_BITS, MAX_RSA_BITS);
        }
        return "a key of algorithm " + algorithm + ", expected " + namesOf(allowed);
    }

    private static String nameOf(@Nullable ASN1Encodable curve) {
        return curve instanceof ASN1ObjectIdentifier id ? id.getId() : "without a name";
    }

    private static String namesOf(Set<KeyType> allowed) {
        return allowed.stream().sorted().map(KeyType::text).collect(Collectors.joining(", "));
    }

    /** The key that {@link Request.Usable} carries. */
    static PublicKey keyOf(Request.Usable request) throws GeneralSecurityException {
        try {
            return new JcaPEMKeyConverter()
                    .getPublicKey(SubjectPublicKeyInfo.getInstance(request.publicKey()));
        } catch (IOException unreadable) {
            throw new GeneralSecurityException("the request's key", unreadable);
        }
    }
}
