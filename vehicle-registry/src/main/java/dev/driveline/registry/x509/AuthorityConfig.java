package dev.driveline.registry.x509;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.runtime.settings.Settings;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The issuing authorities and what they issue.
 *
 * @param first the one that the settings name
 * @param create whether its key store, if it is missing, is made, with a root beside it
 * @param more file of properties with further ones: {@code NAME.keystore}, {@code NAME.password}
 *     and {@code NAME.tenant} each; null for none
 */
public record AuthorityConfig(Key first, boolean create, @Nullable Path more, Profile profile) {

    private static final List<String> MEMBERS = List.of("keystore", "password", "tenant");

    /**
     * One authority's key.
     *
     * @param keystore PKCS#12 with one key and its chain, the issuing certificate first; or, with a
     *     name that ends in {@code .pkcs11}, the configuration of a PKCS#11 module that holds them
     *     (SunPKCS11's {@code name}, {@code library}, {@code slot} …)
     * @param password the store's, or the token's PIN
     * @param tenant whose vehicles it issues for: an anchor speaks for one tenant
     */
    public record Key(Path keystore, String password, TenantId tenant) {
        @Override
        public String toString() {
            return "Key[keystore=%s, password=***, tenant=%s]".formatted(keystore, tenant);
        }
    }

    public static AuthorityConfig from(Settings settings) {
        String tenant = settings.required("registry.ca.tenant");
        TenantId owner = TenantId.of("unset");
        try {
            owner = tenant.isEmpty() ? owner : TenantId.of(tenant);
        } catch (InvalidValueException wrong) {
            settings.problem("registry.ca.tenant", String.valueOf(wrong.getMessage()));
        }
        String more = settings.optional("registry.ca.more");
        return new AuthorityConfig(
                new Key(
                        Path.of(settings.required("registry.ca.keystore")),
                        settings.required("registry.ca.password"),
                        owner),
                settings.flag("registry.ca.create", false),
                more == null ? null : Path.of(more),
                Profile.from(settings));
    }

    /**
     * All of them, the first one first.
     *
     * @throws IllegalStateException naming the file and what is wrong in it
     */
    public List<Key> keys() {
        List<Key> keys = new ArrayList<>();
        keys.add(first);
        if (more != null) {
            keys.addAll(read(more));
        }
        return keys;
    }

    private static List<Key> read(Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException unreadable) {
            throw wrong(file, "it cannot be read: " + unreadable.getMessage(), unreadable);
        }
        TreeSet<String> names = new TreeSet<>();
        for (String key : properties.stringPropertyNames()) {
            int dot = key.lastIndexOf('.');
            if (dot < 1 || !MEMBERS.contains(key.substring(dot + 1))) {
                throw wrong(
                        file, "'" + key + "', expected NAME.keystore, .password, .tenant", null);
            }
            names.add(key.substring(0, dot));
        }
        return names.stream().map(name -> keyOf(file, properties, name)).toList();
    }

    private static Key keyOf(Path file, Properties properties, String name) {
        for (String member : MEMBERS) {
            if (properties.getProperty(name + "." + member, "").isEmpty()) {
                throw wrong(file, "'" + name + "." + member + "' is missing", null);
            }
        }
        try {
            return new Key(
                    Path.of(properties.getProperty(name + ".keystore")),
                    properties.getProperty(name + ".password"),
                    TenantId.of(properties.getProperty(name + ".tenant")));
        } catch (InvalidValueException noTenant) {
            throw wrong(file, name + ": " + noTenant.getMessage(), noTenant);
        }
    }

    private static IllegalStateException wrong(
            Path file, String what, @Nullable Exception because) {
        return new IllegalStateException(file + " (setting registry.ca.more): " + what, because);
    }
}
