package dev.driveline.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.store.postgres.UnsentRow;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class SentMarkTest {

    @Test
    void readsWhatItWrites() {
        SentMark mark = SentMark.of(List.of(row(7, 30), row(9, 10), row(4_000_000_000L, 20)));
        assertEquals(List.of(7L, 9L, 4_000_000_000L), mark.ids());
        assertEquals(30, mark.upToUs());
        assertEquals(mark, SentMark.parse(mark.text()));
    }

    @Test
    void theLargestStaysBelowTheBrokersLimit() {
        long far = Long.MAX_VALUE / SentMark.MAX_ROWS;
        List<UnsentRow> rows =
                LongStream.rangeClosed(1, SentMark.MAX_ROWS)
                        .mapToObj(i -> row(i * far, Long.MAX_VALUE))
                        .toList();
        assertTrue(SentMark.of(rows).text().length() <= 4_096);
        assertEquals(SentMark.of(rows), SentMark.parse(SentMark.of(rows).text()));
    }

    @Test
    void refusesWhatIsNoMark() {
        assertThrows(IllegalArgumentException.class, () -> SentMark.parse(""));
        assertThrows(IllegalArgumentException.class, () -> SentMark.parse("2 a b"));
        assertThrows(IllegalArgumentException.class, () -> SentMark.parse("1 a ?"));
    }

    private static UnsentRow row(long id, long createdUs) {
        return new UnsentRow(id, "t", new byte[0], new byte[0], Map.of(), createdUs);
    }
}
