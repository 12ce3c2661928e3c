package dev.driveline.registry.x509;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.registry.certificate.AuthorityRecord;
import dev.driveline.registry.certificate.ChainVerdict;
import dev.driveline.registry.certificate.ChainVerdict.Rule;
import dev.driveline.registry.certificate.TrustFacts;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
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
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.jspecify.annotations.Nullable;

/**
 * Says what the gateways would say to a chain, and what to do about it. Only the caller's tenant is
 * looked at: another's anchors are as good as none. Thread-safe. Source: contract section 1,
 * Identity; RFC 5280 §6.
 */
public final class HandshakeDoctor {

    /** Certificates of a chain that a gateway takes. */
    public static final int MAX_CHAIN = 6;

    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
    private static final String VIN_URN = "urn:vin:";
    private static final int URI_NAME = 6;

    private final TrustFacts facts;
    private final Clock clock;

    public HandshakeDoctor(TrustFacts facts, Clock clock) {
        this.facts = facts;
        this.clock = clock;
    }

    /** Judges a chain, the leaf first; the anchor itself may be left out. */
    public ChainVerdict explain(TenantId tenant, List<X509Certificate> chain) {
        return new Case(tenant, chain).judge();
    }

    /** The vehicle that a leaf names; null unless it names exactly one. */
    static @Nullable Vin vinOf(X509Certificate leaf) {
        List<String> uris = urisOf(leaf);
        if (uris.size() != 1 || !uris.getFirst().startsWith(VIN_URN)) {
            return null;
        }
        String vin = uris.getFirst().substring(VIN_URN.length());
        return Vin.isValid(vin) ? Vin.of(vin) : null;
    }

    private static List<String> urisOf(X509Certificate leaf) {
        try {
            Collection<List<?>> names = leaf.getSubjectAlternativeNames();
            return names == null
                    ? List.of()
                    : names.stream()
                            .filter(name -> name.get(0).equals(URI_NAME))
                            .map(name -> String.valueOf(name.get(1)))
                            .toList();
        } catch (CertificateParsingException unreadable) {
            return List.of();
        }
    }

    /** Null unless there is exactly one. */
    private static @Nullable String organisationOf(X509Certificate leaf) {
        RDN[] found =
                X500Name.getInstance(leaf.getSubjectX500Principal().getEncoded())
                        .getRDNs(BCStyle.O);
        return found.length == 1 && !found[0].isMultiValued()
                ? IETFUtils.valueToString(found[0].getFirst().getValue())
                : null;
    }

    private record Anchor(AuthorityRecord rule, X509Certificate certificate) {
        static Anchor of(AuthorityRecord rule) {
            try {
                return new Anchor(
                        rule,
                        (X509Certificate)
                                CertificateFactory.getInstance("X.509")
                                        .generateCertificate(
                                                new ByteArrayInputStream(rule.certificate())));
            } catch (CertificateException impossible) {
                throw new IllegalStateException("anchor " + rule.id(), impossible);
            }
        }

        boolean inForce() {
            return rule.state() == AuthorityRecord.State.IN_FORCE;
        }
    }

    /** One chain and one tenant's anchors. */
    private final class Case {
        private final TenantId tenant;
        private final List<X509Certificate> chain;
        private final X509Certificate leaf;
        private final List<Anchor> anchors;
        private @Nullable Anchor anchor;

        Case(TenantId tenant, List<X509Certificate> chain) {
            this.tenant = tenant;
            this.chain = chain;
            this.leaf = chain.getFirst();
            this.anchors = facts.anchors(tenant).stream().map(Anchor::of).toList();
        }

        ChainVerdict judge() {
            if (chain.size() > MAX_CHAIN) {
                return refused(
                        Rule.PATH,
                        "the chain has %d certificates, at most %d"
                                .formatted(chain.size(), MAX_CHAIN),
                        "Leave out what lies above the trust anchor.");
            }
            if (leaf.getBasicConstraints() >= 0) {
                return refused(
                        Rule.PATH,
                        "the first certificate is an authority's",
                        "Send the vehicle's own certificate first, then its issuers in order.");
            }
            List<X509Certificate> path = path();
            ChainVerdict broken = checkPath(path);
            if (broken != null) {
                return broken;
            }
            ChainVerdict wrong = checkLeaf();
            return wrong == null ? checkExceptions(path) : wrong;
        }

