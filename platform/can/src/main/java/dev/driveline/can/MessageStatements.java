package dev.driveline.can;

import dev.driveline.can.TokenStream.Unusable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The statements that make the layout: BO_, SG_, SIG_VALTYPE_. Of one parse, of one thread. */
final class MessageStatements {
    private static final String ORPHANS = "VECTOR__INDEPENDENT_SIG_MSG";
    private static final long MAX_RAW_ID = 0xFFFF_FFFFL;

    private final TokenStream tokens;
    private final DbcDraft draft;
    private final Diagnostics diagnostics;

    /** Of the last BO_; null before the first, and after one that is left out. */
    private @Nullable MessageDraft current;

    private boolean inLeftOutMessage;

    MessageStatements(TokenStream tokens, DbcDraft draft, Diagnostics diagnostics) {
        this.tokens = tokens;
        this.draft = draft;
        this.diagnostics = diagnostics;
    }

    /** {@code BO_ id name : length sender}. */
    void readMessage() throws Unusable {
        current = null;
        inLeftOutMessage = true;
        Token at = tokens.peek();
        long rawId = tokens.expectWhole("message id", MAX_RAW_ID);
        Token name = tokens.expectName("message name");
        tokens.expectMark(':');
        int length = (int) tokens.expectWhole("length of " + name.text(), Message.MAX_BYTES);
        if (tokens.onSameLine() && tokens.peek().kind() == Token.Kind.WORD) {
            tokens.take();
        }
        if (name.text().equals(ORPHANS)) {
            return;
        }
        FrameId id = DbcDraft.frameId(rawId);
        if (id == null) {
            diagnostics.warning(
                    at,
                    "message %s is left out: its id %d has bit 29 or 30, which no frame has"
                            .formatted(name.text(), rawId));
            return;
        }
        if (id.extended() && rawId <= FrameId.MAX_EXTENDED) {
            diagnostics.warning(
                    at,
                    "id %d of message %s has more than 11 bits but no bit 31: taken as extended"
                            .formatted(rawId, name.text()));
        }
        current = draft.addMessage(new MessageDraft(name, id, length));
        inLeftOutMessage = current == null;
    }

    /** {@code SG_ name [M|mN] : start|length@order± (factor,offset) [min|max] "unit" receivers}. */
    void readSignal() throws Unusable {
        Token name = tokens.expectName("signal name");
        SignalDraft signal = new SignalDraft(name);
        String what = " of " + name.text();
        if (!tokens.peek().isMark(':')) {
            readMultiplexing(signal, what);
        }
        tokens.expectMark(':');
        signal.start = (int) tokens.expectWhole("start" + what, Message.MAX_BYTES * 8L - 1);
        tokens.expectMark('|');
        signal.length = (int) tokens.expectWhole("length" + what, Message.MAX_BYTES * 8L);
        tokens.expectMark('@');
        signal.byteOrder = byteOrder(what);
        signal.signed = signed(what);
        tokens.expectMark('(');
        signal.factor = tokens.expectDecimal("factor" + what);
        tokens.expectMark(',');
        signal.offset = tokens.expectDecimal("offset" + what);
        tokens.expectMark(')');
        tokens.expectMark('[');
        signal.minimum = tokens.expectDecimal("minimum" + what);
        tokens.expectMark('|');
        signal.maximum = tokens.expectDecimal("maximum" + what);
        tokens.expectMark(']');
        signal.unit = tokens.expectString("unit" + what);
        skipReceivers();
        add(signal);
    }

    /** A bare m, without its value, is how some write a multiplexor of SG_MUL_VAL_. */
    private void readMultiplexing(SignalDraft signal, String what) throws Unusable {
        Token multiplexing = tokens.expectWord("multiplexing" + what);
        if (multiplexing.isWord("m")) {
            diagnostics.note(
                    multiplexing, "multiplexing%s is m without a value: ignored".formatted(what));
        } else {
            signal.setMultiplexing(multiplexing);
        }
    }

    private void add(SignalDraft signal) {
        if (current != null) {
            current.add(signal, draft, diagnostics);
        } else if (!inLeftOutMessage) {
            diagnostics.error(
                    signal.at, "signal %s belongs to no message".formatted(signal.at.text()));
        }
    }

    private ByteOrder byteOrder(String what) throws Unusable {
        Token order = tokens.expectWord("byte order" + what);
        return switch (order.text()) {
            case "0" -> ByteOrder.MOTOROLA;
            case "1" -> ByteOrder.INTEL;
            default ->
                    throw new Unusable(
                            order,
                            "byte order%s is %s, not 0 (Motorola) or 1 (Intel)"
                                    .formatted(what, order.shown()));
        };
    }

