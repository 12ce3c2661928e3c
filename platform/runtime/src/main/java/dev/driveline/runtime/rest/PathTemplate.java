package dev.driveline.runtime.rest;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Path templates as regular expressions, because {@code :} of {@code /vehicles:import} is Vert.x's
 * own parameter sign.
 */
final class PathTemplate {

    private static final Pattern PARAMETER = Pattern.compile("\\{([a-zA-Z]+)}");

    private PathTemplate() {}

    static String regexOf(String template) {
        StringBuilder regex = new StringBuilder();
        Matcher parameter = PARAMETER.matcher(template);
        int from = 0;
        while (parameter.find()) {
            regex.append(Pattern.quote(template.substring(from, parameter.start())));
            regex.append("(?<").append(parameter.group(1)).append(">[^/]+)");
            from = parameter.end();
        }
        if (from < template.length()) {
            regex.append(Pattern.quote(template.substring(from)));
        }
        return regex.toString();
    }
}
