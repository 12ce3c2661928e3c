package dev.driveline.can;

import java.util.Set;

/** Tokens with one of look-ahead, and what the statements need of them. Of one thread. */
final class TokenStream {
    /** What may begin a statement; unknown ones are skipped as a whole. */
    private static final Set<String> KEYWORDS =
            Set.of(
                    "VERSION",
                    "NS_",
                    "BS_",
                    "BU_",
                    "VAL_TABLE_",
                    "BO_",
                    "SG_",
                    "BO_TX_BU_",
                    "EV_",
                    "ENVVAR_DATA_",
                    "SGTYPE_",
                    "SGTYPE_VAL_",
                    "SIGTYPE_VALTYPE_",
                    "SIG_TYPE_REF_",
                    "SIG_GROUP_",
                    "SIG_VALTYPE_",
                    "SG_MUL_VAL_",
                    "CM_",
                    "BA_DEF_",
                    "BA_DEF_DEF_",
                    "BA_",
                    "BA_DEF_REL_",
                    "BA_DEF_DEF_REL_",
                    "BA_REL_",
                    "BA_DEF_SGTYPE_",
                    "BA_SGTYPE_",
                    "BU_SG_REL_",
                    "BU_EV_REL_",
                    "BU_BO_REL_",
                    "VAL_",
                    "CAT_DEF_",
                    "CAT_",
                    "FILTER",
                    "EV_DATA_",
                    "NS_DESC_");

    private final Tokenizer tokenizer;
    private final Diagnostics diagnostics;
    private Token current;
    private int lastLine;

    TokenStream(Tokenizer tokenizer, Diagnostics diagnostics) {
        this.tokenizer = tokenizer;
        this.diagnostics = diagnostics;
        current = tokenizer.next();
    }

    Token peek() {
        return current;
    }

    Token take() {
        Token taken = current;
        lastLine = taken.line();
        current = tokenizer.next();
        return taken;
    }

    boolean atEnd() {
        return current.kind() == Token.Kind.END;
    }

    boolean atKeyword() {
        return current.kind() == Token.Kind.WORD && KEYWORDS.contains(current.text());
    }

    /** Where a statement may begin anew after a fault. */
    boolean atSectionStart() {
        return atEnd() || (current.firstOnLine() && atKeyword());
    }

    boolean onSameLine() {
        return !atEnd() && current.line() == lastLine;
    }

    boolean acceptMark(char mark) {
        if (!current.isMark(mark)) {
            return false;
        }
        take();
        return true;
    }

    void expectMark(char mark) throws Unusable {
        if (!acceptMark(mark)) {
            throw new Unusable(current, "expected '" + mark + "' but found " + current.shown());
        }
    }

    Token expectWord(String what) throws Unusable {
        return expect(Token.Kind.WORD, what);
    }

    String expectString(String what) throws Unusable {
        return expect(Token.Kind.STRING, what).text();
    }

    private Token expect(Token.Kind kind, String what) throws Unusable {
        if (current.kind() != kind || (kind == Token.Kind.WORD && atSectionStart())) {
            throw new Unusable(current, "expected " + what + " but found " + current.shown());
        }
        return take();
    }

    /** A name; one outside C's rules is taken, with a warning, since people drive with them. */
    Token expectName(String what) throws Unusable {
        Token name = expectWord(what);
        if (name.text().length() > DbcLimits.MAX_NAME_CHARS) {
            throw new Unusable(
                    name,
                    "%s %s has %d characters, more than %d"
                            .formatted(
                                    what,
                                    name.shown(),
                                    name.text().length(),
                                    DbcLimits.MAX_NAME_CHARS));
        }
        char first = name.text().charAt(0);
        if (!isAsciiLetter(first)) {
            diagnostics.warning(
                    name, "%s %s does not begin with a letter".formatted(what, name.shown()));
        }
        return name;
    }

    private static boolean isAsciiLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    }

    /** A whole number of 0 to {@code max}. */
    long expectWhole(String what, long max) throws Unusable {
        Token token = expectWord(what);
        if (!Numbers.isCount(token.text()) || Long.parseLong(token.text()) > max) {
            throw new Unusable(
                    token,
                    "%s %s is not a whole number of 0..%d".formatted(what, token.shown(), max));
        }
        return Long.parseLong(token.text());
    }

    /** A decimal number; {@code .25} and {@code 1.} are taken, with a warning. */
    double expectDecimal(String what) throws Unusable {
        Token token = expectWord(what);
        if (!Numbers.isDecimal(token.text())) {
            throw new Unusable(token, "%s %s is not a number".formatted(what, token.shown()));
        }
        if (Numbers.isSloppy(token.text())) {
            diagnostics.warning(
                    token,
                    "%s %s has no digit on one side of its point".formatted(what, token.shown()));
        }
        return Double.parseDouble(token.text());
    }

    /** Drops everything to the statement's end. */
    void skipStatement() {
        while (!acceptMark(';') && !atSectionStart()) {
            take();
        }
    }

    /** The semicolon; where it is missing, what follows is dropped to the next statement. */
    void endStatement(String statement) {
        if (acceptMark(';')) {
            return;
        }
        diagnostics.warning(current, statement + " does not end with ';'");
        if (!atKeyword()) {
            skipStatement();
        }
    }

    /** The statement being read cannot be used. Caught by the statement loop; has no stack. */
    static final class Unusable extends Exception {
        private final transient Token at;

        Unusable(Token at, String text) {
            super(text, null, false, false);
            this.at = at;
        }

        Token at() {
            return at;
        }

        String text() {
            return String.valueOf(getMessage());
        }
    }
}
