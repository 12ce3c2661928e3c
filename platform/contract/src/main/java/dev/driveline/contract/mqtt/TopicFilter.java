package dev.driveline.contract.mqtt;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;

/**
 * An MQTT topic filter of an access rule; the levels {@code ${vin}} and {@code ${tenant}} stand for
 * the vehicle that asks. Source: MQTT 5 §4.7.
 *
 * @param value at most {@value #MAX_CHARACTERS} characters
 */
public record TopicFilter(String value) {

    public static final int MAX_CHARACTERS = 200;

    private static final String VIN = "${vin}";
    private static final String TENANT = "${tenant}";

    /**
     * @throws InvalidValueException if it is no topic filter, or names another placeholder
     */
    public TopicFilter {
        if (value.isEmpty() || value.length() > MAX_CHARACTERS || value.indexOf('\0') >= 0) {
            throw wrong(value, "expected 1 to " + MAX_CHARACTERS + " characters, none of them NUL");
        }
        String[] levels = value.split("/", -1);
        for (int i = 0; i < levels.length; i++) {
            checkLevel(value, levels[i], i == levels.length - 1);
        }
    }

    public static TopicFilter of(String value) {
        return new TopicFilter(value);
    }

    /** Whether it covers a topic name, for a vehicle. */
    public boolean covers(String topic, Vin vin, TenantId tenant) {
        String[] levels = value.split("/", -1);
        String[] names = topic.split("/", -1);
        for (int i = 0; i < levels.length; i++) {
            if (levels[i].equals("#")) {
                return true;
            }
            if (i >= names.length || !covers(levels[i], names[i], vin, tenant)) {
                return false;
            }
        }
        return levels.length == names.length;
    }

    /**
     * Whether it covers nothing but topics of one leaf, or of any, below a prefix: {@code prefix +
     * leaf}, {@code prefix + "+"} or {@code prefix + "#"}.
     *
     * @param prefix ends with a slash
     * @return what stands behind the prefix; empty if it covers anything else
     */
    public String behind(String prefix) {
        String rest = value.startsWith(prefix) ? value.substring(prefix.length()) : "";
        return rest.indexOf('/') < 0 ? rest : "";
    }

    @Override
    public String toString() {
        return value;
    }

    private static boolean covers(String level, String name, Vin vin, TenantId tenant) {
        return switch (level) {
            case "+" -> true;
            case VIN -> name.equals(vin.value());
            case TENANT -> name.equals(tenant.value());
            default -> name.equals(level);
        };
    }

    private static void checkLevel(String filter, String level, boolean last) {
        if (level.contains("#") && !(level.equals("#") && last)) {
            throw wrong(filter, "# stands alone and at the end only");
        }
        if (level.contains("+") && !level.equals("+")) {
            throw wrong(filter, "+ stands for a whole level only");
        }
        if (level.contains("$") && !level.equals(VIN) && !level.equals(TENANT)) {
            throw wrong(filter, "the only placeholders are ${vin} and ${tenant}, a level each");
        }
    }

    private static InvalidValueException wrong(String value, String rule) {
        return new InvalidValueException("topic filter", value, rule);
    }
}
