package dev.driveline.command.webhook;

import java.net.URI;
import java.time.Instant;
import java.util.UUID;

/**
 * What is to be sent now.
 *
 * @param number of the delivery, unique
 * @param event the event's id, the same in every try
 * @param body as it is signed and sent
 * @param attempts so far, this one included
 * @param since when trying began
 * @param secrets that sign it once they are opened
 */
public record Delivery(
        long number,
        UUID webhook,
        URI url,
        String event,
        byte[] body,
        int attempts,
        Instant since,
        StoredSecrets secrets) {}
