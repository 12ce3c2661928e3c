package dev.driveline.gateway.identity;

/**
 * A certificate as revocations name it.
 *
 * @param issuer SHA-256 of the issuer's DER name, hexadecimal
 * @param serial hexadecimal, without leading zeros
 */
public record CertificateId(String issuer, String serial) {

    /** {@code issuer:serial}. */
    @Override
    public String toString() {
        return issuer + ":" + serial;
    }
}
