package dev.driveline.registry.x509;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** What every certificate that we make has in common. */
final class Keys {

    /** A certificate begins this much earlier, for clocks that are behind. */
    static final Duration SKEW = Duration.ofMinutes(5);

    private static final int SERIAL_BITS = 128;
    private static final int P256_BITS = 256;

    private Keys() {}

    static KeyPair newP256() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    /** 128 random bits. Source: RFC 5280 §4.1.2.2. */
    static BigInteger newSerial(SecureRandom random) {
        BigInteger serial = new BigInteger(SERIAL_BITS, random);
        return serial.signum() == 0 ? newSerial(random) : serial;
    }

    static void addIdentifiers(
            JcaX509v3CertificateBuilder builder, PublicKey key, PublicKey issuersKey)
            throws IOException, GeneralSecurityException {
        JcaX509ExtensionUtils ids = new JcaX509ExtensionUtils();
        builder.addExtension(
                Extension.subjectKeyIdentifier, false, ids.createSubjectKeyIdentifier(key));
        builder.addExtension(
                Extension.authorityKeyIdentifier,
                false,
                ids.createAuthorityKeyIdentifier(issuersKey));
    }

    /**
     * @param publicKey the key's other half, by which the algorithm is chosen: a module's private
     *     key says little of itself
     */
    static X509Certificate sign(
            JcaX509v3CertificateBuilder builder,
            PrivateKey key,
            PublicKey publicKey,
            @Nullable Provider module)
            throws GeneralSecurityException {
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(signer(key, publicKey, module)));
    }

    static ContentSigner signer(PrivateKey key, PublicKey publicKey, @Nullable Provider module)
            throws GeneralSecurityException {
        JcaContentSignerBuilder builder = new JcaContentSignerBuilder(algorithmOf(publicKey));
        if (module != null) {
            builder.setProvider(module);
        }
        try {
            return builder.build(key);
        } catch (OperatorCreationException unusable) {
            throw new GeneralSecurityException("the authority's key cannot sign", unusable);
        }
    }

    private static String algorithmOf(PublicKey key) {
        if (key instanceof ECKey ec) {
            int bits = ec.getParams().getCurve().getField().getFieldSize();
            return bits > P256_BITS ? "SHA384withECDSA" : "SHA256withECDSA";
        }
        return "SHA256withRSA";
    }
}
