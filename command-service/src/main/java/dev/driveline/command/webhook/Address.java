package dev.driveline.command.webhook;

import dev.driveline.contract.error.InvalidValueException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;

/** Where a webhook may lead. */
public final class Address {

    private static final int MAX_CHARACTERS = 2_000;

    private Address() {}

    /**
     * A URL that can be told something.
     *
     * @param plain whether {@code http} will do
     * @throws InvalidValueException for anything that is no absolute URL with a host, or has a
     *     user, a password or a fragment
     */
    public static URI checked(String text, boolean plain) {
        String expected =
                plain
                        ? "expected an http or https URL with a host, no user and no fragment"
                        : "expected an https URL with a host, no user and no fragment";
        URI uri;
        try {
            uri = URI.create(text);
        } catch (IllegalArgumentException malformed) {
            throw new InvalidValueException("url", text, expected);
        }
        boolean scheme =
                "https".equalsIgnoreCase(uri.getScheme())
                        || (plain && "http".equalsIgnoreCase(uri.getScheme()));
        if (!scheme
                || uri.getHost() == null
                || uri.getUserInfo() != null
                || uri.getFragment() != null
                || text.length() > MAX_CHARACTERS) {
            throw new InvalidValueException("url", text, expected);
        }
        return uri;
    }

    /** Whether an address is in a network of somebody's own. Source: RFC 6890, RFC 4193. */
    public static boolean isPrivate(InetAddress address) {
        byte[] bytes = address.getAddress();
        boolean shared = bytes.length == 4 && bytes[0] == 100 && (bytes[1] & 0xC0) == 64;
        boolean thisNetwork = bytes.length == 4 && bytes[0] == 0;
        boolean uniqueLocal = address instanceof Inet6Address && (bytes[0] & 0xFE) == 0xFC;
        return address.isLoopbackAddress()
                || address.isAnyLocalAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isMulticastAddress()
                || shared
                || thisNetwork
                || uniqueLocal;
    }
}
