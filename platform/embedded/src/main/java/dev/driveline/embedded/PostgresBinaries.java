package dev.driveline.embedded;

import static java.util.Objects.requireNonNull;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * PostgreSQL's programs, unpacked once into a folder that is named by the archive's digest.
 *
 * <p>Unpacking goes into a folder beside it that is renamed at the end, so a killed or a concurrent
 * unpacking leaves either the whole tree or none.
 */
final class PostgresBinaries {
    private static final String ARCHIVE = "/postgres-linux-x86_64.txz";
    private static final String UNFINISHED = ".unpacking-";
    private static final Duration UNFINISHED_KEPT = Duration.ofHours(1);

    private PostgresBinaries() {}

    /** Returns the folder that holds {@code bin} and {@code lib}, unpacking it when missing. */
    static Path in(Path cache) throws IOException {
        byte[] archive;
        try (InputStream in = PostgresBinaries.class.getResourceAsStream(ARCHIVE)) {
            if (in == null) {
                throw new IOException(
                        "PostgreSQL is packed for Linux on x86_64 only: no "
                                + ARCHIVE
                                + " on the class path");
            }
            archive = in.readAllBytes();
        }
        Path home = cache.toAbsolutePath().resolve("postgresql-" + digest(archive));
        if (!Files.isDirectory(home)) {
            Files.createDirectories(cache);
            sweep(cache);
            Path unfinished = Files.createTempDirectory(cache, UNFINISHED);
            unpack(archive, unfinished);
            publish(unfinished, home);
        }
        return home;
    }

    private static String digest(byte[] archive) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(archive);
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static void publish(Path unfinished, Path home) throws IOException {
        try {
            Files.move(unfinished, home, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            throw e;
        } catch (FileSystemException e) {
            // Another process was quicker; its tree is as good as ours.
            Folders.delete(unfinished);
            if (!Files.isDirectory(home)) {
                throw e;
            }
        }
    }

    private static void sweep(Path cache) throws IOException {
        FileTime old = FileTime.from(Instant.now().minus(UNFINISHED_KEPT));
        try (Stream<Path> children = Files.list(cache)) {
            for (Path child : children.toList()) {
                if (child.getFileName().toString().startsWith(UNFINISHED)
                        && Files.getLastModifiedTime(child).compareTo(old) < 0) {
                    Folders.delete(child);
                }
            }
        }
    }

    private static void unpack(byte[] archive, Path target) throws IOException {
        // Readable by the server's user whatever this process's umask is; writable by nobody else.
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(new XZInputStream(new ByteArrayInputStream(archive)))) {
            for (TarArchiveEntry entry = tar.getNextEntry();
                    entry != null;
                    entry = tar.getNextEntry()) {
                Path path = target.resolve(entry.getName()).normalize();
                if (!path.startsWith(target)) {
                    throw new IOException("entry outside the archive: " + entry.getName());
                }
                unpack(tar, entry, path);
            }
        }
    }

    private static void unpack(TarArchiveInputStream tar, TarArchiveEntry entry, Path path)
            throws IOException {
        if (entry.isDirectory()) {
            Files.createDirectories(path);
            return;
        }
        Path parent = requireNonNull(path.getParent());
        Files.createDirectories(parent);
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
            return;
        }
        Files.copy(tar, path);
        if (parent.endsWith("bin")) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }
}
