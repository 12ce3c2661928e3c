package dev.driveline.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.util.Base64URL;
import dev.driveline.contract.command.CommandEnvelope;
import dev.driveline.contract.command.CommandResponse;
import dev.driveline.contract.command.VehicleCode;
import dev.driveline.contract.config.ConfigDocument;
import dev.driveline.contract.id.CommandId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.trust.CommandKeys;
import dev.driveline.contract.trust.KeyUse;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.jws.Jws;
import dev.driveline.testkit.TestClock;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code docs/vectors/commands.json}: what one vehicle hears, message after message, and what it
 * has to make of it. Whoever writes a TBox runs them through theirs; here ours does.
 *
 * <p>The Ed25519 key is that of RFC 8032 §7.1, test 1; neither is a secret. With {@code
 * -Ddriveline.vectors=write} the file is written anew.
 */
class CommandVectorsTest {

    private static final Path FILE = Path.of("../../docs/vectors/commands.json");
    private static final Vin VIN = Vin.of("WDRVP0000NA000001");
    private static final Instant NOON = Instant.parse("2026-05-01T12:00:00Z");
    private static final String SECRET = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
    private static final String PUBLIC = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    private static final String EC_X = "PW1QH4GMoB6UFY3hnkuvHiiyHV_3bFb9BAtO1rAeSV0";
    private static final String EC_Y = "gvgKHDNAa29sBJFTR88IpIeMvFQRUFiM6pKBLI_Rfdc";
    private static final String EC_D = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X5fCE9-E9LI";

    @TempDir Path folder;

    /** One message. */
    record Step(String says, Instant at, String topic, String message, String expect) {}

    @Test
    void theFileIsWhatWeSign() throws Exception {
        Map<String, Object> content = content();
        if ("write".equals(System.getProperty("driveline.vectors"))) {
            Files.writeString(FILE, Json.mapper().valueToTree(content).toPrettyString() + "\n");
        }
        JsonNode file = Json.tree(Files.readAllBytes(FILE));
        JsonNode made = Json.mapper().valueToTree(content);
        assertEquals(made.path("root"), file.path("root"));
        assertEquals(made.path("steps").size(), file.path("steps").size());
        for (int i = 0; i < made.path("steps").size(); i++) {
            JsonNode ours = made.path("steps").path(i);
            JsonNode theirs = file.path("steps").path(i);
            // An ES256 signature is another one each time.
            if (!ours.path("says").asText().contains("ES256")) {
                assertEquals(ours, theirs);
            }
            assertEquals(ours.path("says"), theirs.path("says"));
        }
    }

    @Test
    void ourVehicleMakesOfThemWhatItShould() throws Exception {
        JsonNode file = Json.tree(Files.readAllBytes(FILE));
        TestClock clock = TestClock.at(NOON);
        Trust trust = new Trust(edwardsPublic(), folder.resolve("keys.jws"), clock);
        List<String> heard = new ArrayList<>();
        CommandAgent agent =
                new CommandAgent(
                        VIN,
                        trust.keysFor(KeyUse.COMMAND),
                        Journal.open(folder.resolve("journal.jsonl")),
                        (type, params) -> new Actuators.Outcome.Done(Map.of()),
                        clock,
                        response -> {
                            if (response.step() == CommandResponse.Step.SUCCEEDED) {
                                heard.add("EXECUTED");
                            }
                        },
                        (typ, code, kid, id, counter) -> heard.add(code.name()));
        for (JsonNode step : file.path("steps")) {
            clock.set(Instant.parse(step.path("at").asText()));
            heard.clear();
            if (step.path("topic").asText().equals("config")) {
                heard.add(
                        switch (trust.take(step.path("message").asText())) {
                            case Trust.Taken.Applied _ -> "APPLIED";
                            case Trust.Taken.Refused refused -> refused.code().name();
                        });
            } else {
                agent.received(step.path("message").asText());
            }
            assertEquals(List.of(step.path("expect").asText()), heard, step.path("says").asText());
        }
    }

