package dev.driveline.registry;

import dev.driveline.runtime.ServiceMain;

/** Runs one registry in a process of its own. */
public final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        ServiceMain.run(
                "registry",
                System.getenv(),
                RegistryConfig::from,
                (config, process) -> RegistryService.start(config, process));
    }
}
