package dev.driveline.gateway.mqtt;

import io.vertx.core.net.SSLEngineOptions;
import java.time.Duration;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The TLS of the listeners, made elsewhere.
 *
 * @param direct of the ports that vehicles reach themselves
 * @param behindProxy of the port behind a load balancer; null: no such port
 * @param proxyPort 0 for any free one
 */
public record EdgeTls(
        X509TrustManager trust,
        SSLEngineOptions direct,
        @Nullable SSLEngineOptions behindProxy,
        int proxyPort,
        Duration handshakeLimit) {}
