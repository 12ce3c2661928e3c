package dev.driveline.runtime.auth;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * On whose behalf the present thread works: bound around each request, read where a change is
 * written down, so that no method between has to carry it along.
 *
 * @param actor the person or machine: a token's {@code sub}, or {@code tbox:SERIAL}, or a part of
 *     the platform such as {@code registry}
 * @param app what acts for it, {@code act.sub} of RFC 8693; null for nothing
 */
public record Acting(String actor, @Nullable String app) {

    private static final ScopedValue<Acting> NOW = ScopedValue.newInstance();

    public static Acting of(Caller caller) {
        return new Acting(caller.subject(), caller.actor());
    }

    /** Who acts; null outside of {@link #call}. */
    public static @Nullable Acting now() {
        return NOW.isBound() ? NOW.get() : null;
    }

    /** Works as this one. */
    public <T> T call(Callable<T> work) throws Exception {
        return ScopedValue.where(NOW, this).call(work::call);
    }
}
