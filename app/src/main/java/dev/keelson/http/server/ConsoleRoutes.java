package dev.keelson.http.server;

import dev.keelson.console.Assets;
import dev.keelson.console.Console.Page;
import dev.keelson.console.Console.Theme;
import dev.keelson.console.Console.Visit;
import dev.keelson.console.Console;
import dev.keelson.console.view.RunsView;
import dev.keelson.console.PredictionsPage;
import dev.keelson.console.StreaksPage;
import dev.keelson.console.view.BacktestView;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.Review;
import dev.keelson.data.ReviewDecision;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.http.LoggedModel;
import dev.keelson.registry.runs.TrackedRuns;
import dev.keelson.http.Jobs;
import dev.keelson.http.ModelTraining;
import dev.keelson.http.Explanations;
import dev.keelson.http.HealthReports;
import dev.keelson.http.PredictionPages;
import dev.keelson.project.ServeDefinition.Role;
import dev.keelson.http.StudyRequest;
import io.helidon.common.uri.UriQuery;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** The addresses of the console's pages, its forms and its static files. */
final class ConsoleRoutes {
    static final HeaderName CONTENT_SECURITY_POLICY = HeaderNames.create("Content-Security-Policy");
    private static final HeaderName CONTENT_TYPE_OPTIONS = HeaderNames.create("X-Content-Type-Options");
    private static final HeaderName REFERRER_POLICY = HeaderNames.create("Referrer-Policy");
    private static final HeaderName SET_COOKIE = HeaderNames.create("Set-Cookie");
    private static final String THEME_COOKIE = "keelson_theme";
    private static final int MAX_FORM_BYTES = 16 * 1024;
    private static final int MAX_PAGE = 1_000_000;
    private static final int MAX_EXPLAINED = 100_000;
    private static final Set<String> STATES = Set.of("open", "decided", "all");
    /** Who acts, as the records name it. */
    private static final String ACTOR = "console";

    private final Backend backend;
    private final Console console;
    private final Map<String, byte[]> compressed = new ConcurrentHashMap<>();

    ConsoleRoutes(Backend backend, Console console) {
        this.backend = backend;
        this.console = console;
    }

