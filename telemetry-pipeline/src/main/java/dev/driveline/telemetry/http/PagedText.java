package dev.driveline.telemetry.http;

import dev.driveline.runtime.rest.Answer;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Lines of text, written while what they show is read page by page: no transaction stays open while
 * a caller reads slowly.
 */
final class PagedText {

    private static final int PAGE = 10_000;
    private static final int PIECE_CHARACTERS = 32_768;

    private PagedText() {}

    /** Where the lines come from: at most so many behind a place, or from the first. */
    @FunctionalInterface
    interface Pages<T, K> {
        List<T> read(@Nullable K after, int limit);
    }

    /**
     * The whole text.
     *
     * @param placeOf where one is, to read on behind it
     */
    static <T, K> Answer of(
            String contentType,
            String head,
            Pages<T, K> pages,
            Function<T, K> placeOf,
            BiConsumer<T, StringBuilder> line) {
        return new Answer.Text(
                contentType,
                sink -> {
                    StringBuilder piece = new StringBuilder(head);
                    K after = null;
                    while (true) {
                        List<T> page = pages.read(after, PAGE);
                        for (T one : page) {
                            line.accept(one, piece);
                            if (piece.length() >= PIECE_CHARACTERS) {
                                if (!sink.send(piece.toString())) {
                                    return;
                                }
                                piece.setLength(0);
                            }
                        }
                        if (page.size() < PAGE) {
                            break;
                        }
                        after = placeOf.apply(page.getLast());
                    }
                    var _ = sink.send(piece.toString());
                });
    }
}
