package dev.driveline.command.config;

import java.util.Map;

/**
 * A kind of configuration; data, read from {@code config/namespaces.json}.
 *
 * @param content JSON Schema of a document's content
 */
public record Namespace(String namespace, String title, Map<String, Object> content) {}