    void register(Routes routes) {
        routes.get("/", (request, response) -> send(response, console.overview(theme(request))));
        routes.get("/models", (request, response) -> redirect(response, "/"));
        routes.get(
                "/models/{name}",
                (request, response) -> send(response, console.model(theme(request), Parameters.path(request, "name"))));
        routes.get("/models/{name}/drift", this::drift);
        routes.get("/models/{name}/streaks", this::streaks);
        routes.get(
                "/models/{name}/health",
                (request, response) -> send(response, console.health(theme(request), Parameters.path(request, "name"))));
        routes.post("/models/{name}/health", this::checkHealth);
        routes.get("/models/{name}/performance", this::performance);
        routes.get("/models/{name}/replay", this::replay);
        routes.post("/models/{name}/replay", this::startReplay);
        new PolicyRoutes(backend, console).register(routes);
        routes.get("/models/{name}/calibration", this::calibration);
        routes.get("/models/{name}/backtest", this::backtest);
        routes.get("/models/{name}/importance", this::importance);
        routes.get("/benchmarks", (request, response) -> send(response, console.benchmarks(theme(request))));
        routes.get(
                "/benchmarks/{id}",
                (request, response) ->
                        send(response, console.benchmark(theme(request), Parameters.path(request, "id"))));
        routes.post("/benchmarks", this::startBenchmark);
        routes.get("/bandits", (request, response) -> send(response, console.bandits(theme(request))));
        routes.get(
                "/bandits/{name}",
                (request, response) ->
                        send(response, console.bandit(theme(request), Parameters.path(request, "name"))));
        routes.get("/predictions", this::predictions);
        routes.get(
                "/predictions/{id}",
                (request, response) -> send(
                        response,
                        console.prediction(theme(request), Parameters.uuid(Parameters.path(request, "id")))));
        routes.get("/runs", this::runs);
        routes.get("/runs/compare", this::compareRuns);
        routes.get("/experiments", this::experiments);
        new RegistryRoutes(backend, console).register(routes);
        new RolloutRoutes(backend, console).register(routes);
        new DriftRoutes(backend, console).register(routes);
        new BaselineRoutes(backend, console).register(routes);
        new BetRoutes(backend, console).register(routes);
        new ApiRoutes(console).register(routes);
        new AdminRoutes(backend, console).register(routes);
        new AlertRoutes(backend, console).register(routes);
        new SuggestionRoutes(backend, console).register(routes);
        new ScheduleRoutes(backend, console).register(routes);
        routes.post("/runs/{id}/delete", (request, response) -> lifecycle(request, response, true));
        routes.post("/runs/{id}/restore", (request, response) -> lifecycle(request, response, false));
        routes.get(
                "/runs/{id}",
                (request, response) -> send(response, console.run(theme(request), Parameters.path(request, "id"))));
        routes.get("/data", (request, response) -> send(response, console.quality(theme(request))));
        routes.get("/data/{source}/rows", this::failing);
        routes.get("/review", this::review);
        routes.post("/data/{source}/check", this::checkSource);
        routes.post("/review/{source}", this::decideSeveral);
        routes.post("/review/{source}/{row}", this::decide);
        routes.post("/review/{source}/decisions/{id}/revert", this::revert);
        routes.get("/versions", (request, response) -> send(response, console.versions(theme(request))));
        routes.get(
                "/data/{source}/versions/{version}",
                (request, response) -> send(
                        response,
                        console.version(
                                theme(request),
                                Parameters.path(request, "source"),
                                Parameters.path(request, "version"))));
        routes.get("/data/{source}/diff", this::difference);
        routes.post("/data/{source}/versions/{version}/tags", this::tag);
        routes.post("/data/{source}/untag", this::untag);
        routes.get("/features", (request, response) -> send(response, console.features(theme(request))));
        routes.get("/features/{view}", this::featureView);
        routes.get("/lineage", this::lineage);
        routes.get("/static/{+file}", this::asset);
        routes.get("/favicon.ico", (request, response) -> redirect(response, "/static/icon.svg"));
        routes.post("/theme", this::changeTheme);
        routes.post("/models/{name}/drift", this::checkDrift);
        routes.post("/models/{name}/streams", this::followStreams);
        routes.post("/models/{name}/decay", this::checkDecay);
        routes.post("/models/{name}/rollback", this::rollback);
        routes.get("/models/{name}/training", this::training);
        routes.post("/models/{name}/training", this::train);
        routes.post("/models/{name}/training/{id}/cancel", this::cancelTraining);
        routes.get(
                "/models/{name}/studies",
                (request, response) ->
                        send(response, console.studies(theme(request), Parameters.path(request, "name"))));
        routes.get("/models/{name}/studies/{id}", this::study);
        routes.post("/models/{name}/studies", this::startStudy);
        routes.post("/models/{name}/studies/{id}/cancel", this::cancelStudy);
        routes.post("/models/{name}/studies/{id}/resume", this::resumeStudy);
    }

    private void runs(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        String model = parameters.text("model");
        RunsView.Query query = new RunsView.Query(
                text(parameters, "experiment", model == null ? "" : model),
                text(parameters, "filter", ""),
                text(parameters, "order", ""),
                text(parameters, "columns", ""),
                Boolean.TRUE.equals(parameters.flag("nested")),
                Boolean.TRUE.equals(parameters.flag("deleted")),
                text(parameters, "parent", ""));
        int page = parameters.number("page", 1, 1_000_000, 1);
        parameters.check();
        send(response, console.runs(theme(request), query, page));
    }

    private void lifecycle(ServerRequest request, ServerResponse response, boolean delete) {
        String id = Parameters.path(request, "id");
        TrackedRuns tracked = new TrackedRuns(backend.catalog(), backend.clock());
        if (delete) {
            tracked.delete(id);
        } else {
            tracked.restore(id);
        }
        redirect(response, "/runs/" + id);
    }

    static String text(Parameters parameters, String name, String absent) {
        String text = parameters.text(name);
        return text == null ? absent : text.strip();
    }

    private void compareRuns(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        boolean all = Boolean.TRUE.equals(parameters.flag("all"));
        parameters.check();
        send(
                response,
                console.compareRuns(
                        theme(request), parameters.texts("id"), all, parameters.text("metric"), parameters.texts("curve")));
    }

    private void experiments(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        int page = parameters.number("page", 1, 1_000_000, 1);
        boolean deleted = Boolean.TRUE.equals(parameters.flag("deleted"));
        parameters.check();
        send(response, console.experiments(theme(request), page, deleted));
    }

    private void drift(ServerRequest request, ServerResponse response) {
        String report = new Parameters(request).text("report");
        send(response, console.drift(theme(request), Parameters.path(request, "name"), report));
    }

