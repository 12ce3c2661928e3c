package dev.driveline.telemetry.http;

import dev.driveline.contract.id.Vin;
import dev.driveline.telemetry.export.ExportOrder;

/**
 * Lines of an export: those of {@link SampleText} with the vehicle before them, as column or member
 * {@code vin}.
 */
final class ExportText {

    private final SampleText text;

    ExportText(ExportOrder.Format format) {
        this.text =
                switch (format) {
                    case CSV -> SampleText.CSV;
                    case NDJSON -> SampleText.NDJSON;
                };
    }

    String head() {
        return text.head().isEmpty() ? "" : "vin," + text.head();
    }

    void line(Vin vin, SampleBody body, StringBuilder out) {
        switch (text) {
            case CSV -> {
                out.append(vin).append(',');
                text.line(body, out);
            }
            case NDJSON -> {
                int at = out.length();
                text.line(body, out);
                out.insert(at + 1, "\"vin\":\"" + vin + "\",");
            }
        }
    }
}
