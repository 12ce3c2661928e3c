package dev.driveline.gateway.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.testkit.Trials;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * A vehicle, its gateways, and the logs between them do what they like: connections break, gateways
 * die and come back, readers lag behind. The promises hold after every step.
 */
class LinkSimulationTest {

    @Test
    void aVehicleAndItsGatewaysKeepTheirPromises() {
        Trials.of(20_261_121)
                .run(
                        1_500,
                        random -> {
                            SimulatedWorld world = new SimulatedWorld(random);
                            for (int step = 0; step < 250; step++) {
                                world.step();
                            }
                            world.settle();
                            assertTrue(world.acknowledged() >= 0);
                        });
    }

    /** The simulation above would prove little if it rarely got anywhere. */
    @Test
    void theSimulationGetsSomewhere() {
        int[] sums = new int[5];
        Trials.of(5)
                .run(
                        100,
                        random -> {
                            SimulatedWorld world = new SimulatedWorld(random);
                            for (int step = 0; step < 250; step++) {
                                world.step();
                            }
                            world.settle();
                            sums[0] += world.acknowledged();
                            sums[1] += world.delivered();
                            sums[2] += world.resumptions();
                            sums[3] += world.repeated();
                            sums[4] += world.forked() ? 0 : 10;
                        });
        for (int sum : sums) {
            assertTrue(
                    sum >= 100,
                    "acknowledged, delivered, resumed, repeated, ten times unforked: "
                            + Arrays.toString(sums));
        }
        assertEquals(5, sums.length);
    }
}
