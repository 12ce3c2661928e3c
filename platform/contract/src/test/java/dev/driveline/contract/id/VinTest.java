package dev.driveline.contract.id;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VinTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1M8GDM9AXKP042788",
                "5GZCZ43D13S812715",
                "11111111111111111",
                "1HGBH41JXMN109186",
            })
    void checkDigitHolds(String vin) {
        assertTrue(Vin.of(vin).checkDigitHolds());
    }

    @ParameterizedTest
    @ValueSource(strings = {"WP0ZZZ99ZTS392124", "KLATF08Y1VB363636", "SGZCZ43D13S812715"})
    void isLegalWithoutTheCheckDigit(String vin) {
        assertFalse(Vin.of(vin).checkDigitHolds());
        assertFalse(Vin.of(vin).region().checkDigitIsMandatory());
    }

    @ParameterizedTest
    @CsvSource({
        "1M8GDM9AXKP04278, 17 characters",
        "1M8GDM9AXKP0427888, 17 characters",
        "1M8GDM9AXKO042788, character 11",
        "1m8GDM9AXKP042788, character 2",
        "1M8GDM9AXKP04278A, last four",
        "1M8GDM9AXKP0427٨8, character 16",
    })
    void saysWhichRuleABadOneBreaks(String vin, String rule) {
        InvalidValueException error = assertThrows(InvalidValueException.class, () -> Vin.of(vin));
        assertEquals(ErrorCode.INVALID_VIN, error.code());
        assertTrue(error.getMessage().contains(rule), error.getMessage());
        assertFalse(Vin.isValid(vin));
    }

    @Test
    void everyRegionHasItsRule() {
        assertEquals(Vin.Region.NORTH_AMERICA, Vin.of("1M8GDM9AXKP042788").region());
        assertEquals(Vin.Region.CHINA, Vin.of("LSVAA49J132047371").region());
        assertEquals(Vin.Region.OTHER, Vin.of("WP0ZZZ99ZTS392124").region());
    }

    /** Weights differ and no digit's value is a multiple of 11, so a changed digit always shows. */
    @Test
    void aChangedDigitBreaksTheCheckDigit() {
        String vin = "11111111111111111";
        for (int at = 0; at < Vin.LENGTH; at++) {
            for (char digit = '2'; at != 8 && digit <= '9'; digit++) {
                String changed = vin.substring(0, at) + digit + vin.substring(at + 1);
                assertFalse(Vin.of(changed).checkDigitHolds(), changed);
            }
        }
    }
}
