package dev.driveline.gateway.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeafRulesTest {

    private static final String VIN = "WDRV0TESTGATE1000";
    private static final String URN = "urn:vin:" + VIN;
    private static final List<String> CLIENT = List.of(LeafRules.CLIENT_AUTH);
    private static final LeafRules.Jurisdiction ACME =
            new LeafRules.Jurisdiction(TenantId.of("acme"), List.of("WDRX", "WDRV"));

    @Test
    void aLeafThatKeepsEveryRuleSpeaksForItsVin() {
        assertEquals(new LeafRules.Verdict.Accepted(Vin.of(VIN)), judge(List.of(URN), "acme"));
    }

    @Test
    void moreUsagesThanClientAuthAreNoFault() {
        assertInstanceOf(
                LeafRules.Verdict.Accepted.class,
                LeafRules.judge(
                        new LeafRules.Leaf(
                                List.of(URN),
                                "acme",
                                List.of("1.3.6.1.5.5.7.3.1", LeafRules.CLIENT_AUTH)),
                        ACME));
    }

    @Test
    void clientAuthMustBeAmongTheUsages() {
        refused(RefusalReason.KEY_USAGE, leaf(List.of(URN), "acme", List.of()));
        refused(RefusalReason.KEY_USAGE, leaf(List.of(URN), "acme", List.of("1.3.6.1.5.5.7.3.1")));
        // anyExtendedKeyUsage is not clientAuth.
        refused(RefusalReason.KEY_USAGE, leaf(List.of(URN), "acme", List.of("2.5.29.37.0")));
    }

    @Test
    void thereIsExactlyOneSanUri() {
        refused(RefusalReason.SUBJECT_NAME, leaf(List.of(), "acme", CLIENT));
        refused(RefusalReason.SUBJECT_NAME, leaf(List.of(URN, URN), "acme", CLIENT));
        refused(
                RefusalReason.SUBJECT_NAME,
                leaf(List.of(URN, "https://example.com"), "acme", CLIENT));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "urn:vin:",
                "WDRV0TESTGATE1000",
                "URN:VIN:WDRV0TESTGATE1000",
                "urn:vin:wdrv0testgate1000",
                "urn:vin:WDRV0TESTGATE100",
                "urn:vin:WDRV0TESTGATE10000",
                "urn:vin:WDRV0TESTGATE1%30%30",
                "urn:vin:WDRVOTESTGATE1000",
                "urn:vin:WDRV0TESTGATE1000 ",
                " urn:vin:WDRV0TESTGATE1000",
                "urn:vin:WDRV0TESTGATE1000\u0000",
                "urn:vin:WDRV0TESTGATE1000?x",
                "urn:uuid:WDRV0TESTGATE1000"
            })
    void theUriIsAnUrnOfAVin(String uri) {
        refused(RefusalReason.SUBJECT_NAME, leaf(List.of(uri), "acme", CLIENT));
    }

    @Test
    void theOrganisationIsTheTenantOfTheAuthority() {
        for (String organisation : new String[] {null, "", "ACME", "acme ", "other"}) {
            refused(RefusalReason.TENANT, leaf(List.of(URN), organisation, CLIENT));
        }
    }

    @Test
    void theAuthoritySpeaksForItsPrefixesOnly() {
        LeafRules.Leaf leaf = leaf(List.of(URN), "acme", CLIENT);
        TenantId acme = TenantId.of("acme");
        for (List<String> prefixes : List.of(List.<String>of(), List.of("WDRX"), List.of("DRV"))) {
            LeafRules.Verdict.Refused refused =
                    assertInstanceOf(
                            LeafRules.Verdict.Refused.class,
                            LeafRules.judge(leaf, new LeafRules.Jurisdiction(acme, prefixes)));
            assertEquals(RefusalReason.VIN_PREFIX, refused.reason());
            assertTrue(refused.why().contains(VIN), refused.why());
        }
        assertInstanceOf(
                LeafRules.Verdict.Accepted.class,
                LeafRules.judge(leaf, new LeafRules.Jurisdiction(acme, List.of(""))));
    }

    private static LeafRules.Leaf leaf(List<String> uris, String organisation, List<String> use) {
        return new LeafRules.Leaf(uris, organisation, use);
    }

    private static LeafRules.Verdict judge(List<String> uris, String organisation) {
        return LeafRules.judge(leaf(uris, organisation, CLIENT), ACME);
    }

    private static void refused(RefusalReason reason, LeafRules.Leaf leaf) {
        LeafRules.Verdict.Refused refused =
                assertInstanceOf(LeafRules.Verdict.Refused.class, LeafRules.judge(leaf, ACME));
        assertEquals(reason, refused.reason(), refused.why());
    }
}
