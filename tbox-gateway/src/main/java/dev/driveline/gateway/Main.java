package dev.driveline.gateway;

import dev.driveline.runtime.ServiceMain;

/** Runs one gateway in a process of its own. */
public final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        ServiceMain.run(
                "gateway",
                System.getenv(),
                GatewayConfig::from,
                (config, process) -> GatewayService.start(config, process));
    }
}
