package dev.driveline.command.trust;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.trust.CommandKeys;
import dev.driveline.contract.trust.KeyUse;
import dev.driveline.runtime.jws.Jws;
import java.security.PublicKey;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The keys that this service holds, beside the versions of {@code command.keys} that vehicles may
 * have. Immutable.
 *
 * <p>A vehicle that has not taken the newest version yet gets what a key signs that it knows, as
 * long as the newest version still has that key: so keys change without a gap.
 */
public final class KeyRing {

    private final Map<String, Held> held;
    private final TreeMap<Long, CommandKeys> versions = new TreeMap<>();

    /** A private key of ours, and its public half. */
    public record Held(Jws.Signer signer, PublicKey publicKey) {

        private String encoded() {
            return Base64.getEncoder().encodeToString(publicKey.getEncoded());
        }
    }

    /**
     * @param published versions of {@code command.keys}, in any order
     * @throws InvalidValueException if the newest names a key of ours with another public half
     */
    public KeyRing(Collection<Held> held, List<CommandKeys> published) {
        this.held =
                held.stream().collect(Collectors.toMap(each -> each.signer().kid(), each -> each));
        published.forEach(keys -> versions.put(keys.version(), keys));
        if (!versions.isEmpty()) {
            for (CommandKeys.Key key : versions.lastEntry().getValue().keys()) {
                Held ours = this.held.get(key.kid());
                if (ours != null && !ours.encoded().equals(key.publicKey())) {
                    throw new InvalidValueException(
                            CommandKeys.NAMESPACE + ": public key of",
                            key.kid(),
                            "is not that of the key store");
                }
            }
        }
    }

    /** The newest version; empty before the first. */
    public Optional<CommandKeys> newest() {
        return versions.isEmpty() ? Optional.empty() : Optional.of(versions.lastEntry().getValue());
    }

    /** Those of the newest version that this service can sign with, by name. */
    public Set<String> usable() {
        return newest().map(keys ->
                        keys.keys().stream()
                                .map(CommandKeys.Key::kid)
                                .filter(held::containsKey)
                                .collect(Collectors.toUnmodifiableSet()))
                .orElse(Set.of());
    }

    /**
     * The key to sign with: of those that the vehicle knows, can check, and obeys from {@code now}
     * until {@code until}, the one that came into force last.
     *
     * @param algorithms that the vehicle can check
     * @param has the version that the vehicle has; null where it has said nothing
     * @throws Unsignable saying what is missing
     */
    public Jws.Signer signer(
            KeyUse use,
            Collection<String> algorithms,
            @Nullable Long has,
            Instant now,
            Instant until)
            throws Unsignable {
        CommandKeys newest =
                newest().orElseThrow(() ->
                        new Unsignable("no version of " + CommandKeys.NAMESPACE + " is published"));
        List<CommandKeys.Key> fit =
                newest.keys().stream()
                        .filter(key ->
                                held.containsKey(key.kid())
                                        && algorithms.contains(key.alg())
                                        && key.mayAt(use, now)
                                        && !key.notAfter().isBefore(until)
                                        && !newest.notAfter().isBefore(until))
                        .sorted(
                                Comparator.comparing(CommandKeys.Key::notBefore)
                                        .thenComparing(CommandKeys.Key::kid)
                                        .reversed())
                        .toList();
        if (fit.isEmpty()) {
            throw new Unsignable(
                    "version "
                            + newest.version()
                            + " of "
                            + CommandKeys.NAMESPACE
                            + " (valid until "
                            + newest.notAfter()
                            + ") has no key for "
                            + use
                            + " with "
                            + String.join(" or ", algorithms)
                            + " that is valid until "
                            + until
                            + " and in the key store");
        }
        Map<String, String> known = knownIn(has);
        for (CommandKeys.Key key : fit) {
            if (key.publicKey().equals(known.get(key.kid()))) {
                return signerOf(key);
            }
        }
        return signerOf(fit.getFirst());
    }

    private Map<String, String> knownIn(@Nullable Long version) {
        CommandKeys keys = version == null ? null : versions.get(version);
        Map<String, String> known = new HashMap<>();
        if (keys != null) {
            keys.keys().forEach(key -> known.put(key.kid(), key.publicKey()));
        }
        return known;
    }

    private Jws.Signer signerOf(CommandKeys.Key key) {
        Held ours = held.get(key.kid());
        if (ours == null) {
            throw new IllegalStateException("filtered above");
        }
        return ours.signer();
    }

    /** Nothing can be signed now; the operator has to publish keys. */
    public static final class Unsignable extends Exception {
        private static final long serialVersionUID = 1;

        Unsignable(String message) {
            super(message);
        }
    }
}
