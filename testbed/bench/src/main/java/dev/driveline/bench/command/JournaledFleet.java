package dev.driveline.bench.command;

import dev.driveline.bench.server.Waiting;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.jws.PrivateKeys;
import dev.driveline.simulator.Actuators;
import dev.driveline.simulator.KeyMaker;
import dev.driveline.simulator.Pem;
import dev.driveline.simulator.TBox;
import dev.driveline.simulator.TBoxConfig;
import dev.driveline.simulator.load.Fleet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/** Vehicles that check, journal and execute commands, one in twenty in vain. Not thread-safe. */
final class JournaledFleet implements AutoCloseable {

    private static final int FAILED_ONE_IN = 20;

    private final List<TBox> vehicles = new ArrayList<>();

    JournaledFleet(CommandRun run, Path fleetFolder, int count)
            throws IOException, GeneralSecurityException {
        KeyMaker authority = KeyMaker.in(fleetFolder, "ca", "Driveline load", Clock.systemUTC());
        for (int number = 0; number < count; number++) {
            vehicles.add(vehicle(run, authority, fleetFolder, Fleet.vin(number)));
        }
    }

    private static TBox vehicle(CommandRun run, KeyMaker authority, Path fleetFolder, Vin vin)
            throws IOException, GeneralSecurityException {
        Path own = Files.createDirectories(journals(run).resolve(vin.value()));
        KeyPair keys = KeyMaker.newKeys();
        Pem.writeSecret(own.resolve("tbox.key"), PrivateKeys.toPem(keys.getPrivate()));
        Files.writeString(
                own.resolve("tbox.crt"), Pem.text(authority.vehicle(keys, Fleet.TENANT, vin)));
        TBox tbox =
                new TBox(
                        TBoxConfig.driving(
                                        vin,
                                        own,
                                        "127.0.0.1",
                                        run.gatewayPort(),
                                        fleetFolder.resolve("ca.crt"),
                                        run.folder().resolve(CommandNode.ROOT))
                                .withMaxBackoff(Duration.ofSeconds(4)),
                        (type, params) -> executed(),
                        Clock.systemUTC());
        tbox.start();
        return tbox;
    }

    private static Actuators.Outcome executed() {
        return ThreadLocalRandom.current().nextInt(FAILED_ONE_IN) == 0
                ? new Actuators.Outcome.Failed("ACTUATOR_FAILED")
                : new Actuators.Outcome.Done(Map.of());
    }

    boolean awaitConnected(Duration limit) throws InterruptedException {
        return Waiting.until(limit, () -> vehicles.stream().allMatch(TBox::isConnected));
    }

    /** A folder a vehicle, with its journal. */
    static Path journals(CommandRun run) {
        return run.folder().resolve("vehicles");
    }

    @Override
    public void close() {
        vehicles.forEach(TBox::close);
    }
}
