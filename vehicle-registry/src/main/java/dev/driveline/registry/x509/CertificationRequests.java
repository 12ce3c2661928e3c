package dev.driveline.registry.x509;

import dev.driveline.registry.certificate.Authority.Request;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Map;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;

/** PKCS#10 requests. Source: RFC 2986. */
final class CertificationRequests {

    private static final int MIN_RSA_BITS = 3_072;
    private static final int MAX_RSA_BITS = 8_192;
    private static final Map<ASN1ObjectIdentifier, String> CURVES =
            Map.of(
                    SECObjectIdentifiers.secp256r1, "P-256",
                    SECObjectIdentifiers.secp384r1, "P-384");

    private CertificationRequests() {}

    /** Checks form, strength and proof of possession, in this order. */
    static Request read(byte[] der) {
        try {
            PKCS10CertificationRequest request = new PKCS10CertificationRequest(der);
            SubjectPublicKeyInfo info = request.getSubjectPublicKeyInfo();
            PublicKey key = new JcaPEMKeyConverter().getPublicKey(info);
            String weakness = weaknessOf(info, key);
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

    private static String weaknessOf(SubjectPublicKeyInfo info, PublicKey key) {
        ASN1ObjectIdentifier algorithm = info.getAlgorithm().getAlgorithm();
        if (algorithm.equals(X9ObjectIdentifiers.id_ecPublicKey)) {
            ASN1Encodable curve = info.getAlgorithm().getParameters();
            return curve instanceof ASN1ObjectIdentifier id && CURVES.containsKey(id)
                    ? ""
                    : "an EC key on curve " + curve + ", expected P-256 or P-384";
        }
        if (key instanceof RSAPublicKey rsa) {
            int bits = rsa.getModulus().bitLength();
            return bits >= MIN_RSA_BITS && bits <= MAX_RSA_BITS
                    ? ""
                    : "an RSA key of %d bits, expected %d to %d"
                            .formatted(bits, MIN_RSA_BITS, MAX_RSA_BITS);
        }
        return "a key of algorithm " + algorithm + ", expected EC P-256, P-384 or RSA";
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
