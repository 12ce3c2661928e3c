package dev.driveline.gateway.mqtt;

import dev.driveline.contract.gateway.Downlink;
import dev.driveline.contract.gateway.DownlinkReport;
import dev.driveline.contract.id.RunId;
import dev.driveline.gateway.link.Limits;
import dev.driveline.gateway.presence.Announcement;
import dev.driveline.gateway.uplink.Outbound;
import dev.driveline.gateway.uplink.Parcel;
import dev.driveline.gateway.uplink.Parcels;
import java.time.Clock;
import java.util.random.RandomGenerator;

/** What every link of a gateway shares. Thread-safe. */
record EdgeParts(
        RunId run,
        int slot,
        Limits limits,
        Clock clock,
        RandomGenerator random,
        Outbound outbound,
        Announcement announcement,
        Links links,
        EdgeEvents events,
        EdgeMetrics metrics) {

    private static final Parcel.Outcome NO_MATTER =
            new Parcel.Outcome() {
                @Override
                public void stored(long offset) {}

                @Override
                public void lost(Exception cause) {}
            };

    /** For records that nobody waits for; their loss is logged by the producer. */
    Parcel.Outcome noMatter() {
        return NO_MATTER;
    }

    static Parcel.Outcome nobodyWaits() {
        return NO_MATTER;
    }

    void left(MqttLink link) {
        links.leave(link);
    }

    /** Answers a downlink that no link answers. */
    void report(Downlink downlink, DownlinkReport.Outcome outcome) {
        DownlinkReport report =
                new DownlinkReport(
                        downlink.id(),
                        downlink.attempt(),
                        downlink.topic(),
                        run,
                        downlink.session(),
                        outcome,
                        clock.instant());
        var _ = outbound.send(Parcels.report(downlink.vin(), report, NO_MATTER));
    }
}
