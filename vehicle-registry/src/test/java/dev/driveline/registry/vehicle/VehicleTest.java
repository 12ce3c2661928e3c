package dev.driveline.registry.vehicle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.VehicleState;
import dev.driveline.registry.model.ModelId;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class VehicleTest {

    private static final Vin VIN = Vin.of("WDRV0TESTREG10001");

    @Test
    void livesAsItsPictureSays() {
        assertEquals(
                Set.of("ORDERED", "PRODUCED", "ACTIVE", "DECOMMISSIONED"),
                reachableFrom(VehicleState.ORDERED));
        assertEquals(
                Set.of("PRODUCED", "ACTIVE", "SUSPENDED", "DECOMMISSIONED"),
                reachableFrom(VehicleState.PRODUCED));
        assertEquals(
                Set.of("ACTIVE", "SUSPENDED", "DECOMMISSIONED"),
                reachableFrom(VehicleState.ACTIVE));
        assertEquals(
                Set.of("ACTIVE", "SUSPENDED", "DECOMMISSIONED"),
                reachableFrom(VehicleState.SUSPENDED));
        assertEquals(Set.of("DECOMMISSIONED"), reachableFrom(VehicleState.DECOMMISSIONED));
    }

    @Test
    void nothingLeadsOutOfTheEnd() {
        InvalidValueException refused =
                assertThrows(
                        InvalidValueException.class,
                        () -> vehicle(VehicleState.DECOMMISSIONED).in(VehicleState.ACTIVE));
        assertEquals(ErrorCode.CONFLICT, refused.code());
        assertTrue(String.valueOf(refused.getMessage()).contains("DECOMMISSIONED"));
        InvalidValueException back =
                assertThrows(
                        InvalidValueException.class,
                        () -> vehicle(VehicleState.SUSPENDED).in(VehicleState.ORDERED));
        assertTrue(String.valueOf(back.getMessage()).contains("'ORDERED'"), back.getMessage());
        assertTrue(
                String.valueOf(back.getMessage()).contains("is SUSPENDED, which only [ACTIVE, "),
                back.getMessage());
    }

    @Test
    void doesNotBeginSuspended() {
        assertThrows(
                InvalidValueException.class,
                () ->
                        new NewVehicle(
                                VIN,
                                TenantId.of("demo"),
                                new ModelId("m"),
                                VehicleState.SUSPENDED,
                                new VehicleLabels(Map.of()),
                                null));
    }

    @Test
    void labelsArePatchedAndLimited() {
        Map<String, @Nullable String> patch = new HashMap<>();
        patch.put("gone", null);
        patch.put("new", "1");
        assertEquals(
                Map.of("kept", "x", "new", "1"),
                new VehicleLabels(Map.of("kept", "x", "gone", "y")).merged(patch).values());
        Map<String, String> many =
                IntStream.range(0, VehicleLabels.MAX + 1)
                        .boxed()
                        .collect(Collectors.toMap(i -> "k" + i, i -> "v"));
        assertThrows(InvalidValueException.class, () -> new VehicleLabels(many));
        assertThrows(InvalidValueException.class, () -> new VehicleLabels(Map.of("a b", "v")));
        assertThrows(
                InvalidValueException.class, () -> new VehicleLabels(Map.of("a", "v".repeat(64))));
    }

    @Test
    void idsKeepTheirShape() {
        assertThrows(InvalidValueException.class, () -> new TboxSerial("a:b"));
        assertThrows(InvalidValueException.class, () -> new TboxSerial(""));
        assertThrows(InvalidValueException.class, () -> new ModelId("Upper"));
        assertEquals("TB-0001", new TboxSerial("TB-0001").toString());
    }

    private static Set<String> reachableFrom(VehicleState state) {
        Set<String> reachable = new HashSet<>();
        Arrays.stream(VehicleState.values())
                .forEach(next -> {
                    try {
                        reachable.add(vehicle(state).in(next).state().name());
                    } catch (InvalidValueException refused) {
                        assertEquals(ErrorCode.CONFLICT, refused.code());
                    }
                });
        return reachable;
    }

    private static Vehicle vehicle(VehicleState state) {
        return new Vehicle(
                VIN,
                TenantId.of("demo"),
                new ModelId("m"),
                state,
                new VehicleLabels(Map.of()),
                null,
                null,
                List.of(),
                1,
                Instant.EPOCH,
                Instant.EPOCH);
    }
}
