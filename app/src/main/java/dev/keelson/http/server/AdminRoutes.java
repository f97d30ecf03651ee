package dev.keelson.http.server;

import dev.keelson.console.Console;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.http.LoopService;
import dev.keelson.http.TrainingButton;
import dev.keelson.train.ModelDefinition;
import io.helidon.common.uri.UriQuery;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The pages of the administration, and the forms that train and change settings; none without who and why. */
final class AdminRoutes {
    private static final String RETRAINING = "/retraining";
    private static final String SETTINGS = "/settings";
    private static final String SET = "set.";

    private final Backend backend;
    private final Console console;

    AdminRoutes(Backend backend, Console console) {
        this.backend = backend;
        this.console = console;
    }

    void register(Routes routes) {
        routes.get("/admin", (request, response) -> ConsoleRoutes.send(response, console.admin(ConsoleRoutes.theme(request))));
        routes.get(RETRAINING, (request, response) ->
                ConsoleRoutes.send(response, console.retraining(ConsoleRoutes.theme(request))));
        routes.get(SETTINGS, (request, response) ->
                ConsoleRoutes.send(response, console.settings(ConsoleRoutes.theme(request))));
        routes.post(RETRAINING, this::train);
        routes.post(SETTINGS, this::set);
    }

    private void train(ServerRequest request, ServerResponse response) {
        UriQuery form = ConsoleRoutes.form(request);
        String word = form.first("button").orElse("");
        TrainingButton button = List.of(TrainingButton.values()).stream()
                .filter(each -> each.name().toLowerCase(Locale.ROOT).equals(word))
                .findFirst()
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.BAD_REQUEST, "The button (%s) is wrong; expected full, incremental or auto.".formatted(word), null));
        String model = form.first("model").orElse("");
        List<String> models = model.isEmpty()
                ? backend.project().models().stream().map(ModelDefinition::name).toList()
                : List.of(Parameters.model(backend, model).name());
        backend.loop()
                .retrain(button.asked(models), new LoopService.By(RegistryRoutes.who(request, form), ConsoleRoutes.reason(form), null));
        ConsoleRoutes.redirect(response, RETRAINING);
    }

    /** Writes what was changed on the page, and refuses when the file is another than that of the page. */
    private void set(ServerRequest request, ServerResponse response) {
        UriQuery form = ConsoleRoutes.form(request);
        Map<String, String> values = new LinkedHashMap<>();
        for (String name : form.names()) {
            String value = form.first(name).orElse("");
            if (name.startsWith(SET) && !value.isBlank()) {
                values.put(name.substring(SET.length()), value);
            }
        }
        backend.settings()
                .set(values, form.first("revision").orElse(""), RegistryRoutes.who(request, form), ConsoleRoutes.reason(form));
        ConsoleRoutes.redirect(response, SETTINGS);
    }
}
