package dev.driveline.runtime.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A document as a page for people: no script, nothing from elsewhere. */
final class ApiPage {

    private static final ObjectMapper YAML = new YAMLMapper();
    private static final String HEAD =
            """
            <!doctype html><html lang="en"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Driveline API</title><style>
            :root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent) }
            body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
            nav a { margin-right: 1rem } h2 { margin-top: 3rem; border-bottom: 1px solid var(--line) }
            details { border: 1px solid var(--line); border-radius: .4rem; margin: .5rem 0; padding: .4rem .8rem }
            summary { cursor: pointer } code, pre { font: 14px/1.45 ui-monospace, monospace }
            pre { overflow-x: auto; padding: .6rem; background: color-mix(in srgb, currentColor 6%, transparent); border-radius: .3rem }
            .method { display: inline-block; width: 4.8rem; font-weight: 700 } .scope { opacity: .7; float: right }
            table { border-collapse: collapse; width: 100% } td { border-top: 1px solid var(--line); padding: .25rem .6rem .25rem 0; vertical-align: top }
            </style></head><body><h1>Driveline API</h1>
            """;

    private final ApiDocument document;
    private final StringBuilder html = new StringBuilder(HEAD);

    private ApiPage(ApiDocument document) {
        this.document = document;
    }

    static String of(ApiDocument document) {
        ApiPage page = new ApiPage(document);
        page.write();
        return page.html.toString();
    }

    private void write() {
        paragraph(document.json().path("info").path("description").asText());
        html.append("<p><a href=\"/api/v1/openapi.json\">openapi.json</a></p>");
        Map<String, List<ApiDocument.Operation>> byTag = new LinkedHashMap<>();
        for (ApiDocument.Operation operation : document.operations()) {
            String tag = operation.node().path("tags").path(0).asText("Other");
            byTag.computeIfAbsent(tag, _ -> new java.util.ArrayList<>()).add(operation);
        }
        html.append("<nav>");
        byTag.keySet()
                .forEach(tag ->
                        html.append("<a href=\"#")
                                .append(text(tag))
                                .append("\">")
                                .append(text(tag))
                                .append("</a>"));
        html.append("</nav>");
        byTag.forEach((tag, operations) -> {
            html.append("<h2 id=\"")
                    .append(text(tag))
                    .append("\">")
                    .append(text(tag))
                    .append("</h2>");
            operations.forEach(this::operation);
        });
        html.append("<h2 id=\"schemas\">Schemas</h2>");
        document.json()
                .path("components")
                .path("schemas")
                .properties()
                .forEach(schema -> {
                    html.append("<details id=\"schema-")
                            .append(text(schema.getKey()))
                            .append("\"><summary><code>")
                            .append(text(schema.getKey()))
                            .append("</code></summary>");
                    code(schema.getValue());
                    html.append("</details>");
                });
        html.append("</body></html>");
    }

    private void operation(ApiDocument.Operation operation) {
        html.append("<details><summary><span class=\"method\">")
                .append(operation.method())
                .append("</span> <code>")
                .append(text(operation.path()))
                .append("</code>")
                .append("<span class=\"scope\">")
                .append(operation.scope() == null ? "no token" : text(operation.scope()))
                .append("</span><br>")
                .append(text(operation.node().path("summary").asText()))
                .append("</summary>");
        paragraph(operation.node().path("description").asText());
        parameters(operation.node().path("parameters"));
        JsonNode body = operation.node().path("requestBody").path("content");
        body.properties()
                .forEach(content -> {
                    html.append("<h4>Body, ").append(text(content.getKey())).append("</h4>");
                    code(content.getValue());
                });
        html.append("<h4>Answers</h4><table>");
        operation
                .node()
                .path("responses")
                .properties()
                .forEach(answer -> {
                    html.append("<tr><td>")
                            .append(text(answer.getKey()))
                            .append("</td><td>")
                            .append(text(resolved(answer.getValue()).path("description").asText()));
                    answer.getValue()
                            .path("content")
                            .properties()
                            .forEach(content -> code(content.getValue()));
                    html.append("</td></tr>");
                });
        html.append("</table></details>");
    }

    private void parameters(JsonNode parameters) {
        if (parameters.isEmpty()) {
            return;
        }
        html.append("<h4>Parameters</h4><table>");
        for (JsonNode given : parameters) {
            JsonNode parameter = resolved(given);
            html.append("<tr><td><code>")
                    .append(text(parameter.path("name").asText()))
                    .append("</code></td><td>")
                    .append(text(parameter.path("in").asText()))
                    .append(parameter.path("required").asBoolean() ? ", required" : "")
                    .append("</td><td>")
                    .append(text(parameter.path("description").asText()));
            code(parameter.path("schema"));
            html.append("</td></tr>");
        }
        html.append("</table>");
    }

    /** A reference within the document followed. */
    private JsonNode resolved(JsonNode node) {
        String reference = node.path("$ref").asText();
        return reference.startsWith("#/") ? document.json().at(reference.substring(1)) : node;
    }

    private void paragraph(String words) {
        if (!words.isBlank()) {
            html.append("<p>")
                    .append(text(words.strip()).replaceAll("`([^`]+)`", "<code>$1</code>"))
                    .append("</p>");
        }
    }

    private void code(JsonNode node) {
        try {
            String yaml = YAML.writeValueAsString(node).replaceFirst("^---\\s*", "");
            html.append("<pre>").append(text(yaml.strip())).append("</pre>");
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static String text(String raw) {
        return raw.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
