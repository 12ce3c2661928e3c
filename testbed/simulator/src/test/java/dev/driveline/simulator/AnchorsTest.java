package dev.driveline.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.command.VehicleCode;
import dev.driveline.contract.config.ConfigMessage;
import dev.driveline.contract.config.ConfigMessage.State;
import dev.driveline.contract.trust.TrustAnchors;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.jws.Jws;
import dev.driveline.testkit.TestCa;
import dev.driveline.testkit.TestClock;
import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A TBox changes whom it connects to, and never locks itself out. */
class AnchorsTest {

    private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");
    private static final KeyPair ROOT = TestCa.newKeys();
    private static final X509Certificate FACTORY = TestCa.create().root();
    private static final X509Certificate NEXT = TestCa.create().root();

    @TempDir Path folder;
    private final TestClock clock = TestClock.at(NOW);
    private Anchors anchors;

    @BeforeEach
    void boot() throws IOException {
        anchors =
                new Anchors(
                        ROOT.getPublic(),
                        List.of(FACTORY),
                        folder.resolve("trust-anchors.jws"),
                        clock);
    }

    @Test
    void newOnesAreKeptAfterAConnection() throws Exception {
        assertEquals(List.of(FACTORY), anchors.authorities());
        assertInstanceOf(Anchors.Taken.OnTrial.class, anchors.take(signed(1, FACTORY, NEXT)));
        assertEquals(List.of(FACTORY, NEXT), anchors.authorities());
        assertNull(anchors.kept(), "not before it has connected");
        boot();
        assertEquals(List.of(FACTORY), anchors.authorities(), "nor after a reboot on trial");

        var _ = anchors.take(signed(1, FACTORY, NEXT));
        assertFalse(anchors.failed());
        ConfigMessage.Report report = anchors.connected();
        assertNotNull(report);
        assertEquals(State.APPLIED, report.state());
        boot();
        assertEquals(List.of(FACTORY, NEXT), anchors.authorities());
        assertInstanceOf(
                Anchors.Taken.Known.class, anchors.take(signed(1, FACTORY, NEXT)), "it has it");
        assertNull(anchors.connected(), "and says nothing more of it");
    }

    @Test
    void afterThreeFailuresTheFormerOnesAreBack() throws Exception {
        String wrong = signed(1, NEXT);
        var _ = anchors.take(wrong);
        assertFalse(anchors.failed());
        assertFalse(anchors.failed());
        assertTrue(anchors.failed(), "now with the former ones");
        assertEquals(List.of(FACTORY), anchors.authorities());
        assertFalse(anchors.failed(), "said once");
        ConfigMessage.Report report = anchors.connected();
        assertNotNull(report);
        assertEquals(State.ROLLED_BACK, report.state());
        assertEquals("CONNECT_FAILED", report.code());
        assertInstanceOf(
                Anchors.Taken.Known.class, anchors.take(wrong), "it is not tried again and again");
        assertEquals(List.of(FACTORY), anchors.authorities());
        assertInstanceOf(
                Anchors.Taken.OnTrial.class, anchors.take(signed(2, FACTORY, NEXT)), "but another");
    }

    @Test
    void onlyTheRootAndOnlyForward() throws Exception {
        var _ = anchors.take(signed(2, FACTORY, NEXT));
        var _ = anchors.connected();
        assertEquals(VehicleCode.REPLAY, refused(anchors.take(signed(1, FACTORY))));
        String forged = sign(TestCa.newKeys(), 3, NEXT);
        assertEquals(VehicleCode.SIGNATURE_INVALID, refused(anchors.take(forged)));
        assertEquals(VehicleCode.MALFORMED, refused(anchors.take("nonsense")));
        String over = signed(3, NEXT);
        clock.set(NOW.plus(Duration.ofDays(11)));
        assertEquals(VehicleCode.EXPIRED, refused(anchors.take(over)));
        assertEquals(List.of(FACTORY, NEXT), anchors.authorities());
    }

    private static VehicleCode refused(Anchors.Taken taken) {
        return assertInstanceOf(Anchors.Taken.Refused.class, taken).code();
    }

    private static String signed(long version, X509Certificate... authorities)
            throws CertificateEncodingException {
        return sign(ROOT, version, authorities);
    }

    private static String sign(KeyPair pair, long version, X509Certificate... authorities)
            throws CertificateEncodingException {
        List<String> encoded = new ArrayList<>();
        for (X509Certificate authority : authorities) {
            encoded.add(Base64.getEncoder().encodeToString(authority.getEncoded()));
        }
        TrustAnchors content =
                new TrustAnchors(1, version, NOW, NOW.plus(Duration.ofDays(10)), encoded);
        return new Jws.Signer("root", pair.getPrivate())
                .sign(TrustAnchors.TYP, Json.bytes(content));
    }
}
