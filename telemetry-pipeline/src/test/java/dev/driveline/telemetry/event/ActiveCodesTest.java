package dev.driveline.telemetry.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ActiveCodesTest {

    private ActiveCodes codes = ActiveCodes.none();
    private long boot = -7;

    private static Dm1 dm1(int... spns) {
        return new Dm1(
                Arrays.stream(spns).mapToObj(spn -> new Dm1.Code(spn, 1, spn % 100)).toList(),
                Map.of("protect", true),
                0);
    }

    /** What is told, as {@code code status}; the state goes through its bytes each time. */
    private List<String> told(String ecu, long tUs, Dm1 dm1) {
        codes = ActiveCodes.fromBytes(codes.toBytes());
        List<String> told = new ArrayList<>();
        for (Map<String, Object> data : codes.take(ecu, boot, tUs, dm1)) {
            for (CodeReport.Entry entry : CodeReport.of(data).entries()) {
                assertEquals(ecu, entry.key().ecu());
                assertEquals("J1939", entry.key().protocol());
                told.add(entry.key().code() + " " + entry.status());
            }
        }
        return told;
    }

    @Test
    void aCodeBeginsWhenItIsListedAndEndsWhenItIsNot() {
        assertEquals(List.of(), told("can1/00", 1, dm1()));
        assertEquals(List.of("spn:100/1 ACTIVE"), told("can1/00", 2, dm1(100)));
        assertEquals(List.of(), told("can1/00", 3, dm1(100)));
        assertEquals(List.of("spn:90/1 ACTIVE"), told("can1/00", 4, dm1(100, 90)));
        assertEquals(List.of("spn:7/1 ACTIVE", "spn:100/1 STORED"), told("can1/00", 5, dm1(90, 7)));
        assertEquals(List.of("spn:7/1 STORED", "spn:90/1 STORED"), told("can1/00", 6, dm1()));
        assertEquals(List.of("spn:100/1 ACTIVE"), told("can1/00", 7, dm1(100)));
    }

    @Test
    void eachControlUnitSpeaksForItself() {
        assertEquals(List.of("spn:100/1 ACTIVE"), told("can1/00", 1, dm1(100)));
        assertEquals(List.of("spn:100/1 ACTIVE"), told("can1/03", 1, dm1(100)));
        assertEquals(List.of("spn:100/1 STORED"), told("can1/00", 2, dm1()));
        assertEquals(List.of(), told("can1/03", 2, dm1(100)));
    }

    @Test
    void aWordFromBeforeTheLastSaysNothing() {
        assertEquals(List.of("spn:100/1 ACTIVE"), told("can1/00", 9, dm1(100)));
        assertEquals(List.of(), told("can1/00", 8, dm1()));
        assertEquals(List.of("spn:100/1 STORED"), told("can1/00", 9, dm1()));
    }

    @Test
    void withEachBootAllAreToldAgain() {
        assertEquals(List.of("spn:100/1 ACTIVE"), told("can1/00", 1, dm1(100)));
        boot++;
        assertEquals(
                List.of("spn:100/1 ACTIVE", "spn:90/1 ACTIVE"), told("can1/00", 2, dm1(100, 90)));
        assertEquals(List.of(), told("can1/00", 3, dm1(100, 90)));
        boot++;
        assertEquals(List.of("spn:90/1 ACTIVE", "spn:100/1 STORED"), told("can1/00", 4, dm1(90)));
    }

    @Test
    void lampsAndCountStandBesideACode() {
        CodeReport report = CodeReport.of(codes.take("can1/00", boot, 1, dm1(103)).getFirst());
        assertEquals(
                Map.of("occurrences", 3, "protect", true), report.entries().getFirst().freeze());
    }

    @Test
    void moreThanAReaderTakesAreToldInSeveralEvents() {
        int[] many = IntStream.rangeClosed(1, Dm1.MAX_CODES).toArray();
        assertEquals(2, codes.take("can1/00", boot, 1, dm1(many)).size());
        assertEquals(Dm1.MAX_CODES, told("can1/00", 2, dm1()).size());
    }

    @Test
    void soManyControlUnitsAndNoMoreAreHeard() {
        for (int i = 0; i < ActiveCodes.MAX_SOURCES; i++) {
            assertEquals(1, told("can1/" + i, 1, dm1(100)).size());
        }
        assertEquals(List.of(), told("can2/00", 1, dm1(100)));
        assertEquals(List.of("spn:100/1 STORED"), told("can1/0", 2, dm1()));
    }

    @Test
    void otherBytesAreRefused() {
        assertThrows(
                IllegalArgumentException.class,
                () -> ActiveCodes.fromBytes(new byte[] {(byte) 0xFF, 0x7F}));
    }
}
