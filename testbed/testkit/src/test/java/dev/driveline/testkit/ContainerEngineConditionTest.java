package dev.driveline.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.Extension;

class ContainerEngineConditionTest {

    @Test
    void aMissingEngineSkipsWithASentence() {
        var answer = new ContainerEngineCondition(true, () -> false).forIT();
        assertTrue(answer.isDisabled());
        assertEquals(Containers.NO_ENGINE, answer.getReason().orElseThrow());
    }

    @Test
    void anEngineLetsThemRun() {
        assertFalse(new ContainerEngineCondition(true, () -> true).forIT().isDisabled());
    }

    @Test
    void embeddedServersAskForNoEngine() {
        var condition = new ContainerEngineCondition(false, () -> fail("asked for an engine"));
        assertFalse(condition.forIT().isDisabled());
    }

    @Test
    void onlyITsNeedServers() {
        assertTrue(ContainerEngineCondition.isIT(SharedServersIT.class));
        assertFalse(ContainerEngineCondition.isIT(ContainerEngineConditionTest.class));
    }

    @Test
    void jUnitFindsIt() {
        assertTrue(
                ServiceLoader.load(Extension.class).stream()
                        .anyMatch(found -> found.type() == ContainerEngineCondition.class));
    }
}
