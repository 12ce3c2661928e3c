package dev.driveline.telemetry.http;

import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.telemetry.sample.Sample;
import dev.driveline.telemetry.sample.SampleKey;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * All samples of a window as one stream of text.
 *
 * <p>CSV as RFC 4180 (CRLF, quotes where needed, a header line); NDJSON an object a line. Both have
 * the members of {@link SampleBody}.
 */
enum SampleText {
    NDJSON("application/x-ndjson") {
        @Override
        String head() {
            return "";
        }

        @Override
        void line(SampleBody body, StringBuilder out) {
            out.append(Json.text(body)).append('\n');
        }
    },
    CSV("text/csv; charset=utf-8; header=present") {
        @Override
        String head() {
            return "signal,t,recv,raw,phys,unit,label,quality,late,catalogue,path,value,vssUnit\r\n";
        }

        @Override
        void line(SampleBody body, StringBuilder out) {
            out.append(quoted(body.signal()))
                    .append(',')
                    .append(body.t())
                    .append(',')
                    .append(body.recv())
                    .append(',')
                    .append(body.raw())
                    .append(',')
                    .append(body.phys())
                    .append(',')
                    .append(quoted(body.unit()))
                    .append(',')
                    .append(body.label() == null ? "" : quoted(body.label()))
                    .append(',')
                    .append(body.quality())
                    .append(',')
                    .append(body.late())
                    .append(',')
                    .append(quoted(body.catalogue()))
                    .append(',');
            SampleBody.Vss vss = body.vss();
            if (vss == null) {
                out.append(",,\r\n");
            } else {
                out.append(quoted(vss.path()))
                        .append(',')
                        .append(vss.value())
                        .append(',')
                        .append(quoted(vss.unit()))
                        .append("\r\n");
            }
        }
    };

    private static final Pattern SPECIAL = Pattern.compile("[\",\\r\\n]");

    private final String contentType;

    SampleText(String contentType) {
        this.contentType = contentType;
    }

    abstract String head();

    abstract void line(SampleBody body, StringBuilder out);

    /** What the header Accept asks for; null for a page of JSON. */
    static @Nullable SampleText accepted(@Nullable String accept) {
        if (accept == null) {
            return null;
        }
        if (accept.startsWith("text/csv")) {
            return CSV;
        }
        return accept.startsWith("application/x-ndjson") ? NDJSON : null;
    }

    /**
     * The whole text.
     *
     * @param shown a sample as its caller sees it
     */
    Answer answer(PagedText.Pages<Sample, SampleKey> pages, Function<Sample, SampleBody> shown) {
        return PagedText.of(
                contentType,
                head(),
                pages,
                Sample::key,
                (sample, out) -> line(shown.apply(sample), out));
    }

    private static String quoted(String text) {
        return SPECIAL.matcher(text).find() ? '"' + text.replace("\"", "\"\"") + '"' : text;
    }
}
