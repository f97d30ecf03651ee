package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.http.ScheduleService;
import dev.keelson.registry.job.Job;
import dev.keelson.registry.job.JobQuery;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The schedules of a project that another process of this machine owns and serves. */
record ServedSchedules(OwnerClient owner) implements ScheduleService {
    @Override
    public JsonNode list() {
        return owner.get("/api/v1/schedules");
    }

    @Override
    public JsonNode run(String schedule, String actor, String reason) {
        return owner.post(OwnerClient.address("/api/v1/schedules/%s/run", schedule), body(actor, reason));
    }

    @Override
    public JsonNode pause(String schedule, boolean paused, String actor, String reason) {
        return owner.post(
                OwnerClient.address("/api/v1/schedules/%s/", schedule) + (paused ? "pause" : "resume"), body(actor, reason));
    }

    @Override
    public JsonNode jobs(JobQuery query) {
        StringBuilder address = new StringBuilder("/api/v1/jobs?limit=").append(query.limit());
        for (Job.State state : query.states()) {
            add(address, "state", state.word());
        }
        add(address, "kind", query.kind());
        add(address, "schedule", query.schedule());
        String subject = query.subject();
        add(address, "model", subject == null ? null : subject.substring(subject.indexOf('/') + 1));
        return owner.get(address.toString());
    }

    private static void add(StringBuilder address, String name, @Nullable String value) {
        if (value != null) {
            address.append('&').append(name).append('=').append(URLEncoder.encode(value, StandardCharsets.UTF_8));
        }
    }

    @Override
    public JsonNode job(String id, long after) {
        return owner.get(OwnerClient.address("/api/v1/jobs/%s", id) + "?after=" + after);
    }

    @Override
    public JsonNode cancel(String id, String actor, String reason) {
        return owner.post(OwnerClient.address("/api/v1/jobs/%s/cancel", id), body(actor, reason));
    }

    private static ObjectNode body(String actor, String reason) {
        return JsonNodeFactory.instance.objectNode().put("actor", actor).put("reason", reason);
    }
}
