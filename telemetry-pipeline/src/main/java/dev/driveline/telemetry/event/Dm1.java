package dev.driveline.telemetry.event;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one control unit says of its active trouble codes on a J1939 bus.
 *
 * <p>Shape: a byte of lamps (bits 8-7 malfunction, 6-5 red stop, 4-3 amber warning, 2-1 protect; 00
 * off, 01 on, 11 not available), a byte of how they flash, then four bytes a code: SPN's low byte,
 * its middle byte, its upper three bits above FMI's five, and the conversion method's bit above
 * seven of the count. Behind a single code in one frame stand two bytes without a meaning. No code
 * is active where the only one is all zeros. Source: SAE J1939-73 §5.7.1, conversion version 4.
 *
 * @param codes that are active
 * @param lamps by name, those that are told, true for on
 * @param older codes by a conversion method before version 4: which SPN they mean cannot be told
 */
public record Dm1(List<Code> codes, Map<String, Boolean> lamps, int older) {

    /** The parameter group. */
    public static final int GROUP = 65_226;

    /** More codes than one message of 1,785 bytes holds. */
    static final int MAX_CODES = 445;

    private static final int HEAD_BYTES = 2;
    private static final int CODE_BYTES = 4;
    private static final int FRAME_BYTES = 8;
    private static final int COUNT_UNKNOWN = 127;
    private static final int ALL_ONES = 0xFFFF_FFFF;

    /** From the highest bits on. */
    private static final List<String> LAMPS =
            List.of("malfunction", "redStop", "amberWarning", "protect");

    /**
     * A suspect parameter and how it fails.
     *
     * @param spn 0 to 524,287
     * @param fmi 0 to 31
     * @param count of occurrences, 0 to 126; -1 where it is not told
     */
    public record Code(int spn, int fmi, int count) {

        /** SPN and FMI in one number. */
        int number() {
            return spn << 5 | fmi;
        }
    }

    /** Whether a frame or message of this extended identifier is one. */
    public static boolean isCarriedBy(int id) {
        return (id >>> 8 & 0x3FFFF) == GROUP;
    }

    /**
     * Reads a message, or a single frame; one that is too short for a code has none.
     *
     * @param length of the payload
     */
    public static Dm1 read(byte[] buffer, int offset, int length) {
        List<Code> codes = new ArrayList<>();
        Map<String, Boolean> lamps = new LinkedHashMap<>();
        int older = 0;
        for (int i = 0; i < LAMPS.size() && length > 0; i++) {
            int state = buffer[offset] >>> (6 - 2 * i) & 3;
            if (state < 2) {
                lamps.put(LAMPS.get(i), state == 1);
            }
        }
        int end = length <= FRAME_BYTES ? Math.min(length, HEAD_BYTES + CODE_BYTES) : length;
        for (int at = HEAD_BYTES; at + CODE_BYTES <= end; at += CODE_BYTES) {
            int low = buffer[offset + at] & 0xFF;
            int middle = buffer[offset + at + 1] & 0xFF;
            int upper = buffer[offset + at + 2] & 0xFF;
            int last = buffer[offset + at + 3] & 0xFF;
            int whole = low | middle << 8 | upper << 16 | last << 24;
            boolean none = (whole & 0x00FF_FFFF) == 0 || whole == ALL_ONES;
            if (!none && last >>> 7 != 0) {
                older++;
            } else if (!none) {
                int count = last & 0x7F;
                codes.add(
                        new Code(
                                low | middle << 8 | (upper >>> 5) << 16,
                                upper & 0x1F,
                                count == COUNT_UNKNOWN ? -1 : count));
            }
        }
        return new Dm1(codes, lamps, older);
    }
}
