package dev.driveline.registry.http;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.registry.certificate.RevocationList;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.runtime.rest.Route;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * {@code /crl} and {@code /ocsp}, for anybody and without TLS: what they say is signed, and TLS
 * would ask for what they say. How often is limited. Source: RFC 5280 §4.2.1.13, RFC 6960 appendix
 * A.
 */
public final class RevocationRoutes {

    private static final int MAX_OCSP_BYTES = 8 * 1024;
    private static final int LIST_KEPT_S = 60;
    private static final String LIST = "application/pkix-crl";
    private static final String OCSP = "/ocsp";

    /** RFC 9110 §5.6.7. */
    private static final DateTimeFormatter HTTP_DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
                    .withZone(ZoneOffset.UTC);

    private final Function<String, Optional<RevocationList>> lists;
    private final Function<byte[], Said> responder;
    private final RevocationGate gate;
    private final Clock clock;

    /**
     * What the responder says.
     *
     * @param der OCSPResponse
     * @param life for how long it may be kept; zero for not at all
     */
    public record Said(byte[] der, Duration life) {}

    /**
     * @param lists by id of an authority
     * @param responder of an OCSPRequest in DER
     */
    public RevocationRoutes(
            Function<String, Optional<RevocationList>> lists,
            Function<byte[], Said> responder,
            RevocationLimits limits,
            MeterRegistry metrics,
            Clock clock) {
        this.lists = lists;
        this.responder = responder;
        this.gate = new RevocationGate(limits, metrics);
        this.clock = clock;
    }

    public List<Route> routes() {
        return List.of(
                Route.get("/crl/{authority}.crl", null, this::list),
                Route.post(OCSP, null, this::posted).withBodyUpTo(MAX_OCSP_BYTES),
                Route.get(OCSP + "/{request}", null, this::got).withSpanningParameter());
    }

    private Answer list(Exchange exchange) {
        gate.admit(exchange);
        String authority = exchange.path("authority");
        RevocationList list =
                lists.apply(authority)
                        .orElseThrow(() ->
                                new InvalidValueException(
                                        ErrorCode.AUTHORITY_UNKNOWN,
                                        "authority",
                                        authority,
                                        "has no revocation list here"));
        String tag = "\"" + list.number() + "\"";
        // A date is of whole seconds, and a second list of one second must not pass for the first.
        Instant modified = list.thisUpdate().truncatedTo(ChronoUnit.SECONDS).plusSeconds(1);
        Answer.Whole answer =
                isKnown(exchange, tag, modified)
                        ? new Answer.Whole(304, Map.of(), "", new byte[0])
                        : Answer.bytes(200, LIST, list.der());
        Answer.Whole tagged =
                answer.with("ETag", tag)
                        .with(
                                "Cache-Control",
                                "public, max-age=" + LIST_KEPT_S + ", must-revalidate");
        return modified.isAfter(clock.instant())
                ? tagged
                : tagged.with("Last-Modified", HTTP_DATE.format(modified));
    }

    /** The date counts only where there is no tag. Source: RFC 9110 §13.1.2, §13.1.3. */
    private static boolean isKnown(Exchange exchange, String tag, Instant modified) {
        String tags = exchange.header("If-None-Match");
        if (tags != null) {
            return Arrays.stream(tags.split(",", -1))
                    .map(String::strip)
                    .anyMatch(known ->
                            known.equals("*") || known.equals(tag) || known.equals("W/" + tag));
        }
        String since = exchange.header("If-Modified-Since");
        if (since == null) {
            return false;
        }
        try {
            return !modified.isAfter(Instant.from(HTTP_DATE.parse(since)));
        } catch (DateTimeException noDate) {
            return false;
        }
    }

    private Answer posted(Exchange exchange) {
        gate.admit(exchange);
        String type = exchange.header("Content-Type");
        if (type == null || !type.startsWith("application/ocsp-request")) {
            throw new ProblemException(
                    ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                    "expected Content-Type application/ocsp-request, got " + type);
        }
        return answer(exchange.body());
    }

    /** Base64 has slashes, which clients encode or do not, so the path is read as it was sent. */
    private Answer got(Exchange exchange) {
        gate.admit(exchange);
        String uri = exchange.uri();
        int begin = uri.indexOf(OCSP + "/") + OCSP.length() + 1;
        int query = uri.indexOf('?');
        return answer(requestOf(uri.substring(begin, query < begin ? uri.length() : query)));
    }

    /** What cannot be read is an empty request, to which the responder has an answer. */
    static byte[] requestOf(String path) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < path.length(); i++) {
            char at = path.charAt(i);
            if (at == '%' && i + 2 < path.length()) {
                int high = Character.digit(path.charAt(i + 1), 16);
                int low = Character.digit(path.charAt(i + 2), 16);
                text.append((char) (high < 0 || low < 0 ? '?' : (high << 4) + low));
                i += 2;
            } else {
                text.append(at);
            }
        }
        try {
            return Base64.getDecoder()
                    .decode(text.toString().getBytes(StandardCharsets.ISO_8859_1));
        } catch (IllegalArgumentException notBase64) {
            return new byte[0];
        }
    }

    private Answer answer(byte[] request) {
        Said said = responder.apply(request);
        return Answer.bytes(200, "application/ocsp-response", said.der())
                .with(
                        "Cache-Control",
                        said.life().isZero()
                                ? "no-store"
                                : "public, max-age="
                                        + Math.min(LIST_KEPT_S, said.life().toSeconds()));
    }
}
