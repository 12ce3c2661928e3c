package dev.driveline.runtime;

import dev.driveline.runtime.auth.AuthConfig;
import dev.driveline.runtime.settings.Settings;
import dev.driveline.runtime.settings.SettingsException;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@code main} of every service: reads the settings, starts, waits for SIGTERM, closes.
 *
 * <p>An error at the start is logged with all that is wrong and ends the process with status 1.
 */
public final class ServiceMain {

    private static final Logger LOG = LoggerFactory.getLogger(ServiceMain.class);

    private ServiceMain() {}

    /**
     * Runs one service until the process is told to stop.
     *
     * @param readConfig reads the service's own settings
     * @param start adds the service to the process
     */
    public static <C> void run(
            String name,
            Map<String, String> environment,
            Function<Settings, C> readConfig,
            BiConsumer<C, ServiceProcess> start) {
        try {
            Settings settings = Settings.of(environment);
            var _ = settings.text("log.level", "INFO");
            ServiceProcess.ProcessConfig ports = ServiceProcess.ProcessConfig.from(settings);
            AuthConfig auth = AuthConfig.from(settings);
            C config = readConfig.apply(settings);
            settings.finish();
            ServiceProcess process =
                    ServiceProcess.start(ports, auth.authenticator(), Clock.systemUTC());
            CountDownLatch stopped = new CountDownLatch(1);
            Runtime.getRuntime()
                    .addShutdownHook(
                            Thread.ofPlatform()
                                    .name("shutdown")
                                    .unstarted(() -> {
                                        process.close();
                                        stopped.countDown();
                                    }));
            start.accept(config, process);
            process.open();
            LOG.atInfo().setMessage("ready").addKeyValue("service", name).log();
            stopped.await();
        } catch (SettingsException wrong) {
            wrong.problems()
                    .forEach(problem ->
                            LOG.atError()
                                    .setMessage("setting")
                                    .addKeyValue("problem", problem)
                                    .log());
            System.exit(1);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException failed) {
            LOG.atError()
                    .setMessage("start failed")
                    .addKeyValue("service", name)
                    .setCause(failed)
                    .log();
            System.exit(1);
        }
    }
}
