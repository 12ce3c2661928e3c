package dev.driveline.runtime.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.rest.ProblemException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is left of a person's token where only some things were granted. */
class GrantedTest {

    private static final Vin OWN = Vin.of("WDRV0TESTGRNT1001");
    private static final Vin LENT = Vin.of("WDRV0TESTGRNT1002");
    private static final Caller PERSON =
            new Caller(
                    "anna",
                    null,
                    TenantId.of("acme"),
                    Set.of("telemetry:read", "telemetry:location", "commands:send:horn.honk"),
                    null,
                    null,
                    _ -> false,
                    true);

    /** Both may be read, the location only of her own. */
    private static final Grants GRANTS =
            (tenant, subject, scope) ->
                    Map.of(
                                    Scope.TELEMETRY_READ,
                                    Set.of(OWN, LENT),
                                    Scope.TELEMETRY_LOCATION,
                                    Set.of(OWN))
                            .getOrDefault(scope, Set.of());

    @Test
    void onlyATokenForAllOfTheTenantIsForWhatConcernsAll() {
        Set<String> scopes = Set.of("registry:write");
        Caller all = new Caller("otto", null, TenantId.of("acme"), scopes, null);
        all.mustCoverTenant("a fleet");
        List<Caller> narrow =
                List.of(
                        PERSON,
                        all.within(Set.of(OWN)),
                        new Caller(
                                "otto",
                                null,
                                TenantId.of("acme"),
                                scopes,
                                null,
                                Set.of("north"),
                                _ -> false,
                                false));
        for (Caller caller : narrow) {
            ProblemException refused =
                    assertThrows(ProblemException.class, () -> caller.mustCoverTenant("a fleet"));
            assertEquals(ErrorCode.OUTSIDE_CLAIM, refused.code(), caller.toString());
        }
    }

    @Test
    void aScopeStaysWhereItWasGrantedForTheVehicle() {
        Caller own = PERSON.granted(GRANTS, Scope.TELEMETRY_READ, OWN);
        assertTrue(own.has(Scope.TELEMETRY_LOCATION));
        Caller lent = PERSON.granted(GRANTS, Scope.TELEMETRY_READ, LENT);
        assertTrue(lent.covers(LENT));
        assertTrue(lent.has(Scope.TELEMETRY_READ));
        assertFalse(lent.has(Scope.TELEMETRY_LOCATION));
        assertTrue(lent.maySend("horn.honk"), "a scope for a type is the handler's affair");
    }

    @Test
    void overSeveralVehiclesItStaysIfGrantedForAll() {
        Caller all = PERSON.granted(GRANTS, Scope.TELEMETRY_READ, null);
        assertEquals(Set.of(OWN, LENT), all.vins());
        assertFalse(all.has(Scope.TELEMETRY_LOCATION));
        Caller located = PERSON.granted(GRANTS, Scope.TELEMETRY_LOCATION, null);
        assertEquals(Set.of(OWN), located.vins());
        assertTrue(located.has(Scope.TELEMETRY_READ), "it may be read, too");
    }

    @Test
    void nothingGrantedIsNothingCovered() {
        Caller nobody = PERSON.granted((t, s, scope) -> Set.of(), Scope.TELEMETRY_READ, OWN);
        assertFalse(nobody.covers(OWN));
        assertFalse(nobody.has(Scope.TELEMETRY_LOCATION));
    }
}
