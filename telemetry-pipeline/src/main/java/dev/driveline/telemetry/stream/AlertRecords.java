package dev.driveline.telemetry.stream;

import dev.driveline.contract.alert.AlertEvent;
import dev.driveline.contract.kafka.Headers;
import dev.driveline.runtime.json.Json;
import dev.driveline.telemetry.rule.AlertIds;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;

/** Records of {@code telemetry.alerts}. */
final class AlertRecords {

    private static final String SOURCE = "/telemetry/rules";

    private AlertRecords() {}

    /**
     * @param timestampMs of the record that it follows from, or of the clock
     */
    static Record<byte[], byte[]> of(AlertEvent event, long timestampMs) {
        String vin = event.vin().value();
        RecordHeaders headers = new RecordHeaders();
        headers.add(Headers.EVENT_SPEC_VERSION, bytes("1.0"));
        headers.add(Headers.EVENT_ID, bytes(AlertIds.of(event).toString()));
        headers.add(Headers.EVENT_SOURCE, bytes(SOURCE));
        headers.add(Headers.EVENT_TYPE, bytes(event.step().eventType()));
        headers.add(Headers.EVENT_TIME, bytes(event.at().toString()));
        headers.add(Headers.EVENT_SUBJECT, bytes(vin));
        headers.add(Headers.TENANT, bytes(event.tenant().value()));
        headers.add(Headers.CONTENT_TYPE, bytes("application/json"));
        return new Record<>(bytes(vin), Json.bytes(event), Math.max(0, timestampMs), headers);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
