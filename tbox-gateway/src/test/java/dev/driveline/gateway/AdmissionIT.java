package dev.driveline.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.driveline.contract.id.RunId;
import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.AccessRule;
import dev.driveline.contract.vehicle.Presence;
import dev.driveline.contract.vehicle.VehicleSession;
import dev.driveline.gateway.acl.TopicAcl;
import dev.driveline.gateway.identity.CertificateId;
import dev.driveline.gateway.identity.Identification;
import dev.driveline.gateway.identity.RefusalReason;
import dev.driveline.gateway.identity.VehicleIdentity;
import dev.driveline.gateway.link.Limits;
import dev.driveline.gateway.mqtt.EdgeConfig;
import dev.driveline.gateway.mqtt.EdgeTls;
import dev.driveline.gateway.mqtt.MqttEdge;
import dev.driveline.gateway.presence.Announcement;
import dev.driveline.gateway.session.Resumable;
import dev.driveline.gateway.session.Sessions;
import dev.driveline.gateway.tls.TlsConfig;
import dev.driveline.gateway.tls.TlsFront;
import dev.driveline.gateway.uplink.Outbound;
import dev.driveline.gateway.uplink.Parcel;
import dev.driveline.gateway.uplink.PartitionBudget;
import dev.driveline.testkit.TestCa;
import dev.driveline.testkit.TestIdentity;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.io.EOFException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The listeners over real TLS, with everything behind them made of plain objects. */
final class AdmissionIT {

    private static final Vin VIN = Vin.of("WDRV0TESTADMN0001");
    private static final int ACCEPTED = 0;

    @TempDir private Path folder;

    private final TestCa ca = TestCa.create();
    private final TestIdentity identity = ca.vehicle("acme", VIN.value());
    private final RevokedWhileItConnects identification = new RevokedWhileItConnects();
    private Vertx vertx;
    private TlsFront tls;
    private MqttEdge edge;

    /** Trust is taken away after the vehicle was judged and before its link is among the live. */
    private static final class RevokedWhileItConnects implements Identification {
        private volatile boolean revoked;

        @Override
        public Judgement judge(X509Certificate[] chain) {
            return new Judgement.Known(
                    new VehicleIdentity(
                            VIN,
                            TenantId.of("acme"),
                            "anchor",
                            List.of(new CertificateId("issuer", "1")),
                            Instant.now().plusSeconds(3_600)));
        }

        @Override
        public RefusalReason objection(VehicleIdentity known) {
            return revoked ? RefusalReason.REVOKED : null;
        }

        @Override
        public AccessRule.VehicleLimits limitsFor(Vin vin) {
            return null;
        }

        @Override
        public TopicAcl aclFor(VehicleIdentity known) {
            revoked = true;
            return new TopicAcl(VIN);
        }
    }

    private static final class Nowhere implements Outbound, Announcement, Sessions {
        @Override
        public boolean send(Parcel parcel) {
            return true;
        }

        @Override
        public PartitionBudget budgetOf(Vin vin) {
            return new PartitionBudget(1 << 20);
        }

        @Override
        public void announce(
                Vin vin, Presence presence, BooleanSupplier wanted, LongConsumer stored) {}

        @Override
        public long readOffset(Vin vin) {
            return 0;
        }

        @Override
        public Resumable find(Vin vin) {
            return null;
        }

        @Override
        public void save(
                Vin vin, VehicleSession session, boolean first, Confirmation confirmation) {}

        @Override
        public void forget(Vin vin, SessionId session) {}
    }

    @BeforeEach
    void open() throws Exception {
        vertx = Vertx.vertx();
        ca.server().writeTo(folder, "mqtt");
        Path certificate = folder.resolve("mqtt.crt.pem");
        Path key = folder.resolve("mqtt.key.pem");
        SimpleMeterRegistry metrics = new SimpleMeterRegistry();
        SecureRandom random = new SecureRandom();
        X509TrustManager trust = trust();
        tls =
                new TlsFront(
                        TlsConfig.DEFAULT,
                        certificate,
                        key,
                        new TlsFront.Surroundings(trust, Clock.systemUTC(), random, metrics),
                        (refusal, claimed, peer) -> {});
        Nowhere nowhere = new Nowhere();
        edge =
                new MqttEdge(
                        vertx,
                        new EdgeConfig(
                                "127.0.0.1", 0, 0, certificate, key, 10, null, Limits.STATED),
                        new MqttEdge.Surroundings(
                                new RunId(1),
                                1,
                                Clock.systemUTC(),
                                random,
                                nowhere,
                                nowhere,
                                nowhere,
                                metrics));
        edge.open(
                new EdgeTls(trust, tls.direct(), null, 0, Duration.ofSeconds(10)), identification);
    }

    private X509TrustManager trust() throws GeneralSecurityException {
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(ca.trustStore());
        return (X509TrustManager) factory.getTrustManagers()[0];
    }

    @AfterEach
    void close() throws Exception {
        edge.close();
        tls.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    @DisplayName("trap 6: a revocation between judgement and entry closes the link")
    void trap6ARevocationThatFoundNoLinkIsNotMissed() throws Exception {
        try (RawVehicle vehicle = new RawVehicle(edge.port(), identity, ca.trustStore())) {
            vehicle.send(RawVehicle.connect(VIN, 60));
            RawVehicle.Packet answer = vehicle.read();
            assertEquals(RawVehicle.CONNACK, answer.type());
            assertEquals(ACCEPTED, answer.body()[1]);
            assertThrows(EOFException.class, vehicle::read);
        }
    }
}
