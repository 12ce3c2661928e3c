package dev.driveline.command;

import dev.driveline.command.config.Differences;
import dev.driveline.command.postgres.AnswerTable;
import dev.driveline.command.postgres.CommandTable;
import dev.driveline.command.webhook.WebhookKeys;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.runtime.rest.Route;
import dev.driveline.store.postgres.Database;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Makes routes that write honour {@code Idempotency-Key}: what a request changes and its answer are
 * committed together, and the same request with the same key gets that answer again. An error is
 * not kept: nothing was changed then. Thread-safe.
 */
final class Idempotency {

    private static final int MAX_KEY_CHARACTERS = 200;
    private static final Set<String> WRITES = Set.of("POST", "PUT", "PATCH", "DELETE");

    private final Database database;
    private final CommandTable commands;
    private final WebhookKeys keys;
    private final AnswerTable answers = new AnswerTable();
    private final Clock clock;

    /**
     * @param keys that seal kept answers which show a webhook's secret
     */
    Idempotency(Database database, CommandTable commands, WebhookKeys keys, Clock clock) {
        this.database = database;
        this.commands = commands;
        this.keys = keys;
        this.clock = clock;
    }

    /**
     * The same route; as it is one that reads, that reads a stream, that the operator calls, and
     * the one for a command, which keeps its keys itself: who waits for its end holds no
     * transaction.
     */
    Route over(Route route) {
        boolean takes =
                WRITES.contains(route.method())
                        && route.scope() != null
                        && route.scope() != Scope.ADMIN
                        && !route.streamed()
                        && !route.path().equals(CommandRoutes.VEHICLE_COMMANDS);
        return takes ? route.with(exchange -> answer(route, exchange)) : route;
    }

    private Answer answer(Route route, Exchange exchange) throws Exception {
        String key = keyOf(exchange);
        if (key == null) {
            return route.handler().handle(exchange);
        }
        Caller caller = exchange.caller();
        String hash = hashOf(route, exchange);
        Instant now = clock.instant();
        return database.joined(() -> {
            Optional<AnswerTable.Kept> former =
                    database.transaction(handle -> former(handle, caller, key, now));
            if (former.isPresent()) {
                return repeated(former.get(), hash, key, caller);
            }
            Answer answer = route.handler().handle(exchange);
            if (answer instanceof Answer.Whole whole) {
                database.run(handle ->
                        answers.keep(
                                handle,
                                caller.tenant(),
                                caller.subject(),
                                key,
                                new AnswerTable.Kept(
                                        hash,
                                        whole.status(),
                                        whole.headers(),
                                        whole.contentType(),
                                        WebhookRoutes.showsSecret(route)
                                                ? keys.seal(owner(caller, key), whole.body())
                                                : whole.body()),
                                now));
            }
            return answer;
        });
    }

    /** Its key stays locked until the transaction ends. */
    private Optional<AnswerTable.Kept> former(
            Handle handle, Caller caller, String key, Instant now) {
        Instant notBefore = now.minus(CommandAcceptance.KEY_LIFE);
        answers.lock(handle, caller.tenant(), caller.subject(), key);
        Optional<AnswerTable.Kept> former =
                answers.find(handle, caller.tenant(), caller.subject(), key, notBefore);
        if (former.isEmpty()) {
            commands.former(handle, caller.tenant(), caller.subject(), key, notBefore)
                    .ifPresent(use -> {
                        throw mismatch(key, "for command " + use.command());
                    });
        }
        return former;
    }

    /** A key that is used again for what it was not used for. */
    static ProblemException mismatch(String key, String how) {
        return new ProblemException(
                ErrorCode.IDEMPOTENCY_MISMATCH, "Idempotency-Key '" + key + "' was used " + how);
    }

    private Answer repeated(AnswerTable.Kept former, String hash, String key, Caller caller) {
        if (!former.requestHash().equals(hash)) {
            throw mismatch(key, "with another request");
        }
        return new Answer.Whole(
                former.status(),
                former.headers(),
                former.contentType(),
                WebhookKeys.isSealed(former.body())
                        ? opened(former.body(), key, caller)
                        : former.body());
    }

    private byte[] opened(byte[] body, String key, Caller caller) {
        return switch (keys.open(owner(caller, key), body)) {
            case WebhookKeys.Opening.Opened opened -> opened.content();
            case WebhookKeys.Opening.KeyMissing missing ->
                    throw new ProblemException(
                            ErrorCode.UNAVAILABLE,
                            "the answer to Idempotency-Key '"
                                    + key
                                    + "' shows a secret, and what sealed it is not at hand: key "
                                    + missing.key());
            case WebhookKeys.Opening.Broken _ ->
                    throw new ProblemException(
                            ErrorCode.CONFLICT,
                            "the answer to Idempotency-Key '"
                                    + key
                                    + "' shows a secret and does not open any more");
        };
    }

    private static String owner(Caller caller, String key) {
        return String.join("\n", "answer", caller.tenant().value(), caller.subject(), key);
    }

    /**
     * The key of a request; null without one.
     *
     * @throws InvalidValueException if it is empty or too long
     */
    static @Nullable String keyOf(Exchange exchange) {
        String key = exchange.header("Idempotency-Key");
        if (key != null && (key.isBlank() || key.length() > MAX_KEY_CHARACTERS)) {
            throw new InvalidValueException(
                    "Idempotency-Key", key, "expected 1 to " + MAX_KEY_CHARACTERS + " characters");
        }
        return key;
    }

    private static String hashOf(Route route, Exchange exchange) {
        return Differences.hashOf(
                String.join(
                        "\n",
                        route.method(),
                        exchange.uri(),
                        String.valueOf(exchange.header("If-Match")),
                        new String(exchange.body(), StandardCharsets.UTF_8)));
    }
}
