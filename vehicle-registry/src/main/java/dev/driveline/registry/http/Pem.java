package dev.driveline.registry.http;

import java.util.Base64;

/** Certificates as text. Source: RFC 7468. */
final class Pem {

    private Pem() {}

    static String certificate(byte[] der) {
        return "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END CERTIFICATE-----\n";
    }
}
