package dev.driveline.can;

import dev.driveline.can.TokenStream.Unusable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The statements that say more about a layout: labels, comments, attributes. A fault in them is a
 * warning, since no value depends on them. Of one parse, of one thread.
 */
final class AnnotationStatements {
    private static final long MAX_RAW_ID = 0xFFFF_FFFFL;

    private final TokenStream tokens;
    private final DbcDraft draft;
    private final Diagnostics diagnostics;

    AnnotationStatements(TokenStream tokens, DbcDraft draft, Diagnostics diagnostics) {
        this.tokens = tokens;
        this.draft = draft;
        this.diagnostics = diagnostics;
    }

    /** {@code VAL_TABLE_ name value "text" ... ;}. */
    void readTable() throws Unusable {
        Token name = tokens.expectName("table name");
        draft.addTable(name.text(), readEntries("VAL_TABLE_"));
    }

    /**
     * {@code VAL_ id signal value "text" ... ;}, or a table's name instead of values. Of several
     * for one signal the last stands. Those of environment variables are skipped.
     */
    void readLabels() throws Unusable {
        Token first = tokens.peek();
        if (first.kind() == Token.Kind.WORD && !first.text().matches("[0-9]+")) {
            tokens.skipStatement();
            return;
        }
        FrameId id = messageId();
        Token signal = tokens.expectWord("signal name");
        Labels table = tokens.peek().kind() == Token.Kind.WORD ? tableNamed(tokens.peek()) : null;
        Labels labels;
        if (table != null) {
            tokens.take();
            labels = table;
            tokens.endStatement("VAL_");
        } else {
            labels = readEntries("VAL_");
        }
        if (!draft.forSignal(id, signal.text(), target -> target.labels = labels) && id != null) {
            diagnostics.note(
                    signal,
                    "VAL_ names signal %s of id %s, which is not there"
                            .formatted(signal.text(), first.text()));
        }
    }

    private @Nullable Labels tableNamed(Token name) {
        return Numbers.isDecimal(name.text()) ? null : draft.table(name.text());
    }

    private Labels readEntries(String statement) throws Unusable {
        Map<Long, String> texts = new HashMap<>();
        while (tokens.peek().kind() == Token.Kind.WORD && !tokens.atSectionStart()) {
            Token value = tokens.take();
            OptionalLong raw = Numbers.raw(value.text());
            String text = tokens.expectString("the text of value " + value.shown());
            if (raw.isEmpty()) {
                diagnostics.warning(
                        value, "%s value %s is no raw value".formatted(statement, value.shown()));
            } else {
                texts.put(raw.getAsLong(), text);
            }
        }
        tokens.endStatement(statement);
        return Labels.of(texts);
    }

    /** {@code CM_ [BU_ node | BO_ id | SG_ id signal | EV_ variable] "text" ;}. */
    void readComment() throws Unusable {
        Token target = tokens.peek();
        if (target.isWord("BO_")) {
            tokens.take();
            Token id = tokens.peek();
            FrameId frameId = messageId();
            MessageDraft message = draft.message(frameId);
            String text = tokens.expectString("the comment");
            if (message != null) {
                message.comment = text;
            } else if (frameId != null) {
                missing("CM_", id, "message " + id.text());
            }
        } else if (target.isWord("SG_")) {
            tokens.take();
            FrameId id = messageId();
            Token signal = tokens.expectWord("signal name");
            String text = tokens.expectString("the comment");
            if (!draft.forSignal(id, signal.text(), found -> found.comment = text) && id != null) {
                missing("CM_", signal, "signal " + signal.text());
            }
        } else {
            if (target.isWord("BU_") || target.isWord("EV_")) {
                tokens.take();
                tokens.expectWord("a name");
            }
            tokens.expectString("the comment");
        }
        tokens.endStatement("CM_");
    }

    /** {@code BA_DEF_ [BU_ | BO_ | SG_ | EV_] "name" type ... ;}. */
    void readAttributeDefinition() throws Unusable {
        if (tokens.peek().kind() == Token.Kind.WORD) {
            tokens.take();
        }
        String name = tokens.expectString("the attribute's name");
        var texts = new ArrayList<String>();
        if (tokens.peek().isWord("ENUM")) {
            tokens.take();
            while (tokens.peek().kind() == Token.Kind.STRING) {
                texts.add(tokens.take().text());
                tokens.acceptMark(',');
            }
        }
        draft.attributes.define(name, texts);
        tokens.skipStatement();
    }

    /** {@code BA_DEF_DEF_ "name" value ;}. */
    void readAttributeDefault() throws Unusable {
        String name = tokens.expectString("the attribute's name");
        draft.attributes.setDefault(name, value());
        tokens.endStatement("BA_DEF_DEF_");
    }

    /** {@code BA_ "name" [BU_ node | BO_ id | SG_ id signal | EV_ variable] value ;}. */
    void readAttribute() throws Unusable {
        String name = tokens.expectString("the attribute's name");
        Token target = tokens.peek();
        boolean fits = true;
        if (target.isWord("BO_")) {
            tokens.take();
            MessageDraft message = draft.message(messageId());
            String value = value();
            fits = message == null || draft.attributes.apply(name, message, value);
        } else if (target.isWord("SG_")) {
            tokens.take();
            FrameId id = messageId();
            Token signal = tokens.expectWord("signal name");
            String value = value();
            MessageDraft message = draft.message(id);
            if (message != null) {
                for (SignalDraft found : message.signals(signal.text())) {
                    fits &= draft.attributes.apply(name, found, value);
                }
            }
        } else if (target.isWord("BU_") || target.isWord("EV_")) {
            tokens.skipStatement();
            return;
        } else {
            draft.attributes.apply(name, value());
        }
        if (!fits) {
            diagnostics.note(target, "attribute %s has no usable value".formatted(name));
        }
        tokens.endStatement("BA_");
    }

    private String value() throws Unusable {
        return tokens.peek().kind() == Token.Kind.STRING
                ? tokens.expectString("a value")
                : tokens.expectWord("a value").text();
    }

    /** Null for the bin of orphan signals and ids that no frame has: BO_ has said so already. */
    private @Nullable FrameId messageId() throws Unusable {
        return DbcDraft.frameId(tokens.expectWhole("message id", MAX_RAW_ID));
    }

    private void missing(String statement, Token at, String what) {
        diagnostics.note(at, "%s names %s, which is not there".formatted(statement, what));
    }
}
