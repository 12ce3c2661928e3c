package dev.driveline.gateway.mqtt;

import dev.driveline.contract.gateway.Downlink;
import dev.driveline.contract.gateway.DownlinkReport;
import dev.driveline.contract.id.RunId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.vehicle.EventTypes;
import dev.driveline.gateway.link.CloseReason;
import dev.driveline.gateway.link.Input;
import dev.driveline.gateway.link.Limits;
import dev.driveline.gateway.presence.Announcement;
import dev.driveline.gateway.presence.Quarantine;
import dev.driveline.gateway.presence.TakeoverGuard;
import dev.driveline.gateway.session.Sessions;
import dev.driveline.gateway.uplink.Outbound;
import dev.driveline.gateway.uplink.Parcel;
import dev.driveline.gateway.uplink.Parcels;
import java.time.Clock;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What every link of a gateway shares. Thread-safe. */
record EdgeParts(
        RunId run,
        int slot,
        Limits limits,
        Clock clock,
        RandomGenerator random,
        Outbound outbound,
        Announcement announcement,
        Sessions sessions,
        Links links,
        EdgeEvents events,
        EdgeMetrics metrics,
        Traces traces,
        TakeoverGuard takeovers,
        Quarantine quarantine,
        @Nullable String serverReference) {

    private static final Logger LOG = LoggerFactory.getLogger(EdgeParts.class);

    void left(LinkHandler link) {
        links.leave(link);
    }

    /** A vehicle has connected here again: its former link ends, and clones are noticed. */
    void takenOver(Vin vin, LinkHandler former) {
        former.input(new Input.End(CloseReason.TAKEN_OVER, "a new connection of the same vehicle"));
        if (takeovers.takenOver(vin, clock.millis())) {
            LOG.atWarn().setMessage("clone suspected").addKeyValue("vin", vin).log();
            events.event(
                    vin,
                    EventTypes.CLONE_SUSPECTED,
                    Map.of("takeoversAMinute", TakeoverGuard.MOST_A_MINUTE + 1));
        }
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
        var _ = outbound.send(Parcels.report(downlink.vin(), report, Parcel.NO_MATTER));
    }
}
