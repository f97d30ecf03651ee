package dev.keelson.http.server;

import dev.keelson.console.Assets;
import dev.keelson.console.Console;
import dev.keelson.console.Console.Page;
import dev.keelson.console.Console.Theme;
import dev.keelson.console.Console.Visit;
import dev.keelson.console.PredictionsPage;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.http.PredictionPages;
import io.helidon.common.uri.UriQuery;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPOutputStream;

/** The addresses of the console's pages, its forms and its static files. */
final class ConsoleRoutes {
    static final HeaderName CONTENT_SECURITY_POLICY = HeaderNames.create("Content-Security-Policy");
    private static final HeaderName CONTENT_TYPE_OPTIONS = HeaderNames.create("X-Content-Type-Options");
    private static final HeaderName REFERRER_POLICY = HeaderNames.create("Referrer-Policy");
    private static final HeaderName SET_COOKIE = HeaderNames.create("Set-Cookie");
    private static final String THEME_COOKIE = "keelson_theme";
    private static final int MAX_FORM_BYTES = 16 * 1024;

    private final Backend backend;
    private final Console console;
    private final Map<String, byte[]> compressed = new ConcurrentHashMap<>();

    ConsoleRoutes(Backend backend, Console console) {
        this.backend = backend;
        this.console = console;
    }

    void register(Routes routes) {
        routes.get("/", (request, response) -> send(response, console.overview(theme(request))));
        routes.get(
                "/models/{name}",
                (request, response) -> send(response, console.model(theme(request), Parameters.path(request, "name"))));
        routes.get("/models/{name}/drift", this::drift);
        routes.get("/models/{name}/replay", this::replay);
        routes.get("/predictions", this::predictions);
        routes.get(
                "/predictions/{id}",
                (request, response) -> send(
                        response,
                        console.prediction(theme(request), Parameters.uuid(Parameters.path(request, "id")))));
        routes.get(
                "/runs",
                (request, response) ->
                        send(response, console.runs(theme(request), new Parameters(request).text("model"))));
        routes.get(
                "/runs/{id}",
                (request, response) -> send(response, console.run(theme(request), Parameters.path(request, "id"))));
        routes.get("/lineage", this::lineage);
        routes.get("/static/{+file}", this::asset);
        routes.get("/favicon.ico", (request, response) -> redirect(response, "/static/icon.svg"));
        routes.post("/theme", this::changeTheme);
        routes.post("/models/{name}/drift", this::checkDrift);
        routes.post("/models/{name}/rollback", this::rollback);
    }

    private void drift(ServerRequest request, ServerResponse response) {
        String report = new Parameters(request).text("report");
        send(response, console.drift(theme(request), Parameters.path(request, "name"), report));
    }

    private void replay(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        Boolean all = parameters.flag("all");
        parameters.check();
        send(
                response,
                console.replay(
                        theme(request),
                        Parameters.path(request, "name"),
                        parameters.text("replay"),
                        Boolean.TRUE.equals(all)));
    }

    private void predictions(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        PredictionPages.Filter filter = parameters.predictions(backend.project().zone());
        String cursor = parameters.text("cursor");
        if (cursor != null && !PredictionPages.isCursor(cursor)) {
            parameters.wrong("cursor", cursor, "that of a page before");
        }
        parameters.check();
        Map<String, String> typed = new LinkedHashMap<>();
        for (String name : new String[] {"model", "version", "settled", "from", "to", "text"}) {
            String value = parameters.text(name);
            typed.put(name, value == null ? "" : value);
        }
        send(response, console.predictions(theme(request), new PredictionsPage.Asked(filter, typed, cursor)));
    }

    private void lineage(ServerRequest request, ServerResponse response) {
        String of = new Parameters(request).text("of");
        boolean asked = of != null && !of.isBlank();
        send(response, console.lineage(theme(request), asked ? LineageEndpoint.query(request) : null));
    }

    private void checkDrift(ServerRequest request, ServerResponse response) {
        String model = Parameters.model(backend, Parameters.path(request, "name")).name();
        backend.checkDrift(model);
        redirect(response, "/models/" + model + "/drift");
    }

