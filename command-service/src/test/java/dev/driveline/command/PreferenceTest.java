package dev.driveline.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreferenceTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "null",
            value = {
                "null|0",
                "''|0",
                "respond-async|0",
                "wait=5|5",
                "Wait = 5|5",
                "respond-async, wait=10|10",
                "wait=10, respond-async|10",
                "wait=7;foo=bar|7",
                "wait=\"3\"|3",
                "wait=600|30",
                "wait=-1|0",
                "wait=x|0",
                "await=5|0",
                "wait=99999999999|0"
            })
    void theWaitOfRfc7240(String header, int seconds) {
        assertEquals(seconds, Preference.waitIn(header));
    }
}
