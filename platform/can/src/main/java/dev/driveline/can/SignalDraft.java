package dev.driveline.can;

import org.jspecify.annotations.Nullable;

/** A signal while the file is being read. Of one parse, of one thread. */
final class SignalDraft {
    final Token at;
    String name;
    @Nullable Token multiplexing;
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

    SignalDraft(Token at) {
        this.at = at;
        name = at.text();
    }

    void setValueType(Token at, ValueType type) {
        valueTypeAt = at;
        valueType = type;
    }

    boolean isMultiplexor() {
        return multiplexing != null && multiplexing.text().equals("M");
    }

    boolean isMultiplexed() {
        return multiplexing != null && multiplexing.text().matches("m[0-9]{1,18}");
    }

    /** {@code mNM}: selected by one multiplexor and itself another's. */
    boolean isCascaded() {
        return multiplexing != null && multiplexing.text().matches("m[0-9]{1,18}M");
    }

    boolean hasKnownMultiplexing() {
        return multiplexing == null || isMultiplexor() || isMultiplexed() || isCascaded();
    }

    Multiplexing multiplexingBy(@Nullable String multiplexor) {
        if (multiplexing == null || multiplexor == null || !isMultiplexed()) {
            return Multiplexing.always();
        }
        return Multiplexing.when(multiplexor, Long.parseLong(multiplexing.text().substring(1)));
    }

    Signal build(@Nullable String multiplexor) {
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
                multiplexingBy(multiplexor),
                comment);
    }
}
