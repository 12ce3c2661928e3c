package dev.driveline.registry.x509;

import dev.driveline.testkit.Draw;
import java.util.Arrays;

/** What becomes of bytes on a bad day: flipped, cut, doubled, with another length inside. */
public final class Mutations {

    private Mutations() {}

    /** A changed copy; one in ten is left as it is. */
    public static byte[] of(Draw random, byte[] from) {
        byte[] bytes = from.clone();
        if (random.oneIn(10)) {
            return bytes;
        }
        for (int i = random.nextInt(1, 5); i > 0 && bytes.length > 0; i--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] = (byte) random.nextInt();
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> bytes = Arrays.copyOf(bytes, at);
                default -> {
                    byte[] longer = Arrays.copyOf(bytes, bytes.length + 4);
                    System.arraycopy(bytes, at, longer, at + 4, bytes.length - at);
                    bytes = longer;
                }
            }
        }
        random.note(java.util.HexFormat.of().formatHex(bytes));
        return bytes;
    }
}
