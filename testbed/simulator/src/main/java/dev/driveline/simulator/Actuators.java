package dev.driveline.simulator;

import java.util.Map;

/** What a command does in the vehicle. Called on the TBox's own thread. */
@FunctionalInterface
public interface Actuators {

    /**
     * Executes.
     *
     * @param type of the command
     */
    Outcome execute(String type, Map<String, Object> params);

    /** What came of it. */
    sealed interface Outcome {
        record Done(Map<String, Object> result) implements Outcome {}

        record Failed(String code) implements Outcome {}

        /** The vehicle knows no such command. */
        record Unknown() implements Outcome {}
    }
}
