package dev.driveline.can;

/**
 * Something odd or wrong in a text, and where.
 *
 * @param line from 1; 0 where it concerns the whole file
 * @param column from 1, in characters; 0 where it concerns the whole file
 * @param text names the thing, its value and the rule
 */
public record Diagnostic(Severity severity, int line, int column, String text) {
    /** How much of the text could be used. */
    public enum Severity {
        /** The statement was left out; where the reading is strict, the file is refused. */
        ERROR,
        /**
         * The statement departs from the format. It was understood all the same, or it does not
         * touch the layout.
         */
        WARNING,
        /** The statement is as the format wants it, and says something doubtful. */
        NOTE
    }

    @Override
    public String toString() {
        return line + ":" + column + " " + severity + " " + text;
    }
}
