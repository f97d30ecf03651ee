package dev.keelson.http.server;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.Problem;
import dev.keelson.http.KnownCaller;
import dev.keelson.project.ServeDefinition;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Refuses requests that a foreign web page could send through the user's browser: the host must be this machine (against
 * DNS rebinding), and a request that changes something must not come from a page of another origin.
 */
final class RequestGuard implements Filter {
    private static final HeaderName REQUEST_METHOD = HeaderNames.create("Access-Control-Request-Method");
    private static final HeaderName ALLOW_ORIGIN = HeaderNames.create("Access-Control-Allow-Origin");
    private static final HeaderName ALLOW_METHODS = HeaderNames.create("Access-Control-Allow-Methods");
    private static final HeaderName ALLOW_HEADERS = HeaderNames.create("Access-Control-Allow-Headers");
    private static final HeaderName MAX_AGE = HeaderNames.create("Access-Control-Max-Age");
    private static final HeaderName PRIVATE_NETWORK = HeaderNames.create("Access-Control-Allow-Private-Network");
    private static final HeaderName WANTS_PRIVATE_NETWORK = HeaderNames.create("Access-Control-Request-Private-Network");
    private static final Pattern ADDRESS =
            Pattern.compile("(?:\\d{1,3}(?:\\.\\d{1,3}){3}|\\[[0-9A-Fa-f:.]+])(?::\\d{1,5})?");
    private static final HeaderName FETCH_SITE = HeaderNames.create("Sec-Fetch-Site");
    private static final Pattern LOOPBACK = Pattern.compile(
            "(?:localhost|127(?:\\.\\d{1,3}){3}|\\[::1])(?::\\d{1,5})?", Pattern.CASE_INSENSITIVE);

    /** The last host that was let through: nearly always that of the next request. */
    private volatile String known = "127.0.0.1";

    private final Access access;
    private final Admission admission;
    private final Set<String> origins;
    private final Set<String> hosts;
    private final boolean everywhere;

