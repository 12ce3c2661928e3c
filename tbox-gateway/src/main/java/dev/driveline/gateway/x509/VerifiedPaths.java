package dev.driveline.gateway.x509;

import dev.driveline.gateway.identity.VehicleIdentity;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Paths whose signatures were verified, so that a vehicle that comes back costs no second
 * validation. Successes only, the most recently used ones.
 *
 * <p>What is remembered is mathematics, not trust: who asks must still ask for dates, anchor and
 * revocation, every time. The key is SHA-256 over every certificate of the chain as presented, so
 * another chain with the same leaf is another path. Thread-safe.
 */
final class VerifiedPaths {

    private final Map<Key, VehicleIdentity> identities;

    /** SHA-256 in four words. */
    record Key(long a, long b, long c, long d) {}

    VerifiedPaths(int most) {
        this.identities =
                new LinkedHashMap<>(256, 0.75f, true) {
                    private static final long serialVersionUID = 1L;

                    @Override
                    protected boolean removeEldestEntry(Map.Entry<Key, VehicleIdentity> eldest) {
                        return size() > most;
                    }
                };
    }

    static Key key(X509Certificate[] chain) throws CertificateEncodingException {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            for (X509Certificate certificate : chain) {
                // DER says its own length: no two chains run together to the same bytes.
                sha256.update(certificate.getEncoded());
            }
            ByteBuffer digest = ByteBuffer.wrap(sha256.digest());
            return new Key(digest.getLong(), digest.getLong(), digest.getLong(), digest.getLong());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }

    synchronized @Nullable VehicleIdentity get(Key key) {
        return identities.get(key);
    }

    synchronized void put(Key key, VehicleIdentity identity) {
        identities.put(key, identity);
    }

    synchronized void drop(Key key) {
        identities.remove(key);
    }

    synchronized int size() {
        return identities.size();
    }
}
