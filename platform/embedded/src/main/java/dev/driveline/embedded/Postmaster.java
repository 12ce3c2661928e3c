package dev.driveline.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server of one data folder: made, started, found again, stopped.
 *
 * <p>The folder holds {@code data} (PostgreSQL's own), {@code password}, {@code postgres.log} and
 * {@code command.log}. The caller holds the folder's {@link FolderLock}, so a server that runs on
 * it is one that a killed process left behind.
 */
final class Postmaster {
    private static final Logger LOG = LoggerFactory.getLogger(Postmaster.class);
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int STOP_SECONDS = 30;
    private static final int LOG_KEPT_BYTES = 8 << 20;
    private static final int LOG_TAIL_CHARS = 2_000;

    private final Path folder;
    private final Path data;
    private final ServerProgram program;

    Postmaster(Path folder, Path cache) throws IOException {
        this.folder = folder.toRealPath();
        this.data = this.folder.resolve("data");
        this.program =
                ServerProgram.in(PostgresBinaries.in(cache), this.folder.resolve("command.log"));
    }

    /** The superuser's password, made with the data. */
    String password() throws IOException {
        return Files.readString(passwordFile()).strip();
    }

    private Path passwordFile() {
        return folder.resolve("password");
    }

    /**
     * Makes the data unless it is there; a killed initdb leaves nothing that counts.
     *
     * @param sync force the new files to disk
     */
    void initialise(String user, boolean sync) throws IOException {
        if (Files.isDirectory(data)) {
            return;
        }
        Path unfinished = folder.resolve("data.unfinished");
        if (Files.exists(unfinished)) {
            Folders.delete(unfinished);
        }
        writePassword();
        ServerProgram.Result made =
                program.run(
                        LIMIT,
                        "initdb",
                        "--pgdata=" + unfinished,
                        "--username=" + user,
                        "--pwfile=" + passwordFile(),
                        "--auth=scram-sha-256",
                        "--encoding=UTF8",
                        "--locale-provider=builtin",
                        "--builtin-locale=C.UTF-8",
                        "--locale=C",
                        sync ? "--sync-method=fsync" : "--no-sync");
        if (made.exit() != 0) {
            throw new IOException("initdb failed: " + made.output());
        }
        Files.move(unfinished, data, StandardCopyOption.ATOMIC_MOVE);
    }

    private void writePassword() throws IOException {
        byte[] secret = new byte[18];
        new SecureRandom().nextBytes(secret);
        Path file = passwordFile();
        Files.deleteIfExists(file);
        Files.createFile(
                file,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, HexFormat.of().formatHex(secret) + "\n");
    }

    /** Starts the server and returns when it takes connections. */
    void start(Map<String, String> settings) throws IOException {
        StringBuilder text = new StringBuilder("# Written at every start.\n");
        settings.forEach((name, value) ->
                text.append(name).append(" = '").append(value.replace("'", "''")).append("'\n"));
        Files.writeString(data.resolve("postgresql.conf"), text);
        if (Files.exists(log()) && Files.size(log()) > LOG_KEPT_BYTES) {
            Files.move(
                    log(), folder.resolve("postgres.log.1"), StandardCopyOption.REPLACE_EXISTING);
        }
        ServerProgram.Result started =
                program.run(
                        LIMIT,
                        "pg_ctl",
                        "start",
                        "--wait",
                        "--timeout=" + (LIMIT.toSeconds() - 10),
                        "--silent",
                        "--pgdata=" + data,
                        "--log=" + log());
        if (started.exit() != 0) {
            throw new IOException(
                    "pg_ctl start failed: %s; the end of %s: %s"
                            .formatted(started.output(), log(), logTail()));
        }
    }

    /** Stops the server, cutting its connections; quick when it does not run. */
    void stop() throws IOException {
        ServerProgram.Result stopped = stop("fast");
        if (stopped.exit() != 0 && findProcess().isPresent()) {
            LOG.atWarn()
                    .addKeyValue("folder", folder)
                    .addKeyValue("said", stopped.output())
                    .log("PostgreSQL did not stop in time; its next start will replay its log");
            stopped = stop("immediate");
            if (stopped.exit() != 0 && findProcess().isPresent()) {
                throw new IOException("pg_ctl stop failed: " + stopped.output());
            }
        }
    }

    private ServerProgram.Result stop(String mode) throws IOException {
        return program.run(
                LIMIT,
                "pg_ctl",
                "stop",
                "--wait",
                "--timeout=" + STOP_SECONDS,
                "--silent",
                "--mode=" + mode,
                "--pgdata=" + data);
    }

    /**
     * Stops the server that a killed process left behind on this folder.
     *
     * <p>The process number in postmaster.pid alone proves nothing: after a restart of a container
     * or a machine it is somebody else's, whom pg_ctl would send a signal. A server works in its
     * data folder, so that is what is looked at.
     */
    void stopLeftOver() throws IOException {
        Path pidFile = data.resolve("postmaster.pid");
        if (!Files.exists(pidFile)) {
            return;
        }
        Optional<Path> running = findProcess();
        if (running.isPresent()) {
            LOG.atInfo()
                    .addKeyValue("folder", folder)
                    .addKeyValue("process", running.get().getFileName())
                    .log("stopping the PostgreSQL that a killed process left behind");
            stop();
        }
        if (findProcess().isEmpty()) {
            Files.deleteIfExists(pidFile);
        }
    }

    private Optional<Path> findProcess() throws IOException {
        if (!Files.isDirectory(data)) {
            return Optional.empty();
        }
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            return processes.filter(this::worksInData).findFirst();
        }
    }

    private boolean worksInData(Path process) {
        if (!Character.isDigit(process.getFileName().toString().charAt(0))) {
            return false;
        }
        try {
            return Files.readSymbolicLink(process.resolve("cwd")).equals(data);
        } catch (IOException e) {
            return false; // ended meanwhile, or another user's, which is no server of ours
        }
    }

    private Path log() {
        return folder.resolve("postgres.log");
    }

    String logTail() throws IOException {
        if (!Files.exists(log())) {
            return "";
        }
        String all = new String(Files.readAllBytes(log()), UTF_8).strip();
        return all.substring(Math.max(0, all.length() - LOG_TAIL_CHARS));
    }
}
