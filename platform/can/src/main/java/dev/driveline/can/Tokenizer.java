package dev.driveline.can;

/** Cuts a DBC text into tokens, one at a time. Of one parse, of one thread. */
final class Tokenizer {
    private final String text;
    private final Diagnostics diagnostics;
    private int at;
    private int line = 1;
    private int lineStart;
    private boolean firstOnLine = true;
    private boolean wentBack;

    Tokenizer(String text, Diagnostics diagnostics) {
        this.text = text;
        this.diagnostics = diagnostics;
    }

    Token next() {
        skipBlanks();
        int column = at - lineStart + 1;
        boolean first = firstOnLine;
        firstOnLine = false;
        if (at >= text.length()) {
            return new Token(Token.Kind.END, "", line, column, true);
        }
        if (text.charAt(at) == '"') {
            return string(column, first);
        }
        int from = at;
        boolean word = isWordStart();
        if (word) {
            skipWord();
        } else {
            at++;
        }
        return new Token(
                word ? Token.Kind.WORD : Token.Kind.MARK,
                text.substring(from, at),
                line,
                column,
                first);
    }

    private void skipBlanks() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '\n') {
                at++;
                newLine();
            } else if (Character.isWhitespace(c) || c == '\u00A0' || c == '\0') {
                at++;
            } else if (c == '/' && peek(1) == '/') {
                skipTo(endOf("\n", 0));
            } else if (c == '/' && peek(1) == '*') {
                skipTo(endOf("*/", 2));
            } else {
                return;
            }
        }
    }

    private int endOf(String mark, int markLength) {
        int found = text.indexOf(mark, at + 2);
        return found < 0 ? text.length() : found + markLength;
    }

    private void skipTo(int end) {
        while (at < end) {
            if (text.charAt(at++) == '\n') {
                newLine();
            }
        }
    }

    private void newLine() {
        line++;
        lineStart = at;
        firstOnLine = true;
    }

    private char peek(int ahead) {
        return at + ahead < text.length() ? text.charAt(at + ahead) : '\0';
    }

    private boolean isWordStart() {
        char c = text.charAt(at);
        if (c == '+' || c == '-') {
            return isDigit(peek(1)) || (peek(1) == '.' && isDigit(peek(2)));
        }
        return isWordPart(c);
    }

    /** A sign goes on with a number only after its exponent: {@code 1e-06}, but {@code @1-}. */
    private void skipWord() {
        char start = text.charAt(at);
        boolean number = !Character.isLetter(start) && start != '_';
        at++;
        while (at < text.length()) {
            char c = text.charAt(at);
            char before = text.charAt(at - 1);
            boolean exponentSign =
                    number
                            && (c == '+' || c == '-')
                            && (before == 'e' || before == 'E')
                            && isDigit(peek(1));
            if (!isWordPart(c) && !exponentSign) {
                return;
            }
            at++;
        }
    }

    /** A string may span lines; only {@code \"} is an escape, other backslashes are themselves. */
    private Token string(int column, boolean first) {
        int startLine = line;
        int start = at;
        var content = new StringBuilder();
        at++;
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') {
                firstOnLine = false;
                return new Token(Token.Kind.STRING, content.toString(), startLine, column, first);
            }
            if (c == '\\' && peek(0) == '"') {
                c = text.charAt(at++);
            } else if (c == '\n') {
                newLine();
            }
            content.append(c);
        }
        firstOnLine = false;
        return unclosed(start, new Token(Token.Kind.STRING, "", startLine, column, first));
    }

    /**
     * The first unclosed string ends with its line, so that the rest of the file is still read. A
     * second one takes the rest: going back each time would be quadratic.
     */
    private Token unclosed(int start, Token token) {
        diagnostics.error(token, "the string that begins here has no closing quote");
        if (wentBack) {
            return token;
        }
        wentBack = true;
        int lineEnd = text.indexOf('\n', start);
        at = lineEnd < 0 ? text.length() : lineEnd;
        line = token.line();
        lineStart = start - token.column() + 1;
        return token;
    }

    private static boolean isWordPart(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '.';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
