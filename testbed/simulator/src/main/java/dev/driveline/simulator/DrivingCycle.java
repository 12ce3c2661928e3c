package dev.driveline.simulator;

/**
 * A speed to follow over half an hour: town, country road, motorway, with stops; in the manner of
 * the WLTC's four phases (UN GTR 15), drawn by us.
 */
final class DrivingCycle {

    /** Second and km/h; straight lines between. */
    private static final int[][] POINTS = {
        {0, 0},
        {10, 0},
        {25, 30},
        {55, 45},
        {75, 20},
        {85, 0},
        {105, 0},
        {120, 40},
        {160, 50},
        {180, 35},
        {200, 0},
        {225, 0},
        {240, 28},
        {270, 48},
        {300, 52},
        {330, 15},
        {345, 0},
        {370, 0},
        {390, 45},
        {430, 56},
        {460, 30},
        {480, 0},
        {510, 0},
        {535, 45},
        {570, 62},
        {640, 76},
        {700, 70},
        {740, 50},
        {770, 68},
        {840, 72},
        {880, 40},
        {910, 0},
        {935, 0},
        {965, 55},
        {1010, 85},
        {1080, 97},
        {1150, 92},
        {1200, 70},
        {1240, 95},
        {1300, 97},
        {1340, 60},
        {1370, 20},
        {1385, 0},
        {1410, 0},
        {1445, 70},
        {1490, 110},
        {1560, 128},
        {1640, 131},
        {1700, 118},
        {1740, 80},
        {1775, 30},
        {1795, 0},
        {1800, 0},
    };

    static final double LENGTH_S = 1_800;

    private DrivingCycle() {}

    /** The speed to be driven, km/h; the cycle repeats. */
    static double speedKmh(double timeS) {
        double time = timeS % LENGTH_S;
        for (int i = 1; i < POINTS.length; i++) {
            if (time < POINTS[i][0]) {
                double span = POINTS[i][0] - POINTS[i - 1][0];
                double part = (time - POINTS[i - 1][0]) / span;
                return POINTS[i - 1][1] + part * (POINTS[i][1] - POINTS[i - 1][1]);
            }
        }
        return 0;
    }
}
