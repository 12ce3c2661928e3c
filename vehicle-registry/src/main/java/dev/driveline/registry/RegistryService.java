package dev.driveline.registry;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.registry.certificate.Authority;
import dev.driveline.registry.certificate.ChainVerdict;
import dev.driveline.registry.certificate.Enrolment;
import dev.driveline.registry.certificate.Issuers;
import dev.driveline.registry.certificate.VehicleCertificate;
import dev.driveline.registry.est.EstServer;
import dev.driveline.registry.est.Shown;
import dev.driveline.registry.http.AccessRuleRoutes;
import dev.driveline.registry.http.AuditRoutes;
import dev.driveline.registry.http.AuthorityRoutes;
import dev.driveline.registry.http.BulkRoutes;
import dev.driveline.registry.http.CatalogueRoutes;
import dev.driveline.registry.http.CertificateRoutes;
import dev.driveline.registry.http.FleetClaims;
import dev.driveline.registry.http.FleetRoutes;
import dev.driveline.registry.http.ForeignCertificateRoutes;
import dev.driveline.registry.http.GrantRoutes;
import dev.driveline.registry.http.LimitRoutes;
import dev.driveline.registry.http.ModelRoutes;
import dev.driveline.registry.http.RepublicationRoutes;
import dev.driveline.registry.http.RevocationRoutes;
import dev.driveline.registry.http.TboxRoutes;
import dev.driveline.registry.http.TimelineRoutes;
import dev.driveline.registry.http.VehicleRoutes;
import dev.driveline.registry.http.VssMappingRoutes;
import dev.driveline.registry.kafka.EventReader;
import dev.driveline.registry.postgres.Announcements;
import dev.driveline.registry.postgres.AuditTable;
import dev.driveline.registry.postgres.AuthorityTable;
import dev.driveline.registry.postgres.BulkTables;
import dev.driveline.registry.postgres.CatalogueTable;
import dev.driveline.registry.postgres.CertificateTable;
import dev.driveline.registry.postgres.EnrolmentTables;
import dev.driveline.registry.postgres.FleetTable;
import dev.driveline.registry.postgres.ForeignCertificateTable;
import dev.driveline.registry.postgres.GrantTable;
import dev.driveline.registry.postgres.LimitTable;
import dev.driveline.registry.postgres.ModelTable;
import dev.driveline.registry.postgres.Renewal;
import dev.driveline.registry.postgres.RevocationListTable;
import dev.driveline.registry.postgres.TboxTable;
import dev.driveline.registry.postgres.TimelineTable;
import dev.driveline.registry.postgres.TopicExceptions;
import dev.driveline.registry.postgres.TopicRuleTable;
import dev.driveline.registry.postgres.TrustTables;
import dev.driveline.registry.postgres.VehicleTable;
import dev.driveline.registry.postgres.VssMappingTable;
import dev.driveline.registry.timeline.VehicleEvent;
import dev.driveline.registry.x509.BirthCertificates;
import dev.driveline.registry.x509.CertsOnly;
import dev.driveline.registry.x509.CsrAttributes;
import dev.driveline.registry.x509.Fingerprints;
import dev.driveline.registry.x509.ForeignAuthorities;
import dev.driveline.registry.x509.HandshakeDoctor;
import dev.driveline.registry.x509.IssuingAuthority;
import dev.driveline.registry.x509.OcspResponder;
import dev.driveline.registry.x509.PemCertificates;
import dev.driveline.registry.x509.Profile;
import dev.driveline.registry.x509.SigningKey;
import dev.driveline.runtime.Closings;
import dev.driveline.runtime.ServiceProcess;
import dev.driveline.runtime.jws.Jws;
import dev.driveline.runtime.kafka.Topics;
import dev.driveline.runtime.rest.ApiDocument;
import dev.driveline.runtime.rest.Route;
import dev.driveline.store.OutboxRelay;
import dev.driveline.store.postgres.Database;
import dev.driveline.store.postgres.Outbox;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The registry: vehicles, models, catalogues and certificates in PostgreSQL, told to the other
 * services by {@code registry.vehicles}, {@code registry.catalogues} and {@code registry.access}.
 *
 * <p>REST stands on the process's port, EST on one of its own.
 */
