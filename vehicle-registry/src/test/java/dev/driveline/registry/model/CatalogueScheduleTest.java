package dev.driveline.registry.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.registry.ModelFact;
import dev.driveline.contract.registry.ModelFact.InForce;
import dev.driveline.registry.model.CatalogueSchedule.State;
import dev.driveline.testkit.Draw;
import dev.driveline.testkit.Trials;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CatalogueScheduleTest {

    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
    private static final Instant LATER = NOW.plusSeconds(3_600);
    private static final CatalogueRef A = new CatalogueRef("a", "0".repeat(32));
    private static final CatalogueRef B = new CatalogueRef("b", "1".repeat(32));
    private static final CatalogueRef C = new CatalogueRef("c", "2".repeat(32));

    private final CatalogueSchedule none = new CatalogueSchedule(List.of());

    @Test
    void theFirstOneDecodesWhatWasStoredBeforeIt() {
        CatalogueSchedule first = none.with(A, null, NOW);
        assertEquals(List.of(new InForce(A, Instant.EPOCH)), first.entries());
        assertEquals(A, first.at(Instant.EPOCH));
        CatalogueSchedule dated = none.with(A, LATER, NOW);
        assertNull(dated.at(NOW));
        assertEquals(A, dated.at(LATER));
        assertNull(none.at(NOW));
    }

    @Test
    void whatIsPlannedIsReplacedAndStaysAndIsWithdrawn() {
        CatalogueSchedule planned = none.with(A, null, NOW).with(B, LATER, NOW);
        assertEquals(
                List.of(State.IN_FORCE, State.PLANNED),
                planned.entries().stream().map(entry -> planned.state(entry, NOW)).toList());
        assertEquals(
                List.of(State.PAST, State.IN_FORCE),
                planned.entries().stream().map(entry -> planned.state(entry, LATER)).toList());
        CatalogueSchedule replaced = planned.with(C, LATER, NOW);
        assertEquals(
                List.of(new InForce(A, Instant.EPOCH), new InForce(C, LATER)), replaced.entries());
        CatalogueSchedule between = planned.with(C, null, NOW);
        assertEquals(List.of(A, C, B), catalogues(between));
        assertEquals(none.with(A, null, NOW), planned.without(LATER, NOW));
        assertSame(planned, planned.with(B, LATER, NOW));
        assertSame(planned, planned.with(A, null, NOW), "it is in force already");
    }

    @Test
    void whatHasBegunStays() {
        CatalogueSchedule changed = none.with(A, null, NOW).with(B, NOW, NOW);
        refused(ErrorCode.CONFLICT, () -> changed.with(C, NOW, LATER));
        refused(ErrorCode.CONFLICT, () -> changed.with(C, NOW.minusSeconds(1), LATER));
        refused(ErrorCode.CONFLICT, () -> changed.without(NOW, NOW));
        refused(ErrorCode.CATALOGUE_UNKNOWN, () -> changed.without(LATER, NOW));
        assertEquals(C, changed.with(C, NOW.plusNanos(1_000), LATER).at(LATER));
        refused(
                ErrorCode.INVALID_REQUEST,
                () -> changed.with(C, NOW.plus(Duration.ofDays(2_000)), NOW));
        refused(ErrorCode.INVALID_REQUEST, () -> none.with(A, Instant.EPOCH.minusNanos(1), NOW));
    }

    @Test
    void theOldestGoAndWhatIsInForceStays() {
        CatalogueSchedule many = none;
        for (int i = 0; i < ModelFact.MAX_CATALOGUES + 5; i++) {
            many = many.with(i % 2 == 0 ? A : B, NOW.plusSeconds(i), NOW.plusSeconds(i));
        }
        assertEquals(ModelFact.MAX_CATALOGUES, many.entries().size());
        assertEquals(NOW.plusSeconds(5), many.entries().getFirst().from());
        CatalogueSchedule planned = none.with(A, null, NOW);
        for (int i = 1; i < ModelFact.MAX_CATALOGUES; i++) {
            planned = planned.with(B, LATER.plusSeconds(i), NOW);
        }
        CatalogueSchedule full = planned;
        refused(ErrorCode.CONFLICT, () -> full.with(C, LATER, NOW));
        assertEquals(C, full.with(C, LATER.plusSeconds(1), NOW).at(LATER.plusSeconds(1)));
    }

    /** Whatever is asked for, when it comes. */
    @Test
    void nothingChangesWhatHasBegun() {
        Trials.of(71)
                .run(
                        200,
                        random -> {
                            CatalogueSchedule schedule = none.with(A, null, NOW);
                            Instant now = NOW;
                            for (int i = 0; i < 25; i++) {
                                now = now.plusSeconds(1 + random.nextInt(5));
                                Instant asked = now.plusSeconds(random.nextInt(20) - 4);
                                CatalogueRef ref = random.oneOf(List.of(A, B, C));
                                random.note(now + " " + ref.id() + " from " + asked);
                                CatalogueSchedule before = schedule;
                                schedule = changed(random, before, ref, asked, now);
                                for (InForce entry : before.entries()) {
                                    if (!entry.from().isAfter(now)) {
                                        assertTrue(schedule.entries().contains(entry));
                                        assertEquals(entry.catalogue(), schedule.at(entry.from()));
                                    }
                                }
                            }
                        });
    }

    private static CatalogueSchedule changed(
            Draw random, CatalogueSchedule before, CatalogueRef ref, Instant asked, Instant now) {
        try {
            return random.oneIn(4)
                    ? before.without(asked, now)
                    : before.with(ref, random.oneIn(3) ? null : asked, now);
        } catch (InvalidValueException refused) {
            return before;
        }
    }

    private static List<CatalogueRef> catalogues(CatalogueSchedule schedule) {
        return schedule.entries().stream().map(InForce::catalogue).toList();
    }

    private static void refused(ErrorCode code, org.junit.jupiter.api.function.Executable asked) {
        assertEquals(code, assertThrows(InvalidValueException.class, asked).code());
    }
}
