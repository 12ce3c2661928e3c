package dev.driveline.simulator;

import dev.driveline.contract.command.VehicleCode;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.vehicle.ClockSource;
import dev.driveline.contract.vehicle.EventTypes;
import dev.driveline.contract.vehicle.VehicleEvent;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes an event of each refusal: somebody sends what an honest platform does not. */
record RefusalEvents(Vin vin, Clock clock, Consumer<VehicleEvent> events) implements Refusals {

    private static final Logger LOG = LoggerFactory.getLogger(RefusalEvents.class);

    @Override
    public void refused(
            String typ,
            VehicleCode code,
            @Nullable String kid,
            @Nullable String id,
            @Nullable Long counter) {
        LOG.atWarn()
                .setMessage("refused")
                .addKeyValue("vin", vin)
                .addKeyValue("what", typ)
                .addKeyValue("code", code)
                .log();
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("what", typ);
        data.put("code", code.name());
        if (kid != null) {
            data.put("kid", kid);
        }
        if (id != null) {
            data.put("id", id);
        }
        if (counter != null) {
            data.put("counter", counter);
        }
        events.accept(
                new VehicleEvent(
                        1,
                        UUID.randomUUID(),
                        EventTypes.SIGNED_REFUSED,
                        clock.instant(),
                        ClockSource.NTP,
                        null,
                        data));
    }
}
