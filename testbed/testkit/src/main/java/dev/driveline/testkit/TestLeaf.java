package dev.driveline.testkit;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;

/** An end entity's certificate being described; good for a year from an hour ago by default. */
public final class TestLeaf {
    private final TestCa ca;
    private final X500NameBuilder subject = new X500NameBuilder(BCStyle.INSTANCE);
    private final List<GeneralName> names = new ArrayList<>();
    private final List<KeyPurposeId> purposes = new ArrayList<>();
    private Instant from = Instant.now().minus(Duration.ofHours(1));
    private Instant until = from.plus(Duration.ofDays(365));

    TestLeaf(TestCa ca) {
        this.ca = ca;
    }

    /** Adds CN to the subject. */
    public TestLeaf commonName(String name) {
        subject.addRDN(BCStyle.CN, name);
        return this;
    }

    /** Adds O to the subject. */
    public TestLeaf organization(String name) {
        subject.addRDN(BCStyle.O, name);
        return this;
    }

    /** Adds {@code urn:vin:<vin>} to the subject alternative names. */
    public TestLeaf vin(String vin) {
        return uri("urn:vin:" + vin);
    }

    /** Adds a URI to the subject alternative names. */
    public TestLeaf uri(String uri) {
        names.add(new GeneralName(GeneralName.uniformResourceIdentifier, uri));
        return this;
    }

    /** Adds a host name to the subject alternative names. */
    public TestLeaf dns(String host) {
        names.add(new GeneralName(GeneralName.dNSName, host));
        return this;
    }

    /** Adds an IP address to the subject alternative names. */
    public TestLeaf ip(String address) {
        names.add(new GeneralName(GeneralName.iPAddress, address));
        return this;
    }

    /** Adds the extended key usage clientAuth. */
    public TestLeaf forClients() {
        purposes.add(KeyPurposeId.id_kp_clientAuth);
        return this;
    }

    /** Adds the extended key usage serverAuth. */
    public TestLeaf forServers() {
        purposes.add(KeyPurposeId.id_kp_serverAuth);
        return this;
    }

    /** Sets the validity. */
    public TestLeaf valid(Instant newFrom, Instant newUntil) {
        from = newFrom;
        until = newUntil;
        return this;
    }

    /** Issues it for a new key. */
    public TestIdentity issue() {
        return issue(TestCa.newKeys());
    }

    /** Issues it for a key pair, to renew or to save time over thousands. */
    public TestIdentity issue(KeyPair keys) {
        PrivateKey key = keys.getPrivate();
        return new TestIdentity(key, List.of(certificate(keys.getPublic()), ca.intermediate()));
    }

    private X509Certificate certificate(PublicKey key) {
        X500Name name = subject.build();
        try {
            JcaX509ExtensionUtils ids = new JcaX509ExtensionUtils();
            JcaX509v3CertificateBuilder builder =
                    new JcaX509v3CertificateBuilder(
                            ca.intermediate(),
                            TestCa.newSerial(),
                            Date.from(from),
                            Date.from(until),
                            new X500Principal(name.getEncoded()),
                            key);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(
                    Extension.subjectKeyIdentifier, false, ids.createSubjectKeyIdentifier(key));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    ids.createAuthorityKeyIdentifier(ca.intermediate().getPublicKey()));
            if (!purposes.isEmpty()) {
                builder.addExtension(
                        Extension.extendedKeyUsage,
                        false,
                        new ExtendedKeyUsage(purposes.toArray(KeyPurposeId[]::new)));
            }
            if (!names.isEmpty()) {
                builder.addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(names.toArray(GeneralName[]::new)));
            }
            return TestCa.sign(builder, ca.intermediateKey());
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("certificate of " + name, e);
        }
    }
}
