package dev.driveline.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Choosing and checking a TCP port before a server is told to listen on it. */
final class LocalPort {
    private LocalPort() {}

    /**
     * Returns {@code port} when a server can listen on it now, or a free one when it is 0.
     *
     * @param setting name of the setting that holds the port, for the message
     * @throws EmbeddedStartException when the port is taken
     */
    static int claim(String what, String host, int port, String setting) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
            return socket.getLocalPort();
        } catch (IOException e) {
            throw taken(what, host, port, setting, e);
        }
    }

    static EmbeddedStartException taken(
            String what, String host, int port, String setting, Throwable cause) {
        return new EmbeddedStartException(
                setting,
                "%s cannot listen on %s:%d (setting %s): %s; stop what listens there, choose another port, or 0 for a free one"
                        .formatted(what, host, port, setting, cause.getMessage()),
                cause);
    }

    static void check(String setting, int port) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException(
                    setting + " is " + port + "; expected 1 to 65535, or 0 for a free port");
        }
    }
}
