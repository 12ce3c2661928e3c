package dev.driveline.simulator;

import dev.driveline.can.Dbc;
import dev.driveline.can.DbcParse;
import dev.driveline.can.DbcParser;
import dev.driveline.can.FrameEncoder;
import dev.driveline.can.FrameFlags;
import dev.driveline.can.Message;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * Our own vehicles on their buses: the model's signals, encoded by our DBC files at their cycle
 * times.
 */
public final class OwnVehicle implements FrameSource {

    private static final long STEP_NS = 10_000_000;

    private final VehicleModel model;
    private final Clock clock;
    private final List<Sender> senders = new ArrayList<>();

    private record Sender(String bus, Message message, FrameEncoder encoder, int everySteps) {}

    /** A bus of one of our vehicles and its DBC file. */
    public record Bus(String name, String file) {

        /** The file's bytes. */
        public byte[] dbc() {
            try (InputStream in = OwnVehicle.class.getResourceAsStream("/dbc/" + file)) {
                if (in == null) {
                    throw new IllegalStateException("/dbc/" + file + " is not on the class path");
                }
                return in.readAllBytes();
            } catch (IOException unreadable) {
                throw new IllegalStateException(unreadable);
            }
        }
    }

    public OwnVehicle(VehicleModel model, Clock clock) {
        this.model = model;
        this.clock = clock;
        for (Bus bus : buses(model.kind())) {
            DbcParse parsed = DbcParser.parse(bus.dbc(), bus.file());
            if (parsed.hasErrors()) {
                throw new IllegalStateException(bus.file() + ": " + parsed.errors());
            }
            Dbc dbc = parsed.model();
            for (Message message : dbc.messages()) {
                senders.add(
                        new Sender(
                                bus.name(),
                                message,
                                FrameEncoder.of(message),
                                (int) Math.max(1, message.cycleTimeMs() * 1_000_000L / STEP_NS)));
            }
        }
    }

    /** The buses of a kind of vehicle. */
    public static List<Bus> buses(VehicleModel.Kind kind) {
        return switch (kind) {
            case PETROL ->
                    List.of(
                            new Bus("powertrain", "petrol-powertrain.dbc"),
                            new Bus("body", "body.dbc"));
            case EV ->
                    List.of(
                            new Bus("powertrain", "ev-powertrain.dbc"),
                            new Bus("body", "body.dbc"));
        };
    }

    /** The same as the registry is given them. */
    public static List<Provisioning.Bus> registered(VehicleModel.Kind kind) {
        return buses(kind).stream()
                .map(bus -> new Provisioning.Bus(bus.name(), "EXACT", bus.file(), bus.dbc()))
                .toList();
    }

    @Override
    public void run(FrameSink sink) throws InterruptedException {
        long startNs = System.nanoTime();
        long startUs = clock.millis() * 1_000;
        for (long step = 0; ; step++) {
            long restNs = startNs + step * STEP_NS - System.nanoTime();
            if (restNs > 0) {
                LockSupport.parkNanos(restNs);
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            model.step();
            for (Sender sender : senders) {
                if (step % sender.everySteps() == 0) {
                    send(sink, sender, startUs + step * STEP_NS / 1_000);
                }
            }
        }
    }

    private void send(FrameSink sink, Sender sender, long timeUs) throws InterruptedException {
        Map<String, Double> values = model.signals(sender.message().name());
        byte[] payload = sender.encoder().encode(values);
        int flags = sender.message().id().extended() ? FrameFlags.EXTENDED : 0;
        sink.frame(
                timeUs,
                sender.bus(),
                sender.message().id().value(),
                flags,
                payload,
                payload.length);
    }
}
