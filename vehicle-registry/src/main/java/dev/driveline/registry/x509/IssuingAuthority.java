package dev.driveline.registry.x509;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.registry.certificate.Authority;
import dev.driveline.registry.certificate.VehicleCertificate;
import dev.driveline.registry.vehicle.TboxSerial;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;

/**
 * Issues operational certificates: subject {@code O=<tenant>, CN=<VIN>}, subject alternative name
 * {@code urn:vin:<VIN>}, for TLS clients only. Thread-safe.
 */
public final class IssuingAuthority implements Authority {

    private final AuthorityStore.Entry entry;
    private final TenantId tenant;
    private final Duration validity;
    private final Clock clock;
    private final SecureRandom random;

    private IssuingAuthority(
            AuthorityStore.Entry entry, AuthorityConfig config, Clock clock, SecureRandom random) {
        this.entry = entry;
        this.tenant = config.tenant();
        this.validity = config.validity();
        this.clock = clock;
        this.random = random;
    }

    /**
     * Opens the key store, or makes it where the configuration says so.
     *
     * @throws IllegalStateException naming the file and what is wrong with it
     */
    public static IssuingAuthority open(AuthorityConfig config, Clock clock, SecureRandom random) {
        return new IssuingAuthority(
                AuthorityStore.open(config, clock, random), config, clock, random);
    }

    @Override
    public TenantId tenant() {
        return tenant;
    }

    @Override
    public List<X509Certificate> chain() {
        return entry.chain();
    }

    @Override
    public Request read(byte[] der) {
        return CertificationRequests.read(der);
    }

    @Override
    public VehicleCertificate issue(Request.Usable request, Vin vin, TboxSerial tbox) {
        X509Certificate issuer = entry.chain().getFirst();
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Instant end = now.plus(validity);
        Instant issuersEnd = issuer.getNotAfter().toInstant();
        try {
            PublicKey key = CertificationRequests.keyOf(request);
            JcaX509v3CertificateBuilder builder =
                    new JcaX509v3CertificateBuilder(
                            issuer,
                            Keys.newSerial(random),
                            Date.from(now.minus(Keys.SKEW)),
                            Date.from(end.isBefore(issuersEnd) ? end : issuersEnd),
                            new X500Principal("CN=" + vin + ", O=" + tenant),
                            key);
            addProfile(builder, vin);
            Keys.addIdentifiers(builder, key, issuer.getPublicKey());
            X509Certificate certificate = Keys.sign(builder, entry.key());
            return new VehicleCertificate(
                    certificate.getSerialNumber().toString(16),
                    Fingerprints.of(certificate.getIssuerX500Principal()),
                    tenant,
                    vin,
                    tbox,
                    certificate.getNotBefore().toInstant(),
                    certificate.getNotAfter().toInstant(),
                    certificate.getEncoded(),
                    null,
                    null);
        } catch (IOException | GeneralSecurityException failed) {
            throw new IllegalStateException("the authority cannot issue", failed);
        }
    }

    private static void addProfile(JcaX509v3CertificateBuilder builder, Vin vin)
            throws IOException {
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
        builder.addExtension(
                Extension.extendedKeyUsage,
                false,
                new ExtendedKeyUsage(KeyPurposeId.id_kp_clientAuth));
        builder.addExtension(
                Extension.subjectAlternativeName,
                false,
                new GeneralNames(
                        new GeneralName(GeneralName.uniformResourceIdentifier, "urn:vin:" + vin)));
    }
}
