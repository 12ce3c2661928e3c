package dev.driveline.telemetry.sample;

import dev.driveline.contract.telemetry.v1.SampleBatch;

/** What is to be thought of a sample; by number on the wire and in the store. */
public enum Quality {
    GOOD,
    OUT_OF_RANGE,
    NOT_AVAILABLE,
    ERROR,
    ESTIMATED_TIME;

    /** Of the wire's number; what this version does not know is an ERROR. */
    public static Quality of(int number) {
        return switch (number) {
            case 0 -> GOOD;
            case 1 -> OUT_OF_RANGE;
            case 2 -> NOT_AVAILABLE;
            case 4 -> ESTIMATED_TIME;
            default -> ERROR;
        };
    }

    /** Whether the sample's value is one: it may be out of range or its time uncertain. */
    public boolean hasValue() {
        return switch (this) {
            case GOOD, OUT_OF_RANGE, ESTIMATED_TIME -> true;
            case NOT_AVAILABLE, ERROR -> false;
        };
    }

    /** Whether a batch says that its time is not the vehicle's own. */
    static boolean isTimeEstimated(SampleBatch batch) {
        return batch.getQualityList().stream()
                .anyMatch(run -> of(run.getQualityValue()) == ESTIMATED_TIME);
    }
}
