package dev.driveline.command.config;

import dev.driveline.contract.config.ConfigMessage;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What a vehicle that checks in has to get. */
public final class Differences {

    private Differences() {}

    /**
     * The desired documents that the vehicle does not have, by hash of their content.
     *
     * @param have what it says it has applied
     */
    public static List<Desired> of(List<Desired> desired, List<ConfigMessage.Have> have) {
        Map<String, ConfigMessage.Have> byNamespace =
                have.stream()
                        .collect(
                                Collectors.toMap(
                                        ConfigMessage.Have::namespace,
                                        Function.identity(),
                                        (first, second) -> second));
        return desired.stream()
                .filter(document -> {
                    ConfigMessage.Have has = byNamespace.get(document.namespace());
                    return has == null || !has.hash().equals(document.hash());
                })
                .toList();
    }

    /** SHA-256 over the content's bytes, hexadecimal. */
    public static String hashOf(String content) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(content.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }

    /**
     * A desired document.
     *
     * @param signed the compact JWS that the vehicle gets
     */
    public record Desired(String namespace, long version, String hash, String signed) {}
}
