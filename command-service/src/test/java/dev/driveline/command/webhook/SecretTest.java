package dev.driveline.command.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.error.InvalidValueException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class SecretTest {

    private static final Secret SECRET =
            new Secret(
                    "whsec_"
                            + Base64.getEncoder()
                                    .encodeToString(
                                            "driveline tests sign with this.."
                                                    .getBytes(StandardCharsets.UTF_8)));
    private static final byte[] BODY = "{\"a\":1}".getBytes(StandardCharsets.UTF_8);

    /**
     * {@code printf 'e/1.1750000000.{"a":1}' | openssl dgst -sha256 -hmac 'driveline tests sign
     * with this..' -binary | base64}.
     */
    @Test
    void signsAsOpensslDoes() {
        assertEquals(
                "v1,hCgsptdu8JHx6EPFccuxSDKR4Z3dKq8jgnMM7I356pU=",
                SECRET.sign("e/1", 1_750_000_000, BODY));
    }

    @Test
    void everyPartCounts() {
        String signature = SECRET.sign("e/1", 1_750_000_000, BODY);
        assertNotEquals(signature, SECRET.sign("e/2", 1_750_000_000, BODY));
        assertNotEquals(signature, SECRET.sign("e/1", 1_750_000_001, BODY));
        assertNotEquals(signature, SECRET.sign("e/1", 1_750_000_000, new byte[0]));
        assertNotEquals(
                signature,
                Secret.of(RandomGenerator.of("L64X128MixRandom")).sign("e/1", 1_750_000_000, BODY));
    }

    @Test
    void isNotToldByAccident() {
        assertFalse(("" + SECRET).contains(SECRET.text().substring(7, 12)));
    }

    @Test
    void oneThatSomebodyWroteIsReadOrNamed() {
        Secret made = Secret.of(new SplittableRandom(7));
        assertEquals(made, Secret.parse(made.text()));
        for (String wrong :
                List.of("", "whsec_", "whsec_c2hvcnQ=", "whsec_!", made.text().substring(6))) {
            InvalidValueException named =
                    assertThrows(InvalidValueException.class, () -> Secret.parse(wrong));
            assertTrue(named.getMessage().contains("whsec_"), named.getMessage());
        }
    }
}
