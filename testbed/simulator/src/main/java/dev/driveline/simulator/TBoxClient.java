package dev.driveline.simulator;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import dev.driveline.runtime.jws.PrivateKeys;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;

/** The MQTT client of a TBox, with its certificate and the authorities that it trusts. */
final class TBoxClient {

    private TBoxClient() {}

    /**
     * @param authorities whose gateways it connects to
     */
    static Mqtt5AsyncClient of(
            TBoxConfig config, List<X509Certificate> authorities, Runnable disconnected)
            throws IOException, GeneralSecurityException {
        Path folder = config.folder();
        MqttClientSslConfig tls =
                MqttClientSslConfig.builder()
                        .keyManagerFactory(
                                Pem.keyManagers(
                                        PrivateKeys.fromPem(folder.resolve("tbox.key")),
                                        Pem.certificates(folder.resolve("tbox.crt"))))
                        .trustManagerFactory(Pem.trustManagers(authorities))
                        .build();
        return MqttClient.builder()
                .useMqttVersion5()
                .identifier(config.vin().value())
                .serverHost(config.gatewayHost())
                .serverPort(config.gatewayPort())
                .sslConfig(tls)
                .addDisconnectedListener(context -> disconnected.run())
                .buildAsync();
    }
}
