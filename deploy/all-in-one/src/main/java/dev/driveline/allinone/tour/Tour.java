package dev.driveline.allinone.tour;

import dev.driveline.allinone.AllInOne;
import dev.driveline.allinone.AllInOneConfig;
import dev.driveline.runtime.settings.Settings;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** {@code make tour}: against the all-in-one that runs, or one of its own if none does. */
public final class Tour {

    private Tour() {}

    public static void main(String[] arguments) {
        PrintStream out =
                new PrintStream(
                        new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        int status;
        try {
            status = run(out);
        } catch (Exception failed) {
            out.println("the tour ended early: " + failed);
            status = 1;
        }
        System.exit(status);
    }

    private static int run(PrintStream out) throws Exception {
        Settings settings = Settings.of(System.getenv());
        var _ = settings.text("log.level", "INFO");
        AllInOneConfig config = AllInOneConfig.from(settings);
        settings.finish();
        if (Rest.answers(URI.create("http://localhost:" + config.httpPort() + "/dev/oidc/jwks"))) {
            out.println("taking the tour through the platform on port " + config.httpPort());
            return guide(
                    new Guide.Where(
                            URI.create("http://localhost:" + config.httpPort()),
                            URI.create("https://localhost:" + config.estPort()),
                            "localhost",
                            config.mqttPort(),
                            config.dev()),
                    out);
        }
        out.println("no platform runs; starting one");
        try (AllInOne platform = AllInOne.start(config, progress -> out.println("  " + progress))) {
            return guide(
                    new Guide.Where(
                            platform.api(),
                            platform.est(),
                            "localhost",
                            platform.gatewayPort(),
                            config.dev()),
                    out);
        }
    }

    private static int guide(Guide.Where where, PrintStream out) throws Exception {
        try (Guide guide = new Guide(where, out)) {
            guide.take();
            return 0;
        } catch (Guide.CheckFailed failed) {
            out.println("FAILED: " + failed.getMessage());
            return 1;
        }
    }
}
