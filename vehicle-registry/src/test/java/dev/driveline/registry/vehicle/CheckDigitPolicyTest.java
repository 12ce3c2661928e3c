package dev.driveline.registry.vehicle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.Vin;
import dev.driveline.registry.vehicle.CheckDigitPolicy.Mode;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CheckDigitPolicyTest {

    private static final Vin GOOD = Vin.of("1M8GDM9AXKP042788");
    private static final Vin BAD_AMERICAN = Vin.of("1M8GDM9A1KP042788");
    private static final Vin BAD_CHINESE = Vin.of("LSGZZ43D23S812715");
    private static final Vin EUROPEAN = Vin.of("WP0ZZZ99ZTS392124");

    private final CheckDigitPolicy usual = CheckDigitPolicy.of(Mode.WARN, Mode.WARN, Mode.OFF);

    @Test
    void saysNothingWhereItHoldsOrNeedNot() {
        assertEquals(List.of(), usual.check(GOOD));
        assertEquals(List.of(), usual.check(EUROPEAN));
    }

    @Test
    void warnsWithBothDigits() {
        String warning = usual.check(BAD_AMERICAN).getFirst();
        assertTrue(warning.contains("is 1, the others make it X"), warning);
    }

    @Test
    void refusesWhereItIsEnforced() {
        CheckDigitPolicy strict = CheckDigitPolicy.of(Mode.WARN, Mode.ENFORCE, Mode.OFF);
        assertEquals(1, strict.check(BAD_AMERICAN).size());
        InvalidValueException refused =
                assertThrows(InvalidValueException.class, () -> strict.check(BAD_CHINESE));
        assertEquals(ErrorCode.INVALID_VIN, refused.code());
    }
}
