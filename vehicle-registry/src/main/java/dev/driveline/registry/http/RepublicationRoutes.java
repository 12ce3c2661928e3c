package dev.driveline.registry.http;

import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.Route;
import java.util.List;

/** {@code /api/v1/registry:republish}, for the operator of the installation. */
public final class RepublicationRoutes {

    private final Runnable everything;

    /**
     * @param everything writes all that the registry ever told to its outbox; blocks
     */
    public RepublicationRoutes(Runnable everything) {
        this.everything = everything;
    }

    public List<Route> routes() {
        return List.of(Route.post("/api/v1/registry:republish", Scope.ADMIN, this::republish));
    }

    private Answer republish(Exchange exchange) {
        everything.run();
        return Answer.noContent();
    }
}
