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

    /**
     * @param spanning whether a parameter at the end takes all that follows, slashes too
     */
    static String regexOf(String template, boolean spanning) {
        StringBuilder regex = new StringBuilder();
        Matcher parameter = PARAMETER.matcher(template);
        int from = 0;
        while (parameter.find()) {
            regex.append(Pattern.quote(template.substring(from, parameter.start())));
            boolean all = spanning && parameter.end() == template.length();
            regex.append("(?<").append(parameter.group(1)).append(all ? ">.+)" : ">[^/]+)");
            from = parameter.end();
        }
        if (from < template.length()) {
            regex.append(Pattern.quote(template.substring(from)));
        }
        return regex.toString();
    }
}
