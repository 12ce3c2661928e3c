package dev.driveline.registry.postgres;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.registry.vehicle.Tbox;
import dev.driveline.registry.vehicle.TboxSerial;
import dev.driveline.registry.vehicle.Tboxes;
import dev.driveline.store.postgres.Database;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Tables {@code tbox} and {@code enrolment_token}. */
public final class TboxTable implements Tboxes {

    private static final int TOKEN_BYTES = 32;

    private final Database database;
    private final Announcements announcements;
    private final Duration tokenValidity;
    private final Clock clock;
    private final SecureRandom random;

    public TboxTable(
            Database database,
            Announcements announcements,
            Duration tokenValidity,
            Clock clock,
            SecureRandom random) {
        this.database = database;
        this.announcements = announcements;
        this.tokenValidity = tokenValidity;
        this.clock = clock;
        this.random = random;
    }

    @Override
    public Tbox bind(TenantId tenant, TboxSerial serial, @Nullable Vin vin) {
        return database.transaction(handle -> {
            if (vin == null) {
                return bind(handle, tenant, serial, null);
            }
            FleetTable.hold(handle, tenant);
            VehicleTable.lock(handle, tenant, vin);
            boolean already =
                    find(handle, serial, "").filter(box -> vin.equals(box.vin())).isPresent();
            Tbox bound = bind(handle, tenant, serial, vin);
            if (!already) {
                VehicleTable.announce(handle, announcements, tenant, List.of(vin.value()));
            }
            return bound;
        });
    }

    /** As {@link #bind(TenantId, TboxSerial, Vin)}, with the vehicle locked by the caller. */
    static Tbox bind(Handle handle, TenantId tenant, TboxSerial serial, @Nullable Vin vin) {
        handle.createUpdate(
                        """
                        INSERT INTO tbox (serial, tenant) VALUES (:serial, :tenant)
                        ON CONFLICT DO NOTHING
                        """)
                .bind("serial", serial.value())
                .bind("tenant", tenant.value())
                .execute();
        Tbox found =
                find(handle, serial, "FOR UPDATE")
                        .filter(tbox -> tbox.tenant().equals(tenant))
                        .orElseThrow(() ->
                                new InvalidValueException(
                                        ErrorCode.CONFLICT, "TBox", serial, "is another's"));
        if (vin == null || vin.equals(found.vin())) {
            return found;
        }
        if (found.vin() != null) {
            throw new InvalidValueException(
                    ErrorCode.CONFLICT, "TBox", serial, "is built into " + found.vin());
        }
        mustHaveNone(handle, vin);
        handle.createUpdate("UPDATE tbox SET vin = :vin WHERE serial = :serial")
                .bind("vin", vin.value())
                .bind("serial", serial.value())
                .execute();
        return new Tbox(serial, tenant, vin);
    }

    @Override
    public Tbox get(TenantId tenant, TboxSerial serial) {
        return database.transaction(handle -> mine(handle, tenant, serial, ""));
    }

    @Override
    public Token makeToken(TenantId tenant, TboxSerial serial) {
        byte[] bytes = new byte[TOKEN_BYTES];
        random.nextBytes(bytes);
        String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        Instant expiresAt = clock.instant().plus(tokenValidity);
        database.run(handle -> {
            var _ = mine(handle, tenant, serial, "FOR UPDATE");
            handle.createUpdate(
                            """
                            DELETE FROM enrolment_token WHERE serial = :serial AND used_at IS NULL
                            """)
                    .bind("serial", serial.value())
                    .execute();
            handle.createUpdate(
                            """
                            INSERT INTO enrolment_token (hash, serial, expires_at)
                            VALUES (:hash, :serial, :expires)
                            """)
                    .bind("hash", hashOf(secret))
                    .bind("serial", serial.value())
                    .bind("expires", expiresAt)
                    .execute();
        });
        return new Token(secret, expiresAt);
    }

    /** A random secret of 256 bits needs neither salt nor stretching. */
    static byte[] hashOf(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }

    static Optional<Tbox> find(Handle handle, TboxSerial serial, String lock) {
        return handle.createQuery("SELECT * FROM tbox WHERE serial = :serial " + lock)
                .bind("serial", serial.value())
                .map((row, _) -> tboxOf(row))
                .findOne();
    }

    private static Tbox mine(Handle handle, TenantId tenant, TboxSerial serial, String lock) {
        return find(handle, serial, lock)
                .filter(tbox -> tbox.tenant().equals(tenant))
                .orElseThrow(() ->
                        new InvalidValueException(
                                ErrorCode.TBOX_UNKNOWN, "TBox", serial, "is not registered"));
    }

    private static void mustHaveNone(Handle handle, Vin vin) {
        handle.createQuery("SELECT serial FROM tbox WHERE vin = :vin")
                .bind("vin", vin.value())
                .mapTo(String.class)
                .findOne()
                .ifPresent(other -> {
                    throw new InvalidValueException(
                            ErrorCode.CONFLICT, "vehicle", vin, "has the TBox " + other);
                });
    }

    static Tbox tboxOf(ResultSet row) throws SQLException {
        String vin = row.getString("vin");
        return new Tbox(
                new TboxSerial(row.getString("serial")),
                TenantId.of(row.getString("tenant")),
                vin == null ? null : Vin.of(vin));
    }
}
