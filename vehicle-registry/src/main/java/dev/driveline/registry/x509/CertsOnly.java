package dev.driveline.registry.x509;

import java.io.IOException;
import java.util.List;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSAbsentContent;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedDataGenerator;

/** Certificates as a PKCS#7 without content and signature. Source: RFC 5652 §5, RFC 7030 §4.1.3. */
public final class CertsOnly {

    private CertsOnly() {}

    /** DER, of certificates in DER. */
    public static byte[] of(List<byte[]> certificates) {
        try {
            CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
            for (byte[] certificate : certificates) {
                generator.addCertificate(new X509CertificateHolder(certificate));
            }
            return generator.generate(new CMSAbsentContent()).getEncoded();
        } catch (IOException | CMSException impossible) {
            throw new IllegalStateException("certificates that were made here", impossible);
        }
    }
}
