package dev.driveline.registry.certificate;

import dev.driveline.registry.vehicle.TboxSerial;

/** Who asks for a certificate, and by what it is known. */
public sealed interface Applicant {

    TboxSerial serial();

    /** By a birth certificate, checked by TLS. */
    record Birth(TboxSerial serial) implements Applicant {}

    /** By a one-time token, not checked yet. */
    record Token(TboxSerial serial, String secret) implements Applicant {
        @Override
        public String toString() {
            return "Token[serial=" + serial + ", secret=***]";
        }
    }

    /**
     * By the operational certificate that it wants to renew, checked by TLS and found to be in
     * force.
     */
    record Renewal(VehicleCertificate certificate) implements Applicant {
        @Override
        public TboxSerial serial() {
            return certificate.tbox();
        }
    }
}
