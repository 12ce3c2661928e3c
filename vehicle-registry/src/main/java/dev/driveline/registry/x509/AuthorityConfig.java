package dev.driveline.registry.x509;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.runtime.settings.Settings;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The issuing authority and what it issues.
 *
 * @param keystore PKCS#12 with one key and its chain, the issuing certificate first
 * @param tenant whose vehicles it issues for: an anchor speaks for one tenant
 * @param create whether a missing key store is made, with a root beside it
 * @param validity of the certificates that it issues
 */
public record AuthorityConfig(
        Path keystore, String password, TenantId tenant, boolean create, Duration validity) {

    public static AuthorityConfig from(Settings settings) {
        String tenant = settings.required("registry.ca.tenant");
        TenantId owner = TenantId.of("unset");
        try {
            owner = tenant.isEmpty() ? owner : TenantId.of(tenant);
        } catch (InvalidValueException wrong) {
            settings.problem("registry.ca.tenant", String.valueOf(wrong.getMessage()));
        }
        return new AuthorityConfig(
                Path.of(settings.required("registry.ca.keystore")),
                settings.required("registry.ca.password"),
                owner,
                settings.flag("registry.ca.create", false),
                settings.duration("registry.certificate-validity", Duration.ofDays(90)));
    }

    @Override
    public String toString() {
        return "AuthorityConfig[keystore=%s, password=***, tenant=%s, create=%s, validity=%s]"
                .formatted(keystore, tenant, create, validity);
    }
}
