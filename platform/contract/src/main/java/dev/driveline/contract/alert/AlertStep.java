package dev.driveline.contract.alert;

import java.util.Locale;

/** What has become of an alert. */
public enum AlertStep {
    RAISED,
    UPDATED,
    CLEARED;

    /** As it stands in the header {@code ce_type}. */
    public String eventType() {
        return "driveline.alert." + name().toLowerCase(Locale.ROOT);
    }
}
