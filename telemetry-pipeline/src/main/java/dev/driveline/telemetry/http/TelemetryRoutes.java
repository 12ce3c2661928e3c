package dev.driveline.telemetry.http;

import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.Route;
import dev.driveline.telemetry.event.Events;
import dev.driveline.telemetry.export.ExportCounts;
import dev.driveline.telemetry.export.ExportOrder;
import dev.driveline.telemetry.export.ExportPlace;
import dev.driveline.telemetry.export.ExportResults;
import dev.driveline.telemetry.fact.CatalogueBook;
import dev.driveline.telemetry.fact.MappingBook;
import dev.driveline.telemetry.fact.ModelBook;
import dev.driveline.telemetry.fact.VehicleBook;
import dev.driveline.telemetry.fleet.PresenceBook;
import dev.driveline.telemetry.frame.FrameArchive;
import dev.driveline.telemetry.job.Jobs;
import dev.driveline.telemetry.live.FleetSource;
import dev.driveline.telemetry.live.LiveSource;
import dev.driveline.telemetry.position.Positions;
import dev.driveline.telemetry.redecode.RedecodeCounts;
import dev.driveline.telemetry.redecode.RedecodeOrder;
import dev.driveline.telemetry.redecode.RedecodePlace;
import dev.driveline.telemetry.retention.Retention;
import dev.driveline.telemetry.rule.Alerts;
import dev.driveline.telemetry.sample.SampleArchive;
import dev.driveline.telemetry.sequence.Gaps;
import dev.driveline.telemetry.trip.Clues;
import dev.driveline.telemetry.trip.Legs;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** All routes of this service. */
public final class TelemetryRoutes {

    private TelemetryRoutes() {}

    public static List<Route> of(
            VehicleBook vehicles,
            ModelBook models,
            CatalogueBook catalogues,
            MappingBook mappings,
            SampleArchive archive,
            Positions positions,
            Retention retention,
            Legs legs,
            FrameArchive frames,
            Retention frameRetention,
            Jobs<ExportOrder, ExportPlace, ExportCounts> exports,
            ExportResults exportResults,
            Jobs<RedecodeOrder, RedecodePlace, RedecodeCounts> redecodes,
            Gaps gaps,
            Events events,
            PresenceBook presences,
            Alerts alerts,
            LiveSource live,
            FleetSource fleetLive,
            int partitions,
            Clock clock) {
        VehicleAccess access = new VehicleAccess(vehicles);
        SignalNames names = new SignalNames(models, catalogues, mappings, archive, clock);
        SampleView view = new SampleView(catalogues, mappings);
        List<Route> routes =
                new ArrayList<>(
                        List.of(
                                Route.get(
                                        LatestRoute.PATH,
                                        Scope.TELEMETRY_READ,
                                        new LatestRoute(access, names, archive, view)::handle),
                                Route.get(
                                        HistoryRoute.PATH,
                                        Scope.TELEMETRY_READ,
                                        new HistoryRoute(access, names, archive, view, clock)
                                                ::handle),
                                Route.post(
                                        SignalsQueryRoute.PATH,
                                        Scope.TELEMETRY_READ,
                                        new SignalsQueryRoute(access, names, archive, view)
                                                ::handle),
                                Route.get(
                                        IntakeRoute.PATH,
                                        Scope.TELEMETRY_READ,
                                        new IntakeRoute(access, archive)::handle),
                                Route.get(
                                        StreamRoute.PATH,
                                        Scope.TELEMETRY_READ,
                                        new StreamRoute(access, names, view, live)::handle),
                                Route.get(
                                        PositionsRoute.PATH,
                                        Scope.TELEMETRY_LOCATION,
                                        new PositionsRoute(positions)::handle)));
        routes.add(
                Route.get(
                        GapsRoute.PATH, Scope.TELEMETRY_READ, new GapsRoute(access, gaps)::handle));
        routes.add(
                Route.get(
                        FleetSummaryRoute.PATH,
                        Scope.TELEMETRY_READ,
                        new FleetSummaryRoute(
                                        access,
                                        names,
                                        archive,
                                        view,
                                        new Clues(mappings),
                                        presences,
                                        alerts,
                                        clock)
                                ::handle));
        routes.add(
                Route.get(
                        FleetStreamRoute.PATH,
                        Scope.TELEMETRY_READ,
                        new FleetStreamRoute(access, view, fleetLive, partitions)::handle));
        routes.addAll(new EventRoutes(access, events).routes());
        routes.addAll(RetentionRoutes.ofSamples(retention).routes());
        routes.addAll(new TripRoutes(access, legs).routes());
        routes.add(
                Route.get(
                        FramesRoute.PATH,
                        Scope.TELEMETRY_LOCATION,
                        new FramesRoute(access, frames, clock)::handle));
        routes.addAll(RetentionRoutes.ofFrames(frameRetention).routes());
        routes.addAll(new ExportRoutes(access, names, view, exports, exportResults).routes());
        routes.addAll(new RedecodeRoutes(access, models, catalogues, redecodes).routes());
        return access.over(routes);
    }
}
