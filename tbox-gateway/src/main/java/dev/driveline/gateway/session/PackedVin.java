package dev.driveline.gateway.session;

import dev.driveline.contract.id.Vin;

/**
 * A VIN in 12 bytes: five characters in {@code high}, eight characters and four digits in {@code
 * low}.
 */
record PackedVin(int high, long low) {

    private static final String ALPHABET = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ";
    private static final int HIGH_CHARACTERS = 5;
    private static final int DIGITS_FROM = 13;
    private static final byte[] VALUES = values();

    static PackedVin of(Vin vin) {
        String text = vin.value();
        int high = 0;
        for (int i = 0; i < HIGH_CHARACTERS; i++) {
            high = high * ALPHABET.length() + VALUES[text.charAt(i)];
        }
        long low = 0;
        for (int i = HIGH_CHARACTERS; i < DIGITS_FROM; i++) {
            low = low * ALPHABET.length() + VALUES[text.charAt(i)];
        }
        for (int i = DIGITS_FROM; i < Vin.LENGTH; i++) {
            low = low * 10 + (text.charAt(i) - '0');
        }
        return new PackedVin(high, low);
    }

    Vin unpacked() {
        char[] text = new char[Vin.LENGTH];
        long rest = low;
        for (int i = Vin.LENGTH - 1; i >= DIGITS_FROM; i--) {
            text[i] = (char) ('0' + rest % 10);
            rest /= 10;
        }
        for (int i = DIGITS_FROM - 1; i >= HIGH_CHARACTERS; i--) {
            text[i] = ALPHABET.charAt((int) (rest % ALPHABET.length()));
            rest /= ALPHABET.length();
        }
        int front = high;
        for (int i = HIGH_CHARACTERS - 1; i >= 0; i--) {
            text[i] = ALPHABET.charAt(front % ALPHABET.length());
            front /= ALPHABET.length();
        }
        return Vin.of(new String(text));
    }

    private static byte[] values() {
        byte[] values = new byte[128];
        for (int i = 0; i < ALPHABET.length(); i++) {
            values[ALPHABET.charAt(i)] = (byte) i;
        }
        return values;
    }
}