public final class RegistryService implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RegistryService.class);
    private static final String SCHEMA = "registry";
    private static final Set<Topic> TOPICS =
            Set.of(
                    Topic.REGISTRY_VEHICLES,
                    Topic.REGISTRY_MODELS,
                    Topic.REGISTRY_CATALOGUES,
                    Topic.REGISTRY_MAPPINGS,
                    Topic.REGISTRY_ACCESS,
                    Topic.REGISTRY_GRANTS,
                    Topic.REGISTRY_ERASURES,
                    Topic.VEHICLE_EVENTS);

    /** A file a resource. */
    private static final List<String> API =
            List.of(
                    "openapi/registry/audit.yaml",
                    "openapi/registry/authorities.yaml",
                    "openapi/registry/certificates.yaml",
                    "openapi/registry/timeline.yaml",
                    "openapi/registry/access-rules.yaml",
                    "openapi/registry/limits.yaml",
                    "openapi/registry/grants.yaml",
                    "openapi/registry/vehicles.yaml",
                    "openapi/registry/fleets.yaml",
                    "openapi/registry/tboxes.yaml",
                    "openapi/registry/models.yaml",
                    "openapi/registry/catalogues.yaml",
                    "openapi/registry/republication.yaml");

    /** Certificates that :explain takes; more than a gateway does, so that it can say so. */
    private static final int MAX_EXPLAINED = 20;

    private final Closings closings = new Closings();
    private final EstServer est;

    private RegistryService(RegistryConfig config, ServiceProcess process) {
        process.onClose("registry", this);
        SecureRandom random = new SecureRandom();
        var opened = IssuingAuthority.open(config.authority(), process.clock(), random);
        var signer =
                new Jws.Signer(
                        config.signingKeyId(),
                        SigningKey.open(config.signingKey(), config.authority().create()));
        Topics.prepare(config.kafka(), TOPICS);
        Database database = closings.add(Database.openWithOutbox(config.database(), SCHEMA));
        database.sign();
        Outbox outbox = new Outbox();
        closings.add(
                OutboxRelay.start(
                        database,
                        outbox,
                        config.kafka(),
                        Topic.REGISTRY_ACCESS,
                        process.metrics()));
        var announcements = new Announcements(outbox, signer, config.epoch());

        var exceptions = new TopicExceptions(announcements);
        var limits = new LimitTable(database, announcements);
        var grants = new GrantTable(database, announcements, process.clock());
        announcements.onVehicles(List.of(exceptions, limits, grants));
        var models = new ModelTable(database, announcements);
        var catalogues = new CatalogueTable(database, announcements);
        var vehicles = new VehicleTable(database, announcements, process.clock(), random);
        var tboxes =
                new TboxTable(
                        database, announcements, config.tokenValidity(), process.clock(), random);
        var certificates = new CertificateTable(database, announcements, process.clock());
        var authorities =
                new AuthorityTable(
                        database, announcements, process.clock(), Fingerprints::ofNameIn);
        for (IssuingAuthority authority : opened) {
            authorities.trust(
                    authority.id(), authority.tenant(), encoded(authority.chain()).getFirst());
        }
        certificates.complete(byName(opened), Fingerprints::ofKeyIn);
        var renewal = new Renewal(database, announcements, exceptions, grants, limits);
        renewal.run();
        var issuers = new Issuers(List.copyOf(opened), authorities, process.clock());

        var fleets = new FleetTable(database, announcements);
        var claims = new FleetClaims(fleets);
        Consumer<List<Route>> rest = routes -> process.rest().add(claims.over(routes));
        rest.accept(
                new VssMappingRoutes(new VssMappingTable(database, announcements), catalogues)
                        .routes());
        rest.accept(new FleetRoutes(fleets, vehicles).routes());
        rest.accept(
                new BulkRoutes(new BulkTables(database, announcements), config.checkDigits())
                        .routes());
        rest.accept(new ModelRoutes(models, catalogues).routes());
        rest.accept(new CatalogueRoutes(catalogues).routes());
        rest.accept(new VehicleRoutes(vehicles, config.checkDigits()).routes());
        rest.accept(new TboxRoutes(tboxes).routes());
        var doctor = new HandshakeDoctor(new TrustTables(database, authorities), process.clock());
        rest.accept(
                new CertificateRoutes(
                                certificates,
                                (tenant, pem) -> explain(doctor, tenant, pem),
                                process.clock())
                        .routes());
        rest.accept(
                new AuthorityRoutes(
                                authorities,
                                issuers,
                                (pem, tenant, prefixes) ->
                                        ForeignAuthorities.read(
                                                pem, tenant, prefixes, process.clock().instant()))
                        .routes());
        rest.accept(
                new ForeignCertificateRoutes(
                                authorities,
                                new ForeignCertificateTable(
                                        database, announcements, authorities, process.clock()))
                        .routes());
        rest.accept(revocation(config, process, opened, issuers, database, certificates));
        rest.accept(new AuditRoutes(new AuditTable(database)).routes());
        process.watchGrants(config.kafka());
        var timeline = new TimelineTable(database);
        rest.accept(new TimelineRoutes(timeline).routes());
        closings.add(new EventReader(config.kafka(), storeOf(timeline), process.clock()));
        var rules = new TopicRuleTable(database, exceptions);
        rest.accept(new AccessRuleRoutes(rules, process.clock()).routes());
        rest.accept(new RepublicationRoutes(renewal::everything).routes());
        rest.accept(new LimitRoutes(limits, process.clock()).routes());
        rest.accept(new GrantRoutes(grants, process.clock()).routes());
        process.rest().documents().add("registry", ApiDocument.of(API));
        var enrolment =
                new Enrolment(new EnrolmentTables(database, process.clock()), issuers::issuing);
        est =
                closings.add(
                        EstServer.start(
                                process.vertx(),
                                config.est(),
                                enrolment,
                                new EstServer.Formats(
                                        shown -> recognised(shown, opened, certificates),
                                        CertsOnly::of,
                                        () -> CertsOnly.of(chains(issuers)),
                                        PemCertificates.text(
                                                opened.stream()
                                                        .map(one -> one.chain().getFirst())
                                                        .toList()),
                                        CsrAttributes.of(config.authority().profile())),
                                process.metrics()));
        process.health().check("registry", database::problem);
        LOG.atInfo()
                .setMessage("registry started")
                .addKeyValue("est", est.port())
                .addKeyValue("authorities", opened.size())
                .log();
    }

    /**
     * Starts a registry; it is closed with the process, what was opened of it too if it fails.
     *
     * @throws IllegalStateException if a key file, a topic or a port is not as it must be, or
     *     PostgreSQL or Kafka does not answer
     */
    public static RegistryService start(RegistryConfig config, ServiceProcess process) {
        return new RegistryService(config, process);
    }

    /** The EST port that is open. */
    public int estPort() {
        return est.port();
    }

    @Override
    public void close() {
        closings.close();
    }

    private static EventReader.Store storeOf(TimelineTable timeline) {
        return new EventReader.Store() {
            @Override
            public Map<Integer, Long> offsets() {
                return timeline.offsets();
            }

            @Override
            public void store(List<VehicleEvent> events, Map<Integer, Long> next) {
                timeline.store(events, next);
            }

            @Override
            public void forgetBefore(Instant at) {
                var _ = timeline.forgetBefore(at);
            }
        };
    }

    private static List<Route> revocation(
            RegistryConfig config,
            ServiceProcess process,
            List<IssuingAuthority> opened,
            Issuers issuers,
            Database database,
            CertificateTable certificates) {
        Profile profile = config.authority().profile();
        var lists = new RevocationListTable(database, profile.listLife(), process.clock());
        var responder =
                new OcspResponder(
                        opened, certificates::statusOf, profile.statusLife(), process.clock());
        return new RevocationRoutes(
                        id -> issuers.held(id).map(lists::current),
                        request -> {
                            OcspResponder.Reply reply = responder.answer(request);
                            return new RevocationRoutes.Said(reply.der(), reply.life());
                        },
                        config.revocation(),
                        process.metrics(),
                        process.clock())
                .routes();
    }

    private static ChainVerdict explain(HandshakeDoctor doctor, TenantId tenant, String pem) {
        return doctor.explain(tenant, PemCertificates.parse(pem, MAX_EXPLAINED));
    }

    /** What one of our authorities signed is a vehicle's, everything else a birth certificate. */
    private static Shown recognised(
            X509Certificate shown, List<IssuingAuthority> opened, CertificateTable certificates) {
        for (IssuingAuthority authority : opened) {
            if (authority.hasIssued(shown)) {
                VehicleCertificate known =
                        certificates.issued(authority.id(), shown.getSerialNumber().toString(16));
                return known == null ? new Shown.Nothing() : new Shown.Operational(known);
            }
        }
        return BirthCertificates.serialOf(shown)
                .<Shown>map(Shown.Birth::new)
                .orElseGet(Shown.Nothing::new);
    }

    /** The authorities in force, the youngest first, and those above them, each once. */
    private static List<byte[]> chains(Issuers issuers) {
        Set<X509Certificate> all = new LinkedHashSet<>();
        issuers.inForce().stream()
                .sorted(
                        Comparator.comparing((Authority authority) ->
                                        authority.chain().getFirst().getNotBefore())
                                .reversed())
                .forEach(authority -> all.addAll(authority.chain()));
        return encoded(List.copyOf(all));
    }

    private static Map<String, String> byName(List<IssuingAuthority> opened) {
        Map<String, String> ids = new HashMap<>();
        for (IssuingAuthority authority : opened) {
            ids.putIfAbsent(
                    Fingerprints.of(authority.chain().getFirst().getSubjectX500Principal()),
                    authority.id());
        }
        return ids;
    }

    private static List<byte[]> encoded(List<X509Certificate> certificates) {
        List<byte[]> encoded = new ArrayList<>();
        try {
            for (X509Certificate certificate : certificates) {
                encoded.add(certificate.getEncoded());
            }
        } catch (CertificateEncodingException impossible) {
            throw new IllegalStateException("a certificate that was read", impossible);
        }
        return encoded;
    }
}
