package dev.driveline.runtime.auth;

/** What a token may allow. */
public enum Scope {
    REGISTRY_READ("registry:read"),
    REGISTRY_WRITE("registry:write"),
    CERTIFICATES_ISSUE("certificates:issue"),
    COMMANDS_READ("commands:read"),
    COMMANDS_SEND("commands:send"),
    CONFIGURATION_WRITE("rollouts:write"),
    TELEMETRY_READ("telemetry:read"),
    TELEMETRY_LOCATION("telemetry:location"),
    RULES_WRITE("rules:write"),
    AUDIT_READ("audit:read"),

    /** The operator of the installation, over the vehicles of all tenants. */
    ADMIN("admin");

    private final String text;

    Scope(String text) {
        this.text = text;
    }

    /** As it stands in the token's {@code scope}. */
    public String text() {
        return text;
    }
}
