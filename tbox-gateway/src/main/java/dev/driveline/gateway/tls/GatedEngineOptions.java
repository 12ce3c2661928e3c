package dev.driveline.gateway.tls;

import io.netty.handler.ssl.SslContext;
import io.vertx.core.net.SSLEngineOptions;
import io.vertx.core.spi.tls.SslContextFactory;

/** Makes Vert.x use our context for a listener, whatever its own options say of TLS. */
final class GatedEngineOptions extends SSLEngineOptions {

    private final SslContext context;

    GatedEngineOptions(SslContext context, boolean workers) {
        this.context = context;
        setUseWorkerThread(workers);
    }

    @Override
    public SSLEngineOptions copy() {
        return this;
    }

    @Override
    public SslContextFactory sslContextFactory() {
        return () -> context;
    }
}
