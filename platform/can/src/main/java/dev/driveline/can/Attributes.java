package dev.driveline.can;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The attributes that we use, and what their definitions say. Of one parse, of one thread. */
final class Attributes {
    static final String CYCLE_TIME = "GenMsgCycleTime";
    static final String FRAME_FORMAT = "VFrameFormat";
    static final String START_VALUE = "GenSigStartValue";
    static final String SPN = "SPN";
    static final String BUS_TYPE = "BusType";
    static final String PROTOCOL_TYPE = "ProtocolType";
    static final String SIGNAL_LONG_NAME = "SystemSignalLongSymbol";
    static final String MESSAGE_LONG_NAME = "SystemMessageLongSymbol";

    /** 19 bits. Source: SAE J1939-73 §5.7.1.7. */
    private static final int MAX_SPN = 0x7FFFF;

    private final Map<String, List<String>> choices = new HashMap<>();
    private final Map<String, String> defaults = new HashMap<>();
    private final Map<String, String> ofFile = new HashMap<>();

    /** An ENUM's texts, in order. */
    void define(String attribute, List<String> texts) {
        choices.put(attribute, texts);
    }

    void setDefault(String attribute, String value) {
        defaults.put(attribute, value);
    }

    /** False where the attribute is one we use and the value is none of its. */
    boolean apply(String attribute, MessageDraft message, String value) {
        return switch (attribute) {
            case CYCLE_TIME -> setCycleTime(message, value);
            case FRAME_FORMAT -> setFormat(message, value);
            case MESSAGE_LONG_NAME -> setName(message, value);
            default -> true;
        };
    }

    boolean apply(String attribute, SignalDraft signal, String value) {
        return switch (attribute) {
            case SIGNAL_LONG_NAME -> {
                boolean name = isName(value);
                signal.name = name ? value : signal.name;
                yield name;
            }
            case START_VALUE -> setStartValue(signal, value);
            case SPN -> setSpn(signal, value);
            default -> true;
        };
    }

    /** Of the whole file. */
    void apply(String attribute, String value) {
        if (attribute.equals(BUS_TYPE) || attribute.equals(PROTOCOL_TYPE)) {
            ofFile.put(attribute, value);
        }
    }

    /** The file's own value, else the default, else none. */
    String ofFile(String attribute) {
        return ofFile.getOrDefault(attribute, defaults.getOrDefault(attribute, ""));
    }

    void applyDefaults(MessageDraft message) {
        String cycleTime = defaults.get(CYCLE_TIME);
        if (message.cycleTimeMs == null && cycleTime != null) {
            setCycleTime(message, cycleTime);
        }
        String format = defaults.get(FRAME_FORMAT);
        if (message.format == null && format != null) {
            setFormat(message, format);
        }
        String start = defaults.get(START_VALUE);
        String spn = defaults.get(SPN);
        for (SignalDraft signal : message.signals()) {
            if (signal.startValue == null && start != null) {
                setStartValue(signal, start);
            }
            if (signal.spn == null && spn != null) {
                setSpn(signal, spn);
            }
        }
    }

    private static boolean setStartValue(SignalDraft signal, String value) {
        boolean number = Numbers.isDecimal(value);
        signal.startValue = number ? Double.valueOf(value) : null;
        return number;
    }

    private static boolean setSpn(SignalDraft signal, String value) {
        boolean number = value.matches("[0-9]{1,6}") && Integer.parseInt(value) <= MAX_SPN;
        signal.spn = number ? Integer.valueOf(value) : null;
        return number;
    }

    private static boolean setCycleTime(MessageDraft message, String value) {
        if (!Numbers.isDecimal(value)) {
            return false;
        }
        double ms = Double.parseDouble(value);
        message.cycleTimeMs = (int) Math.clamp(ms, 0, Integer.MAX_VALUE);
        return ms >= 0;
    }

    private static boolean setName(MessageDraft message, String value) {
        if (!isName(value)) {
            return false;
        }
        message.name = value;
        return true;
    }

    private static boolean isName(String value) {
        return !value.isBlank() && value.length() <= DbcLimits.MAX_NAME_CHARS;
    }

    /** By text, or by its place in the definition. */
    private boolean setFormat(MessageDraft message, String value) {
        String text = value;
        List<String> texts = choices.getOrDefault(FRAME_FORMAT, List.of());
        boolean number = value.matches("[0-9]{1,3}");
        if (number && Integer.parseInt(value) < texts.size()) {
            text = texts.get(Integer.parseInt(value));
        } else if (number && texts.isEmpty()) {
            text = vectorsText(value);
        }
        FrameFormat format = format(text);
        if (format != null) {
            message.format = format;
        }
        return format != null;
    }

    /** The places in Vector's own definition, where the file has the attribute as a bare number. */
    private static String vectorsText(String number) {
        return switch (number) {
            case "0" -> "StandardCAN";
            case "1" -> "ExtendedCAN";
            case "3" -> "J1939PG";
            case "14" -> "StandardCAN_FD";
            case "15" -> "ExtendedCAN_FD";
            default -> number;
        };
    }

    private static @Nullable FrameFormat format(String text) {
        return switch (text) {
            case "StandardCAN" -> FrameFormat.STANDARD;
            case "ExtendedCAN" -> FrameFormat.EXTENDED;
            case "StandardCAN_FD" -> FrameFormat.STANDARD_FD;
            case "ExtendedCAN_FD" -> FrameFormat.EXTENDED_FD;
            case "J1939PG" -> FrameFormat.J1939;
            default -> null;
        };
    }
}
