package dev.driveline.simulator;

import dev.driveline.can.Catalogue;
import dev.driveline.contract.id.Vin;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One TBox.
 *
 * @param folder its own: {@code tbox.key}, {@code tbox.crt}, journal, configuration
 * @param authorities PEM of those that may sign the gateway's certificate
 * @param commandRoot PEM of the command root's public key, from the factory
 * @param queueBatches batches kept while they cannot be sent
 * @param lossless whether the source waits when the queue is full, instead of giving up the oldest
 * @param maxBackoff the longest time between two connection attempts
 * @param decodesBy by which it decodes its frames itself and sends signals; null where it sends
 *     frames
 */
public record TBoxConfig(
        Vin vin,
        Path folder,
        String gatewayHost,
        int gatewayPort,
        Path authorities,
        Path commandRoot,
        int queueBatches,
        boolean lossless,
        Duration maxBackoff,
        @Nullable Catalogue decodesBy) {

    /** A driving vehicle's: 3,600 batches, backoff up to five minutes. */
    public static TBoxConfig driving(
            Vin vin, Path folder, String host, int port, Path authorities, Path commandRoot) {
        return new TBoxConfig(
                vin,
                folder,
                host,
                port,
                authorities,
                commandRoot,
                3_600,
                false,
                Duration.ofMinutes(5),
                null);
    }

    public TBoxConfig withLossless(int queued) {
        return new TBoxConfig(
                vin,
                folder,
                gatewayHost,
                gatewayPort,
                authorities,
                commandRoot,
                queued,
                true,
                maxBackoff,
                decodesBy);
    }

    public TBoxConfig withMaxBackoff(Duration longest) {
        return new TBoxConfig(
                vin,
                folder,
                gatewayHost,
                gatewayPort,
                authorities,
                commandRoot,
                queueBatches,
                lossless,
                longest,
                decodesBy);
    }

    /** The same, decoding its frames itself. */
    public TBoxConfig withDecoding(Catalogue catalogue) {
        return new TBoxConfig(
                vin,
                folder,
                gatewayHost,
                gatewayPort,
                authorities,
                commandRoot,
                queueBatches,
                lossless,
                maxBackoff,
                catalogue);
    }
}
