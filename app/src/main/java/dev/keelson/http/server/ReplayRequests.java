package dev.keelson.http.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.http.ReplayRequest;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;

/** Reads what a replay is asked for. */
final class ReplayRequests {
    private static final List<String> FIELDS = List.of("all_models", "from", "policies", "step", "to");

    private ReplayRequests() {}

    static ReplayRequest read(String model, JsonNode body) {
        RequestFields fields = new RequestFields(body, FIELDS);
        LocalDate from = fields.day("from", "the first day");
        LocalDate to = fields.day("to", "the day after the last one");
        Duration step = fields.duration("step", "the length of a step", Duration.ofDays(7));
        List<String> policies = fields.texts("policies", "names of policies");
        boolean all = fields.flag("all_models", "whether all models of the project are replayed");
        return fields.made(() -> new ReplayRequest(model, all, from, to, step, policies));
    }
}
