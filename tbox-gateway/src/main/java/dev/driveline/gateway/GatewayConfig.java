package dev.driveline.gateway;

import dev.driveline.gateway.mqtt.EdgeConfig;
import dev.driveline.gateway.tls.TlsConfig;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.runtime.settings.Settings;
import java.nio.file.Path;

/**
 * What a gateway is told at its start.
 *
 * @param tls how vehicles are let in
 * @param slot its partition of {@code gateway.downlink}; unique among the gateways that run
 * @param registryKey the registry's public key in PEM, which the gateway pins
 * @param registryKeyId its {@code kid}
 * @param bufferBytes memory for what waits for Kafka
 */
public record GatewayConfig(
        KafkaConfig kafka,
        EdgeConfig edge,
        TlsConfig tls,
        int slot,
        Path registryKey,
        String registryKeyId,
        long bufferBytes) {

    /** With {@link TlsConfig#DEFAULT}. */
    public GatewayConfig(
            KafkaConfig kafka,
            EdgeConfig edge,
            int slot,
            Path registryKey,
            String registryKeyId,
            long bufferBytes) {
        this(kafka, edge, TlsConfig.DEFAULT, slot, registryKey, registryKeyId, bufferBytes);
    }

    public static GatewayConfig from(Settings settings) {
        KafkaConfig kafka = KafkaConfig.from(settings);
        return new GatewayConfig(
                kafka,
                EdgeConfig.from(settings),
                TlsConfig.from(settings),
                settings.integer("gateway.slot", 0, 0, kafka.slots() - 1),
                Path.of(settings.required("gateway.registry-key")),
                settings.text("gateway.registry-key-id", "registry"),
                settings.integer("gateway.buffer-mb", 64, 1, 4_096) * 1024L * 1024L);
    }
}
