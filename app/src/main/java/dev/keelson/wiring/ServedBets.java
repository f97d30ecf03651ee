package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.http.Bets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The bets of a project that another process serves. */
final class ServedBets implements Bets {
    private final OwnerClient owner;

    ServedBets(OwnerClient owner) {
        this.owner = owner;
    }

    @Override
    public JsonNode score(@Nullable JsonNode body) {
        return owner.post("/api/v1/bets/score", sent(body));
    }

    @Override
    public JsonNode performance(Question question) {
        List<String> query = query(question);
        add(query, "by", String.join(",", question.by()));
        return owner.get("/api/v1/performance" + joined(query));
    }

    @Override
    public JsonNode settled(Question question, int offset, int limit) {
        List<String> query = query(question);
        add(query, "cursor", offset);
        add(query, "limit", limit);
        return owner.get("/api/v1/performance/bets" + joined(query));
    }

    private static List<String> query(Question question) {
        List<String> query = new ArrayList<>();
        question.where().forEach((name, value) -> add(query, name, value));
        add(query, "from", question.from());
        add(query, "to", question.to());
        add(query, "model", question.model());
        return query;
    }

    @Override
    public JsonNode capture(@Nullable JsonNode body) {
        return owner.post("/api/v1/opportunities", sent(body));
    }

    @Override
    public JsonNode opportunities(Filter filter) {
        List<String> query = new ArrayList<>();
        add(query, "state", filter.state());
        filter.columns().forEach((column, value) -> add(query, column, value));
        add(query, "text", filter.text());
        add(query, "from", filter.from());
        add(query, "to", filter.to());
        add(query, "cursor", filter.cursor());
        add(query, "limit", filter.limit());
        return owner.get("/api/v1/opportunities" + joined(query));
    }

    @Override
    public JsonNode opportunity(String id) {
        return owner.get(OwnerClient.address("/api/v1/opportunities/%s", id));
    }

    @Override
    public JsonNode settle(String id, Settlement settlement) {
        ObjectNode body = JsonNodeFactory.instance
                .objectNode()
                .put("result", settlement.result())
                .put("stake", settlement.stake())
                .put("correct", settlement.correct());
        return owner.post(OwnerClient.address("/api/v1/opportunities/%s/settle", id), body);
    }

    private static JsonNode sent(@Nullable JsonNode body) {
        return body == null ? JsonNodeFactory.instance.objectNode() : body;
    }

    private static void add(List<String> query, String name, @Nullable Object value) {
        if (value != null) {
            query.add(OwnerClient.address("%s=%s", name, value.toString()));
        }
    }

    private static String joined(List<String> query) {
        return query.isEmpty() ? "" : "?" + String.join("&", query);
    }
}
