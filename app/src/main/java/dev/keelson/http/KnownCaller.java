package dev.keelson.http;

import io.helidon.webserver.http.ServerRequest;
import org.jspecify.annotations.Nullable;

/** Who sends a request, where its token tells: then nobody can act in another's name. */
public final class KnownCaller {
    private static final String KEY = "keelson.caller";

    private KnownCaller() {}

    /** Takes note of whose token a request shows. */
    public static void is(ServerRequest request, String name) {
        request.context().register(KEY, name);
    }

    /** Whose token a request shows; null where there are no tokens, and for commands on the server's own machine. */
    public static @Nullable String of(ServerRequest request) {
        return request.context().get(KEY, String.class).orElse(null);
    }
}
