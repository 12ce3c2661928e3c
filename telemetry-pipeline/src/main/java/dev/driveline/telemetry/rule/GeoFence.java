package dev.driveline.telemetry.rule;

import dev.driveline.telemetry.rule.RuleDefinition.Circle;
import dev.driveline.telemetry.rule.RuleDefinition.Place;
import dev.driveline.telemetry.rule.RuleDefinition.Side;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether a vehicle is inside or outside of an area. A circle is measured along the great circle of
 * a sphere of 6,371,008.8 m; a polygon's sides are straight in latitude and longitude.
 */
record GeoFence(
        int latitude,
        int longitude,
        @Nullable Circle circle,
        @Nullable List<Place> polygon,
        Side alert)
        implements Judge {

    private static final double EARTH_RADIUS_M = 6_371_008.8;

    @Override
    public Verdict judge(Readings readings) {
        double lat = readings.latest(latitude);
        double lon = readings.latest(longitude);
        if (Double.isNaN(lat) || Double.isNaN(lon)) {
            return Verdict.unknown("the vehicle's place has no value");
        }
        if (Math.abs(lat) > 90 || Math.abs(lon) > 180) {
            return Verdict.unknown("the vehicle's place is none: " + lat + ", " + lon);
        }
        return Verdict.of(contains(lat, lon) == (alert == Side.INSIDE));
    }

    private boolean contains(double lat, double lon) {
        if (circle != null) {
            return distanceM(lat, lon, circle.latitude(), circle.longitude()) <= circle.radiusM();
        }
        return polygon != null && contains(polygon, lat, lon);
    }

    static double distanceM(double lat1, double lon1, double lat2, double lon2) {
        double dLat = Math.sin(Math.toRadians(lat2 - lat1) / 2);
        double dLon = Math.sin(Math.toRadians(lon2 - lon1) / 2);
        double a =
                dLat * dLat
                        + Math.cos(Math.toRadians(lat1))
                                * Math.cos(Math.toRadians(lat2))
                                * dLon
                                * dLon;
        return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(a)));
    }

    /** By the number of sides that a line to the east crosses. */
    private static boolean contains(List<Place> corners, double lat, double lon) {
        boolean inside = false;
        Place from = corners.getLast();
        for (Place to : corners) {
            if ((from.latitude() > lat) != (to.latitude() > lat)) {
                double crossing =
                        from.longitude()
                                + (lat - from.latitude())
                                        / (to.latitude() - from.latitude())
                                        * (to.longitude() - from.longitude());
                if (lon < crossing) {
                    inside = !inside;
                }
            }
            from = to;
        }
        return inside;
    }
}
