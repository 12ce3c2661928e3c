package dev.driveline.telemetry;

import dev.driveline.runtime.ServiceMain;

/** Runs the telemetry pipeline in a process of its own. */
public final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        ServiceMain.run(
                "telemetry-pipeline",
                System.getenv(),
                TelemetryConfig::from,
                (config, process) -> TelemetryService.start(config, process));
    }
}
