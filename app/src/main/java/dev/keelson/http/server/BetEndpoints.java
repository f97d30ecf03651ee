package dev.keelson.http.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.http.Bets;
import dev.keelson.project.Project;
import dev.keelson.project.ServeDefinition;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** Scores of bets, how bets did, and opportunities. */
final class BetEndpoints {
    private static final String OPPORTUNITIES = "/api/v1/opportunities";
    private static final List<String> COLUMNS = List.of(
            "bets", "won", "lost", "returned", "win_rate", "win_rate_lower", "win_rate_upper", "expected_win_rate", "staked", "profit", "roi",
            "roi_lower", "roi_upper", "mean_edge", "mean_odds", "clv", "clv_bets", "few");

    private final Backend backend;

    BetEndpoints(Backend backend) {
        this.backend = backend;
    }

    void register(Routes routes) {
        routes.post("/api/v1/bets/score", (request, response) -> Json.send(response, backend.bets().score(Json.body(request))));
        routes.get("/api/v1/performance", this::performance);
        routes.get("/api/v1/performance/bets", this::settled);
        routes.get(OPPORTUNITIES, this::list);
        routes.post(OPPORTUNITIES, (request, response) -> Json.send(response, backend.bets().capture(Json.body(request))));
        routes.get(OPPORTUNITIES + "/{id}", (request, response) ->
                Json.send(response, backend.bets().opportunity(Parameters.path(request, "id"))));
        routes.post(OPPORTUNITIES + "/{id}/settle", this::settle);
    }

    private void performance(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        String format = parameters.text("format");
        if (format != null && !format.equals("json") && !format.equals("csv")) {
            parameters.wrong("format", format, "json or csv");
        }
        Bets.Question question = question(backend.project(), parameters);
        parameters.check();
        JsonNode answer = backend.bets().performance(question);
        boolean csv = format == null
                ? request.headers().value(HeaderNames.ACCEPT).orElse("").startsWith("text/csv")
                : format.equals("csv");
        if (csv) {
            response.header(HeaderNames.CONTENT_TYPE, "text/csv; charset=utf-8");
            response.send(csv(answer).getBytes(StandardCharsets.UTF_8));
        } else {
            Json.send(response, answer);
        }
    }

    /** What the parameters of an address ask of settled bets; a column without its ending {@code _name} does, too. */
    static Bets.Question question(Project project, Parameters parameters) {
        String by = String.join(",", parameters.texts("by"));
        Map<String, String> where = columns(project, parameters);
        for (String name : List.of("odds_band", "month", "week", "day")) {
            String value = parameters.text(name);
            if (value != null) {
                where.put(name, value);
            }
        }
        return new Bets.Question(
                by.isEmpty() ? List.of("all") : List.of(by.split("\\s*,\\s*", -1)),
                where,
                parameters.instant("from", project.zone()),
                parameters.instant("to", project.zone()),
                parameters.text("model"));
    }

    /** The values that columns of {@code serve.bets.by} must have. */
    private static Map<String, String> columns(Project project, Parameters parameters) {
        Map<String, String> columns = new LinkedHashMap<>();
        ServeDefinition.Bets bets = project.serve().bets();
        for (String column : bets == null ? List.<String>of() : bets.by()) {
            String value = parameters.text(column);
            if (value == null && column.endsWith("_name")) {
                value = parameters.text(column.substring(0, column.length() - "_name".length()));
            }
            if (value != null) {
                columns.put(column, value);
            }
        }
        return columns;
    }

    /** Which opportunities the parameters of an address ask for. */
    static Bets.Filter filter(Project project, Parameters parameters, int limit) {
        String state = parameters.text("state");
        if (state != null && !state.equals("open") && !state.equals("settled")) {
            parameters.wrong("state", state, "open or settled");
        }
        return new Bets.Filter(
                state,
                columns(project, parameters),
                parameters.text("text"),
                parameters.instant("from", project.zone()),
                parameters.instant("to", project.zone()),
                cursor(parameters),
                limit);
    }

    /** Where the page before ended, or null for the first one. */
    static @Nullable String cursor(Parameters parameters) {
        String cursor = parameters.text("cursor");
        if (cursor != null && !cursor.matches("\\d{1,18}")) {
            parameters.wrong("cursor", cursor, "the next_cursor of the page before");
            return null;
        }
        return cursor;
    }

    private void settled(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        Bets.Question question = question(backend.project(), parameters);
        String cursor = cursor(parameters);
        int limit = parameters.number("limit", 1, 1000, 100);
        parameters.check();
        Json.send(response, backend.bets().settled(question, cursor == null ? 0 : Integer.parseInt(cursor), limit));
    }

    private static String csv(JsonNode answer) {
        StringBuilder text = new StringBuilder();
        StringJoiner header = new StringJoiner(",", "", "\r\n");
        answer.path("by").forEach(name -> header.add(name.asText()));
        COLUMNS.forEach(header::add);
        text.append(header);
        for (JsonNode group : answer.path("groups")) {
            StringJoiner line = new StringJoiner(",", "", "\r\n");
            answer.path("by").forEach(name -> line.add(cell(group.path("group").path(name.asText()))));
            COLUMNS.forEach(column -> line.add(cell(group.path(column))));
            text.append(line);
        }
        return text.toString();
    }

    private static String cell(JsonNode value) {
        if (value.isNull() || value.isMissingNode()) {
            return "";
        }
        String text = value.asText();
        boolean formula = value.isTextual() && !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0;
        String safe = formula ? "'" + text : text; // spreadsheets would work it out
        return safe.matches("(?s).*[\",\\r\\n].*") ? "\"" + safe.replace("\"", "\"\"") + "\"" : safe;
    }

    private void list(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        Bets.Filter filter = filter(backend.project(), parameters, parameters.number("limit", 1, 1000, 100));
        parameters.check();
        Json.send(response, backend.bets().opportunities(filter));
    }

    private void settle(ServerRequest request, ServerResponse response) {
        JsonNode body = Json.body(request);
        if (body == null || !body.isObject()) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST, "The body must be an object such as {\"result\": \"won\"}.", null);
        }
        List<String> known = List.of("result", "stake", "correct");
        List<String> names = new ArrayList<>();
        body.fieldNames().forEachRemaining(names::add);
        for (String name : names) {
            if (!known.contains(name)) {
                throw Body.wrong(name, body.path(name), "one of the keys " + known);
            }
        }
        JsonNode stake = body.path("stake");
        if (!(stake.isMissingNode() || stake.isNull()) && !(stake.isNumber() && stake.doubleValue() > 0)) {
            throw Body.wrong("stake", stake, "a number above 0");
        }
        JsonNode correct = body.path("correct");
        if (!(correct.isMissingNode() || correct.isNull() || correct.isBoolean())) {
            throw Body.wrong("correct", correct, "true or false");
        }
        if (!body.path("result").isTextual()) {
            throw Body.wrong("result", body.path("result"), "won, half_won, push, half_lost or lost");
        }
        Json.send(
                response,
                backend.bets()
                        .settle(
                                Parameters.path(request, "id"),
                                new Bets.Settlement(
                                        body.path("result").textValue(),
                                        stake.isNumber() ? stake.doubleValue() : null,
                                        correct.asBoolean(false))));
    }
}
