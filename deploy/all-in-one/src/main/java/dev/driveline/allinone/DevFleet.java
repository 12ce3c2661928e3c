package dev.driveline.allinone;

import dev.driveline.contract.id.Vin;
import dev.driveline.simulator.Enrolment;
import dev.driveline.simulator.KeyMaker;
import dev.driveline.simulator.OwnVehicle;
import dev.driveline.simulator.Pem;
import dev.driveline.simulator.Provisioning;
import dev.driveline.simulator.TBox;
import dev.driveline.simulator.TBoxConfig;
import dev.driveline.simulator.VehicleCatalogue;
import dev.driveline.simulator.VehicleModel;
import dev.driveline.simulator.VehicleModel.Kind;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The six vehicles of the all-in-one: registered, bound and enrolled the way a factory does it;
 * five of them drive (the third decodes its frames itself), the sixth is left to the reader's own
 * MQTT client.
 */
final class DevFleet implements AutoCloseable {

    static final int DRIVING = 5;

    private static final List<Car> CARS =
            List.of(
                    new Car(Vin.of("WDRVP0000NA000001"), Kind.PETROL, 0, false),
                    new Car(Vin.of("WDRVP0000NA000002"), Kind.PETROL, 530, false),
                    new Car(Vin.of("WDRVP0000NA000003"), Kind.PETROL, 1_180, true),
                    new Car(Vin.of("WDRVE0000NA000004"), Kind.EV, 240, false),
                    new Car(Vin.of("WDRVE0000NA000005"), Kind.EV, 870, false),
                    new Car(Vin.of("WDRVX0000NA000006"), Kind.PETROL, 0, false));

    private final AllInOneConfig config;
    private final Clock clock;
    private final List<TBox> driving = new ArrayList<>();

    /**
     * @param decodes whether it sends signals, and not frames
     */
    private record Car(Vin vin, Kind kind, double startS, boolean decodes) {

        String serial() {
            return "TB-" + vin;
        }

        String model() {
            return switch (kind) {
                case PETROL -> "driveline-petrol";
                case EV -> "driveline-ev";
            };
        }
    }

    DevFleet(AllInOneConfig config, Clock clock) {
        this.config = config;
        this.clock = clock;
    }

    /** The one for the reader. */
    static Vin reserved() {
        return CARS.getLast().vin();
    }

    /** Registers and enrols what is not yet; quick when all is there. */
    void provision(URI api, String token, URI est, KeyMaker factory)
            throws IOException, InterruptedException, GeneralSecurityException {
        try (Provisioning provisioning = new Provisioning(api, token)) {
            model(provisioning, Kind.PETROL, "driveline-petrol", "Driveline's petrol car");
            model(provisioning, Kind.EV, "driveline-ev", "Driveline's electric car");
            Enrolment enrolment =
                    new Enrolment(est, Pem.certificates(config.dev().resolve("ca.crt")));
            for (Car car : CARS) {
                provisioning.vehicle(car.vin(), car.model(), car.serial(), Map.of("fleet", "demo"));
                Path own = folderOf(car.vin());
                if (!Files.exists(own.resolve("birth.crt"))) {
                    factory.birth(own, car.serial());
                }
                enrolment.withBirthCertificate(own, car.serial());
            }
        }
    }

    private static void model(Provisioning provisioning, Kind kind, String id, String name)
            throws IOException, InterruptedException {
        provisioning.model(id, name, OwnVehicle.registered(kind));
    }

    /** Lets the first few drive. */
    void drive(int number, int gatewayPort) throws IOException, GeneralSecurityException {
        for (Car car : CARS.subList(0, number)) {
            VehicleModel model = new VehicleModel(car.kind(), car.startS(), 48.137, 11.575, 12_000);
            TBoxConfig box =
                    TBoxConfig.driving(
                                    car.vin(),
                                    folderOf(car.vin()),
                                    "localhost",
                                    gatewayPort,
                                    config.dev().resolve("ca.crt"),
                                    config.dev().resolve("command-root.pem"))
                            .withMaxBackoff(Duration.ofSeconds(10));
            if (car.decodes()) {
                box = box.withDecoding(VehicleCatalogue.of(OwnVehicle.registered(car.kind())));
            }
            TBox tbox = new TBox(box, model, clock);
            driving.add(tbox);
            tbox.start();
            var _ = tbox.drive(new OwnVehicle(model, clock));
        }
    }

    @Override
    public void close() {
        driving.forEach(TBox::close);
    }

    private Path folderOf(Vin vin) {
        return config.dev().resolve("vehicles").resolve(vin.value());
    }
}
