package dev.driveline.registry.x509;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.registry.vehicle.TboxSerial;
import java.security.cert.X509Certificate;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;

/** Certificates that TBoxes are born with. Source: IEEE 802.1AR §8.6 for the serial number. */
public final class BirthCertificates {

    private BirthCertificates() {}

    /**
     * The TBox's serial: the subject's serialNumber, else its common name; nothing where neither is
     * one, or one of them occurs twice.
     */
    public static Optional<TboxSerial> serialOf(X509Certificate certificate) {
        X500Name subject = X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
        if (subject.getRDNs(BCStyle.SERIALNUMBER).length > 0) {
            return only(subject, BCStyle.SERIALNUMBER);
        }
        return only(subject, BCStyle.CN);
    }

    private static Optional<TboxSerial> only(X500Name subject, ASN1ObjectIdentifier attribute) {
        RDN[] found = subject.getRDNs(attribute);
        if (found.length != 1 || found[0].isMultiValued()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new TboxSerial(IETFUtils.valueToString(found[0].getFirst().getValue())));
        } catch (InvalidValueException noSerial) {
            return Optional.empty();
        }
    }
}
