package dev.driveline.command.batch;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was asked for.
 *
 * @param type of the commands
 * @param ttlS of each command, from when its vehicle is taken up
 * @param reason free text for the audit
 * @param select null where the vehicles are named one by one
 */
public record BatchSpec(
        String type,
        Map<String, Object> params,
        int ttlS,
        @Nullable String reason,
        @Nullable Selection select,
        Plan plan) {}
