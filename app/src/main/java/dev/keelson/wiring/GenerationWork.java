package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.http.GenerationRequest;
import dev.keelson.http.JobKind;
import dev.keelson.http.Jobs.Progress;
import dev.keelson.id.Sha256;
import dev.keelson.project.Project;
import dev.keelson.registry.StoredReport;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.stats.ClusteredMean;
import dev.keelson.train.FeatureSearch;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Searches for features; their trials are kept as steps of the catalogue. */
record GenerationWork(Catalog catalog, InstantSource clock) implements ProjectJobs.Work<GenerationRequest> {
    @Override
    public JobKind kind() {
        return JobKind.GENERATION;
    }

    @Override
    public int parts(Project project, GenerationRequest request) {
        Projects.model(project, request.model());
        FeatureGeneration.requireBudget(request.budget());
        return 0;
    }

    @Override
    public String beingDone(GenerationRequest request) {
        return "Features are generated for the model (%s)".formatted(request.model());
    }

    @Override
    public ProjectJobs.Done run(Project project, GenerationRequest request, ProjectJobs.Watch watch) {
        Kept kept = new Kept(
                catalog, FeatureGeneration.settings(Projects.model(project, request.model())), watch);
        FeatureGeneration.Generated generated = FeatureGeneration.run(
                project, request.model(), request.budget(), request.seed(), clock, kept);
        ObjectNode document = generated.result().toJson();
        document.put("budget", request.budget());
        document.put("seed", request.seed());
        document.put("trials", kept.done);
        document.put("yaml", generated.yaml());
        return new ProjectJobs.Done(generated.result().choices().isEmpty() ? "none" : "found", document);
    }

    @Override
    public GenerationRequest request(StoredReport report, JsonNode document) {
        return new GenerationRequest(
                report.subject(), document.path("budget").asInt(), document.path("seed").asLong());
    }

    @Override
    public Progress progress(JsonNode document) {
        int trials = document.path("trials").asInt();
        return Progress.of(trials, trials);
    }

    @Override
    public List<JsonNode> told(JsonNode document) {
        return List.of();
    }

    /** The trials that have ended, now or before. */
    private static final class Kept implements FeatureSearch.Watch {
        private final Catalog catalog;
        private final String settings;
        private final ProjectJobs.Watch watch;
        private int done;

        Kept(Catalog catalog, String settings, ProjectJobs.Watch watch) {
            this.catalog = catalog;
            this.settings = settings;
            this.watch = watch;
        }

        private String step(String key) {
            return "generation/" + new Sha256().add(Environment.codeVersion()).add(settings).add(key).hex();
        }

        @Override
        public Optional<ClusteredMean> kept(String key) {
            return catalog.read(tx -> tx.step(step(key))).map(RunPipeline::parsed).map(gain -> new ClusteredMean(
                    Double.parseDouble(gain.path("mean").asText()),
                    Double.parseDouble(gain.path("standard_error").asText()),
                    gain.path("rows").asInt(),
                    gain.path("clusters").asInt()));
        }

        @Override
        public void ended(String key, ClusteredMean gain, int ended, int of) {
            if (kept(key).isEmpty()) {
                ObjectNode output = JsonNodeFactory.instance.objectNode();
                output.put("mean", Double.toString(gain.mean()));
                output.put("standard_error", Double.toString(gain.standardError()));
                output.put("rows", gain.rows()).put("clusters", gain.clusters());
                catalog.update(tx -> tx.putStep(step(key), "generation", output.toString()));
            }
            done = ended;
            watch.at(Progress.of(ended, of));
        }
    }
}
