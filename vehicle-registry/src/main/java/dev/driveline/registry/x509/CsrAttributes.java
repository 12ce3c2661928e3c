package dev.driveline.registry.x509;

import dev.driveline.registry.x509.Profile.KeyType;
import java.io.IOException;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.pkcs.Attribute;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/**
 * What a certification request should be like: the kinds of key, then the signature that proves
 * possession. An EC attribute holds curves, an RSA one the least number of bits. Source: RFC 7030
 * §4.5.2.
 */
public final class CsrAttributes {

    private CsrAttributes() {}

    /** CsrAttrs in DER. */
    public static byte[] of(Profile profile) {
        Set<KeyType> types = profile.keyTypes();
        ASN1EncodableVector wanted = new ASN1EncodableVector();
        if (types.contains(KeyType.P_256)) {
            wanted.add(ec(SECObjectIdentifiers.secp256r1));
            wanted.add(X9ObjectIdentifiers.ecdsa_with_SHA256);
        }
        if (types.contains(KeyType.P_384)) {
            wanted.add(ec(SECObjectIdentifiers.secp384r1));
            wanted.add(X9ObjectIdentifiers.ecdsa_with_SHA384);
        }
        if (types.contains(KeyType.RSA)) {
            wanted.add(
                    new Attribute(
                            PKCSObjectIdentifiers.rsaEncryption,
                            new DERSet(new ASN1Integer(CertificationRequests.MIN_RSA_BITS))));
            wanted.add(PKCSObjectIdentifiers.sha256WithRSAEncryption);
        }
        try {
            return new DERSequence(wanted).getEncoded(ASN1Encoding.DER);
        } catch (IOException impossible) {
            throw new IllegalStateException("attributes that were made here", impossible);
        }
    }

    private static Attribute ec(ASN1Encodable curve) {
        return new Attribute(X9ObjectIdentifiers.id_ecPublicKey, new DERSet(curve));
    }
}