    private void rollback(ServerRequest request, ServerResponse response) {
        String model = Parameters.model(backend, Parameters.path(request, "name")).name();
        String reason = form(request).first("reason").orElse("").strip();
        if (reason.isEmpty()) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST, "The reason is missing; expected one sentence for the audit trail.", null);
        }
        backend.rollback(model, "console", reason);
        redirect(response, "/models/" + model);
    }

    private void changeTheme(ServerRequest request, ServerResponse response) {
        UriQuery form = form(request);
        Theme theme = Theme.of(form.first("theme").orElse(""));
        String back = form.first("back").orElse("/");
        response.header(
                SET_COOKIE,
                THEME_COOKIE + "=" + theme.word() + "; Path=/; Max-Age=31536000; SameSite=Strict; HttpOnly");
        redirect(response, isLocal(back) ? back : "/");
    }

    /** Whether an address stays on this server; {@code //host} and {@code /\host} would not. */
    private static boolean isLocal(String address) {
        return address.startsWith("/")
                && !address.startsWith("//")
                && address.chars().noneMatch(c -> c <= ' ' || c == '\\' || c > '~');
    }

    private static UriQuery form(ServerRequest request) {
        if (!request.content().hasEntity()) {
            return UriQuery.empty();
        }
        try (InputStream in = request.content().inputStream()) {
            byte[] bytes = in.readNBytes(MAX_FORM_BYTES);
            // a form writes a blank as a plus, which the query parser of addresses leaves alone
            return UriQuery.create(new String(bytes, StandardCharsets.UTF_8).replace("+", "%20"));
        } catch (IOException e) {
            throw new UncheckedIOException("The form could not be read.", e);
        }
    }

    private static void redirect(ServerResponse response, String address) {
        response.status(Status.SEE_OTHER_303);
        response.header(HeaderNames.LOCATION, address);
        response.send();
    }

    private void asset(ServerRequest request, ServerResponse response) {
        String name = Parameters.path(request, "file");
        Assets.Asset asset = Assets.file(name)
                .orElseThrow(() ->
                        new KeelsonException(ErrorCode.NOT_FOUND, "There is no static file (%s).".formatted(name), null));
        boolean named = request.query().first("v").orElse("").equals(Assets.VERSION);
        response.header(HeaderNames.CONTENT_TYPE, asset.mediaType());
        response.header(CONTENT_TYPE_OPTIONS, "nosniff");
        response.header(
                HeaderNames.CACHE_CONTROL, named ? "public, max-age=31536000, immutable" : "no-cache");
        boolean text = !asset.mediaType().startsWith("font/");
        if (text && request.headers().value(HeaderNames.ACCEPT_ENCODING).orElse("").contains("gzip")) {
            response.header(HeaderNames.CONTENT_ENCODING, "gzip");
            response.header(HeaderNames.VARY, "Accept-Encoding");
            response.send(compressed.computeIfAbsent(name, n -> gzip(asset.bytes())));
        } else {
            response.send(asset.bytes());
        }
    }

    private static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
            zip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("Memory cannot fail to be written.", e);
        }
        return out.toByteArray();
    }

    /** The theme that the visitor chose, and where the request points. */
    static Visit theme(ServerRequest request) {
        String chosen = request.headers().cookies().first(THEME_COOKIE).orElse("");
        String query = request.query().rawValue();
        return new Visit(Theme.of(chosen), request.path().rawPath() + (query.isEmpty() ? "" : "?" + query));
    }

    static void send(ServerResponse response, Page page) {
        response.status(Status.create(page.status()));
        response.header(HeaderNames.CONTENT_TYPE, "text/html; charset=utf-8");
        response.header(HeaderNames.CACHE_CONTROL, "no-store");
        response.header(CONTENT_SECURITY_POLICY, Console.POLICY);
        response.header(CONTENT_TYPE_OPTIONS, "nosniff");
        response.header(REFERRER_POLICY, "same-origin");
        response.send(page.html().getBytes(StandardCharsets.UTF_8));
    }
}
