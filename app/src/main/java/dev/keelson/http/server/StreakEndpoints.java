package dev.keelson.http.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.http.ResultAnalysis;
import dev.keelson.http.ResultRows;
import dev.keelson.http.ResultRows.Of;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Streaks, transitions and randomness of results: of a model, or of rows that are handed in. */
final class StreakEndpoints {
    private final Backend backend;

    StreakEndpoints(Backend backend) {
        this.backend = backend;
    }

    void register(Routes routes) {
        routes.get("/api/v1/models/{name}/streaks", this::ofModel);
        routes.post("/api/v1/streaks", this::ofRows);
    }

    private void ofModel(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        ResultRows.Asked asked = asked(parameters, backend);
        parameters.check();
        Json.send(response, ResultAnalysis.of(ResultRows.ofModel(backend, Parameters.path(request, "name"), asked)));
    }

    /** What an address asks for. */
    static ResultRows.Asked asked(Parameters parameters, Backend backend) {
        String of = parameters.text("of");
        if (of != null && Of.of(of).isEmpty()) {
            parameters.wrong("of", of, "hits, outcomes or bets");
        }
        int version = parameters.number("version", 1, Integer.MAX_VALUE, 0);
        return new ResultRows.Asked(
                Of.of(of).orElse(Of.HITS),
                version == 0 ? null : (Integer) version,
                parameters.instant("from", backend.project().zone()),
                parameters.instant("to", backend.project().zone()),
                parameters.text("text"));
    }

    private void ofRows(ServerRequest request, ServerResponse response) {
        JsonNode body = JournalEndpoints.rows(request);
        JsonNode rows = body == null ? null : body.isArray() ? body : body.path("rows");
        if (rows == null || !rows.isArray() || rows.isEmpty()) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "The body has no rows; expected CSV, or JSON such as {\"rows\": [{\"result\": \"won\"}, ...]}.",
                    null);
        }
        List<JsonNode> table = new ArrayList<>();
        rows.forEach(table::add);
        Parameters parameters = new Parameters(request);
        Json.send(response, ResultAnalysis.of(ResultRows.ofTable("rows", table, columns(parameters, table), backend.project().zone())));
    }

    /** Columns by the parameters; without them those of the usual names that are there. */
    private static ResultRows.Columns columns(Parameters parameters, List<JsonNode> table) {
        String result = parameters.text("result");
        return new ResultRows.Columns(
                result == null ? "result" : result,
                column(parameters, table, "chance"),
                column(parameters, table, "odds"),
                column(parameters, table, "time"),
                parameters.text("success"),
                only(parameters));
    }

    private static @Nullable String column(Parameters parameters, List<JsonNode> table, String name) {
        String named = parameters.text(name);
        return named != null || table.stream().noneMatch(row -> row.has(name)) ? named : name;
    }

    private static Map<String, String> only(Parameters parameters) {
        Map<String, String> only = new LinkedHashMap<>();
        for (String each : parameters.texts("only")) {
            int equals = each.indexOf('=');
            if (equals < 1) {
                parameters.wrong("only", each, "COLUMN=VALUE");
            } else {
                only.put(each.substring(0, equals), each.substring(equals + 1));
            }
        }
        parameters.check();
        return only;
    }
}
