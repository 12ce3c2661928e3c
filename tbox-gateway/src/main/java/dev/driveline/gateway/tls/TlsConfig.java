package dev.driveline.gateway.tls;

import dev.driveline.runtime.settings.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How vehicles are let in before MQTT begins.
 *
 * @param ticketKeys file with the keys of session tickets, see {@link TicketKeys}; null for random
 *     ones of this process
 * @param connectsPerSecond more are closed before TLS
 * @param handshakes at once; more are closed before TLS
 * @param handshakeLimit from the connection's first moment to the end of its handshake
 * @param workers whether the handshakes' slow parts run beside the event loops
 * @param proxyPort of the listener behind a load balancer; 0 for any free one
 * @param proxyFrom whose PROXY headers are believed; empty: no such listener
 * @param reloadEvery how often files are looked at
 */
public record TlsConfig(
        @Nullable Path ticketKeys,
        int connectsPerSecond,
        int handshakes,
        Duration handshakeLimit,
        boolean workers,
        int proxyPort,
        List<AddressRange> proxyFrom,
        Duration reloadEvery) {

    /** Without a file of ticket keys, without a PROXY listener. */
    public static final TlsConfig DEFAULT =
            new TlsConfig(
                    null,
                    500,
                    256,
                    Duration.ofSeconds(10),
                    true,
                    8885,
                    List.of(),
                    Duration.ofSeconds(5));

    public static TlsConfig from(Settings settings) {
        String ticketKeys = settings.optional("mqtt.tls.ticket-keys");
        List<AddressRange> proxies = List.of();
        String from = settings.optional("mqtt.proxy-from");
        if (from != null) {
            try {
                proxies = AddressRange.parseList(from);
            } catch (IllegalArgumentException wrong) {
                settings.problem("mqtt.proxy-from", String.valueOf(wrong.getMessage()));
            }
        }
        return new TlsConfig(
                ticketKeys == null ? null : Path.of(ticketKeys),
                settings.integer(
                        "gateway.max-connects-per-second",
                        DEFAULT.connectsPerSecond(),
                        1,
                        1_000_000),
                settings.integer("gateway.max-handshakes", DEFAULT.handshakes(), 1, 100_000),
                settings.duration("mqtt.tls.handshake-timeout", DEFAULT.handshakeLimit()),
                DEFAULT.workers(),
                settings.port("mqtt.proxy-port", DEFAULT.proxyPort()),
                proxies,
                DEFAULT.reloadEvery());
    }
}