    private static Map<String, Object> content() throws Exception {
        PrivateKey edwards = edwardsPrivate();
        ECKey curve = curve();
        Jws.Signer root = new Jws.Signer("root", edwards);
        Jws.Signer first = new Jws.Signer("command-1", edwards);
        Jws.Signer second = new Jws.Signer("command-2", curve.toECPrivateKey());
        Jws.Signer config = new Jws.Signer("config-1", edwards);
        String good = first.sign(CommandEnvelope.TYP, Json.bytes(command(1, VIN, 1)));
        String[] parts = good.split("\\.", -1);
        String keys =
                root.sign(
                        CommandKeys.TYP, Json.bytes(keys(1, key(first), key(second), forConfig())));
        List<Step> steps =
                List.of(
                        config("the root names three keys", keys, "APPLIED"),
                        command("EdDSA, by its first key", good, "EXECUTED"),
                        command("the same once more: answered, not executed", good, "EXECUTED"),
                        command(
                                "ES256, by its second key",
                                second.sign(CommandEnvelope.TYP, Json.bytes(command(2, VIN, 2))),
                                "EXECUTED"),
                        command(
                                "one bit of the payload is another",
                                parts[0] + "." + flipped(parts[1]) + "." + parts[2],
                                VehicleCode.SIGNATURE_INVALID),
                        command(
                                "for another vehicle",
                                first.sign(
                                        CommandEnvelope.TYP,
                                        Json.bytes(command(3, Vin.of("WDRVP0000NA000002"), 3))),
                                VehicleCode.WRONG_VIN),
                        command(
                                "a counter that was seen, under another id",
                                first.sign(CommandEnvelope.TYP, Json.bytes(command(4, VIN, 2))),
                                VehicleCode.REPLAY),
                        new Step(
                                "one second after it has expired",
                                NOON.plusSeconds(31),
                                "commands",
                                first.sign(CommandEnvelope.TYP, Json.bytes(command(5, VIN, 5))),
                                VehicleCode.EXPIRED.name()),
                        command(
                                "by a key that signs configuration only",
                                config.sign(CommandEnvelope.TYP, Json.bytes(command(6, VIN, 6))),
                                VehicleCode.KEY_NOT_VALID),
                        command(
                                "by a key that the root does not name",
                                new Jws.Signer("command-9", edwards)
                                        .sign(CommandEnvelope.TYP, Json.bytes(command(7, VIN, 7))),
                                VehicleCode.KEY_UNKNOWN),
                        command(
                                "a configuration document where a command should be",
                                first.sign(ConfigDocument.TYP, Json.bytes(command(8, VIN, 8))),
                                VehicleCode.MALFORMED),
                        config(
                                "a second version, without the first key",
                                root.sign(CommandKeys.TYP, Json.bytes(keys(2, key(second)))),
                                "APPLIED"),
                        command(
                                "by the key that was rotated out",
                                first.sign(CommandEnvelope.TYP, Json.bytes(command(9, VIN, 9))),
                                VehicleCode.KEY_UNKNOWN),
                        config("the first version again", keys, VehicleCode.REPLAY.name()));
        Map<String, Object> content = new LinkedHashMap<>();
        content.put("vin", VIN.value());
        content.put("root", Map.of("kty", "OKP", "crv", "Ed25519", "x", PUBLIC));
        content.put("steps", steps);
        return content;
    }

    private static Step command(String says, String message, VehicleCode expect) {
        return command(says, message, expect.name());
    }

    private static Step command(String says, String message, String expect) {
        return new Step(says, NOON.plusSeconds(10), "commands", message, expect);
    }

    private static Step config(String says, String message, String expect) {
        return new Step(says, NOON.plusSeconds(10), "config", message, expect);
    }

    private static CommandEnvelope command(long number, Vin vin, long counter) {
        return new CommandEnvelope(
                1,
                vin,
                CommandId.of(NOON.toEpochMilli(), 0, number),
                "doors.lock",
                Map.of(),
                NOON,
                NOON.plusSeconds(30),
                NOON.toEpochMilli() + counter);
    }

    private static String flipped(String payload) {
        byte[] bytes = Base64.getUrlDecoder().decode(payload);
        bytes[bytes.length / 2] ^= 1;
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static CommandKeys keys(long version, CommandKeys.Key... keys) {
        return new CommandKeys(
                1, version, NOON, Instant.parse("2027-05-01T12:00:00Z"), List.of(keys));
    }

    private static CommandKeys.Key key(Jws.Signer signer) throws Exception {
        PublicKey key =
                signer.algorithm().equals("ES256") ? curve().toECPublicKey() : edwardsPublic();
        return keyOf(signer.kid(), key, Set.of(KeyUse.COMMAND));
    }

    private static CommandKeys.Key forConfig() throws Exception {
        return keyOf("config-1", edwardsPublic(), Set.of(KeyUse.CONFIG));
    }

    private static CommandKeys.Key keyOf(String kid, PublicKey key, Set<KeyUse> use) {
        return new CommandKeys.Key(
                kid,
                Jws.algorithmOf(key),
                use,
                NOON,
                Instant.parse("2027-05-01T12:00:00Z"),
                Base64.getEncoder().encodeToString(key.getEncoded()));
    }

    private static ECKey curve() throws JOSEException {
        return new ECKey.Builder(Curve.P_256, new Base64URL(EC_X), new Base64URL(EC_Y))
                .d(new Base64URL(EC_D))
                .build();
    }

    private static PrivateKey edwardsPrivate() throws GeneralSecurityException {
        return KeyFactory.getInstance("Ed25519")
                .generatePrivate(
                        new EdECPrivateKeySpec(
                                NamedParameterSpec.ED25519, Base64.getUrlDecoder().decode(SECRET)));
    }

    /** Little-endian, the highest bit says whether x is odd. Source: RFC 8032 §5.1.5. */
    private static PublicKey edwardsPublic() throws GeneralSecurityException {
        byte[] bytes = Base64.getUrlDecoder().decode(PUBLIC);
        byte[] turned = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            turned[i] = bytes[bytes.length - 1 - i];
        }
        boolean odd = (turned[0] & 0x80) != 0;
        turned[0] &= 0x7f;
        return KeyFactory.getInstance("Ed25519")
                .generatePublic(
                        new EdECPublicKeySpec(
                                NamedParameterSpec.ED25519,
                                new EdECPoint(odd, new BigInteger(1, turned))));
    }
}
