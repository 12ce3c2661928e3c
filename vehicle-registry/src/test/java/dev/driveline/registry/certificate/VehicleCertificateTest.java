package dev.driveline.registry.certificate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.registry.vehicle.TboxSerial;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class VehicleCertificateTest {

    private static final Instant END = Instant.parse("2026-05-01T00:00:00Z");

    @Test
    void isRevokedBeforeItIsExpired() {
        assertEquals(VehicleCertificate.State.ACTIVE, certificate(null).state(END));
        assertEquals(VehicleCertificate.State.EXPIRED, certificate(null).state(END.plusSeconds(1)));
        assertEquals(
                VehicleCertificate.State.REVOKED,
                certificate(RevocationReason.KEY_COMPROMISE).state(END.plusSeconds(1)));
        assertEquals(
                VehicleCertificate.State.HELD,
                certificate(RevocationReason.CERTIFICATE_HOLD).state(END));
    }

    @Test
    void reasonsAreThoseOfTheStandard() {
        for (RevocationReason reason : RevocationReason.values()) {
            assertEquals(reason, RevocationReason.parse(reason.text()));
        }
        assertThrows(InvalidValueException.class, () -> RevocationReason.parse("removeFromCRL"));
        assertThrows(InvalidValueException.class, () -> RevocationReason.parse("stolen"));
    }

    private static VehicleCertificate certificate(@Nullable RevocationReason reason) {
        return new VehicleCertificate(
                "1",
                "issuer",
                "authority",
                "key",
                TenantId.of("demo"),
                Vin.of("WDRV0TESTREG10003"),
                new TboxSerial("TB-1"),
                Instant.EPOCH,
                END,
                new byte[0],
                reason,
                reason == null ? null : END);
    }
}
