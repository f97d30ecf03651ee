package dev.keelson.http.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.Console;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.http.RolloutService;
import dev.keelson.registry.rollout.Guardrail;
import dev.keelson.registry.rollout.RolloutPlan;
import dev.keelson.registry.rollout.RolloutText;
import io.helidon.common.uri.UriQuery;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import java.util.stream.Stream;

/** The pages of rollouts, and the forms that begin and change one; none without who and why. */
final class RolloutRoutes {
    private final Backend backend;
    private final Console console;

    RolloutRoutes(Backend backend, Console console) {
        this.backend = backend;
        this.console = console;
    }

    void register(Routes routes) {
        routes.get("/rollouts", (request, response) ->
                ConsoleRoutes.send(response, console.rollouts(ConsoleRoutes.theme(request))));
        routes.get("/rollouts/{id}", (request, response) -> ConsoleRoutes.send(
                response, console.rolloutById(ConsoleRoutes.theme(request), Parameters.path(request, "id"))));
        routes.get("/models/{name}/rollout", (request, response) -> ConsoleRoutes.send(
                response, console.rollout(ConsoleRoutes.theme(request), Parameters.path(request, "name"))));
        routes.post("/models/{name}/rollout", this::start);
        for (RolloutService.Verb verb : RolloutService.Verb.values()) {
            routes.post("/models/{name}/rollout/" + verb.word(), (request, response) -> change(verb, request, response));
        }
    }

    private void start(ServerRequest request, ServerResponse response) {
        String model = Parameters.model(backend, Parameters.path(request, "name")).name();
        UriQuery form = ConsoleRoutes.form(request);
        String version = text(form, "version");
        if (!version.matches("[1-9][0-9]{0,8}")) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST, "The version (%s) is wrong; expected a number such as 3.".formatted(version), null);
        }
        String share = text(form, "share");
        String hold = text(form, "hold");
        String steps = text(form, "steps");
        RolloutPlan plan = RolloutPlan.of(
                model,
                Integer.parseInt(version),
                RolloutText.kind(text(form, "kind")),
                share.isEmpty() ? null : (Double) RolloutText.share(share),
                texts(text(form, "groups")),
                hold.isEmpty() ? null : RolloutText.hold(hold),
                steps.isEmpty() ? List.of() : RolloutText.steps(steps),
                RolloutText.sticky(text(form, "sticky")),
                !text(form, "unpaired").equals("true"),
                text(form, "guardrails").isEmpty() ? null : Guardrail.parse(texts(text(form, "guardrails"))));
        backend.rollouts().start(plan, RegistryRoutes.who(request, form), ConsoleRoutes.reason(form));
        back(response, model);
    }

    /** Does what was asked of the rollout that the page showed, when it is still as it was shown; it can be aborted in any state. */
    private void change(RolloutService.Verb verb, ServerRequest request, ServerResponse response) {
        String model = Parameters.model(backend, Parameters.path(request, "name")).name();
        UriQuery form = ConsoleRoutes.form(request);
        RolloutService.Change change =
                new RolloutService.Change(RegistryRoutes.who(request, form), ConsoleRoutes.reason(form), false);
        JsonNode now = backend.rollouts().status(model).path("rollout");
        boolean same = now.path("id").asText().equals(text(form, "rollout"))
                && (verb == RolloutService.Verb.ABORT || now.path("revision").asText().equals(text(form, "revision")));
        if (!same) {
            throw new KeelsonException(
                    ErrorCode.CONFLICT,
                    "The rollout of %s changed since the page was shown; nothing was done.".formatted(model),
                    "Maybe look at it again.");
        }
        backend.rollouts().change(model, verb, change);
        back(response, model);
    }

    private static String text(UriQuery form, String name) {
        return form.first(name).orElse("").strip();
    }

    private static List<String> texts(String list) {
        return Stream.of(list.split(",", -1)).map(String::strip).filter(each -> !each.isEmpty()).toList();
    }

    private static void back(ServerResponse response, String model) {
        ConsoleRoutes.redirect(response, "/models/" + ConsoleRoutes.encoded(model) + "/rollout");
    }
}
