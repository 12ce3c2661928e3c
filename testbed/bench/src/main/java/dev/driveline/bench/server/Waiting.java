package dev.driveline.bench.server;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits for servers. */
public final class Waiting {

    private static final int POLL_MS = 20;
    private static final int REQUEST_LIMIT_MS = 2_000;
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private Waiting() {}

    /** Lets time pass. */
    public static void pause(long ms) throws InterruptedException {
        var _ = new CountDownLatch(1).await(ms, TimeUnit.MILLISECONDS);
    }

    /** Whether it came true in time. */
    public static boolean until(Duration limit, BooleanSupplier condition)
            throws InterruptedException {
        long endNs = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - endNs > 0) {
                return false;
            }
            pause(POLL_MS);
        }
        return true;
    }

    /**
     * @throws IOException with the end of its log, if the process ends or the time runs out
     */
    public static void untilReady(Child child, Duration limit, BooleanSupplier ready)
            throws IOException, InterruptedException {
        boolean in = until(limit, () -> !child.isAlive() || ready.getAsBoolean());
        if (!in || !child.isAlive()) {
            throw new IOException(child.name() + " is not ready; it said:\n" + child.lastWords());
        }
    }

    public static boolean listens(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                    REQUEST_LIMIT_MS);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Whether an admin port answers {@code /readyz} with 200. */
    public static boolean ready(int adminPort) {
        try {
            HttpURLConnection request =
                    (HttpURLConnection)
                            URI.create("http://127.0.0.1:" + adminPort + "/readyz")
                                    .toURL()
                                    .openConnection();
            request.setConnectTimeout(REQUEST_LIMIT_MS);
            request.setReadTimeout(REQUEST_LIMIT_MS);
            return request.getResponseCode() == HttpURLConnection.HTTP_OK;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** A port that nobody listens on; none is given twice. */
    public static int freePort() throws IOException {
        while (true) {
            try (ServerSocket socket = new ServerSocket(0)) {
                if (GIVEN.add(socket.getLocalPort())) {
                    return socket.getLocalPort();
                }
            }
        }
    }
}
