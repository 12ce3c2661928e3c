package dev.driveline.telemetry.batch;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.driveline.contract.error.InvalidValueException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Protobuf's JSON form. Members have either name of a field (lowerCamelCase or as in the .proto);
 * those that no field has are ignored. Source: protobuf's ProtoJSON format.
 */
final class ProtobufJson {

    private static final BigInteger MAX_UINT64 =
            BigInteger.ONE.shiftLeft(Long.SIZE).subtract(BigInteger.ONE);
    private static final BigInteger MAX_UINT32 =
            BigInteger.ONE.shiftLeft(Integer.SIZE).subtract(BigInteger.ONE);
    private static final int MAX_DIGITS = 40;

    private ProtobufJson() {}

    /**
     * Writes an object's members into a message.
     *
     * @throws InvalidValueException naming the member that does not fit its field
     */
    static void merge(JsonNode json, Message.Builder to) {
        if (!json.isObject()) {
            throw new InvalidValueException("JSON", json.getNodeType(), "expected an object");
        }
        for (var member : json.properties()) {
            FieldDescriptor field = fieldOf(to, member.getKey());
            JsonNode value = member.getValue();
            if (field == null || value.isNull()) {
                continue;
            }
            if (!field.isRepeated()) {
                to.setField(field, valueOf(field, value, to));
                continue;
            }
            if (!value.isArray()) {
                throw invalid(field, value, "expected a list");
            }
            for (JsonNode element : value) {
                to.addRepeatedField(field, valueOf(field, element, to));
            }
        }
    }

    private static @Nullable FieldDescriptor fieldOf(Message.Builder to, String name) {
        for (FieldDescriptor field : to.getDescriptorForType().getFields()) {
            if (field.getJsonName().equals(name) || field.getName().equals(name)) {
                return field;
            }
        }
        return null;
    }

    private static Object valueOf(FieldDescriptor field, JsonNode value, Message.Builder in) {
        return switch (field.getJavaType()) {
            case INT -> whole(field, value, BigInteger.ZERO, MAX_UINT32).intValue();
            case LONG -> longOf(field, value);
            case FLOAT -> (float) real(field, value);
            case DOUBLE -> real(field, value);
            case BOOLEAN -> flag(field, value);
            case STRING -> text(field, value);
            case BYTE_STRING -> bytes(field, value);
            case ENUM -> constant(field, value);
            case MESSAGE -> {
                Message.Builder inner = in.newBuilderForField(field);
                merge(value, inner);
                yield inner.build();
            }
        };
    }

    private static long longOf(FieldDescriptor field, JsonNode value) {
        return switch (field.getType()) {
            case SINT64, INT64, SFIXED64 ->
                    whole(
                                    field,
                                    value,
                                    BigInteger.valueOf(Long.MIN_VALUE),
                                    BigInteger.valueOf(Long.MAX_VALUE))
                            .longValue();
            default -> whole(field, value, BigInteger.ZERO, MAX_UINT64).longValue();
        };
    }

    private static BigInteger whole(
            FieldDescriptor field, JsonNode value, BigInteger least, BigInteger most) {
        String rule = "expected a whole number from %s to %s".formatted(least, most);
        if ((!value.isNumber() && !value.isTextual()) || value.asText().length() > MAX_DIGITS) {
            throw invalid(field, value, rule);
        }
        try {
            BigDecimal number = new BigDecimal(value.asText());
            if (Math.abs((long) number.scale()) > MAX_DIGITS) {
                throw invalid(field, value, rule);
            }
            BigInteger whole = number.toBigIntegerExact();
            if (whole.compareTo(least) < 0 || whole.compareTo(most) > 0) {
                throw invalid(field, value, rule);
            }
            return whole;
        } catch (ArithmeticException | NumberFormatException none) {
            throw invalid(field, value, rule);
        }
    }

    private static double real(FieldDescriptor field, JsonNode value) {
        if (value.isNumber()) {
            return value.doubleValue();
        }
        return switch (value.asText()) {
            case "NaN" -> Double.NaN;
            case "Infinity" -> Double.POSITIVE_INFINITY;
            case "-Infinity" -> Double.NEGATIVE_INFINITY;
            default -> throw invalid(field, value, "expected a number");
        };
    }

    private static boolean flag(FieldDescriptor field, JsonNode value) {
        if (!value.isBoolean()) {
            throw invalid(field, value, "expected true or false");
        }
        return value.booleanValue();
    }

    private static String text(FieldDescriptor field, JsonNode value) {
        if (!value.isTextual()) {
            throw invalid(field, value, "expected text");
        }
        return value.textValue();
    }

    private static ByteString bytes(FieldDescriptor field, JsonNode value) {
        String either = text(field, value).replace('-', '+').replace('_', '/');
        try {
            return ByteString.copyFrom(Base64.getDecoder().decode(either));
        } catch (IllegalArgumentException none) {
            throw invalid(field, value, "expected Base64");
        }
    }

    private static EnumValueDescriptor constant(FieldDescriptor field, JsonNode value) {
        if (value.isInt()) {
            return field.getEnumType().findValueByNumberCreatingIfUnknown(value.intValue());
        }
        EnumValueDescriptor named =
                value.isTextual() ? field.getEnumType().findValueByName(value.textValue()) : null;
        if (named == null) {
            throw invalid(
                    field,
                    value,
                    "expected the name of a " + field.getEnumType().getName() + " or its number");
        }
        return named;
    }

    private static InvalidValueException invalid(
            FieldDescriptor field, JsonNode value, String rule) {
        String text = value.isValueNode() ? value.asText() : value.getNodeType().toString();
        return new InvalidValueException(
                field.getJsonName(), text.substring(0, Math.min(text.length(), 64)), rule);
    }
}
