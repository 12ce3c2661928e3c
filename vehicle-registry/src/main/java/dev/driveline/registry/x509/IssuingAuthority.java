package dev.driveline.registry.x509;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.registry.certificate.Authority;
import dev.driveline.registry.certificate.VehicleCertificate;
import dev.driveline.registry.vehicle.TboxSerial;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;

/**
 * Issues operational certificates: subject {@code O=<tenant>, CN=<VIN>}, subject alternative name
 * {@code urn:vin:<VIN>}, for TLS clients only. Thread-safe.
 */
public final class IssuingAuthority implements Authority {

    private final AuthorityStore.Entry entry;
    private final String id;
    private final TenantId tenant;
    private final Profile profile;
    private final Clock clock;
    private final SecureRandom random;

    private IssuingAuthority(
            AuthorityStore.Entry entry,
            TenantId tenant,
            Profile profile,
            Clock clock,
            SecureRandom random) {
        this.entry = entry;
        this.id = Fingerprints.of(entry.chain().getFirst());
        this.tenant = tenant;
        this.profile = profile;
        this.clock = clock;
        this.random = random;
    }

    /**
     * Opens the key stores, or makes the first where the configuration says so.
     *
     * @throws IllegalStateException naming the file and what is wrong with it
     */
    public static List<IssuingAuthority> open(
            AuthorityConfig config, Clock clock, SecureRandom random) {
        List<IssuingAuthority> opened = new ArrayList<>();
        for (AuthorityConfig.Key key : config.keys()) {
            boolean create = config.create() && key.equals(config.first());
            opened.add(
                    new IssuingAuthority(
                            AuthorityStore.open(key, create, clock, random),
                            key.tenant(),
                            config.profile(),
                            clock,
                            random));
        }
        return List.copyOf(opened);
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public TenantId tenant() {
        return tenant;
    }

    @Override
    public List<X509Certificate> chain() {
        return entry.chain();
    }

    /** Whether a certificate has its signature. */
    public boolean hasIssued(X509Certificate other) {
        if (!other.getIssuerX500Principal().equals(certificate().getSubjectX500Principal())) {
            return false;
        }
        try {
            other.verify(certificate().getPublicKey());
            return true;
        } catch (GeneralSecurityException another) {
            return false;
        }
    }

    X509Certificate certificate() {
        return entry.chain().getFirst();
    }

    @Override
    public Request read(byte[] der) {
        return CertificationRequests.read(der, profile.keyTypes());
    }

    @Override
    public Request readRenewal(byte[] der, byte[] certificate) {
        Request request = read(der);
        String objection =
                request instanceof Request.Usable
                        ? CertificationRequests.otherName(der, certificate)
                        : "";
        return objection.isEmpty() ? request : new Request.Refused(objection);
    }

    @Override
    public VehicleCertificate issue(Request.Usable request, Vin vin, TboxSerial tbox) {
        try {
            PublicKey key = CertificationRequests.keyOf(request);
            JcaX509v3CertificateBuilder builder =
                    begin(
                            new X500Principal("CN=" + vin + ", O=" + tenant),
                            key,
                            profile.validity());
            addProfile(builder, vin);
            if (profile.publicUrl() != null) {
                addAddresses(builder, profile.publicUrl());
            }
            X509Certificate certificate = sign(builder);
            return new VehicleCertificate(
                    certificate.getSerialNumber().toString(16),
                    Fingerprints.of(certificate.getIssuerX500Principal()),
                    id,
                    Fingerprints.of(certificate.getPublicKey()),
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

    @Override
    public byte[] sign(long number, Instant from, Instant until, List<Revoked> revoked) {
        JcaX509v2CRLBuilder builder = new JcaX509v2CRLBuilder(certificate(), Date.from(from));
        builder.setNextUpdate(Date.from(until));
        try {
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(certificate()));
            builder.addExtension(
                    Extension.cRLNumber, false, new CRLNumber(BigInteger.valueOf(number)));
            for (Revoked one : revoked) {
                builder.addCRLEntry(
                        new BigInteger(one.serial(), 16), Date.from(one.at()), one.reason().code());
            }
            return builder.build(signer()).getEncoded();
        } catch (IOException | GeneralSecurityException failed) {
            throw new IllegalStateException("the authority cannot sign its list", failed);
        }
    }

    /** A certificate for a key of ours that signs the answers about this authority's. */
    X509Certificate issueResponder(PublicKey key, Duration life) {
        try {
            JcaX509v3CertificateBuilder builder =
                    begin(new X500Principal("CN=OCSP responder, O=" + tenant), key, life);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(
                    Extension.extendedKeyUsage,
                    false,
                    new ExtendedKeyUsage(KeyPurposeId.id_kp_OCSPSigning));
            builder.addExtension(
                    OCSPObjectIdentifiers.id_pkix_ocsp_nocheck, false, DERNull.INSTANCE);
            return sign(builder);
        } catch (IOException | GeneralSecurityException failed) {
            throw new IllegalStateException("the authority cannot issue its responder", failed);
        }
    }

    private JcaX509v3CertificateBuilder begin(X500Principal subject, PublicKey key, Duration life)
            throws IOException, GeneralSecurityException {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Instant end = now.plus(life);
        Instant own = certificate().getNotAfter().toInstant();
        JcaX509v3CertificateBuilder builder =
                new JcaX509v3CertificateBuilder(
                        certificate(),
                        Keys.newSerial(random),
                        Date.from(now.minus(Keys.SKEW)),
                        Date.from(end.isBefore(own) ? end : own),
                        subject,
                        key);
        Keys.addIdentifiers(builder, key, certificate().getPublicKey());
        return builder;
    }

    private X509Certificate sign(JcaX509v3CertificateBuilder builder)
            throws GeneralSecurityException {
        return Keys.sign(builder, entry.key(), certificate().getPublicKey(), entry.module());
    }

    private ContentSigner signer() throws GeneralSecurityException {
        return Keys.signer(entry.key(), certificate().getPublicKey(), entry.module());
    }

    /** Where its revocation list and its responder are. Source: RFC 5280 §4.2.1.13, §4.2.2.1. */
    private void addAddresses(JcaX509v3CertificateBuilder builder, String url) throws IOException {
        GeneralNames list = new GeneralNames(uri(url + "/crl/" + id + ".crl"));
        builder.addExtension(
                Extension.cRLDistributionPoints,
                false,
                new CRLDistPoint(
                        new DistributionPoint[] {
                            new DistributionPoint(new DistributionPointName(list), null, null)
                        }));
        builder.addExtension(
                Extension.authorityInfoAccess,
                false,
                new AuthorityInformationAccess(AccessDescription.id_ad_ocsp, uri(url + "/ocsp")));
    }

    private static GeneralName uri(String text) {
        return new GeneralName(GeneralName.uniformResourceIdentifier, text);
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
                Extension.subjectAlternativeName, false, new GeneralNames(uri("urn:vin:" + vin)));
    }
}
