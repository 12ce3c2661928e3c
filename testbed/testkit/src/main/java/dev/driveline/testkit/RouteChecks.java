package dev.driveline.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;

/**
 * Asks a service's routes as somebody who may not have what they show, a test for each route.
 *
 * @param <R> what a route is to the service
 * @param name of a route, for the test's name
 */
public record RouteChecks<R>(Function<R, String> name, Caller<R> caller) {

    /** What came back. */
    public record Answer(int status, String body) {}

    /** How a route is asked, with all that makes the request a good one but for the token. */
    @FunctionalInterface
    public interface Caller<R> {

        /**
         * @param token null for none
         */
        Answer ask(@Nullable String token, R route);
    }

    /** Each answers with this status. */
    public Stream<DynamicTest> answer(int status, @Nullable String token, Stream<R> routes) {
        return each(
                routes,
                " answers " + status,
                route -> {
                    Answer answer = caller.ask(token, route);
                    assertEquals(status, answer.status(), answer.body());
                });
    }

    /** Each answers with this status and a problem of this code. */
    public Stream<DynamicTest> refuse(int status, String code, String token, Stream<R> routes) {
        return each(
                routes,
                " answers " + code,
                route -> {
                    Answer answer = caller.ask(token, route);
                    assertEquals(status, answer.status(), answer.body());
                    assertTrue(answer.body().contains("\"code\":\"" + code + "\""), answer.body());
                });
    }

    /**
     * What is about one thing answers 404, what lists answers 200 without these words.
     *
     * @param ofOne whether a route is about one thing
     */
    public Stream<DynamicTest> hide(
            List<String> words, String token, Predicate<R> ofOne, Stream<R> routes) {
        return each(
                routes,
                " hides what there is",
                route -> {
                    Answer answer = caller.ask(token, route);
                    assertEquals(ofOne.test(route) ? 404 : 200, answer.status(), answer.body());
                    words.stream()
                            .filter(word -> !ofOne.test(route))
                            .forEach(word ->
                                    assertFalse(answer.body().contains(word), answer.body()));
                });
    }

    private interface Check<R> {
        void of(R route);
    }

    private Stream<DynamicTest> each(Stream<R> routes, String what, Check<R> check) {
        return routes.map(
                route -> DynamicTest.dynamicTest(name.apply(route) + what, () -> check.of(route)));
    }
}
