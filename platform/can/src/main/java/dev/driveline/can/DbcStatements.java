package dev.driveline.can;

import dev.driveline.can.TokenStream.Unusable;

/**
 * Reads the statements of a DBC text into a draft. A statement that cannot be used is reported and
 * skipped; reading goes on at the next keyword that begins a line. Of one parse, of one thread.
 */
final class DbcStatements {
    private final TokenStream tokens;
    private final DbcDraft draft;
    private final Diagnostics diagnostics;
    private final MessageStatements messages;
    private final AnnotationStatements annotations;

    DbcStatements(TokenStream tokens, DbcDraft draft, Diagnostics diagnostics) {
        this.tokens = tokens;
        this.draft = draft;
        this.diagnostics = diagnostics;
        messages = new MessageStatements(tokens, draft, diagnostics);
        annotations = new AnnotationStatements(tokens, draft, diagnostics);
    }

    void readAll() {
        while (!tokens.atEnd()) {
            if (tokens.atKeyword()) {
                readStatement();
            } else if (!tokens.acceptMark(';')) {
                skipStrayText();
            }
        }
    }

    private void skipStrayText() {
        Token stray = tokens.peek();
        diagnostics.warning(stray, "stray text " + stray.shown() + " is ignored");
        do {
            tokens.take();
        } while (!tokens.atSectionStart());
    }

    private void readStatement() {
        Token keyword = tokens.take();
        try {
            readBody(keyword);
        } catch (Unusable e) {
            String text = keyword.text() + ": " + e.text();
            if (carriesLayout(keyword)) {
                diagnostics.error(e.at(), text);
            } else {
                diagnostics.warning(e.at(), text);
            }
            tokens.skipStatement();
        }
    }

    /** Whether values would be wrong or missing without the statement. */
    private static boolean carriesLayout(Token keyword) {
        return switch (keyword.text()) {
            case "BO_", "SG_", "SIG_VALTYPE_", "SG_MUL_VAL_" -> true;
            default -> false;
        };
    }

    private void readBody(Token keyword) throws Unusable {
        switch (keyword.text()) {
            case "VERSION" -> draft.version = tokens.expectString("the version");
            case "NS_" -> skipNewSymbols();
            case "BS_", "BU_" -> skipToSection();
            case "BO_" -> messages.readMessage();
            case "SG_" -> messages.readSignal();
            case "SIG_VALTYPE_" -> messages.readValueType();
            case "SG_MUL_VAL_" -> messages.readSelection();
            case "VAL_TABLE_" -> annotations.readTable();
            case "VAL_" -> annotations.readLabels();
            case "CM_" -> annotations.readComment();
            case "BA_DEF_" -> annotations.readAttributeDefinition();
            case "BA_DEF_DEF_" -> annotations.readAttributeDefault();
            case "BA_" -> annotations.readAttribute();
            default -> tokens.skipStatement();
        }
    }

    /** The list names keywords, so it ends at a line with more than one word, or at BS_ or BU_. */
    private void skipNewSymbols() throws Unusable {
        tokens.expectMark(':');
        while (!tokens.atEnd() && !endsNewSymbols(tokens.peek())) {
            Token symbol = tokens.take();
            if (symbol.firstOnLine() && tokens.onSameLine()) {
                diagnostics.warning(
                        symbol,
                        "NS_ is not followed by BS_ or BU_: " + symbol.shown() + " is lost");
                tokens.skipStatement();
                return;
            }
        }
    }

    private static boolean endsNewSymbols(Token token) {
        return token.isWord("BS_")
                || token.isWord("BU_")
                || token.isWord("BO_")
                || token.isWord("VERSION");
    }

    private void skipToSection() {
        while (!tokens.atSectionStart()) {
            tokens.take();
        }
    }
}
