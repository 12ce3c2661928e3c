package dev.driveline.registry.est;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An answer of the EST port: certificates, or a sentence.
 *
 * @param outcome for the metric
 */
record EstAnswer(int status, Map<String, String> headers, byte[] body, String outcome) {

    static final String AUTHENTICATE = "WWW-Authenticate";

    /** The realm is what a person sees who opens the route in a browser. */
    static final String SCHEME = "Basic realm=\"birth certificate or serial:token\"";

    private static final String CERTS_ONLY = "application/pkcs7-mime; smime-type=certs-only";

    /**
     * @param pkcs7 DER. Source: RFC 7030 §4.1.3, §4.2.3
     */
    static EstAnswer certificates(byte[] pkcs7, String outcome) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", CERTS_ONLY);
        headers.put("Content-Transfer-Encoding", "base64");
        return new EstAnswer(200, headers, Base64.getMimeEncoder().encode(pkcs7), outcome);
    }

    /**
     * @param der CsrAttrs. Source: RFC 7030 §4.5.2
     */
    static EstAnswer attributes(byte[] der) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", "application/csrattrs");
        headers.put("Content-Transfer-Encoding", "base64");
        return new EstAnswer(200, headers, Base64.getMimeEncoder().encode(der), "csrattrs");
    }

    /** Without a body: there are clients that do not read it and then cannot go on. */
    static EstAnswer challenge() {
        return new EstAnswer(401, Map.of(AUTHENTICATE, SCHEME), new byte[0], "unknown");
    }

    static EstAnswer sentence(int status, String outcome, String sentence) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", "text/plain; charset=utf-8");
        return new EstAnswer(
                status, headers, (sentence + "\n").getBytes(StandardCharsets.UTF_8), outcome);
    }

    EstAnswer with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new EstAnswer(status, more, body, outcome);
    }
}
