package dev.driveline.simulator.load;

import dev.driveline.simulator.Pem;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.OpenSslCachingX509KeyManagerFactory;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.internal.tcnative.SSL;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Provider;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.KeyManagerFactorySpi;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** The fleet's TLS 1.3 by BoringSSL: with sessions kept for resumption, or without. Thread-safe. */
final class FleetTls {

    private static final int MAX_VEHICLES = 200_000;

    private final SslContext context;

    private FleetTls(SslContext context) {
        this.context = context;
    }

    /**
     * @param resuming whether tickets are kept and shown at the next connection
     */
    static FleetTls of(Fleet fleet, boolean resuming) throws IOException, GeneralSecurityException {
        X509Certificate server = Pem.certificates(fleet.folder().resolve("server.crt")).getFirst();
        SslContextBuilder builder =
                SslContextBuilder.forClient()
                        .sslProvider(SslProvider.OPENSSL)
                        .protocols("TLSv1.3")
                        // The peer name is the vehicle's number here, not the server's name.
                        .endpointIdentificationAlgorithm(null)
                        .trustManager(new OneServer(server))
                        .keyManager(
                                new OpenSslCachingX509KeyManagerFactory(
                                        new Keys(new FleetKeys(fleet)), MAX_VEHICLES));
        // 0 means without a limit for Netty; a cache of one second's life is as good as none.
        builder.sessionCacheSize(resuming ? MAX_VEHICLES : 1).sessionTimeout(resuming ? 7_200 : 1);
        return new FleetTls(builder.build());
    }

    SslHandler handler(ByteBufAllocator buffers, int vehicle, int port) {
        return context.newHandler(buffers, Integer.toString(vehicle), port);
    }

    /** Whether the handshake of this handler took up an earlier session. */
    static boolean resumed(SslHandler handler) {
        return handler.engine() instanceof ReferenceCountedOpenSslEngine engine
                && SSL.isSessionReused(engine.sslPointer());
    }

    /** Trusts one certificate: the peers differ in how they check, the load should not. */
    private record OneServer(X509Certificate expected) implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType)
                throws CertificateException {
            throw new CertificateException("vehicles accept no connection");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType)
                throws CertificateException {
            if (!chain[0].equals(expected)) {
                throw new CertificateException(
                        "the server shows " + chain[0].getSubjectX500Principal());
            }
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    /** Netty takes a cached key manager only out of a factory. */
    private static final class Keys extends KeyManagerFactory {
        Keys(KeyManager manager) {
            super(new Single(manager), new NoProvider(), "fleet");
        }
    }

    private static final class NoProvider extends Provider {
        NoProvider() {
            super("fleet", "1", "the keys of a simulated fleet");
        }
    }

    private static final class Single extends KeyManagerFactorySpi {

        private final KeyManager manager;

        Single(KeyManager manager) {
            this.manager = manager;
        }

        @Override
        protected void engineInit(@Nullable KeyStore store, char @Nullable [] password) {}

        @Override
        protected void engineInit(@Nullable ManagerFactoryParameters parameters) {}

        @Override
        protected KeyManager[] engineGetKeyManagers() {
            return new KeyManager[] {manager};
        }
    }
}
