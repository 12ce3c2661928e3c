package dev.driveline.contract.id;

import dev.driveline.contract.error.InvalidValueException;
import java.util.regex.Pattern;

/**
 * One immutable content of one catalogue.
 *
 * <p>Shape: {@code id@hash}, the hash being the first 32 hexadecimal digits of SHA-256 over the
 * content; for example {@code toyota-rav4@5f0c…}.
 */
public record CatalogueRef(String id, String hash) {

    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{32}");

    /**
     * Reads the text form.
     *
     * @throws InvalidValueException if a part breaks its shape
     */
    public CatalogueRef {
        if (!ID.matcher(id).matches()) {
            throw new InvalidValueException(
                    "catalogue id", id, "expected 1 to 64 of a-z, 0-9, '.', '_' and '-'");
        }
        if (!HASH.matcher(hash).matches()) {
            throw new InvalidValueException(
                    "catalogue hash", hash, "expected 32 lower-case hexadecimal digits");
        }
    }

    /**
     * @throws InvalidValueException if it is not {@code id@hash}
     */
    public static CatalogueRef parse(String text) {
        int at = text.indexOf('@');
        if (at < 0) {
            throw new InvalidValueException("catalogue", text, "expected id@hash");
        }
        return new CatalogueRef(text.substring(0, at), text.substring(at + 1));
    }

    @Override
    public String toString() {
        return id + "@" + hash;
    }
}
