package dev.driveline.can;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The attributes that we use, and what their definitions say. Of one parse, of one thread. */
final class Attributes {
    static final String CYCLE_TIME = "GenMsgCycleTime";
    static final String FRAME_FORMAT = "VFrameFormat";
    static final String SIGNAL_LONG_NAME = "SystemSignalLongSymbol";
    static final String MESSAGE_LONG_NAME = "SystemMessageLongSymbol";

    private final Map<String, List<String>> choices = new HashMap<>();
    private final Map<String, String> defaults = new HashMap<>();

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
        if (attribute.equals(SIGNAL_LONG_NAME)) {
            if (!isName(value)) {
                return false;
            }
            signal.name = value;
        }
        return true;
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
