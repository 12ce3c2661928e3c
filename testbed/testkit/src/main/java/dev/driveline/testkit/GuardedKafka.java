package dev.driveline.testkit;

import dev.driveline.embedded.EmbeddedKafka;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** A Kafka broker of its own that knows its users and denies what no access rule allows. */
public final class GuardedKafka implements AutoCloseable {

    private static final String OPERATOR = "broker";
    private static final long RULE_LIMIT_S = 30;

    private final EmbeddedKafka broker;

    private GuardedKafka(EmbeddedKafka broker) {
        this.broker = broker;
    }

    /**
     * Starts it.
     *
     * @param folder its data's
     * @param users who may log in, and nothing else yet
     */
    public static GuardedKafka start(Path folder, String... users) {
        StringBuilder logins = new StringBuilder(login(OPERATOR)).append(user(OPERATOR));
        for (String user : users) {
            logins.append(user(user));
        }
        return new GuardedKafka(
                EmbeddedKafka.start(
                        EmbeddedKafka.Config.in(folder)
                                .withSetting(
                                        "listener.security.protocol.map",
                                        "BROKER:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT")
                                .withSetting("sasl.enabled.mechanisms", "PLAIN")
                                .withSetting("sasl.mechanism.inter.broker.protocol", "PLAIN")
                                .withSetting(
                                        "listener.name.broker.plain.sasl.jaas.config",
                                        logins.append(';').toString())
                                .withSetting(
                                        "authorizer.class.name",
                                        "org.apache.kafka.metadata.authorizer.StandardAuthorizer")
                                .withSetting("super.users", "User:broker;User:ANONYMOUS")));
    }

    /** {@code host:port}. */
    public String bootstrap() {
        return broker.bootstrap();
    }

    /** What a user's clients need besides {@link #bootstrap}. */
    public Map<String, String> client(String user) {
        return Map.of(
                "security.protocol",
                "SASL_PLAINTEXT",
                "sasl.mechanism",
                "PLAIN",
                "sasl.jaas.config",
                login(user) + ";");
    }

    /**
     * Allows a user something; returns when the controller has it, the broker may learn of it
     * later.
     *
     * @param name what the names begin with, {@code *} for all
     */
    public void allow(String user, ResourceType type, String name, AclOperation... operations) {
        PatternType pattern = name.equals("*") ? PatternType.LITERAL : PatternType.PREFIXED;
        List<AclBinding> rules = new ArrayList<>();
        for (AclOperation operation : operations) {
            rules.add(
                    new AclBinding(
                            new ResourcePattern(type, name, pattern),
                            new AccessControlEntry(
                                    "User:" + user, "*", operation, AclPermissionType.ALLOW)));
        }
        Map<String, Object> settings = new HashMap<>(client(OPERATOR));
        settings.put("bootstrap.servers", bootstrap());
        try (Admin admin = Admin.create(settings)) {
            admin.createAcls(rules).all().get(RULE_LIMIT_S, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException failed) {
            throw new IllegalStateException("rules were not made: " + rules, failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while making rules", interrupted);
        }
    }

    private static String login(String user) {
        return "org.apache.kafka.common.security.plain.PlainLoginModule required"
                + " username=\"%1$s\" password=\"%1$s-secret\"".formatted(user);
    }

    private static String user(String user) {
        return " user_%1$s=\"%1$s-secret\"".formatted(user);
    }

    @Override
    public void close() {
        broker.close();
    }
}