    /**
     * A guard.
     *
     * @param everywhere whether the server listens to other machines; it is then also reached by its addresses
     */
    RequestGuard(ServeDefinition serve, Access access, Admission admission, boolean everywhere) {
        this.access = access;
        this.admission = admission;
        this.origins = serve.origins().stream()
                .map(origin -> origin.toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
        this.hosts = serve.hosts().stream()
                .map(host -> host.toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
        this.everywhere = everywhere;
    }

    @Override
    public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
        ServerRequestHeaders headers = request.headers();
        String host = headers.value(HeaderNames.HOST).orElse("");
        if (!host.equals(known)) {
            require(isOurs(host) ? null : foreign(host));
            known = host;
        }
        Method method = request.prologue().method();
        String origin = headers.value(HeaderNames.ORIGIN).orElse(null);
        boolean asks = method.equals(Method.OPTIONS) && origin != null;
        boolean welcome = origin != null
                && isWelcome(
                        origin,
                        asks ? headers.value(REQUEST_METHOD).orElse("") : method.text(),
                        request.path().path());
        if (welcome) {
            response.header(ALLOW_ORIGIN, origin);
            response.header(HeaderNames.VARY, "Origin");
            if (asks) {
                preflight(request, response);
                return;
            }
        }
        if (!method.equals(Method.GET) && !method.equals(Method.HEAD) && !method.equals(Method.OPTIONS)) {
            if (!welcome) {
                require(crossing(host, origin, headers.value(FETCH_SITE).orElse(null)));
            }
        }
        if (!access.isOpen() || admission.countsClients()) {
            identified(request, response, method.text());
        }
        chain.proceed();
    }

    /** Whether a page of another site may ask for this: it looks, or asks for predictions. */
    private boolean isWelcome(@Nullable String origin, String method, String path) {
        return origin != null
                && !origins.isEmpty()
                && origins.contains(origin.toLowerCase(Locale.ROOT))
                && ServeDefinition.Role.PREDICT.covers(Access.needed(method, path));
    }

    /** Answers a browser that asks whether its page may ask. */
    private static void preflight(RoutingRequest request, RoutingResponse response) {
        response.header(ALLOW_METHODS, "GET, POST, OPTIONS");
        response.header(ALLOW_HEADERS, "authorization, content-type, accept");
        response.header(MAX_AGE, "600");
        if (request.headers().value(WANTS_PRIVATE_NETWORK).isPresent()) {
            response.header(PRIVATE_NETWORK, "true"); // a public page asks a private address; its origin is named in the file
        }
        response.status(Status.NO_CONTENT_204);
        response.send();
    }

    /** Refuses who shows no token, or may not do this, or does it too often. */
    private void identified(RoutingRequest request, RoutingResponse response, String method) {
        String path = request.path().path();
        if (Access.isPublic(path)) {
            return;
        }
        String client = request.remotePeer().host();
        if (!access.isOpen()) {
            Access.Caller caller = access.caller(
                    request.headers().value(HeaderNames.AUTHORIZATION).orElse(null),
                    request.headers().cookies().first(Access.COOKIE).orElse(null));
            HttpFailure refused = refusal(caller, Access.needed(method, path));
            if (refused != null) {
                if (refused.status() == 401) {
                    response.header(HeaderNames.WWW_AUTHENTICATE, "Bearer realm=\"keelson\"");
                }
                throw refused;
            }
            if (caller != null) {
                client = caller.name();
                request.context().register(caller);
                if (caller.isNamed()) {
                    KnownCaller.is(request, caller.name());
                }
            }
        }
        HttpFailure tooMuch = admission.count(client, System.nanoTime());
        if (tooMuch != null) {
            response.header(HeaderNames.RETRY_AFTER, "1"); // what one may send in a second is there again
            throw tooMuch;
        }
    }

    /**
     * Why a call that shows this header is refused; null when it is not.
     *
     * @param address whom it counts for where there are no tokens
     */
    @Nullable HttpFailure refusal(@Nullable String authorization, String path, String address) {
        String client = address;
        if (!access.isOpen()) {
            Access.Caller caller = access.caller(authorization, null);
            HttpFailure refused = refusal(caller, Access.needed("POST", path));
            if (refused != null) {
                return refused;
            }
            client = caller == null ? address : caller.name();
        }
        return admission.count(client, System.nanoTime());
    }

    private static @Nullable HttpFailure refusal(Access.@Nullable Caller caller, ServeDefinition.Role needed) {
        if (caller == null) {
            return new HttpFailure(
                    401,
                    Problem.of(
                            ErrorCode.UNAUTHENTICATED,
                            "The request shows no token of this server.",
                            "Maybe send `Authorization: Bearer TOKEN`, or sign in at /login."));
        }
        if (!caller.role().covers(needed)) {
            return new HttpFailure(
                    403,
                    Problem.of(
                            ErrorCode.FORBIDDEN,
                            "The token (%s) has the role %s; this needs %s."
                                    .formatted(caller.name(), word(caller.role()), word(needed)),
                            "Maybe give it another `role` under `serve.tokens` of the project file."));
        }
        return null;
    }

    private static String word(ServeDefinition.Role role) {
        return role.name().toLowerCase(Locale.ROOT);
    }

    /** Whether a Host header names this server. */
    boolean isOurs(String host) {
        if (isLoopback(host)) {
            return true;
        }
        String name = host.toLowerCase(Locale.ROOT);
        if (hosts.contains(name)) {
            return true;
        }
        int port = name.lastIndexOf(':');
        return (port > 0 && hosts.contains(name.substring(0, port)))
                || (everywhere && ADDRESS.matcher(name).matches()); // an address cannot be bound to another one
    }

    private static void require(@Nullable String refusal) {
        if (refusal != null) {
            throw forbidden(refusal);
        }
    }

    /** Why a host is refused; null when it is this machine. */
    static @Nullable String foreign(String host) {
        return isLoopback(host)
                ? null
                : "The host (%s) is not this machine; expected 127.0.0.1, [::1] or localhost.".formatted(host);
    }

    /**
     * Why a request that changes something is refused; null when it does not come from a page of another origin.
     *
     * @param origin of the page, as browsers tell it
     * @param site how near the page is, as browsers tell it
     */
    static @Nullable String crossing(String host, @Nullable String origin, @Nullable String site) {
        if (origin != null && !origin.equalsIgnoreCase("http://" + host)) {
            return "A page of %s may not change anything here; expected the origin http://%s.".formatted(origin, host);
        }
        return origin == null && "cross-site".equals(site) ? "A page of another site may not change anything here." : null;
    }

    private static HttpFailure forbidden(String message) {
        return new HttpFailure(
                403,
                Problem.of(ErrorCode.FORBIDDEN, message, "Maybe open the console at the address that `keelson serve` printed."));
    }

    /** Whether a Host header names this machine; the port does not matter. */
    static boolean isLoopback(String host) {
        return LOOPBACK.matcher(host).matches();
    }
}
