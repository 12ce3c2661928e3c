package dev.driveline.gateway.link;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Tells one QoS 2 message from another under the same identifier. */
final class Digest {

    /** What JSON carries exactly. */
    private static final int BITS = 53;

    private Digest() {}

    /** The first 53 bits of SHA-256 over topic name and payload. */
    static long of(String topicName, byte[] payload) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(topicName.getBytes(StandardCharsets.UTF_8));
            sha.update((byte) 0);
            byte[] hash = sha.digest(payload);
            long bits = 0;
            for (int i = 0; i < Long.BYTES; i++) {
                bits = (bits << Byte.SIZE) | (hash[i] & 0xFF);
            }
            return bits >>> (Long.SIZE - BITS);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
