package dev.driveline.command.webhook;

import dev.driveline.contract.alert.AlertStep;
import dev.driveline.contract.command.CommandState;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.runtime.auth.Scope;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a webhook may ask for: {@code command} or {@code alert} for all of the kind, or one step of
 * it, such as {@code command.succeeded} or {@code alert.raised}.
 */
public final class EventNames {

    /** Sent on request, to whatever webhook. */
    public static final String TEST = "webhook.test";

    private static final String COMMAND = "command";
    private static final String ALERT = "alert";
    private static final Set<String> ALL =
            Stream.concat(
                            Stream.concat(
                                    Stream.of(COMMAND),
                                    Arrays.stream(CommandState.values())
                                            .map(state -> ofCommand(state.name()))),
                            Stream.concat(
                                    Stream.of(ALERT),
                                    Arrays.stream(AlertStep.values())
                                            .map(step -> ofAlert(step.name()))))
                    .collect(Collectors.toCollection(TreeSet::new));

    private EventNames() {}

    /**
     * A command's step.
     *
     * @param state as the record has it: a later version may know more than this one
     */
    public static String ofCommand(String state) {
        return COMMAND + "." + state.toLowerCase(Locale.ROOT);
    }

    /** An alert's step, likewise. */
    public static String ofAlert(String step) {
        return ALERT + "." + step.toLowerCase(Locale.ROOT);
    }

    /**
     * Names as they are kept: each once, in order.
     *
     * @throws InvalidValueException naming the first that there is not, or that there are none
     */
    public static List<String> checked(Collection<String> names) {
        if (names.isEmpty()) {
            throw new InvalidValueException("events", "[]", "expected at least one of " + ALL);
        }
        for (String name : names) {
            if (!ALL.contains(name)) {
                throw new InvalidValueException("events", name, "expected some of " + ALL);
            }
        }
        return List.copyOf(new TreeSet<>(names));
    }

    /** Whether somebody who asked for these wants to hear of a step. */
    public static boolean include(Collection<String> wanted, String name) {
        return wanted.contains(name) || wanted.contains(name.substring(0, name.indexOf('.')));
    }

    /** The scope that reading an event needs. */
    public static Scope scopeOf(String name) {
        return name.startsWith(COMMAND) ? Scope.COMMANDS_READ : Scope.TELEMETRY_READ;
    }
}
