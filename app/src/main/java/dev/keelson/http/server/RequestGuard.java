package dev.keelson.http.server;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.Problem;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Refuses requests that a foreign web page could send through the user's browser: the host must be this machine (against
 * DNS rebinding), and a request that changes something must not come from a page of another origin.
 */
final class RequestGuard implements Filter {
    private static final HeaderName FETCH_SITE = HeaderNames.create("Sec-Fetch-Site");
    private static final Pattern LOOPBACK = Pattern.compile(
            "(?:localhost|127(?:\\.\\d{1,3}){3}|\\[::1])(?::\\d{1,5})?", Pattern.CASE_INSENSITIVE);

    /** The last host that was let through: nearly always that of the next request. */
    private volatile String known = "127.0.0.1";

    @Override
    public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
        ServerRequestHeaders headers = request.headers();
        String host = headers.value(HeaderNames.HOST).orElse("");
        if (!host.equals(known)) {
            require(foreign(host));
            known = host;
        }
        Method method = request.prologue().method();
        if (!method.equals(Method.GET) && !method.equals(Method.HEAD) && !method.equals(Method.OPTIONS)) {
            require(crossing(
                    host,
                    headers.value(HeaderNames.ORIGIN).orElse(null),
                    headers.value(FETCH_SITE).orElse(null)));
        }
        chain.proceed();
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
