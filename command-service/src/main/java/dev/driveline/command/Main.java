package dev.driveline.command;

import dev.driveline.runtime.ServiceMain;

/** Runs the command service in a process of its own. */
public final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        ServiceMain.run(
                "command-service",
                System.getenv(),
                CommandConfig::from,
                (config, process) -> CommandService.start(config, process));
    }
}
