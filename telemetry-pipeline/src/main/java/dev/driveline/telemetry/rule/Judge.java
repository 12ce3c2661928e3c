package dev.driveline.telemetry.rule;

/** Says of a vehicle's signals whether something is so now. Any thread. */
@FunctionalInterface
interface Judge {

    Verdict judge(Readings readings);

    /**
     * @param why it is UNKNOWN; empty otherwise
     */
    record Verdict(Truth truth, String why) {

        static Verdict of(boolean value) {
            return new Verdict(Truth.of(value), "");
        }

        static Verdict unknown(String why) {
            return new Verdict(Truth.UNKNOWN, why);
        }
    }
}