    private boolean signed(String what) throws Unusable {
        if (tokens.acceptMark('-')) {
            return true;
        }
        if (tokens.acceptMark('+')) {
            return false;
        }
        Token found = tokens.peek();
        throw new Unusable(found, "sign%s is %s, not + or -".formatted(what, found.shown()));
    }

    /** On the same line, or on the next after a comma. */
    private void skipReceivers() {
        boolean more = tokens.onSameLine();
        while (more && !tokens.atSectionStart()) {
            if (tokens.peek().kind() != Token.Kind.WORD) {
                return;
            }
            tokens.take();
            more = tokens.acceptMark(',') || tokens.onSameLine();
        }
    }

    /** {@code SIG_VALTYPE_ id name : 1|2 ;}. */
    void readValueType() throws Unusable {
        Token at = tokens.peek();
        FrameId id = DbcDraft.frameId(tokens.expectWhole("message id", MAX_RAW_ID));
        Token name = tokens.expectWord("signal name");
        tokens.acceptMark(':');
        Token type = tokens.expectWord("value type of " + name.text());
        ValueType valueType =
                switch (type.text()) {
                    case "0" -> ValueType.INTEGER;
                    case "1" -> ValueType.FLOAT;
                    case "2" -> ValueType.DOUBLE;
                    default ->
                            throw new Unusable(
                                    type,
                                    "value type of %s is %s, not 0, 1 or 2"
                                            .formatted(name.text(), type.shown()));
                };
        if (!draft.forSignal(id, name.text(), signal -> signal.setValueType(type, valueType))) {
            diagnostics.note(at, "SIG_VALTYPE_ names no signal: " + name.text());
        }
        tokens.endStatement("SIG_VALTYPE_");
    }

    /** {@code SG_MUL_VAL_ id signal multiplexor first-last, ... ;}. */
    void readSelection() throws Unusable {
        FrameId id = DbcDraft.frameId(tokens.expectWhole("message id", MAX_RAW_ID));
        Token name = tokens.expectWord("signal name");
        Token multiplexor = tokens.expectWord("multiplexor of " + name.text());
        MessageDraft message = draft.message(id);
        Selection before = message == null ? null : message.selection(name.text());
        List<Multiplexing.Range> ranges =
                before == null ? new ArrayList<>() : new ArrayList<>(before.values());
        readRanges(name, ranges);
        if (message == null || message.signals(name.text()).isEmpty()) {
            if (id != null) {
                diagnostics.note(name, "SG_MUL_VAL_ names no signal: " + name.text());
            }
        } else if (before == null || before.multiplexor().equals(multiplexor.text())) {
            message.select(name.text(), new Selection(multiplexor.text(), ranges));
        } else {
            diagnostics.note(
                    multiplexor,
                    "SG_MUL_VAL_ names a second multiplexor of %s: %s is ignored"
                            .formatted(name.text(), multiplexor.text()));
        }
        tokens.endStatement("SG_MUL_VAL_");
    }

    private void readRanges(Token name, List<Multiplexing.Range> ranges) throws Unusable {
        do {
            if (ranges.size() == DbcLimits.MAX_RANGES) {
                throw new Unusable(
                        tokens.peek(),
                        "signal %s has more than %d ranges"
                                .formatted(name.text(), DbcLimits.MAX_RANGES));
            }
            ranges.add(range(name.text()));
        } while (tokens.acceptMark(',') || startsRange());
    }

    private boolean startsRange() {
        return tokens.peek().kind() == Token.Kind.WORD && !tokens.atSectionStart();
    }

    /** The tokenizer takes the hyphen for the sign of the last value where no blank follows it. */
    private Multiplexing.Range range(String signal) throws Unusable {
        Token at = tokens.peek();
        long first = tokens.expectWhole("first value of " + signal, Long.MAX_VALUE);
        long last;
        if (tokens.acceptMark('-')) {
            last = tokens.expectWhole("last value of " + signal, Long.MAX_VALUE);
        } else {
            Token signed = tokens.expectWord("last value of " + signal);
            if (!signed.text().startsWith("-") || !Numbers.isCount(signed.text().substring(1))) {
                throw new Unusable(
                        signed,
                        "last value of %s is %s, not a whole number after '-'"
                                .formatted(signal, signed.shown()));
            }
            last = Long.parseLong(signed.text().substring(1));
        }
        if (first > last) {
            throw new Unusable(
                    at, "range %d-%d of signal %s is empty".formatted(first, last, signal));
        }
        return new Multiplexing.Range(first, last);
    }
}
