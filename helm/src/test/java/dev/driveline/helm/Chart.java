package dev.driveline.helm;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The chart as it lies in the tree, and what Helm makes of it. */
final class Chart {

    static final Path ROOT = Path.of(System.getProperty("driveline.root", ".."));
    static final Path FOLDER = ROOT.resolve("helm", "driveline");
    static final Path MINIMAL = FOLDER.resolve("ci", "minimal-values.yaml");
    static final Path FULL = FOLDER.resolve("ci", "full-values.yaml");
    static final String RELEASE = "trial";

    private static final Gson GSON = new Gson();

    private Chart() {}

    /** What {@code helm template} answers with the file's values. */
    static List<JsonObject> rendered(Path values) {
        return rendered(values, template -> template);
    }

    /** The same with more values set. */
    static List<JsonObject> rendered(Path values, UnaryOperator<TemplateCommand> more) {
        TemplateCommand template =
                new Helm(FOLDER)
                        .template()
                        .withName(RELEASE)
                        .withNamespace("fleet")
                        .withKubeVersion("1.34.0")
                        .withValuesFile(values);
        return documents(more.apply(template).call());
    }

    static List<JsonObject> documents(String yaml) {
        List<JsonObject> documents = new ArrayList<>();
        for (Object document : yaml().loadAll(yaml)) {
            if (document != null) {
                documents.add(GSON.toJsonTree(document).getAsJsonObject());
            }
        }
        return documents;
    }

    static JsonObject file(Path path) {
        return GSON.toJsonTree(yaml().<Object>load(text(path))).getAsJsonObject();
    }

    static String text(Path path) {
        try {
            return Files.readString(path);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** What stands at {@code a.b.0.c}; a JSON null if nothing does. */
    static JsonElement at(JsonElement from, String... path) {
        JsonElement here = from;
        for (String step : path) {
            if (here instanceof JsonObject object && object.has(step)) {
                here = object.get(step);
            } else if (here instanceof JsonArray array) {
                here = array.get(Integer.parseInt(step));
            } else {
                return JsonNull.INSTANCE;
            }
        }
        return here;
    }

    static String textAt(JsonElement from, String... path) {
        JsonElement found = at(from, path);
        return found.isJsonPrimitive() ? found.getAsString() : "";
    }

    static List<JsonObject> listAt(JsonElement from, String... path) {
        List<JsonObject> list = new ArrayList<>();
        if (at(from, path) instanceof JsonArray array) {
            array.forEach(element -> list.add(element.getAsJsonObject()));
        }
        return list;
    }

    /** StatefulSets and Deployments. */
    static List<JsonObject> workloads(List<JsonObject> documents) {
        return documents.stream()
                .filter(document ->
                        List.of("StatefulSet", "Deployment").contains(textAt(document, "kind")))
                .toList();
    }

    static Service serviceOf(JsonObject document) {
        return Service.ofComponent(
                textAt(document, "metadata", "labels", "app.kubernetes.io/component"));
    }

    static JsonObject podOf(JsonObject workload) {
        return at(workload, "spec", "template", "spec").getAsJsonObject();
    }

    /** The variables of a container; those out of a Secret or a field have a value of that kind. */
    static Map<String, String> environmentOf(JsonObject workload, List<JsonObject> documents) {
        Map<String, String> environment = new LinkedHashMap<>();
        JsonElement container = at(podOf(workload), "containers", "0");
        for (JsonObject from : listAt(container, "envFrom")) {
            String name = textAt(from, "configMapRef", "name");
            JsonObject map =
                    documents.stream()
                            .filter(document -> textAt(document, "kind").equals("ConfigMap"))
                            .filter(document -> textAt(document, "metadata", "name").equals(name))
                            .findAny()
                            .orElseThrow(() -> new AssertionError("no ConfigMap " + name));
            at(map, "data")
                    .getAsJsonObject()
                    .asMap()
                    .forEach((key, value) -> environment.put(key, value.getAsString()));
        }
        for (JsonObject variable : listAt(container, "env")) {
            String name = textAt(variable, "name");
            if (variable.has("value")) {
                environment.put(name, textAt(variable, "value"));
            } else if (!at(variable, "valueFrom", "fieldRef").isJsonNull()) {
                environment.put(name, "3");
            } else {
                environment.put(name, "out of a secret");
            }
        }
        return environment;
    }

    private static Yaml yaml() {
        return new Yaml(new SafeConstructor(new LoaderOptions()));
    }
}
