package dev.driveline.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One process at a time in a data folder, by a lock that the operating system drops with the
 * process.
 *
 * <p>The lock file holds the holder's process id, for the message that the second one gets. {@code
 * HELD} guards against a second start in this very JVM: POSIX drops a process's locks on a file as
 * soon as it closes any descriptor of it, so the file must not even be opened twice.
 */
final class FolderLock implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FolderLock.class);
    private static final String FILE = "driveline.lock";
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final FileChannel channel;
    private final FileLock lock;

    private FolderLock(Path folder, FileChannel channel, FileLock lock) {
        this.folder = folder;
        this.channel = channel;
        this.lock = lock;
    }

    /**
     * Creates the folder if need be and locks it.
     *
     * @param what the server that wants it, for the message
     * @throws EmbeddedStartException when another start holds it, or it cannot be written
     */
    static FolderLock take(Path folder, String what) {
        Path real;
        try {
            Files.createDirectories(folder);
            real = folder.toRealPath();
        } catch (IOException e) {
            throw unusable(folder, what, e);
        }
        if (!HELD.add(real)) {
            throw taken(real, what, "this process");
        }
        try {
            return lock(real, what);
        } catch (IOException e) {
            HELD.remove(real);
            throw unusable(real, what, e);
        } catch (RuntimeException e) {
            HELD.remove(real);
            throw e;
        }
    }

    private static FolderLock lock(Path folder, String what) throws IOException {
        FileChannel channel =
                FileChannel.open(
                        folder.resolve(FILE),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock == null) {
                String holder = read(channel);
                throw taken(
                        folder,
                        what,
                        holder.isEmpty() ? "another process" : "the process " + holder);
            }
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(pid().getBytes(UTF_8)), 0);
            return new FolderLock(folder, channel, lock);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static String pid() {
        return Long.toString(ProcessHandle.current().pid());
    }

    private static String read(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(32);
        channel.read(text, 0);
        return new String(text.array(), 0, text.position(), UTF_8).strip();
    }

    private static EmbeddedStartException taken(Path folder, String what, String holder) {
        return new EmbeddedStartException(
                "folder",
                "%s cannot start on the folder %s: %s is using it (setting folder)"
                        .formatted(what, folder, holder));
    }

    private static EmbeddedStartException unusable(Path folder, String what, IOException cause) {
        return new EmbeddedStartException(
                "folder",
                "%s cannot use the folder %s (setting folder): %s".formatted(what, folder, cause),
                cause);
    }

    @Override
    public void close() {
        try (channel) {
            lock.release();
        } catch (IOException e) {
            // The descriptor is gone either way, and with it the lock.
            LOG.atDebug().setCause(e).addKeyValue("folder", folder).log("folder lock release");
        } finally {
            HELD.remove(folder);
        }
    }
}
