package dev.driveline.gateway.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;

/** The server's certificate chain, the leaf first, and the key that is proved to belong to it. */
record ServerIdentity(List<X509Certificate> chain, PrivateKey key) {

    private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String END = "-----END PRIVATE KEY-----";
    private static final byte[] PROBE = "driveline".getBytes(StandardCharsets.US_ASCII);

    X509Certificate certificate() {
        return chain.getFirst();
    }

    /**
     * Reads a pair of files in PEM, the key PKCS#8.
     *
     * @throws UnusableFileException naming the file, never a key's content
     */
    static ServerIdentity read(Path certificateFile, Path keyFile) {
        List<X509Certificate> chain = chainOf(certificateFile);
        X509Certificate leaf = chain.getFirst();
        String algorithm = leaf.getPublicKey().getAlgorithm();
        try {
            PrivateKey key =
                    KeyFactory.getInstance(algorithm)
                            .generatePrivate(new PKCS8EncodedKeySpec(derOf(keyFile)));
            if (!belong(leaf, key)) {
                throw new UnusableFileException(
                        "the key in "
                                + keyFile
                                + " does not belong to the certificate in "
                                + certificateFile,
                        null);
            }
            return new ServerIdentity(chain, key);
        } catch (GeneralSecurityException | IllegalArgumentException wrong) {
            throw new UnusableFileException(
                    keyFile + " holds no " + algorithm + " key in PKCS#8 PEM for the certificate",
                    wrong);
        }
    }

    private static List<X509Certificate> chainOf(Path file) {
        try {
            List<X509Certificate> chain =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(
                                    new ByteArrayInputStream(Files.readAllBytes(file)))
                            .stream()
                            .map(X509Certificate.class::cast)
                            .toList();
            if (chain.isEmpty()) {
                throw new UnusableFileException(file + " holds no certificate", null);
            }
            return chain;
        } catch (IOException | GeneralSecurityException unreadable) {
            throw new UnusableFileException(
                    file + " cannot be read as certificates in PEM", unreadable);
        }
    }

    private static byte[] derOf(Path file) {
        try {
            String text = Files.readString(file);
            int begin = text.indexOf(BEGIN);
            int end = text.indexOf(END);
            if (begin < 0 || end < begin) {
                throw new UnusableFileException(file + " does not hold " + BEGIN, null);
            }
            return Base64.getMimeDecoder().decode(text.substring(begin + BEGIN.length(), end));
        } catch (IOException unreadable) {
            throw new UnusableFileException(file + " cannot be read", unreadable);
        }
    }

    private static boolean belong(X509Certificate leaf, PrivateKey key)
            throws GeneralSecurityException {
        String scheme =
                switch (key.getAlgorithm()) {
                    case "EC" -> "SHA256withECDSA";
                    case "RSA" -> "SHA256withRSA";
                    default -> key.getAlgorithm();
                };
        Signature signer = Signature.getInstance(scheme);
        signer.initSign(key);
        signer.update(PROBE);
        byte[] signature = signer.sign();
        Signature verifier = Signature.getInstance(scheme);
        verifier.initVerify(leaf.getPublicKey());
        verifier.update(PROBE);
        return verifier.verify(signature);
    }
}
