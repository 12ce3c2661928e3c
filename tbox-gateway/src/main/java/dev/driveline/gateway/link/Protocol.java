package dev.driveline.gateway.link;

/** Which MQTT a vehicle speaks. */
public enum Protocol {
    MQTT_3_1_1("3.1.1"),
    MQTT_5("5");

    private final String version;

    Protocol(String version) {
        this.version = version;
    }

    /** As presence says it. */
    public String version() {
        return version;
    }
}
