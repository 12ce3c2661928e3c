package dev.driveline.command.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * The body of a delivery: the event as it stands on the tenant's own topic, in the JSON format of
 * CloudEvents.
 *
 * <p>Source: CloudEvents 1.0.2, JSON event format, section 3.
 *
 * @param subject the VIN; null for what is about no vehicle
 * @param time RFC 3339, UTC
 */
public record CloudEvent(
        String specversion,
        String id,
        String source,
        String type,
        @Nullable String subject,
        String time,
        String datacontenttype,
        JsonNode data) {

    /** Media type of the body. */
    public static final String MEDIA_TYPE = "application/cloudevents+json";

    /** With JSON in it, version 1.0. */
    public CloudEvent(
            String id,
            String source,
            String type,
            @Nullable String subject,
            String time,
            JsonNode data) {
        this("1.0", id, source, type, subject, time, "application/json", data);
    }
}
