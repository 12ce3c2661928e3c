package dev.driveline.can;

import java.util.List;

/** Short ways to signals, messages and catalogues for tests. */
final class Signals {
    private Signals() {}

    static Signal intel(String name, int start, int length, boolean signed) {
        return of(name, start, length, ByteOrder.INTEL, signed, ValueType.INTEGER);
    }

    static Signal motorola(String name, int start, int length, boolean signed) {
        return of(name, start, length, ByteOrder.MOTOROLA, signed, ValueType.INTEGER);
    }

    static Signal floating(String name, int start, ByteOrder order, ValueType type) {
        int length = type == ValueType.FLOAT ? 32 : 64;
        return of(name, start, length, order, false, type);
    }

    private static Signal of(
            String name, int start, int length, ByteOrder order, boolean signed, ValueType type) {
        return new Signal(
                name,
                start,
                length,
                order,
                signed,
                type,
                1,
                0,
                0,
                0,
                "",
                Labels.none(),
                Multiplexing.always(),
                "");
    }

    static Signal when(Signal signal, String multiplexor, long value) {
        return within(signal, multiplexor, new Multiplexing.Range(value, value));
    }

    static Signal within(Signal signal, String multiplexor, Multiplexing.Range... values) {
        return new Signal(
                signal.name(),
                signal.start(),
                signal.length(),
                signal.byteOrder(),
                signal.signed(),
                signal.valueType(),
                signal.factor(),
                signal.offset(),
                signal.minimum(),
                signal.maximum(),
                signal.unit(),
                signal.labels(),
                new Multiplexing.When(multiplexor, List.of(values)),
                signal.comment());
    }

    static Signal scaled(
            Signal signal, double factor, double offset, double minimum, double maximum) {
        return new Signal(
                signal.name(),
                signal.start(),
                signal.length(),
                signal.byteOrder(),
                signal.signed(),
                signal.valueType(),
                factor,
                offset,
                minimum,
                maximum,
                signal.unit(),
                signal.labels(),
                signal.multiplexing(),
                signal.comment());
    }

    static Message message(FrameId id, int length, Signal... signals) {
        FrameFormat format = id.extended() ? FrameFormat.EXTENDED : FrameFormat.STANDARD;
        return new Message("Message" + id, id, format, length, List.of(signals), 0, "");
    }

    static Catalogue catalogue(Matching matching, Message... messages) {
        return Catalogue.of(
                List.of(new CatalogueBus("bus", matching, new Dbc("test", "", List.of(messages)))));
    }
}
