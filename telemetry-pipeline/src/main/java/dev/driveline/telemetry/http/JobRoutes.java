package dev.driveline.telemetry.http;

import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.Route;
import dev.driveline.telemetry.job.Job;
import dev.driveline.telemetry.job.Jobs;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * What all jobs have over REST: they are ordered under a key, listed, looked at and deleted. One
 * that the caller may not see does not exist.
 */
final class JobRoutes<O, P, D> {

    /** What jobs of a kind have of their own. */
    interface Own<O, P, D> {

        /**
         * What a request orders.
         *
         * @throws dev.driveline.runtime.rest.ProblemException if it cannot be ordered, or not by
         *     the caller
         */
        O order(Exchange exchange);

        /** Of which orders a caller may see the jobs. */
        Predicate<O> seenBy(Caller caller);

        /** A job as REST shows it. */
        Record body(Job<O, P, D> job);
    }

    private final String path;
    private final Scope toChange;
    private final Jobs<O, P, D> jobs;
    private final Own<O, P, D> own;

    /**
     * @param toChange what it takes to order and to delete one
     */
    JobRoutes(String path, Scope toChange, Jobs<O, P, D> jobs, Own<O, P, D> own) {
        this.path = path;
        this.toChange = toChange;
        this.jobs = jobs;
        this.own = own;
    }

    List<Route> routes() {
        return List.of(
                Route.post(path, toChange, this::order),
                Route.get(path, Scope.TELEMETRY_READ, this::list),
                Route.get(
                        path + "/{id}",
                        Scope.TELEMETRY_READ,
                        exchange -> Answer.ok(own.body(seen(exchange)))),
                Route.delete(path + "/{id}", toChange, this::remove));
    }

    private Answer order(Exchange exchange) {
        Caller caller = exchange.caller();
        String key = IdempotencyKey.of(exchange);
        Jobs.Use use = key == null ? null : new Jobs.Use(key, IdempotencyKey.bodyHash(exchange));
        Job<O, P, D> former = use == null ? null : jobs.former(caller, use);
        // A token that was narrowed since it used its key does not see what it ordered then.
        Job<O, P, D> job =
                seen(caller, former == null ? jobs.add(caller, own.order(exchange), use) : former);
        return Answer.accepted(path + "/" + job.id(), own.body(job));
    }

    private Answer list(Exchange exchange) {
        Predicate<O> seen = own.seenBy(exchange.caller());
        return Answer.ok(
                new Page<>(
                        jobs.list(exchange.caller().tenant()).stream()
                                .filter(job -> seen.test(job.order()))
                                .map(own::body)
                                .toList(),
                        null));
    }

    private Answer remove(Exchange exchange) {
        jobs.remove(exchange.caller().tenant(), seen(exchange).id());
        return Answer.noContent();
    }

    /**
     * The job of the request's path.
     *
     * @throws dev.driveline.contract.error.InvalidValueException with the kind's code if there is
     *     none that the caller may see
     */
    Job<O, P, D> seen(Exchange exchange) {
        UUID id;
        try {
            id = UUID.fromString(exchange.path("id"));
        } catch (IllegalArgumentException none) {
            throw jobs.kind().unknown(exchange.path("id"));
        }
        return seen(exchange.caller(), jobs.get(exchange.caller().tenant(), id));
    }

    private Job<O, P, D> seen(Caller caller, Job<O, P, D> job) {
        if (!own.seenBy(caller).test(job.order())) {
            throw jobs.kind().unknown(job.id());
        }
        return job;
    }
}
