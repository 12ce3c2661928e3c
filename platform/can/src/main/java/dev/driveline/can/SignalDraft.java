package dev.driveline.can;

import org.jspecify.annotations.Nullable;

/** A signal while the file is being read. Of one parse, of one thread. */
final class SignalDraft {
    final Token at;
    String name;
    int start;
    int length;
    ByteOrder byteOrder = ByteOrder.INTEL;
    boolean signed;
    @Nullable Token valueTypeAt;
    ValueType valueType = ValueType.INTEGER;
    double factor = 1;
    double offset;
    double minimum;
    double maximum;
    String unit = "";
    String comment = "";
    Labels labels = Labels.none();
    @Nullable Double startValue;
    @Nullable Integer spn;

    private @Nullable Token multiplexing;
    private boolean multiplexor;
    private boolean hasValue;
    private long value;

    SignalDraft(Token at) {
        this.at = at;
        name = at.text();
    }

    void setValueType(Token at, ValueType type) {
        valueTypeAt = at;
        valueType = type;
    }

    /** Whether an integer signal's bits hold the start value, and a float's is a number. */
    boolean holdsStartValue() {
        Double start = startValue;
        if (start == null || valueType != ValueType.INTEGER) {
            return start == null || Double.isFinite(start);
        }
        double least = signed ? -Math.scalb(1.0, length - 1) : 0;
        double end = Math.scalb(1.0, signed ? length - 1 : length);
        return least <= start && start < end;
    }

    /** {@code M}, {@code mN} or {@code mNM}. */
    void setMultiplexing(Token token) {
        String text = token.text();
        multiplexing = token;
        multiplexor = text.endsWith("M");
        hasValue = text.matches("m[0-9]{1,18}M?");
        if (hasValue) {
            value = Long.parseLong(text.substring(1, text.length() - (multiplexor ? 1 : 0)));
        }
    }

    /** {@code M} or {@code mNM}: others may be selected by its value. */
    boolean isMultiplexor() {
        return multiplexor;
    }

    /** {@code mN} or {@code mNM}: present with that value only, unless SG_MUL_VAL_ says more. */
    boolean hasValue() {
        return hasValue;
    }

    /** The N of {@code mN}. */
    long value() {
        return value;
    }

    boolean hasKnownMultiplexing() {
        return multiplexing == null || multiplexing.text().equals("M") || hasValue;
    }

    Signal build(Multiplexing presence) {
        return new Signal(
                name,
                start,
                length,
                byteOrder,
                signed,
                valueType,
                factor,
                offset,
                minimum,
                maximum,
                unit,
                labels,
                presence,
                comment,
                startValue,
                spn == null ? 0 : spn);
    }
}
