package dev.driveline.can;

import java.util.List;

/**
 * When a signal is in its message. That a signal is a multiplexor follows from others naming it, so
 * one may be both (a cascade).
 */
public sealed interface Multiplexing {
    /** In every frame. */
    record Always() implements Multiplexing {}

    /**
     * Only where the raw value of the multiplexor lies in one of the ranges.
     *
     * @param multiplexor the name of a signal of the same message
     * @param values not empty
     */
    record When(String multiplexor, List<Range> values) implements Multiplexing {
        public When {
            values = List.copyOf(values);
            if (values.isEmpty()) {
                throw new IllegalArgumentException(
                        "multiplexor " + multiplexor + " selects by no value");
            }
        }
    }

    /** Raw values from first to last, both included. */
    record Range(long first, long last) {
        public Range {
            if (first > last) {
                throw new IllegalArgumentException("range " + first + "-" + last + " is empty");
            }
        }
    }

    static Multiplexing always() {
        return new Always();
    }

    static Multiplexing when(String multiplexor, long value) {
        return new When(multiplexor, List.of(new Range(value, value)));
    }
}
