package dev.driveline.gateway.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.testkit.TestCa;
import dev.driveline.testkit.TestIdentity;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which keys of vehicles the gateway's TLS takes: what the registry certifies must be of these. */
final class ClientKeysTest {

    private static final String VIN = "WDRV0TESTREG10004";
    private static final int MAX_STEPS = 200;

    private final TestCa ca = TestCa.create();

    @BeforeEach
    void needsBoringSsl() {
        Assumptions.assumeTrue(
                OpenSsl.isAvailable(), "BoringSSL cannot be loaded on this platform");
    }

    @ParameterizedTest
    @CsvSource({
        "TLSv1.3, EC, secp256r1",
        "TLSv1.3, EC, secp384r1",
        "TLSv1.3, RSA, 3072",
        "TLSv1.2, EC, secp256r1",
        "TLSv1.2, EC, secp384r1",
        "TLSv1.2, RSA, 3072"
    })
    void takesWhatIsCertified(String protocol, String algorithm, String size) throws Exception {
        TestIdentity vehicle = vehicle(keys(algorithm, size));
        assertEquals(vehicle.certificate(), handshake(SslProvider.OPENSSL, protocol, vehicle));
    }

    /** The same client succeeds with the JDK's TLS, so it is BoringSSL that does not take it. */
    @Test
    void takesNoEd25519() throws Exception {
        TestIdentity vehicle = vehicle(KeyPairGenerator.getInstance("Ed25519").generateKeyPair());
        assertEquals(vehicle.certificate(), handshake(SslProvider.JDK, "TLSv1.3", vehicle));
        SSLException refused =
                assertThrows(
                        SSLException.class,
                        () -> handshake(SslProvider.OPENSSL, "TLSv1.3", vehicle));
        assertTrue(
                String.valueOf(refused.getMessage()).contains("PEER_DID_NOT_RETURN_A_CERTIFICATE"),
                refused.getMessage());
    }

    private TestIdentity vehicle(KeyPair keys) {
        return ca.leaf().commonName(VIN).organization("demo").vin(VIN).forClients().issue(keys);
    }

    private static KeyPair keys(String algorithm, String size) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        if (algorithm.equals("EC")) {
            generator.initialize(new ECGenParameterSpec(size));
        } else {
            generator.initialize(Integer.parseInt(size));
        }
        return generator.generateKeyPair();
    }

    /** What the server has seen of the client, after a handshake in memory. */
    private Object handshake(SslProvider provider, String protocol, TestIdentity vehicle)
            throws Exception {
        TestIdentity server = ca.server();
        SslContext context =
                SslContextBuilder.forServer(server.key(), server.chain())
                        .sslProvider(provider)
                        .trustManager(ca.root())
                        .clientAuth(ClientAuth.REQUIRE)
                        .protocols(protocol)
                        .build();
        SslHandler servers = context.newHandler(UnpooledByteBufAllocator.DEFAULT);
        SSLEngine engine = vehicle.sslContext(ca.trustStore()).createSSLEngine();
        engine.setUseClientMode(true);
        EmbeddedChannel client = new EmbeddedChannel(new SslHandler(engine));
        EmbeddedChannel gateway = new EmbeddedChannel(servers);
        try {
            for (int i = 0; i < MAX_STEPS && !servers.handshakeFuture().isDone(); i++) {
                move(client, gateway);
                move(gateway, client);
            }
            assertTrue(servers.handshakeFuture().isDone(), "the handshake has no end");
            if (servers.handshakeFuture().cause() instanceof SSLException refused) {
                throw refused;
            }
            return servers.engine().getSession().getPeerCertificates()[0];
        } finally {
            discard(client);
            discard(gateway);
            ReferenceCountUtil.release(context);
        }
    }

    private static void move(EmbeddedChannel from, EmbeddedChannel to) {
        from.runPendingTasks();
        for (Object sent = from.readOutbound(); sent != null; sent = from.readOutbound()) {
            if (!to.isOpen()) {
                ReferenceCountUtil.release(sent);
                continue;
            }
            try {
                to.writeInbound(sent);
            } catch (DecoderException refused) {
                if (!(refused.getCause() instanceof SSLException)) {
                    throw refused;
                }
            }
        }
    }

    private static void discard(EmbeddedChannel channel) {
        try {
            channel.finishAndReleaseAll();
        } catch (DecoderException afterwards) {
            // What the other side said last, after the outcome is known.
        }
    }
}
