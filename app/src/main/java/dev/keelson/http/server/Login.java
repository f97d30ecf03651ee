package dev.keelson.http.server;

import dev.keelson.console.Console;
import io.helidon.common.uri.UriQuery;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

/** Signing in with a browser, where the project file names tokens: it gets a cookie for a token. */
final class Login {
    private static final HeaderName SET_COOKIE = HeaderNames.create("Set-Cookie");

    private final Access access;
    private final Console console;

    Login(Access access, Console console) {
        this.access = access;
        this.console = console;
    }

    void register(Routes routes) {
        routes.get("/login", (request, response) -> {
            Parameters parameters = new Parameters(request);
            String to = ConsoleRoutes.text(parameters, "to", "/");
            ConsoleRoutes.send(response, console.login(ConsoleRoutes.theme(request), to, false));
        });
        routes.post("/login", this::signIn);
        routes.post("/logout", this::signOut);
    }

    private void signIn(ServerRequest request, ServerResponse response) {
        UriQuery form = ConsoleRoutes.form(request);
        String to = form.first("to").orElse("/");
        Access.Caller caller = access.holder(form.first("token").orElse("").strip());
        if (caller == null && !access.isOpen()) {
            ConsoleRoutes.send(response, console.login(ConsoleRoutes.theme(request), to, true));
            return;
        }
        if (caller != null) {
            response.header(
                    SET_COOKIE,
                    "%s=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%d"
                            .formatted(Access.COOKIE, access.session(caller), Access.SESSION.toSeconds()));
        }
        ConsoleRoutes.redirect(response, ConsoleRoutes.isLocal(to) ? to : "/");
    }

    private void signOut(ServerRequest request, ServerResponse response) {
        request.headers().cookies().first(Access.COOKIE).ifPresent(access::forget);
        response.header(SET_COOKIE, Access.COOKIE + "=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
        ConsoleRoutes.redirect(response, "/login");
    }
}
