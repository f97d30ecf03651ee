package dev.keelson.http.server;

import dev.keelson.console.Console;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.http.KnownCaller;
import dev.keelson.registry.governance.Governance;
import dev.keelson.registry.tracking.Stage;
import io.helidon.common.uri.UriQuery;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.ArrayList;
import java.util.List;

/** The pages of the registry and the forms that change what its versions are used for; none without who and why. */
final class RegistryRoutes {
    private static final int MAX_PAGE = 1_000_000;
    private static final int MOST = 20;
    private static final int LONGEST = 200;

    private final Backend backend;
    private final Console console;

    RegistryRoutes(Backend backend, Console console) {
        this.backend = backend;
        this.console = console;
    }

    void register(Routes routes) {
        routes.get("/registry", this::models);
        routes.get("/registry/{model}", this::model);
        routes.get("/registry/{model}/rollback", this::preview);
        routes.get("/registry/{model}/versions/{version}", this::version);
        routes.get("/version-comparison", this::compare);
        routes.get("/audit", this::audit);
        routes.post("/registry/{model}/promote", this::promote);
        routes.post("/registry/{model}/approve", this::approve);
        routes.post("/registry/{model}/reject", this::reject);
        routes.post("/registry/{model}/rollback", this::rollback);
        routes.post("/registry/{model}/stage", this::stage);
        routes.post("/registry/{model}/alias", this::alias);
    }

    // ---- pages

    private static String name(ServerRequest request) {
        return Parameters.path(request, "model");
    }

    private void models(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        int page = parameters.number("page", 1, MAX_PAGE, 1);
        parameters.check();
        ConsoleRoutes.send(response, console.registry(ConsoleRoutes.theme(request), page));
    }

    private void model(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        int page = parameters.number("page", 1, MAX_PAGE, 1);
        parameters.check();
        ConsoleRoutes.send(response, console.registered(ConsoleRoutes.theme(request), name(request), page));
    }

    private void version(ServerRequest request, ServerResponse response) {
        int version = number(Parameters.path(request, "version"));
        ConsoleRoutes.send(response, console.registeredVersion(ConsoleRoutes.theme(request), name(request), version));
    }

    private void preview(ServerRequest request, ServerResponse response) {
        String version = new Parameters(request).text("version");
        ConsoleRoutes.send(
                response,
                console.rollback(ConsoleRoutes.theme(request), name(request), version == null ? null : number(version)));
    }

