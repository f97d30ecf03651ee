package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.data.DatasetGarbage;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.LoadReport;
import dev.keelson.data.ReviewDecision;
import dev.keelson.data.ValidationReport;
import dev.keelson.http.DataChanges;
import dev.keelson.project.Project;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Changes the data of a project by asking the process that owns and serves it. */
record ServedDatasets(Project project, InstantSource clock, OwnerClient owner) implements DataChanges {

    @Override
    public List<LoadReport> load(@Nullable String source) {
        List<LoadReport> loads = new ArrayList<>();
        for (JsonNode load : owner.post("/api/v1/data/loads", of(source)).path("sources")) {
            loads.add(LoadReport.fromJson(load, id -> version(load.path("source").asText(), id)));
        }
        return loads;
    }

    private DatasetVersion version(@Nullable String source, String id) {
        return Datasets.look(project, clock, data -> data.version(source, id));
    }

    @Override
    public ValidationReport check(@Nullable String source, @Nullable String version) {
        return ValidationReport.fromJson(
                owner.post("/api/v1/data/checks", of(source).put("version", version)));
    }

    @Override
    public List<ValidationReport> checkAll() {
        JsonNode answer = owner.post("/api/v1/data/checks", of(null));
        if (!answer.has("sources")) {
            return List.of(ValidationReport.fromJson(answer));
        }
        List<ValidationReport> reports = new ArrayList<>();
        answer.path("sources").forEach(report -> reports.add(ValidationReport.fromJson(report)));
        return reports;
    }

    @Override
    public ReviewDecision decide(
            @Nullable String source,
            String row,
            ReviewDecision.Action action,
            Map<String, String> cells,
            String actor,
            String reason) {
        ObjectNode body = why(source, actor, reason).put("action", action.name().toLowerCase(Locale.ROOT));
        ObjectNode changed = body.putObject("cells");
        cells.forEach(changed::put);
        return ReviewDecision.fromJson(owner.post(OwnerClient.address("/api/v1/data/review/%s", row), body));
    }

    @Override
    public ReviewDecision revert(@Nullable String source, String decision, String actor, String reason) {
        return ReviewDecision.fromJson(owner.post(
                OwnerClient.address("/api/v1/data/review/decisions/%s/revert", decision), why(source, actor, reason)));
    }

    @Override
    public DatasetVersion tag(@Nullable String source, String version, String tag) {
        JsonNode tagged = owner.post(
                OwnerClient.address("/api/v1/data/versions/%s/tags", version), of(source).put("tag", tag));
        return version(source, tagged.path("id").asText());
    }

    @Override
    public void untag(@Nullable String source, String tag) {
        owner.delete(OwnerClient.address("/api/v1/data/tags/%s?source=%s", tag, source == null ? "" : source));
    }

    @Override
    public DatasetGarbage collect(@Nullable String source, boolean dryRun) {
        JsonNode garbage = dryRun
                ? owner.get(OwnerClient.address("/api/v1/data/garbage?source=%s", source == null ? "" : source))
                : owner.post("/api/v1/data/garbage/collect", of(source));
        List<String> versions = new ArrayList<>();
        garbage.path("versions").forEach(version -> versions.add(version.asText()));
        return new DatasetGarbage(
                versions, garbage.path("files").asInt(), garbage.path("bytes").asLong());
    }

    private static ObjectNode of(@Nullable String source) {
        return JsonNodeFactory.instance.objectNode().put("source", source);
    }

    private static ObjectNode why(@Nullable String source, String actor, String reason) {
        return of(source).put("actor", actor).put("reason", reason);
    }
}