    private void streaks(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        StreaksPage.Asked asked = new StreaksPage.Asked(
                StreakEndpoints.asked(parameters, backend), text(parameters, "from", ""), text(parameters, "to", ""));
        parameters.check();
        send(response, console.streaks(theme(request), Parameters.path(request, "name"), asked));
    }

    private void performance(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        String window = text(parameters, "window", "week");
        String metric = text(parameters, "metric", "");
        send(response, console.servedPerformance(theme(request), Parameters.path(request, "name"), window, metric));
    }

    private void checkDecay(ServerRequest request, ServerResponse response) {
        LoggedModel model = LoggedModel.of(backend.project(), Parameters.path(request, "name"));
        backend.checkDecay(model.name());
        redirect(response, "/models/" + model.name() + "/performance");
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

    private void startReplay(ServerRequest request, ServerResponse response) {
        String model = Parameters.model(backend, Parameters.path(request, "name")).name();
        PeriodForm form = new PeriodForm(form(request))
                .texts("from", "to", "step")
                .ticked("policies")
                .flag("all_models");
        backend.replayRuns().start(ReplayRequests.read(model, form.body()));
        redirect(response, "/models/" + model + "/replay");
    }

    // ---- what models were judged by

    private void calibration(ServerRequest request, ServerResponse response) {
        String run = new Parameters(request).text("run");
        send(response, console.calibration(theme(request), Parameters.path(request, "name"), run));
    }

    private void backtest(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        BacktestView.Asked asked = new BacktestView.Asked(
                typed(parameters, "run"),
                typed(parameters, "stake"),
                typed(parameters, "commission"),
                typed(parameters, "bankroll"));
        send(response, console.backtest(theme(request), Parameters.path(request, "name"), asked));
    }

    private static String typed(Parameters parameters, String name) {
        String text = parameters.text(name);
        return text == null ? "" : text;
    }

    private void importance(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        boolean asked = parameters.text("rows") != null;
        int rows = parameters.number("rows", 1, MAX_EXPLAINED, Explanations.ROWS);
        parameters.check();
        send(response, console.importance(theme(request), Parameters.path(request, "name"), asked ? rows : null));
    }

    private void startBenchmark(ServerRequest request, ServerResponse response) {
        String set = form(request).first("set").orElse("").strip();
        backend.benchmarks().start(set.isEmpty() ? null : set);
        redirect(response, "/benchmarks");
    }

    private void predictions(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        String answered = parameters.text("served"); // answers alone unless said
        PredictionPages.Filter filter = parameters.predictions(
                backend.project().zone(),
                answered == null ? Boolean.TRUE : answered.equals("any") ? null : parameters.flag("served"));
        String id = parameters.text("id");
        if (id != null && !PredictionsPage.isId(id)) {
            parameters.wrong("id", id, "a UUID");
        }
        String cursor = parameters.text("cursor");
        if (cursor != null && !PredictionPages.isCursor(cursor)) {
            parameters.wrong("cursor", cursor, "that of a page before");
        }
        parameters.check();
        Map<String, String> typed = new LinkedHashMap<>();
        for (String name : PredictionsPage.FILTERS) {
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
        String model = LoggedModel.of(backend.project(), Parameters.path(request, "name")).name();
        backend.checkDrift(model);
        redirect(response, "/models/" + encoded(model) + "/drift");
    }

    private void followStreams(ServerRequest request, ServerResponse response) {
        String model = LoggedModel.of(backend.project(), Parameters.path(request, "name")).name();
        backend.streams().check(model);
        redirect(response, "/models/" + encoded(model) + "/drift");
    }

    private void checkHealth(ServerRequest request, ServerResponse response) {
        String model = LoggedModel.of(backend.project(), Parameters.path(request, "name")).name();
        new HealthReports(backend).check(model);
        redirect(response, "/models/" + model + "/health");
    }

    // ---- training and searches for settings

    private void training(ServerRequest request, ServerResponse response) {
        String id = new Parameters(request).text("training");
        send(response, console.training(theme(request), Parameters.path(request, "name"), id));
    }

    private void train(ServerRequest request, ServerResponse response) {
        String model = Parameters.model(backend, Parameters.path(request, "name")).name();
        toTraining(response, backend.trainings().start(ModelTraining.full(model, ACTOR)));
    }

    private void cancelTraining(ServerRequest request, ServerResponse response) {
        toTraining(response, backend.trainings().cancel(Parameters.path(request, "id")));
    }

    private static void toTraining(ServerResponse response, Jobs.Job<ModelTraining> job) {
        redirect(
                response,
                "/models/%s/training?training=%s".formatted(encoded(job.request().model()), encoded(job.id())));
    }

    private void study(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        int page = parameters.number("page", 1, MAX_PAGE, 1);
        String sort = parameters.text("sort");
        if (sort != null && !sort.equals("loss")) {
            parameters.wrong("sort", sort, "loss, or nothing");
        }
        parameters.check();
        send(
                response,
                console.study(
                        theme(request),
                        Parameters.path(request, "name"),
                        Parameters.path(request, "id"),
                        sort != null,
                        page));
    }

    private void startStudy(ServerRequest request, ServerResponse response) {
        String model = Parameters.model(backend, Parameters.path(request, "name")).name();
        UriQuery form = form(request);
        String sampler = form.first("sampler").orElse("").strip();
        Long trials = number(form, "trials");
        if (trials != null && trials != trials.intValue()) {
            throw wrong("trials", Long.toString(trials), "a smaller number");
        }
        toStudy(
                response,
                backend.studies()
                        .start(new StudyRequest(
                                model,
                                trials == null ? null : trials.intValue(),
                                sampler.isEmpty() ? null : sampler,
                                number(form, "seed"),
                                false)));
    }

    private void cancelStudy(ServerRequest request, ServerResponse response) {
        toStudy(response, backend.studies().cancel(Parameters.path(request, "id")));
    }

    private void resumeStudy(ServerRequest request, ServerResponse response) {
        StudyRequest asked = backend.studies().get(Parameters.path(request, "id")).request();
        toStudy(
                response,
                backend.studies()
                        .start(new StudyRequest(asked.model(), asked.trials(), asked.sampler(), asked.seed(), false)));
    }

    private static void toStudy(ServerResponse response, Jobs.Job<StudyRequest> job) {
        redirect(response, "/models/%s/studies/%s".formatted(encoded(job.request().model()), encoded(job.id())));
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static @Nullable Long number(UriQuery form, String name) {
        String text = form.first(name).orElse("").strip();
        try {
            return text.isEmpty() ? null : Long.valueOf(text);
        } catch (NumberFormatException e) {
            throw wrong(name, text, "a whole number");
        }
    }

    private static KeelsonException wrong(String name, String text, String expected) {
        return new KeelsonException(
                ErrorCode.BAD_REQUEST, "The %s (%s) is wrong; expected %s.".formatted(name, text, expected), null);
    }

    private void rollback(ServerRequest request, ServerResponse response) {
        String model = Parameters.model(backend, Parameters.path(request, "name")).name();
        backend.rollback(model, ACTOR, reason(form(request)));
        redirect(response, "/models/" + model);
    }

    private void featureView(ServerRequest request, ServerResponse response) {
        String key = new Parameters(request).text("key");
        send(response, console.featureView(theme(request), Parameters.path(request, "view"), key));
    }

    // ---- data

    private void failing(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        int page = parameters.number("page", 1, MAX_PAGE, 1);
        parameters.check();
        send(
                response,
                console.failing(theme(request), Parameters.path(request, "source"), parameters.text("report"), page));
    }

    private void review(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        int page = parameters.number("page", 1, MAX_PAGE, 1);
        String state = parameters.text("state");
        if (state == null) {
            state = "open";
        } else if (!STATES.contains(state)) {
            parameters.wrong("state", state, "open, decided or all");
        }
        parameters.check();
        send(response, console.review(theme(request), parameters.text("source"), state, page));
    }

    private void checkSource(ServerRequest request, ServerResponse response) {
        backend.data().check(Parameters.path(request, "source"), null);
        redirect(response, "/data");
    }

    private void decide(ServerRequest request, ServerResponse response) {
        String source = Parameters.path(request, "source");
        UriQuery form = form(request);
        ReviewDecision.Action action = action(form);
        Map<String, String> cells = action == ReviewDecision.Action.CORRECT
                ? Map.of(form.first("column").orElse(""), form.first("text").orElse(""))
                : Map.of();
        backend.data().decide(source, Parameters.path(request, "row"), action, cells, ACTOR, reason(form));
        redirect(response, "/review?source=" + source);
    }

    /** Decides alike about every row picked, one decision each, so that each can be undone alone. */
    private void decideSeveral(ServerRequest request, ServerResponse response) {
        String source = Parameters.path(request, "source");
        UriQuery form = form(request);
        ReviewDecision.Action action = action(form);
        if (action == ReviewDecision.Action.CORRECT) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST, "Several rows are corrected one by one; expected accept or reject.", null);
        }
        String reason = reason(form);
        List<String> rows = form.contains("row") ? form.all("row") : List.of();
        if (rows.isEmpty()) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST, "No row was picked; expected at least one.", "Maybe tick the rows first.");
        }
        List<String> waiting =
                backend.data().review(source).stream().map(Review.Item::id).toList();
        for (String row : rows) {
            if (!waiting.contains(row)) {
                throw new KeelsonException(
                        ErrorCode.REVIEW_NOT_FOUND,
                        "The latest load neither set aside nor marked a row (%s).".formatted(row),
                        "Maybe a load came between: show the list again.");
            }
        }
        rows.stream()
                .distinct()
                .forEach(row -> backend.data().decide(source, row, action, Map.of(), ACTOR, reason));
        redirect(response, "/review?source=" + source);
    }

    private static ReviewDecision.Action action(UriQuery form) {
        String word = form.first("action").orElse("");
        return switch (word) {
            case "accept" -> ReviewDecision.Action.ACCEPT;
            case "correct" -> ReviewDecision.Action.CORRECT;
            case "reject" -> ReviewDecision.Action.REJECT;
            default ->
                throw new KeelsonException(
                        ErrorCode.BAD_REQUEST,
                        "The action (%s) is wrong; expected accept, correct or reject.".formatted(word),
                        null);
        };
    }

    private void revert(ServerRequest request, ServerResponse response) {
        String source = Parameters.path(request, "source");
        backend.data().revert(source, Parameters.path(request, "id"), ACTOR, reason(form(request)));
        redirect(response, "/review?source=" + source);
    }

    private void difference(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        String before = parameters.text("before");
        String after = parameters.text("after");
        if (before == null) {
            parameters.wrong("before", "", "a version");
        }
        parameters.check();
        send(
                response,
                console.difference(
                        theme(request),
                        Parameters.path(request, "source"),
                        before == null ? "" : before,
                        after == null ? "latest" : after));
    }

    private void tag(ServerRequest request, ServerResponse response) {
        String source = Parameters.path(request, "source");
        String version = Parameters.path(request, "version");
        String tag = form(request).first("tag").orElse("").strip();
        DatasetVersion named = backend.data().tag(source, version, tag);
        redirect(response, "/data/" + source + "/versions/" + named.shortId());
    }

    private void untag(ServerRequest request, ServerResponse response) {
        String source = Parameters.path(request, "source");
        backend.data().untag(source, form(request).first("tag").orElse(""));
        redirect(response, "/versions");
    }

    static String reason(UriQuery form) {
        String reason = form.first("reason").orElse("").strip();
        if (reason.isEmpty()) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST, "The reason is missing; expected one sentence for the audit trail.", null);
        }
        return reason;
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
    static boolean isLocal(String address) {
        return address.startsWith("/")
                && !address.startsWith("//")
                && address.chars().noneMatch(c -> c <= ' ' || c == '\\' || c > '~');
    }

    /** The page of this server that led here, such as that of a form; null where another site did, or where it is not told. */
    static @Nullable String left(ServerRequest request) {
        String referer = request.headers().value(HeaderNames.REFERER).orElse("");
        String host = request.headers().value(HeaderNames.HOST).orElse("");
        int authority = referer.indexOf("://") + 3;
        int path = referer.indexOf('/', authority);
        if (authority < 3 || path < 0 || !referer.substring(authority, path).equalsIgnoreCase(host)) {
            return null;
        }
        String address = referer.substring(path);
        boolean again = request.prologue().method().equals(Method.GET) && address.equals(theme(request).address());
        return isLocal(address) && !again ? address : null;
    }

    static UriQuery form(ServerRequest request) {
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

    static void redirect(ServerResponse response, String address) {
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

    /** The theme that the visitor chose, where the request points, and what he may do. */
    static Visit theme(ServerRequest request) {
        String chosen = request.headers().cookies().first(THEME_COOKIE).orElse("");
        String query = request.query().rawValue();
        return new Visit(
                Theme.of(chosen),
                request.path().rawPath() + (query.isEmpty() ? "" : "?" + query),
                request.context().get(Access.Caller.class).map(Access.Caller::role).orElse(Role.ADMIN),
                request.headers().value(HeaderNames.HOST).orElse("127.0.0.1"));
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
