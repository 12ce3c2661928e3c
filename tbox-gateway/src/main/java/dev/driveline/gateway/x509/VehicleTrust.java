package dev.driveline.gateway.x509;

import dev.driveline.contract.registry.AccessRule;
import dev.driveline.gateway.access.AccessTable;
import dev.driveline.gateway.identity.LeafRules;
import dev.driveline.gateway.identity.RefusalReason;
import dev.driveline.gateway.identity.VehicleIdentity;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXCertPathValidatorResult;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * From a chain of certificates to an identity, or to the sentence why not.
 *
 * <p>Paths that were verified are remembered (successes only, at most {@value #MAX_REMEMBERED}) by
 * the leaf's fingerprint; dates, anchor and revocation are asked anew every time. Thread-safe.
 * Source: RFC 5280 §6.
 */
public final class VehicleTrust {

    private static final int MAX_REMEMBERED = 100_000;

    private final AccessTable access;
    private final Clock clock;
    private final Map<String, VehicleIdentity> verified =
            Collections.synchronizedMap(
                    new LinkedHashMap<>(256, 0.75f, true) {
                        @Override
                        protected boolean removeEldestEntry(
                                Map.Entry<String, VehicleIdentity> eldest) {
                            return size() > MAX_REMEMBERED;
                        }
                    });

    public VehicleTrust(AccessTable access, Clock clock) {
        this.access = access;
        this.clock = clock;
    }

    /** What became of a chain. */
    public sealed interface Verdict {
        record Accepted(VehicleIdentity identity) implements Verdict {}

        /**
         * Refused.
         *
         * @param leaf subject and serial, for the log
         */
        record Refused(RefusalReason reason, String why, String leaf) implements Verdict {}
    }

    /**
     * Judges a chain as TLS gives it.
     *
     * @param chain the leaf first; the anchor itself may be left out
     */
    public Verdict judge(X509Certificate[] chain) {
        if (chain.length == 0) {
            return new Verdict.Refused(RefusalReason.PATH, "no certificate", "none");
        }
        String leaf = describe(chain[0]);
        try {
            String fingerprint = CertificateIds.fingerprint(chain[0]);
            VehicleIdentity identity = verified.get(fingerprint);
            if (identity == null) {
                Verdict first = verify(chain, leaf);
                if (!(first instanceof Verdict.Accepted accepted)) {
                    return first;
                }
                identity = accepted.identity();
                verified.put(fingerprint, identity);
            }
            if (clock.instant().isAfter(identity.notAfter())) {
                verified.remove(fingerprint);
                return new Verdict.Refused(
                        RefusalReason.DATE, "valid until " + identity.notAfter() + " only", leaf);
            }
            RefusalReason objection = access.objection(identity);
            if (objection != null) {
                verified.remove(fingerprint);
                return new Verdict.Refused(objection, sentence(objection, identity), leaf);
            }
            return new Verdict.Accepted(identity);
        } catch (GeneralSecurityException unusable) {
            return new Verdict.Refused(
                    RefusalReason.PATH, String.valueOf(unusable.getMessage()), leaf);
        }
    }

    private Verdict verify(X509Certificate[] chain, String leaf) throws GeneralSecurityException {
        Map<X509Certificate, AccessRule.TrustAnchor> anchors = anchors();
        if (anchors.isEmpty()) {
            return new Verdict.Refused(RefusalReason.PATH, "there is no trust anchor yet", leaf);
        }
        List<X509Certificate> path = new ArrayList<>();
        for (X509Certificate certificate : chain) {
            if (anchors.containsKey(certificate)) {
                break;
            }
            path.add(certificate);
        }
        if (path.isEmpty()) {
            return new Verdict.Refused(
                    RefusalReason.PATH, "the certificate is a trust anchor itself", leaf);
        }
        Set<TrustAnchor> trusted =
                anchors.keySet().stream()
                        .map(anchor -> new TrustAnchor(anchor, null))
                        .collect(Collectors.toSet());
        PKIXParameters parameters = new PKIXParameters(trusted);
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(clock.instant()));
        CertPath certPath = CertificateFactory.getInstance("X.509").generateCertPath(path);
        X509Certificate anchor;
        try {
            PKIXCertPathValidatorResult result =
                    (PKIXCertPathValidatorResult)
                            CertPathValidator.getInstance("PKIX").validate(certPath, parameters);
            anchor = result.getTrustAnchor().getTrustedCert();
        } catch (CertPathValidatorException broken) {
            return refusedPath(broken, path, leaf);
        }
        AccessRule.TrustAnchor rule = anchors.get(anchor);
        if (rule == null) {
            return new Verdict.Refused(RefusalReason.PATH, "the trust anchor was removed", leaf);
        }
        return switch (LeafRules.judge(
                leafOf(path.getFirst()),
                new LeafRules.Jurisdiction(rule.tenant(), rule.vinPrefixes()))) {
            case LeafRules.Verdict.Refused refused ->
                    new Verdict.Refused(refused.reason(), refused.why(), leaf);
            case LeafRules.Verdict.Accepted accepted ->
                    new Verdict.Accepted(
                            new VehicleIdentity(
                                    accepted.vin(),
                                    rule.tenant(),
                                    rule.id(),
                                    path.stream().map(CertificateIds::of).toList(),
                                    earliestEnd(path)));
        };
    }

    private Map<X509Certificate, AccessRule.TrustAnchor> anchors() throws CertificateException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        Map<X509Certificate, AccessRule.TrustAnchor> anchors = new LinkedHashMap<>();
        for (AccessRule.TrustAnchor rule : access.anchors()) {
            byte[] der = Base64.getDecoder().decode(rule.certificate());
            anchors.put(
                    (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)),
                    rule);
        }
        return anchors;
    }

    private Verdict refusedPath(
            CertPathValidatorException broken, List<X509Certificate> path, String leaf) {
        boolean date =
                broken.getReason() == CertPathValidatorException.BasicReason.EXPIRED
                        || broken.getReason()
                                == CertPathValidatorException.BasicReason.NOT_YET_VALID;
        int at = Math.max(0, broken.getIndex());
        String which = describe(path.get(Math.min(at, path.size() - 1)));
        String issuer = path.getLast().getIssuerX500Principal().getName();
        String why =
                date
                        ? which
                                + " is valid from "
                                + path.get(at).getNotBefore().toInstant()
                                + " to "
                                + path.get(at).getNotAfter().toInstant()
                        : "no path from "
                                + which
                                + " to one of "
                                + access.anchors().size()
                                + " trust anchors; the chain ends at issuer '"
                                + issuer
                                + "': "
                                + broken.getMessage();
        return new Verdict.Refused(date ? RefusalReason.DATE : RefusalReason.PATH, why, leaf);
    }

    private static LeafRules.Leaf leafOf(X509Certificate certificate) throws CertificateException {
        List<String> usages = certificate.getExtendedKeyUsage();
        return new LeafRules.Leaf(
                CertificateIds.sanUris(certificate),
                CertificateIds.organisation(certificate),
                usages == null ? List.of() : usages);
    }

    private static Instant earliestEnd(List<X509Certificate> path) {
        return path.stream()
                .map(certificate -> certificate.getNotAfter().toInstant())
                .min(Instant::compareTo)
                .orElseThrow();
    }

    private static String sentence(RefusalReason reason, VehicleIdentity identity) {
        return switch (reason) {
            case REVOKED -> "certificate " + identity.certificate() + " or its issuer's is revoked";
            case SUSPENDED -> "vehicle " + identity.vin() + " is suspended";
            case PATH, DATE, KEY_USAGE, SUBJECT_NAME, TENANT, VIN_PREFIX, CLIENT_ID, CLONE ->
                    "its trust anchor does not speak for it any more";
        };
    }

    private static String describe(X509Certificate certificate) {
        return "'"
                + certificate.getSubjectX500Principal().getName()
                + "' serial "
                + certificate.getSerialNumber().toString(16);
    }
}
