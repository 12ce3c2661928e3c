package dev.driveline.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The import laws of docs/architecture.md. */
class ArchitectureTest {

    private static final String HOME = "dev.driveline.";
    private static final Map<String, String> SERVICES =
            Map.of(
                    "gateway",
                    "Gateway",
                    "registry",
                    "Registry",
                    "telemetry",
                    "Telemetry",
                    "command",
                    "Command");

    /** Shells are named by what they talk to; every other package of a service is core. */
    private static final Set<String> SHELLS =
            Set.of("mqtt", "kafka", "http", "postgres", "x509", "stream", "est", "tls");

    private static JavaClasses classes;

    @BeforeAll
    static void read() {
        classes =
                new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPackages("dev.driveline");
        assertTrue(classes.size() > 200, "only " + classes.size() + " classes were found");
    }

    @Test
    void contractSeesTheJdkAndProtobufOnly() {
        onlySees(
                "dev.driveline.contract..",
                "dev.driveline.contract..",
                "java..",
                "com.google.protobuf..",
                "org.jspecify..");
    }

    @Test
    void canSeesTheJdkOnly() {
        onlySees("dev.driveline.can..", "dev.driveline.can..", "java..", "org.jspecify..");
    }

    @Test
    void servicesMeetOnTheWire() {
        for (String service : SERVICES.keySet()) {
            for (String other : SERVICES.keySet()) {
                if (!service.equals(other)) {
                    check(
                            noClasses()
                                    .that()
                                    .resideInAPackage(HOME + service + "..")
                                    .should()
                                    .dependOnClassesThat()
                                    .resideInAPackage(HOME + other + ".."));
                }
            }
        }
    }

    @Test
    void theSimulatorKnowsNoService() {
        check(
                noClasses()
                        .that()
                        .resideInAPackage("dev.driveline.simulator..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(
                                SERVICES.keySet().stream()
                                        .map(name -> HOME + name + "..")
                                        .toArray(String[]::new)));
    }

    @Test
    void coreKnowsNoTechnology() {
        for (String core : corePackages()) {
            check(
                    noClasses()
                            .that()
                            .resideInAPackage(core)
                            .should()
                            .dependOnClassesThat()
                            .resideInAnyPackage(
                                    "io.vertx..",
                                    "io.netty..",
                                    "org.apache.kafka..",
                                    "java.sql..",
                                    "org.jdbi..",
                                    "org.bouncycastle..",
                                    "org.slf4j.."));
        }
    }

    @Test
    void coreKnowsNoShellAndShellsDoNotKnowEachOther() {
        for (String service : SERVICES.keySet()) {
            for (String from : packagesOf(service)) {
                for (String shell : SHELLS) {
                    if (!from.equals(shell)) {
                        check(
                                noClasses()
                                        .that()
                                        .resideInAPackage(HOME + service + "." + from)
                                        .should()
                                        .dependOnClassesThat()
                                        .resideInAPackage(HOME + service + "." + shell));
                    }
                }
            }
        }
    }

    @Test
    void librariesStayInTheirRooms() {
        only("io.vertx.mqtt..", "dev.driveline.gateway..");
        only("org.apache.kafka.streams..", "dev.driveline.telemetry.stream..");
        only(
                "org.bouncycastle..",
                "dev.driveline.registry.x509..",
                "dev.driveline.simulator..",
                "dev.driveline.testkit..");
        only("kafka.server..", "dev.driveline.embedded..");
        only(
                "java.sql..",
                "dev.driveline.store..",
                "dev.driveline.embedded..",
                "dev.driveline.testkit..",
                "dev.driveline.allinone..",
                "dev.driveline..postgres..");
        only(
                "org.jdbi..",
                "dev.driveline.store..",
                "dev.driveline..postgres..",
                "dev.driveline.command",
                "dev.driveline.registry",
                "dev.driveline.telemetry");
    }

    @Test
    void aServiceShowsThreeTypes() {
        SERVICES.forEach((name, prefix) -> {
            Set<String> shown =
                    classes.stream()
                            .filter(type -> type.getPackageName().equals(HOME + name))
                            .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                            .filter(type -> type.isTopLevelClass())
                            .map(JavaClass::getSimpleName)
                            .filter(simple -> !simple.equals("package-info"))
                            .collect(Collectors.toCollection(TreeSet::new));
            assertEquals(
                    new TreeSet<>(List.of(prefix + "Service", prefix + "Config", "Main")),
                    shown,
                    name);
        });
    }

    private static Set<String> packagesOf(String service) {
        return classes.stream()
                .map(JavaClass::getPackageName)
                .filter(name -> name.startsWith(HOME + service + "."))
                .map(name -> name.substring((HOME + service + ".").length()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> corePackages() {
        Set<String> core = new TreeSet<>();
        for (String service : SERVICES.keySet()) {
            packagesOf(service).stream()
                    .filter(name -> !SHELLS.contains(name))
                    .forEach(name -> core.add(HOME + service + "." + name));
        }
        assertTrue(core.size() > 10, "core packages: " + core);
        return core;
    }

    private static void only(String library, String... rooms) {
        check(
                noClasses()
                        .that()
                        .resideOutsideOfPackages(rooms)
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage(library));
    }

    private static void onlySees(String room, String... seen) {
        check(
                noClasses()
                        .that()
                        .resideInAPackage(room)
                        .should()
                        .dependOnClassesThat()
                        .resideOutsideOfPackages(seen));
    }

    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(classes);
    }
}
