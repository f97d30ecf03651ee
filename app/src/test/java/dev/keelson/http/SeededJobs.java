package dev.keelson.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Jobs that run until they are cancelled; the seed 1 is done at once. */
final class SeededJobs<R extends Jobs.Request> implements Jobs<R> {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final JobKind kind;
    private final Map<String, Job<R>> all = new LinkedHashMap<>();
    private final Map<String, List<JsonNode>> told = new LinkedHashMap<>();

    SeededJobs(JobKind kind) {
        this.kind = kind;
    }

    @Override
    public JobKind kind() {
        return kind;
    }

    @Override
    public Job<R> start(R request) {
        list().stream().filter(job -> job.state() == State.RUNNING).findFirst().ifPresent(other -> {
            throw new KeelsonException(
                    ErrorCode.TRANSITION_REFUSED, "%s runs already.".formatted(other.id()), null);
        });
        String id = kind.id() + "-" + all.size();
        return switch (request) {
            case GenerationRequest generation -> add(
                    id,
                    request,
                    Progress.of(3, generation.budget()),
                    generation.seed() == 1 ? JSON.objectNode().put("tried", 3) : null,
                    List.of());
            case StudyRequest study -> add(
                    id,
                    request,
                    new Progress(1, Objects.requireNonNullElse(study.trials(), 50), 0.5, null),
                    Objects.equals(study.seed(), 1L) ? JSON.objectNode().put("file_loss", 0.6) : null,
                    List.of(JSON.objectNode().put("number", 0).put("loss", 0.5)));
            default -> add(
                    id,
                    request,
                    new Progress(3, 8, null, "fitting"),
                    null,
                    List.of(JSON.objectNode().put("at", Instant.EPOCH.toString()).put("text", "Fit 3 of 8 ended.")));
        };
    }

    private Job<R> add(
            String id, R request, Progress progress, @Nullable JsonNode result, List<JsonNode> documents) {
        Job<R> job = new Job<>(
                id, request, result == null ? State.RUNNING : State.DONE, Instant.EPOCH, progress, result, null);
        all.put(id, job);
        told.put(id, documents);
        return job;
    }

    /** A search of 60 trials that has ended, made up: shallow trees at a middling rate are best. */
    static void ended(SeededJobs<StudyRequest> studies, String model, String run) {
        Random random = new Random(11);
        List<JsonNode> trials = new ArrayList<>();
        ObjectNode best = JSON.objectNode();
        double least = Double.POSITIVE_INFINITY;
        for (int number = 0; number < 60; number++) {
            ObjectNode trial = JSON.objectNode().put("number", number);
            int depth = 2 + random.nextInt(7);
            double rate = Math.exp(Math.log(0.01) + random.nextDouble() * Math.log(30));
            String booster = random.nextInt(3) == 0 ? "dart" : "gbtree";
            double loss = 0.975 + 0.004 * Math.abs(depth - 3) + 0.01 * Math.pow(Math.log(rate / 0.05), 2)
                    + 0.002 * random.nextDouble();
            String state = number % 9 == 7 ? "pruned" : number == 20 ? "failed" : "complete";
            trial.put("state", state).put("loss", state.equals("complete") ? loss : null);
            trial.put("folds", state.equals("complete") ? 6 : 2);
            ObjectNode settings = trial.putObject("settings");
            settings.put("booster", booster).put("learning_rate", rate).put("max_depth", depth);
            if (booster.equals("dart")) {
                settings.put("rate_drop", 0.1 * random.nextInt(4));
            }
            trial.put("run", run);
            if (state.equals("failed")) {
                trial.put("failure", "The learner took too much memory.");
            }
            if (state.equals("complete") && loss < least) {
                least = loss;
                best = trial;
            }
            trials.add(trial);
        }
        ObjectNode result = JSON.objectNode();
        result.put("metric", "log_loss").put("sampler", "tpe").put("pruner", "median").put("file_loss", 0.9792);
        result.put("rows", 4_310);
        result.putObject("space")
                .put("booster", "[gbtree, dart]")
                .put("learning_rate", "0.01..0.3 log")
                .put("max_depth", "2..8")
                .put("rate_drop", "0.0..0.3 when booster = dart");
        result.putArray("importance")
                .add(JSON.objectNode().put("setting", "learning_rate").put("share", 0.71))
                .add(JSON.objectNode().put("setting", "max_depth").put("share", 0.22))
                .add(JSON.objectNode().put("setting", "booster").put("share", 0.07))
                .add(JSON.objectNode().put("setting", "rate_drop").put("share", 0.0));
        result.set("best", best);
        result.put("sentence", "Trial %d of 60 has the least out-of-fold log_loss.".formatted(best.path("number").asInt()));
        result.put("yaml", "learner: { xgboost: { max_depth: 3, learning_rate: 0.05 } }\n");
        studies.add(
                "study-" + model + "-2020-07-01T10:00:00Z",
                new StudyRequest(model, 60, "tpe", 42L, false),
                new Progress(60, 60, least, null),
                result,
                trials);
    }

    /** A training that has ended. */
    static void ended(SeededJobs<ModelTraining> trainings, String model, String run, int version) {
        ObjectNode result = JSON.objectNode();
        result.put("sentence", "%s v%d, challenger, test log loss 0.9817.".formatted(model, version));
        result.put("run", run).put("version", version).put("seconds", 4.3).put("fits", 8);
        trainings.add(
                "training-" + model + "-2020-07-02T10:00:00Z",
                ModelTraining.full(model, "console"),
                new Progress(8, 8, null, "registered"),
                result,
                List.of(JSON.objectNode().put("at", "2020-07-02T10:00:00Z").put("text", "Reads the data.")));
    }

    @Override
    public Optional<Job<R>> find(String id) {
        return Optional.ofNullable(all.get(id));
    }

    @Override
    public List<Job<R>> list() {
        return List.copyOf(all.values()).reversed();
    }

    @Override
    public List<JsonNode> told(String id) {
        get(id);
        return told.getOrDefault(id, List.of());
    }

    @Override
    public Job<R> cancel(String id) {
        Job<R> was = get(id);
        if (was.state() != State.RUNNING) {
            return was;
        }
        Job<R> cancelled = new Job<>(
                id, was.request(), State.CANCELLED, was.startedAt(), was.progress(), null, null);
        all.put(id, cancelled);
        return cancelled;
    }
}
