package dev.driveline.runtime.auth;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.rest.ProblemException;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Who calls.
 *
 * @param subject the person or machine, {@code sub}
 * @param actor the app that acts for it, {@code act.sub} of RFC 8693; null where there is none
 * @param scopes as they stand in the token, also those that this version does not know
 * @param vins the vehicles that the token covers; null covers all of the tenant
 * @param fleets those whose vehicles it covers besides; null if it names none
 * @param inFleets whether a vehicle is in one of these: only the registry knows, elsewhere none is
 * @param person whether the token is a person's, who may do only what was granted, claim {@code
 *     person}
 */
public record Caller(
        String subject,
        @Nullable String actor,
        TenantId tenant,
        Set<String> scopes,
        @Nullable Set<Vin> vins,
        @Nullable Set<String> fleets,
        Predicate<Vin> inFleets,
        boolean person) {

    /** One of those who run the fleet, or their machine, by a token that names no fleets. */
    public Caller(
            String subject,
            @Nullable String actor,
            TenantId tenant,
            Set<String> scopes,
            @Nullable Set<Vin> vins) {
        this(subject, actor, tenant, scopes, vins, null, _ -> false, false);
    }

    /** The same where it is known which vehicles are in which fleets. */
    public Caller knowing(Predicate<Vin> isInFleets) {
        return new Caller(subject, actor, tenant, scopes, vins, fleets, isInFleets, person);
    }

    /** The same, for no other vehicles than these; fleets give a person nothing. */
    public Caller within(Set<Vin> only) {
        Set<Vin> both = new HashSet<>(only);
        if (vins != null || fleets != null) {
            both.retainAll(vins == null ? Set.of() : vins);
        }
        return new Caller(
                subject, actor, tenant, scopes, Set.copyOf(both), null, _ -> false, person);
    }

    /**
     * A person, as far as was granted: for the vehicles granted for a route's scope; another scope
     * of the token stays only if it was granted for every vehicle that the request is about, so
     * that who may read a vehicle's signals does not see its locations by a word in the token.
     *
     * @param asked the vehicle in the request's path; null where it is about all that are covered
     */
    public Caller granted(Grants grants, Scope scope, @Nullable Vin asked) {
        Caller narrowed = within(grants.of(tenant, subject, scope));
        Set<Vin> covered = narrowed.vins == null ? Set.of() : narrowed.vins;
        Set<Vin> concerned = asked == null ? covered : Set.of(asked);
        Set<String> kept = new HashSet<>(scopes);
        for (Scope other : Scope.values()) {
            if (other != scope
                    && has(other)
                    && !grants.of(tenant, subject, other).containsAll(concerned)) {
                kept.remove(other.text());
            }
        }
        return new Caller(
                subject, actor, tenant, Set.copyOf(kept), covered, null, _ -> false, person);
    }

    public boolean has(Scope scope) {
        return scopes.contains(scope.text());
    }

    /**
     * Whether it may send this type of command: by {@code commands:send} or by one for the type.
     */
    public boolean maySend(String commandType) {
        return has(Scope.COMMANDS_SEND)
                || scopes.contains(Scope.COMMANDS_SEND.text() + ":" + commandType);
    }

    /** Whether the token covers the vehicle; its tenant is another matter. */
    public boolean covers(Vin vin) {
        return vins == null || vins.contains(vin) || inFleets.test(vin);
    }

    /**
     * Stops a caller whose token does not cover the vehicle.
     *
     * @throws ProblemException {@link ErrorCode#OUTSIDE_CLAIM}
     */
    public void mustCover(Vin vin) {
        if (!covers(vin)) {
            throw new ProblemException(
                    ErrorCode.OUTSIDE_CLAIM,
                    "vehicle " + vin + " is not covered by the token's vins and fleets");
        }
    }

    /**
     * Stops a caller whose token is for some vehicles only from what concerns others too.
     *
     * @param what that is, as "a webhook"
     * @throws ProblemException {@link ErrorCode#OUTSIDE_CLAIM}
     */
    public void mustCoverTenant(String what) {
        if (vins != null || fleets != null || person) {
            throw new ProblemException(
                    ErrorCode.OUTSIDE_CLAIM,
                    "the token of '%s' is for some vehicles, %s is for all of the tenant's"
                            .formatted(subject, what));
        }
    }
}
