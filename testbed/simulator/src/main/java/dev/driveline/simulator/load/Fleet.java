package dev.driveline.simulator.load;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.simulator.KeyMaker;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A certificate and a key for every vehicle of a load, kept in a folder, because to make twenty
 * thousand takes longer than to use them.
 *
 * <p>Shape of the folder: {@code ca.crt}, {@code ca.key}, {@code server.crt}, {@code server.key} in
 * PEM, and {@code vehicles.bin}: the number of vehicles (int), then for each its key (PKCS#8) and
 * its certificate (DER), each behind its length (int). Nothing in it is protected.
 */
public final class Fleet {

    /** The tenant that every vehicle's certificate names. */
    public static final TenantId TENANT = TenantId.of("acme");

    private static final String VEHICLES = "vehicles.bin";
    private static final Duration KEPT = Duration.ofDays(30);

    private final Path folder;
    private final List<Member> members;

    /** One vehicle's secrets, as they stand in the file. */
    record Member(byte[] key, byte[] certificate) {}

    private Fleet(Path folder, List<Member> members) {
        this.folder = folder;
        this.members = members;
    }

    /** The VIN of the vehicle with this number, from 0. */
    public static Vin vin(int number) {
        return Vin.of("WDRVL0000%08d".formatted(number));
    }

    /** The number of the vehicle with this VIN. */
    public static int number(String vin) {
        return Integer.parseInt(vin.substring(9));
    }

    /**
     * The fleet of a folder, made or extended to {@code count} vehicles; a fleet over thirty days
     * old is made anew.
     */
    public static Fleet in(Path folder, int count) throws IOException, GeneralSecurityException {
        Path file = folder.resolve(VEHICLES);
        if (Files.exists(file) && tooOld(file)) {
            Files.delete(file);
            Files.deleteIfExists(folder.resolve("ca.crt"));
        }
        KeyMaker authority = KeyMaker.in(folder, "ca", "Driveline load", Clock.systemUTC());
        if (!Files.exists(file)) {
            authority.server(folder, "server");
        }
        List<Member> members = Files.exists(file) ? read(file) : List.of();
        if (members.size() < count) {
            List<Member> more = new ArrayList<>(members);
            more.addAll(
                    IntStream.range(members.size(), count)
                            .parallel()
                            .mapToObj(number -> member(authority, number))
                            .toList());
            members = List.copyOf(more);
            write(file, members);
        }
        return new Fleet(folder, members);
    }

    private static boolean tooOld(Path file) throws IOException {
        long ageMs = System.currentTimeMillis() - Files.getLastModifiedTime(file).toMillis();
        return ageMs > KEPT.toMillis();
    }

    private static Member member(KeyMaker authority, int number) {
        try {
            KeyPair keys = KeyMaker.newKeys();
            X509Certificate certificate = authority.vehicle(keys, TENANT, vin(number));
            return new Member(keys.getPrivate().getEncoded(), certificate.getEncoded());
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("certificate of vehicle " + number, impossible);
        }
    }

    private static List<Member> read(Path file) throws IOException {
        try (DataInputStream in =
                new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            int count = in.readInt();
            List<Member> members = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                members.add(new Member(in.readNBytes(in.readInt()), in.readNBytes(in.readInt())));
            }
            return members;
        }
    }

    private static void write(Path file, List<Member> members) throws IOException {
        Path fresh = file.resolveSibling(VEHICLES + ".new");
        try (DataOutputStream out =
                new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(fresh)))) {
            out.writeInt(members.size());
            for (Member member : members) {
                out.writeInt(member.key().length);
                out.write(member.key());
                out.writeInt(member.certificate().length);
                out.write(member.certificate());
            }
        }
        Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
    }

    public Path folder() {
        return folder;
    }

    public int size() {
        return members.size();
    }

    Member member(int number) {
        return members.get(number);
    }

    /** The certificate of one vehicle, DER. */
    public byte[] certificate(int number) {
        return members.get(number).certificate();
    }
}
