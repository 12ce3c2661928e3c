package dev.driveline.gateway.x509;

import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.AccessRule;
import dev.driveline.gateway.access.AccessTable;
import dev.driveline.gateway.identity.ChainRefusal;
import dev.driveline.gateway.identity.LeafRules;
import dev.driveline.gateway.identity.RefusalReason;
import dev.driveline.gateway.identity.VehicleIdentity;
import java.security.GeneralSecurityException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXCertPathValidatorResult;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * From a chain of certificates to an identity, or to the sentence why not.
 *
 * <p>A path's signatures are verified once and remembered ({@link VerifiedPaths}, at most {@value
 * #MAX_REMEMBERED}); dates, anchor, revocation and suspension are asked of the table every time and
 * last, so that a revocation applied while a path is being verified is not missed. No revocation
 * list and no responder is ever fetched. An anchor's own dates do not matter: it is trusted as long
 * as its record stands. Thread-safe. Source: RFC 5280 §6.
 */
public final class VehicleTrust {

    static final int MAX_REMEMBERED = 100_000;
    static final int MAX_CHAIN = 6;

    private final AccessTable access;
    private final Clock clock;
    private final VerifiedPaths verified = new VerifiedPaths(MAX_REMEMBERED);
    private final LongAdder validations = new LongAdder();
    private volatile Anchors anchors = Anchors.none();

    public VehicleTrust(AccessTable access, Clock clock) {
        this.access = access;
        this.clock = clock;
    }

    /** What became of a chain. */
    public sealed interface Verdict {
        record Accepted(VehicleIdentity identity) implements Verdict {}

        record Refused(ChainRefusal refusal) implements Verdict {
            public RefusalReason reason() {
                return refusal.reason();
            }

            public String why() {
                return refusal.why();
            }
        }
    }

    /** How often a path's signatures were verified since the start. */
    public long validations() {
        return validations.sum();
    }

    /** How many verified paths are remembered now. */
    public int remembered() {
        return verified.size();
    }

    /**
     * Judges a chain as TLS gives it.
     *
     * @param chain the leaf first; the anchor itself may be left out
     */
    public Verdict judge(X509Certificate[] chain) {
        if (chain.length == 0) {
            return new Verdict.Refused(
                    new ChainRefusal(
                            RefusalReason.PATH, "no certificate", "none", "none", null, null));
        }
        try {
            VerifiedPaths.Key key = VerifiedPaths.key(chain);
            VehicleIdentity identity = verified.get(key);
            if (identity == null) {
                Verdict first = verify(chain);
                if (!(first instanceof Verdict.Accepted accepted)) {
                    return first;
                }
                identity = accepted.identity();
                verified.put(key, identity);
            }
            if (clock.instant().isAfter(identity.notAfter())) {
                verified.drop(key);
                return refused(
                        RefusalReason.DATE,
                        "valid until " + identity.notAfter() + " only",
                        chain[0],
                        identity.anchor());
            }
            RefusalReason objection = access.objection(identity);
            if (objection == null) {
                return new Verdict.Accepted(identity);
            }
            if (objection != RefusalReason.SUSPENDED) {
                verified.drop(key);
            }
            return refused(objection, sentence(objection, identity), chain[0], identity.anchor());
        } catch (GeneralSecurityException unusable) {
            return refused(
                    RefusalReason.PATH, String.valueOf(unusable.getMessage()), chain[0], null);
        }
    }

    private Verdict verify(X509Certificate[] chain) throws GeneralSecurityException {
        X509Certificate leaf = chain[0];
        Anchors known = anchors.current(access);
        anchors = known;
        if (known.isEmpty()) {
            return refused(RefusalReason.PATH, "there is no trust anchor yet", leaf, null);
        }
        if (chain.length > MAX_CHAIN) {
            return refused(
                    RefusalReason.PATH,
                    "the chain has " + chain.length + " certificates, at most " + MAX_CHAIN,
                    leaf,
                    null);
        }
        if (leaf.getBasicConstraints() >= 0) {
            return refused(
                    RefusalReason.PATH, "an authority's certificate is no vehicle's", leaf, null);
        }
        List<X509Certificate> path = pathOf(chain, known);
        X509Certificate last = path.getLast();
        Set<TrustAnchor> candidates = known.named(last.getIssuerX500Principal());
        if (candidates.isEmpty()) {
            return refused(
                    RefusalReason.PATH,
                    "the chain ends at issuer '"
                            + last.getIssuerX500Principal().getName()
                            + "', which is none of "
                            + known.size()
                            + " trust anchors",
                    leaf,
                    null);
        }
        validations.increment();
        return validate(path, candidates, known);
    }

    private Verdict validate(List<X509Certificate> path, Set<TrustAnchor> candidates, Anchors known)
            throws GeneralSecurityException {
        PKIXParameters parameters = new PKIXParameters(candidates);
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
            return refusedPath(broken, path);
        }
        AccessRule.TrustAnchor rule = known.rule(anchor);
        if (rule == null) {
            return refused(
                    RefusalReason.PATH, "the trust anchor was removed", path.getFirst(), null);
        }
        return switch (LeafRules.judge(
                leafOf(path.getFirst()),
                new LeafRules.Jurisdiction(rule.tenant(), rule.vinPrefixes()))) {
            case LeafRules.Verdict.Refused refused ->
                    refused(refused.reason(), refused.why(), path.getFirst(), rule.id());
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

    /** The chain without the anchor and what may follow it. */
    private static List<X509Certificate> pathOf(X509Certificate[] chain, Anchors known) {
        List<X509Certificate> path = new ArrayList<>();
        path.add(chain[0]);
        for (int i = 1; i < chain.length && known.rule(chain[i]) == null; i++) {
            path.add(chain[i]);
        }
        return path;
    }

    private static Verdict refusedPath(
            CertPathValidatorException broken, List<X509Certificate> path) {
        X509Certificate leaf = path.getFirst();
        // The validator counts from the leaf; -1 if it cannot say which.
        X509Certificate culprit = path.get(Math.clamp(broken.getIndex(), 0, path.size() - 1));
        if (broken.getReason() == BasicReason.EXPIRED
                || broken.getReason() == BasicReason.NOT_YET_VALID) {
            return refused(
                    RefusalReason.DATE,
                    describe(culprit)
                            + " is valid from "
                            + culprit.getNotBefore().toInstant()
                            + " to "
                            + culprit.getNotAfter().toInstant(),
                    leaf,
                    null);
        }
        return refused(
                RefusalReason.PATH,
                "no path from "
                        + describe(culprit)
                        + " to the trust anchor '"
                        + path.getLast().getIssuerX500Principal().getName()
                        + "': "
                        + broken.getMessage(),
                leaf,
                null);
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

    private static Verdict refused(
            RefusalReason reason, String why, X509Certificate leaf, @Nullable String anchor) {
        return new Verdict.Refused(
                new ChainRefusal(
                        reason,
                        why,
                        leaf.getSubjectX500Principal().getName(),
                        leaf.getSerialNumber().toString(16),
                        anchor,
                        claimedVin(leaf)));
    }

    private static @Nullable Vin claimedVin(X509Certificate leaf) {
        try {
            return LeafRules.vinOf(CertificateIds.sanUris(leaf));
        } catch (CertificateParsingException unreadable) {
            return null;
        }
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