    private void compare(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        String stage = parameters.text("stage");
        if (stage != null) {
            ConsoleRoutes.send(response, console.compareStage(ConsoleRoutes.theme(request), stage(stage)));
            return;
        }
        String model = parameters.text("model");
        List<String> named = parameters.texts("version");
        if (model == null || named.isEmpty() || named.size() > MOST) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "Nothing to compare is named; expected `stage`, or `model` and 1 to %d times `version`.".formatted(MOST),
                    null);
        }
        List<Integer> versions = new ArrayList<>();
        named.stream().distinct().forEach(each -> versions.add(number(each)));
        ConsoleRoutes.send(response, console.compareVersions(ConsoleRoutes.theme(request), model, versions));
    }

    private void audit(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        int page = parameters.number("page", 1, MAX_PAGE, 1);
        Boolean whole = parameters.flag("whole");
        parameters.check();
        ConsoleRoutes.send(
                response,
                console.audit(
                        ConsoleRoutes.theme(request),
                        ConsoleRoutes.text(parameters, "model", ""),
                        ConsoleRoutes.text(parameters, "actor", ""),
                        ConsoleRoutes.text(parameters, "action", ""),
                        ConsoleRoutes.text(parameters, "head", ""),
                        Boolean.TRUE.equals(whole),
                        page));
    }

    // ---- forms

    private Governance governance() {
        return backend.governance();
    }

    private void promote(ServerRequest request, ServerResponse response) {
        UriQuery form = ConsoleRoutes.form(request);
        governance().promote(new Governance.Request(name(request), version(form), who(request, form), ConsoleRoutes.reason(form), false));
        back(request, response);
    }

    private void approve(ServerRequest request, ServerResponse response) {
        UriQuery form = ConsoleRoutes.form(request);
        governance().approve(name(request), version(form), who(request, form), ConsoleRoutes.reason(form));
        back(request, response);
    }

    private void reject(ServerRequest request, ServerResponse response) {
        UriQuery form = ConsoleRoutes.form(request);
        governance().reject(name(request), version(form), who(request, form), ConsoleRoutes.reason(form));
        back(request, response);
    }

    /** Goes back when what serves is still what the preview said. */
    private void rollback(ServerRequest request, ServerResponse response) {
        UriQuery form = ConsoleRoutes.form(request);
        String model = name(request);
        int version = version(form);
        String actor = who(request, form);
        String reason = ConsoleRoutes.reason(form);
        int from = number(form.first("from").orElse("").strip());
        int serves = governance().preview(model, version).from().version();
        if (serves != from) {
            throw new KeelsonException(
                    ErrorCode.CONFLICT,
                    "v%d serves now, and not v%d as the preview said; nothing was changed.".formatted(serves, from),
                    "Maybe look at a new preview.");
        }
        governance().rollback(model, version, actor, reason, false);
        back(request, response);
    }

    private void stage(ServerRequest request, ServerResponse response) {
        UriQuery form = ConsoleRoutes.form(request);
        boolean archive = form.first("archive_existing").orElse("").equals("true");
        Stage stage = stage(form.first("stage").orElse(""));
        governance().transition(name(request), version(form), stage, archive, who(request, form), ConsoleRoutes.reason(form));
        back(request, response);
    }

    private void alias(ServerRequest request, ServerResponse response) {
        UriQuery form = ConsoleRoutes.form(request);
        String model = name(request);
        String alias = form.first("alias").orElse("").strip();
        if (!alias.matches("[\\w-]{1,255}") || alias.matches("[vV]\\d+|(?i:latest)")) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "The alias (%s) is wrong; expected letters, digits, `_` and `-`, and neither a version such as v3 nor `latest`."
                            .formatted(alias),
                    null);
        }
        int version = version(form);
        boolean remove = form.first("remove").orElse("").equals("true");
        String actor = who(request, form);
        String reason = ConsoleRoutes.reason(form);
        if (remove && !governance().version(model, version).aliases().contains(alias)) {
            throw new KeelsonException(
                    ErrorCode.NOT_FOUND, "%s v%d has no alias (%s).".formatted(model, version, alias), null);
        }
        governance().alias(model, alias, remove ? null : version, actor, reason);
        back(request, response);
    }

    private static void back(ServerRequest request, ServerResponse response) {
        ConsoleRoutes.redirect(response, "/registry/" + ConsoleRoutes.encoded(name(request)));
    }

    private static int version(UriQuery form) {
        return number(form.first("version").orElse("").strip());
    }

    private static int number(String text) {
        if (!text.matches("[1-9][0-9]{0,8}")) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST, "The version (%s) is wrong; expected a number such as 3.".formatted(text), null);
        }
        return Integer.parseInt(text);
    }

    private static Stage stage(String text) {
        return Stage.of(text)
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.BAD_REQUEST,
                        "The stage (%s) is wrong; expected None, Staging, Production or Archived.".formatted(text),
                        null));
    }

    /** Who decides: whose token the request shows, else whom the form names. */
    static String who(ServerRequest request, UriQuery form) {
        String caller = KnownCaller.of(request);
        String who = caller != null ? caller : form.first("actor").orElse("").strip();
        if (who.isEmpty() || who.length() > LONGEST) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    who.isEmpty()
                            ? "The name is missing; expected who decides, for the audit trail."
                            : "The name is too long; expected at most %d characters.".formatted(LONGEST),
                    null);
        }
        return who;
    }
}
