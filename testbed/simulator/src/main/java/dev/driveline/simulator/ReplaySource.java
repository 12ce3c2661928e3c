package dev.driveline.simulator;

import dev.driveline.can.CandumpReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * A recorded drive out of a candump log, plain or gz.
 *
 * @param speed 1 for real time, 10 for ten times as fast, 0 for as fast as the uplink takes it
 * @param shift whether the first frame is now, and all others as long after it as they were
 *     recorded
 */
public record ReplaySource(Path log, double speed, boolean shift, Clock clock)
        implements FrameSource {

    @Override
    public void run(FrameSink sink) throws IOException, InterruptedException {
        long startNs = System.nanoTime();
        long nowUs = clock.millis() * 1_000;
        try (CandumpReader reader = CandumpReader.open(log)) {
            long firstUs = -1;
            while (reader.next()) {
                if (firstUs < 0) {
                    firstUs = reader.timeUs();
                }
                long sinceFirstUs = reader.timeUs() - firstUs;
                if (speed > 0) {
                    waitUntil(startNs + (long) (sinceFirstUs * 1_000 / speed));
                }
                long timeUs = shift ? nowUs + sinceFirstUs : reader.timeUs();
                sink.frame(
                        timeUs,
                        reader.bus(),
                        reader.id(),
                        reader.flags(),
                        reader.data(),
                        reader.length());
            }
        }
    }

    private static void waitUntil(long dueNs) throws InterruptedException {
        long restNs = dueNs - System.nanoTime();
        // Shorter waits cost more than the frame's being early by as much.
        while (restNs > Duration.ofMillis(2).toNanos()) {
            LockSupport.parkNanos(restNs);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            restNs = dueNs - System.nanoTime();
        }
    }
}
