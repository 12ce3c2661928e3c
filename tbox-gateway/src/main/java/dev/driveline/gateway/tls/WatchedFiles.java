package dev.driveline.gateway.tls;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files that belong together and are taken anew when their content changes. What cannot be used is
 * looked at twice, since somebody may be writing it, then refused once with an error in the log and
 * a count; what was in force stays. Touched by one thread.
 */
final class WatchedFiles {

    private static final Logger LOG = LoggerFactory.getLogger(WatchedFiles.class);

    private final String what;
    private final List<Path> files;
    private final Runnable take;
    private final Counter taken;
    private final Counter refused;
    private String inForce;
    private String suspected = "";
    private String refusedContent = "";

    /**
     * Takes the files for the first time.
     *
     * @param what the label of {@code gateway.tls.reloads}
     * @param take throws {@link UnusableFileException} and changes nothing then
     */
    WatchedFiles(String what, List<Path> files, Runnable take, MeterRegistry metrics) {
        this.what = what;
        this.files = files;
        this.take = take;
        this.taken = counter(metrics, "taken");
        this.refused = counter(metrics, "refused");
        // Before the reading: a change in between is seen as one.
        this.inForce = content();
        take.run();
    }

    void look() {
        String now = content();
        if (now.equals(inForce) || now.equals(refusedContent)) {
            return;
        }
        try {
            take.run();
            inForce = now;
            taken.increment();
            LOG.atInfo().setMessage("files taken anew").addKeyValue("what", what).log();
        } catch (UnusableFileException unusable) {
            if (now.equals(suspected)) {
                refusedContent = now;
                refused.increment();
                LOG.atError()
                        .setMessage("changed files refused, the former stay in force")
                        .addKeyValue("what", what)
                        .addKeyValue("why", unusable.getMessage())
                        .log();
            }
            suspected = now;
        }
    }

    private String content() {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            for (Path file : files) {
                sha256.update(Files.readAllBytes(file));
            }
            return HexFormat.of().formatHex(sha256.digest());
        } catch (IOException unreadable) {
            return "unreadable: " + unreadable.getMessage();
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }

    private Counter counter(MeterRegistry metrics, String outcome) {
        return Counter.builder("gateway.tls.reloads")
                .tags("what", what, "outcome", outcome)
                .register(metrics);
    }
}
