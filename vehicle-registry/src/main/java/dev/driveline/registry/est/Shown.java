package dev.driveline.registry.est;

import dev.driveline.registry.certificate.VehicleCertificate;
import dev.driveline.registry.vehicle.TboxSerial;

/** What a certificate in TLS is. */
public sealed interface Shown {

    /** A TBox's from its birth. */
    record Birth(TboxSerial serial) implements Shown {}

    /** A vehicle's, issued here, as it stands now. */
    record Operational(VehicleCertificate certificate) implements Shown {}

    /** One that names no TBox, or that was not issued here although its signature is ours. */
    record Nothing() implements Shown {}
}
