package dev.driveline.gateway.tls;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A range of IP addresses, {@code 10.0.0.0/8} or {@code fd00::/8}; a single address without a
 * slash. Source: RFC 4632 §3.1, RFC 4291 §2.3.
 */
public final class AddressRange {

    private final String text;
    private final byte[] network;
    private final int bits;

    private AddressRange(String text, byte[] network, int bits) {
        this.text = text;
        this.network = network;
        this.bits = bits;
    }

    /**
     * @throws IllegalArgumentException if it is no range; host names are none
     */
    public static AddressRange parse(String text) {
        int slash = text.indexOf('/');
        byte[] network;
        int bits;
        try {
            network =
                    InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash)).getAddress();
            bits = slash < 0 ? network.length * 8 : Integer.parseInt(text.substring(slash + 1));
        } catch (IllegalArgumentException wrong) {
            throw notARange(text, wrong);
        }
        if (bits < 0 || bits > network.length * 8) {
            throw notARange(text, null);
        }
        return new AddressRange(text, network, bits);
    }

    /** Ranges with commas between them. */
    public static List<AddressRange> parseList(String text) {
        return Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .map(AddressRange::parse)
                .toList();
    }

    public boolean contains(InetAddress address) {
        byte[] other = address.getAddress();
        if (other.length != network.length) {
            return false;
        }
        for (int i = 0; i < bits; i++) {
            int mask = 0x80 >> (i % 8);
            if (((network[i / 8] ^ other[i / 8]) & mask) != 0) {
                return false;
            }
        }
        return true;
    }

    private static IllegalArgumentException notARange(String text, @Nullable Throwable cause) {
        return new IllegalArgumentException(
                "'" + text + "' is no address range such as 10.0.0.0/8 or fd00::/8", cause);
    }

    @Override
    public String toString() {
        return text;
    }
}
