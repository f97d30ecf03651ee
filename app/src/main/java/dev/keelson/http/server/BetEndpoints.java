package dev.keelson.http.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.http.Bets;
import dev.keelson.project.ServeDefinition;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/** Scores of bets, how bets did, and opportunities. */
final class BetEndpoints {
    private static final String OPPORTUNITIES = "/api/v1/opportunities";
    private static final List<String> COLUMNS = List.of(
            "bets", "won", "lost", "returned", "win_rate", "win_rate_lower", "win_rate_upper", "staked", "profit", "roi",
            "roi_lower", "roi_upper", "mean_edge", "mean_odds", "clv", "clv_bets", "few");

    private final Backend backend;

    BetEndpoints(Backend backend) {
        this.backend = backend;
    }

    void register(Routes routes) {
        routes.post("/api/v1/bets/score", (request, response) -> Json.send(response, backend.bets().score(Json.body(request))));
        routes.get("/api/v1/performance", this::performance);
        routes.get(OPPORTUNITIES, this::list);
        routes.post(OPPORTUNITIES, (request, response) -> Json.send(response, backend.bets().capture(Json.body(request))));
        routes.post(OPPORTUNITIES + "/{id}/settle", this::settle);
    }

    private void performance(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        ZoneId zone = backend.project().zone();
        String by = parameters.text("by");
        String format = parameters.text("format");
        if (format != null && !format.equals("json") && !format.equals("csv")) {
            parameters.wrong("format", format, "json or csv");
        }
        Bets.Question question = new Bets.Question(
                by == null ? List.of("all") : List.of(by.split("\\s*,\\s*", -1)),
                parameters.instant("from", zone),
                parameters.instant("to", zone),
                parameters.text("model"));
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
        ZoneId zone = backend.project().zone();
        String state = parameters.text("state");
        if (state != null && !state.equals("open") && !state.equals("settled")) {
            parameters.wrong("state", state, "open or settled");
        }
        String cursor = parameters.text("cursor");
        if (cursor != null && !cursor.matches("\\d{1,18}")) {
            parameters.wrong("cursor", cursor, "the next_cursor of the page before");
        }
        Map<String, String> columns = new LinkedHashMap<>();
        ServeDefinition.Bets bets = backend.project().serve().bets();
        for (String column : bets == null ? List.<String>of() : bets.by()) {
            String value = parameters.text(column);
            if (value != null) {
                columns.put(column, value);
            }
        }
        Bets.Filter filter = new Bets.Filter(
                state,
                columns,
                parameters.instant("from", zone),
                parameters.instant("to", zone),
                cursor,
                parameters.number("limit", 1, 1000, 100));
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
