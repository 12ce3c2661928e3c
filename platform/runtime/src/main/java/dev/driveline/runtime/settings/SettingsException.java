package dev.driveline.runtime.settings;

import java.util.List;

/** Settings that cannot be used; the message lists all problems. */
public final class SettingsException extends RuntimeException {

    private final transient List<String> problems;

    SettingsException(List<String> problems) {
        super("settings: " + String.join("; ", problems));
        this.problems = List.copyOf(problems);
    }

    public List<String> problems() {
        return problems;
    }
}