        /** The chain without the anchor and what may follow it. */
        private List<X509Certificate> path() {
            Set<X509Certificate> trusted =
                    anchors.stream()
                            .filter(Anchor::inForce)
                            .map(Anchor::certificate)
                            .collect(Collectors.toUnmodifiableSet());
            List<X509Certificate> path = new ArrayList<>();
            path.add(leaf);
            for (int i = 1; i < chain.size() && !trusted.contains(chain.get(i)); i++) {
                path.add(chain.get(i));
            }
            return path;
        }

        private @Nullable ChainVerdict checkPath(List<X509Certificate> path) {
            List<Anchor> named =
                    anchors.stream().filter(one -> isAbove(path.getLast(), one)).toList();
            List<Anchor> candidates = named.stream().filter(Anchor::inForce).toList();
            if (candidates.isEmpty()) {
                return noAnchor(path.getLast());
            }
            try {
                anchor = validated(path, candidates);
                return null;
            } catch (CertPathValidatorException broken) {
                return brokenPath(path, broken);
            } catch (GeneralSecurityException unusable) {
                return refused(
                        Rule.PATH,
                        "the chain cannot be checked: " + unusable.getMessage(),
                        "Look whether each certificate is the issuer of the one before it.");
            }
        }

        private Anchor validated(List<X509Certificate> path, List<Anchor> candidates)
                throws GeneralSecurityException {
            PKIXParameters parameters =
                    new PKIXParameters(
                            candidates.stream()
                                    .map(one -> new TrustAnchor(one.certificate(), null))
                                    .collect(Collectors.toUnmodifiableSet()));
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(clock.instant()));
            PKIXCertPathValidatorResult result =
                    (PKIXCertPathValidatorResult)
                            CertPathValidator.getInstance("PKIX")
                                    .validate(
                                            CertificateFactory.getInstance("X.509")
                                                    .generateCertPath(path),
                                            parameters);
            X509Certificate trusted = result.getTrustAnchor().getTrustedCert();
            return candidates.stream()
                    .filter(one -> one.certificate().equals(trusted))
                    .findFirst()
                    .orElseThrow();
        }

        private boolean isAbove(X509Certificate certificate, Anchor one) {
            return one.certificate()
                    .getSubjectX500Principal()
                    .equals(certificate.getIssuerX500Principal());
        }

        private ChainVerdict noAnchor(X509Certificate last) {
            for (Anchor one : anchors) {
                if (!one.inForce() && (isAbove(last, one) || chain.contains(one.certificate()))) {
                    anchor = one;
                    return refused(
                            Rule.PATH,
                            "the authority '%s' is %s since %s"
                                    .formatted(
                                            one.certificate().getSubjectX500Principal().getName(),
                                            one.rule().state(),
                                            one.rule().endedAt()),
                            "Enrol the TBox again: its birth certificate or a token gets a"
                                    + " certificate of the authority in force.");
                }
            }
            String issuer = "'" + last.getIssuerX500Principal().getName() + "'";
            return refused(
                    Rule.PATH,
                    "the chain ends at issuer "
                            + issuer
                            + ", which is none of "
                            + anchors.stream().filter(Anchor::inForce).count()
                            + " trust anchors of tenant "
                            + tenant,
                    last.equals(leaf)
                            ? "If an intermediate issued it, the vehicle must send that too; if the"
                                    + " authority is your own, add it: POST /api/v1/authorities. A"
                                    + " birth certificate only enrols."
                            : "Add the authority at the end of the chain: POST"
                                    + " /api/v1/authorities.");
        }

