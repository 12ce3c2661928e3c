package dev.driveline.can;

/**
 * A piece of a DBC text and where it begins.
 *
 * @param text without the quotes and escapes of a string
 * @param firstOnLine nothing but blanks stands before it on its line
 */
record Token(Kind kind, String text, int line, int column, boolean firstOnLine) {
    enum Kind {
        /** A name, a keyword or a number with its sign. */
        WORD,
        STRING,
        /** A single other character. */
        MARK,
        END
    }

    private static final int SHOWN_CHARS = 40;

    boolean isWord(String expected) {
        return kind == Kind.WORD && text.equals(expected);
    }

    boolean isMark(char expected) {
        return kind == Kind.MARK && text.charAt(0) == expected;
    }

    /** As a message shows it: quoted, cut when long. */
    String shown() {
        if (kind == Kind.END) {
            return "the end of the file";
        }
        return text.length() <= SHOWN_CHARS
                ? "'" + text + "'"
                : "'" + text.substring(0, SHOWN_CHARS) + "…'";
    }
}
