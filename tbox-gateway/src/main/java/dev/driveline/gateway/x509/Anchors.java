package dev.driveline.gateway.x509;

import dev.driveline.contract.registry.AccessRule;
import dev.driveline.gateway.access.AccessTable;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The trust anchors as certificates, parsed once a change of the table. Immutable.
 *
 * <p>An anchor that cannot be read, or whose id is not its certificate's fingerprint, is left out
 * and logged; it must not take the others with it.
 */
final class Anchors {

    private static final Logger LOG = LoggerFactory.getLogger(Anchors.class);

    private final long generation;
    private final Map<X509Certificate, AccessRule.TrustAnchor> rules = new HashMap<>();
    private final Map<X500Principal, Set<TrustAnchor>> byName = new HashMap<>();

    private Anchors(long generation) {
        this.generation = generation;
    }

    /** Of no table yet. */
    static Anchors none() {
        return new Anchors(-1);
    }

    /** What the table holds; the same object as long as nothing changed. */
    Anchors current(AccessTable table) {
        // Read before the rules: a change in between is parsed again at the next call.
        long now = table.anchorGeneration();
        if (now == generation) {
            return this;
        }
        Anchors anchors = new Anchors(now);
        table.anchors().forEach(anchors::add);
        return anchors;
    }

    boolean isEmpty() {
        return rules.isEmpty();
    }

    int size() {
        return rules.size();
    }

    AccessRule.@Nullable TrustAnchor rule(X509Certificate certificate) {
        return rules.get(certificate);
    }

    /** Those with this subject; several while a key is rolled over. */
    Set<TrustAnchor> named(X500Principal name) {
        return byName.getOrDefault(name, Set.of());
    }

    private void add(AccessRule.TrustAnchor rule) {
        try {
            byte[] der = Base64.getDecoder().decode(rule.certificate());
            X509Certificate certificate =
                    (X509Certificate)
                            CertificateFactory.getInstance("X.509")
                                    .generateCertificate(new ByteArrayInputStream(der));
            if (!CertificateIds.fingerprint(certificate).equals(rule.id())) {
                throw new CertificateException("its id is not the certificate's fingerprint");
            }
            rules.put(certificate, rule);
            byName.computeIfAbsent(
                            certificate.getSubjectX500Principal(), name -> new LinkedHashSet<>())
                    .add(new TrustAnchor(certificate, null));
        } catch (CertificateException | IllegalArgumentException unusable) {
            LOG.atError()
                    .setMessage("trust anchor left out")
                    .addKeyValue("anchor", rule.id())
                    .addKeyValue("why", unusable.getMessage())
                    .log();
        }
    }
}
