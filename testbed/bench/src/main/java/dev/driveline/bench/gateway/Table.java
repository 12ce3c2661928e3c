package dev.driveline.bench.gateway;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Figures side by side, in Markdown; a peer's cell holds its figure and ours divided by it. */
final class Table {

    private final Map<String, Map<Figure, Double>> columns = new LinkedHashMap<>();
    private final Map<String, String> missing = new LinkedHashMap<>();

    void column(String server, Map<Figure, Double> figures) {
        columns.put(server, figures);
    }

    void missing(String server, String why) {
        missing.put(server, why);
    }

    String markdown() {
        StringBuilder text = new StringBuilder("| |");
        columns.keySet().forEach(name -> text.append(' ').append(name).append(" |"));
        text.append("\n|---|").append("---:|".repeat(columns.size())).append('\n');
        Map<Figure, Double> ours = columns.values().iterator().next();
        for (Figure figure : Figure.values()) {
            text.append("| ").append(figure.text).append(" |");
            columns.values()
                    .forEach(column ->
                            text.append(' ').append(cell(figure, column, ours)).append(" |"));
            text.append('\n');
        }
        missing.forEach((name, why) ->
                text.append("\n")
                        .append(name)
                        .append(": not measured, ")
                        .append(why)
                        .append(".\n"));
        return text.toString();
    }

    private static String cell(
            Figure figure, Map<Figure, Double> column, Map<Figure, Double> ours) {
        Double value = column.get(figure);
        if (value == null) {
            return "–";
        }
        String plain = String.format(Locale.ROOT, "%,." + figure.digits + "f", value);
        Double own = ours.get(figure);
        boolean comparable = figure != Figure.FAILED && figure != Figure.RESUMED_PERCENT;
        if (ours.equals(column) || own == null || value == 0 || !comparable) {
            return plain;
        }
        return plain + String.format(Locale.ROOT, " (ours %.2f ×)", own / value);
    }
}
