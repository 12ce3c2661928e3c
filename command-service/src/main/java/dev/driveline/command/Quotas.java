package dev.driveline.command;

import dev.driveline.command.command.CommandType;
import dev.driveline.command.postgres.QuotaTable;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.rest.ProblemException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jdbi.v3.core.Handle;

/** How many commands of a type a vehicle, a caller and a tenant may have within a minute. */
final class Quotas {

    private static final Duration WINDOW = Duration.ofMinutes(1);

    private final QuotaTable table = new QuotaTable();
    private final Headroom headroom = new Headroom();

    /**
     * Stops one more.
     *
     * @throws ProblemException RATE_LIMITED, with the limit and when to come again
     */
    void mustBeWithin(Handle handle, Vin vin, CommandType type, Caller caller, Instant now) {
        Instant since = now.minus(WINDOW);
        String name = type.type();
        CommandType.Limits limits = type.limits();
        mustBeWithin(handle, vin, type, now);
        mustBeWithin(
                "caller '" + caller.subject() + "' of " + caller.tenant(),
                name,
                limits.perCaller(),
                limit ->
                        table.ofCaller(
                                handle, caller.tenant(), caller.subject(), name, since, limit),
                now);
        mustBeWithin(
                "tenant " + caller.tenant(),
                name,
                limits.perTenant(),
                limit -> table.ofTenant(handle, caller.tenant(), name, since, limit),
                now);
    }

    private void mustBeWithin(
            String whose,
            String type,
            int limit,
            IntFunction<Optional<Instant>> lastOf,
            Instant now) {
        Headroom.Of of = new Headroom.Of(whose, type);
        if (headroom.take(of, now)) {
            return;
        }
        if (limit >= Headroom.SHARES && lastOf.apply(limit / 2).isEmpty()) {
            headroom.found(of, limit, now);
            return;
        }
        stop(lastOf.apply(limit), whose, type, limit, now);
    }

    /** As above, for the vehicle alone. */
    void mustBeWithin(Handle handle, Vin vin, CommandType type, Instant now) {
        CommandType.Limits limits = type.limits();
        stop(
                table.ofVehicle(handle, vin, type.type(), now.minus(WINDOW), limits.perVehicle()),
                "vehicle " + vin,
                type.type(),
                limits.perVehicle(),
                now);
    }

    /**
     * How many a batch may have now: of a tenant's limit batches leave a fifth to those who ask for
     * one command.
     */
    int roomForBatches(Handle handle, TenantId tenant, CommandType type, Instant now) {
        int most = type.limits().perTenant() - type.limits().perTenant() / 5;
        return most - table.countOfTenant(handle, tenant, type.type(), now.minus(WINDOW), most);
    }

    private static void stop(
            Optional<Instant> oldest, String whose, String type, int limit, Instant now) {
        if (oldest.isPresent()) {
            long waitMs = Duration.between(now, oldest.get().plus(WINDOW)).toMillis();
            throw new ProblemException(
                    ErrorCode.RATE_LIMITED,
                    whose + ": at most " + limit + " of " + type + " within a minute",
                    Map.of(
                            "limit",
                            limit,
                            "retryAfterS",
                            Math.max(1, Math.ceilDiv(waitMs, 1_000))));
        }
    }
}
