package dev.driveline.bench.server;

import dev.driveline.runtime.jws.PrivateKeys;
import dev.driveline.simulator.Pem;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** HiveMQ Community Edition on a JDK 17, if both are there. */
public final class HiveMq {

    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final String PASSWORD = "measured";

    private HiveMq() {}

    /**
     * @param java17 home of a JDK 17
     * @param libraries folder with HiveMQ's class path, its own class folder beside it
     */
    public static Server.Search start(
            Path folder, Path fleet, int window, int heapMb, @Nullable Path java17, Path libraries)
            throws IOException, InterruptedException, GeneralSecurityException {
        if (java17 == null || !Files.isExecutable(java17.resolve("bin/java"))) {
            return new Server.Search.Missing("no JDK 17 found");
        }
        if (!Files.isDirectory(libraries)) {
            return new Server.Search.Missing("its libraries could not be fetched");
        }
        int port = Waiting.freePort();
        Path home = folder.resolve("hivemq");
        for (String part : List.of("conf", "data", "log", "extensions")) {
            Files.createDirectories(home.resolve(part));
        }
        stores(home, fleet);
        Files.writeString(home.resolve("conf/config.xml"), settings(port, home, window));
        JavaProgram program =
                new JavaProgram(
                        java17,
                        flags(home, heapMb),
                        libraries + "/*:" + libraries.resolveSibling("classes"),
                        "HiveMqPeer");
        Child child =
                Child.start(
                        "hivemq", program.command(), Map.of(), folder.resolve("hivemq.log"), false);
        Waiting.untilReady(child, START_LIMIT, () -> Waiting.listens(port));
        return new Server.Search.Found(
                new Peer(
                        child,
                        port,
                        true,
                        "HiveMQ CE 2025.5 on JDK 17, in memory, " + heapMb + " MB heap"));
    }

    private static List<String> flags(Path home, int heapMb) {
        return Stream.concat(
                        Stream.of(
                                "-Dhivemq.home=" + home.toAbsolutePath(),
                                "-XX:+UseParallelGC",
                                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                                "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
                                "--add-opens=jdk.management/com.sun.management.internal=ALL-UNNAMED",
                                "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED"),
                        JavaProgram.heap(heapMb).stream())
                .toList();
    }

    private static void stores(Path home, Path fleet) throws IOException, GeneralSecurityException {
        KeyStore keys = empty();
        List<X509Certificate> chain = Pem.certificates(fleet.resolve("server.crt"));
        keys.setKeyEntry(
                "server",
                PrivateKeys.fromPem(fleet.resolve("server.key")),
                PASSWORD.toCharArray(),
                new ArrayList<>(chain).toArray(Certificate[]::new));
        write(keys, home.resolve("server.p12"));
        KeyStore trusted = empty();
        trusted.setCertificateEntry("ca", Pem.certificates(fleet.resolve("ca.crt")).getFirst());
        write(trusted, home.resolve("trusted.p12"));
    }

    private static KeyStore empty() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static void write(KeyStore store, Path file)
            throws IOException, GeneralSecurityException {
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, PASSWORD.toCharArray());
        }
    }

    private static String settings(int port, Path home, int window) {
        return """
        <?xml version="1.0" encoding="UTF-8"?>
        <hivemq>
          <listeners><tls-tcp-listener>
            <port>%1$d</port><bind-address>127.0.0.1</bind-address>
            <tls>
              <protocols><protocol>TLSv1.3</protocol></protocols>
              <keystore><path>%2$s/server.p12</path><password>%3$s</password>
                <private-key-password>%3$s</private-key-password></keystore>
              <client-authentication-mode>REQUIRED</client-authentication-mode>
              <truststore><path>%2$s/trusted.p12</path><password>%3$s</password></truststore>
            </tls>
          </tls-tcp-listener></listeners>
          <mqtt><receive-maximum><server-receive-maximum>%4$d</server-receive-maximum></receive-maximum></mqtt>
          <persistence><mode>in-memory</mode></persistence>
          <anonymous-usage-statistics><enabled>false</enabled></anonymous-usage-statistics>
        </hivemq>
        """
                .formatted(port, home.toAbsolutePath(), PASSWORD, window);
    }
}
