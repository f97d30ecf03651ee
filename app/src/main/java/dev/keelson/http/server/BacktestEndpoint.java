package dev.keelson.http.server;

import dev.keelson.http.Backend;
import dev.keelson.http.BacktestRequest;
import dev.keelson.train.Backtest;
import dev.keelson.train.BacktestDefinition.Stake;
import dev.keelson.train.ModelDefinition;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a model's predictions would have earned. */
final class BacktestEndpoint {
    private final Backend backend;

    BacktestEndpoint(Backend backend) {
        this.backend = backend;
    }

    void register(Routes routes) {
        routes.get("/api/v1/models/{name}/backtest", this::backtest);
        routes.get("/api/v1/models/{name}/backtest/bets", this::bets);
    }

    private void backtest(ServerRequest request, ServerResponse response) {
        Json.send(response, run(request).document());
    }

    private void bets(ServerRequest request, ServerResponse response) {
        response.header(HeaderNames.CONTENT_TYPE, "text/csv; charset=utf-8");
        response.send(run(request).details());
    }

    private Backtest run(ServerRequest request) {
        ModelDefinition model = Parameters.model(backend, Parameters.path(request, "name"));
        Parameters parameters = new Parameters(request);
        Stake.Kind kind = Stake.Kind.EXCLUSIVE;
        String kelly = parameters.text("kelly");
        if (kelly != null) {
            if (kelly.matches("single|exclusive|simultaneous")) {
                kind = Stake.Kind.valueOf(kelly.toUpperCase(Locale.ROOT));
            } else {
                parameters.wrong("kelly", kelly, "single, exclusive or simultaneous");
            }
        }
        String text = parameters.text("stake");
        Stake stake = text == null ? null : Stake.parse(text, kind).orElse(null);
        if (text != null && stake == null) {
            parameters.wrong("stake", text, "flat, flat(10), proportional(0.01) or kelly(0.25)");
        }
        if (kelly != null && !(stake instanceof Stake.Kelly)) {
            parameters.wrong("kelly", kelly, "a stake such as kelly(0.25) beside it");
        }
        Double commission = number(parameters, "commission", 0, false, 1);
        Double bankroll = number(parameters, "bankroll", 0, true, Double.POSITIVE_INFINITY);
        String run = parameters.text("run");
        parameters.check();
        return backend.backtest(new BacktestRequest(model.name(), run, stake, commission, bankroll));
    }

    /** A decimal of at least {@code least} and below {@code limit}. */
    private static @Nullable Double number(
            Parameters parameters, String name, double least, boolean above, double limit) {
        String text = parameters.text(name);
        if (text == null) {
            return null;
        }
        if (text.matches("[0-9]{1,12}(\\.[0-9]{1,12})?|\\.[0-9]{1,12}")) {
            double value = Double.parseDouble(text);
            if ((above ? value > least : value >= least) && value < limit) {
                return value;
            }
        }
        parameters.wrong(name, text, above ? "a number above 0" : "a number from 0 to below 1");
        return null;
    }
}