        private ChainVerdict brokenPath(
                List<X509Certificate> path, CertPathValidatorException broken) {
            X509Certificate culprit = path.get(Math.clamp(broken.getIndex(), 0, path.size() - 1));
            String name =
                    "'%s' serial %s"
                            .formatted(
                                    culprit.getSubjectX500Principal().getName(),
                                    culprit.getSerialNumber().toString(16));
            if (broken.getReason() == BasicReason.EXPIRED
                    || broken.getReason() == BasicReason.NOT_YET_VALID) {
                return refused(
                        Rule.DATE,
                        "%s is valid from %s to %s, now is %s"
                                .formatted(
                                        name,
                                        culprit.getNotBefore().toInstant(),
                                        culprit.getNotAfter().toInstant(),
                                        clock.instant()),
                        culprit.equals(leaf)
                                ? "Enrol again with the birth certificate: simpleenroll."
                                : "Renew the intermediate, then the vehicles' chains.");
            }
            return refused(
                    Rule.PATH,
                    "no path from "
                            + name
                            + " to the trust anchor '"
                            + path.getLast().getIssuerX500Principal().getName()
                            + "': "
                            + broken.getMessage(),
                    "Look whether each certificate is the issuer of the one before it, signs with"
                            + " the key that it names, and is an authority.");
        }

        private @Nullable ChainVerdict checkLeaf() {
            AuthorityRecord rule = Objects.requireNonNull(anchor).rule();
            List<String> usages = usages();
            if (!usages.contains(CLIENT_AUTH)) {
                return refused(
                        Rule.KEY_USAGE,
                        "the extended key usage " + usages + " lacks clientAuth " + CLIENT_AUTH,
                        "Issue it with extended key usage clientAuth.");
            }
            Vin vin = vinOf(leaf);
            if (vin == null) {
                return refused(
                        Rule.SUBJECT_NAME,
                        "expected exactly one SAN URI urn:vin:<VIN>, got " + urisOf(leaf),
                        "Issue it with the one URI urn:vin:<VIN>, 17 characters, nothing encoded.");
            }
            String organisation = organisationOf(leaf);
            if (!rule.tenant().value().equals(organisation)) {
                return refused(
                        Rule.TENANT,
                        "its O is '%s', its authority speaks for tenant '%s'"
                                .formatted(organisation, rule.tenant()),
                        "Issue it with O=" + rule.tenant() + " in the subject.");
            }
            if (rule.vinPrefixes().stream().noneMatch(vin.value()::startsWith)) {
                return refused(
                        Rule.VIN_PREFIX,
                        "the authority may speak for VINs beginning with %s, not for %s"
                                .formatted(rule.vinPrefixes(), vin),
                        "Add an authority that may speak for this vehicle.");
            }
            return null;
        }

        private List<String> usages() {
            try {
                List<String> usages = leaf.getExtendedKeyUsage();
                return usages == null ? List.of() : usages;
            } catch (CertificateParsingException unreadable) {
                return List.of();
            }
        }

        private ChainVerdict checkExceptions(List<X509Certificate> path) {
            for (X509Certificate one : path) {
                String serial = one.getSerialNumber().toString(16);
                String issuer = Fingerprints.of(one.getIssuerX500Principal());
                if (facts.isRevoked(tenant, issuer, serial)) {
                    return refused(
                            Rule.REVOKED,
                            "certificate " + serial + " is revoked",
                            "GET /api/v1/certificates/"
                                    + serial
                                    + " says since when and why; a"
                                    + " held one counts again after :unhold, else enrol anew with"
                                    + " a new key.");
                }
            }
            Vin vin = vinOf(leaf);
            if (vin != null && facts.isSuspended(tenant, vin)) {
                return refused(
                        Rule.SUSPENDED,
                        "vehicle " + vin + " is suspended or decommissioned",
                        "PATCH /api/v1/vehicles/" + vin + " with state ACTIVE, if it may drive.");
            }
            return verdict(
                    true,
                    Rule.ALL,
                    "no rule objects",
                    "If the vehicle still cannot connect, the gateway's log says why: its client"
                            + " id must be the VIN, and its key that of the certificate.");
        }

        private ChainVerdict refused(Rule rule, String why, String advice) {
            return verdict(false, rule, why, advice);
        }

        private ChainVerdict verdict(boolean accepted, Rule rule, String why, String advice) {
            return new ChainVerdict(
                    accepted,
                    rule,
                    why,
                    advice,
                    vinOf(leaf),
                    anchor == null ? null : anchor.rule().id(),
                    chain.stream().map(HandshakeDoctor::linkOf).toList());
        }
    }

    private static ChainVerdict.Link linkOf(X509Certificate certificate) {
        return new ChainVerdict.Link(
                certificate.getSubjectX500Principal().getName(),
                certificate.getIssuerX500Principal().getName(),
                certificate.getSerialNumber().toString(16),
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant());
    }
}
