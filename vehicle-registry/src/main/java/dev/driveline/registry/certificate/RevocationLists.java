package dev.driveline.registry.certificate;

/** The revocation lists that are handed out. Methods block; thread-safe. */
public interface RevocationLists {

    /**
     * The list of an authority, signed anew if something was revoked since, or its next update is
     * near.
     */
    RevocationList current(Authority authority);
}
