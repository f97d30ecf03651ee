package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.LoopDefinition;
import dev.keelson.control.PairedEpochs;
import dev.keelson.control.ScheduleDefinition;
import dev.keelson.control.ServedEvidence;
import dev.keelson.control.alert.Alerts;
import dev.keelson.control.job.Planner;
import dev.keelson.control.retrain.ModelSuggestion;
import dev.keelson.control.retrain.ModelSuggestion.State;
import dev.keelson.control.retrain.RetrainBook;
import dev.keelson.control.retrain.RetrainCampaign;
import dev.keelson.control.retrain.RetrainRequest;
import dev.keelson.control.retrain.Suggestions;
import dev.keelson.control.retrain.Thresholds;
import dev.keelson.control.retrain.Trigger;
import dev.keelson.error.AllProblems;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.http.Backend;
import dev.keelson.http.LoggedModel;
import dev.keelson.http.LoopService;
import dev.keelson.http.RolloutRequests;
import dev.keelson.http.RolloutService;
import dev.keelson.monitor.DriftReport;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.governance.Governance;
import dev.keelson.registry.job.Job;
import dev.keelson.registry.job.JobQuery;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Retraining of a project that this process owns. */
final class ProjectLoop implements LoopService {
    private static final Set<String> RUNS = Set.of("baseline", "decay", "drift", "health", "materialize", "rollout", "validate");
    /** What schedules do for each model. */
    private static final Set<String> CHECKS = Set.of("baseline", "decay", "drift", "health");

    private final Backend backend;
    private final ProjectSchedules schedules;
    private final Callbacks callbacks;
    private final ServedEvidence evidence;
    private final Alerts alerts;
    private final Suggestions suggestions;

    ProjectLoop(Backend backend, ProjectSchedules schedules, Callbacks callbacks, ServedEvidence evidence, Alerts alerts) {
        this.backend = backend;
        this.schedules = schedules;
        this.callbacks = callbacks;
        this.evidence = evidence;
        this.alerts = alerts;
        this.suggestions = new Suggestions(backend.catalog(), backend.clock());
    }

    // ---- retrainings

    @Override
    public JsonNode retrain(RetrainCampaign.Asked asked, By by) {
        check(asked, by.callback());
        Job job = schedules.book().ask(RetrainCampaign.KIND, "", "", asked.toJson(), by.actor(), by.reason());
        callbacks.add(job.id(), by.callback());
        schedules.wake();
        return retraining(job.id());
    }

    @Override
    public void check(RetrainCampaign.Asked asked, @Nullable String callback) {
        AllProblems all = new AllProblems();
        asked.models().forEach(model -> all.of(() -> Projects.model(backend.project(), model))
                .ifPresent(each -> all.add(Thresholds.unsuited(each, asked.thresholds().keySet()))));
        all.check(() -> Thresholds.check(asked.thresholds()));
        all.check(() -> callbacks.check(callback));
        all.throwIfAny();
    }

    @Override
    public JsonNode retrainings(int limit) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        ArrayNode list = document.putArray("retrainings");
        schedules.book()
                .jobs(new JobQuery(Set.of(), RetrainCampaign.KIND, null, null, null, limit))
                .forEach(job -> list.add(told(job)));
        return document;
    }

    @Override
    public JsonNode retraining(String id) {
        Job job = schedules.book().job(id);
        if (!job.kind().equals(RetrainCampaign.KIND)) {
            throw new KeelsonException(
                    ErrorCode.NOT_FOUND, "There is no retraining (%s).".formatted(id), "Maybe list them: GET /api/v1/retraining.");
        }
        return told(job);
    }

    private ObjectNode told(Job job) {
        ObjectNode node = ProjectSchedules.json(job);
        for (String inner : List.of("checkpoint", "result", "subject", "schedule", "kind")) {
            node.remove(inner);
        }
        node.set("summary", job.checkpoint() == null ? null : RetrainCampaign.summary(backend.catalog(), job));
        node.set("callback", callbacks.of(job.id()));
        return node;
    }

    // ---- other jobs

    @Override
    public void check(String run, JsonNode arguments, @Nullable String callback) {
        AllProblems all = new AllProblems();
        if (!RUNS.contains(run)) {
            all.add(List.of(Problem.of(
                    ErrorCode.BAD_REQUEST,
                    "There is no job (%s) that can be asked for; there are baseline, decay, drift, health, materialize, rollout and validate.".formatted(run),
                    run.startsWith("retrain") ? "Maybe POST /api/v1/retraining was meant." : null)));
        }
        if (CHECKS.contains(run)) {
            all.check(() -> watched(run, arguments.path("model").asText()));
        } else if (run.equals("rollout")) {
            all.check(() -> RolloutRequests.plan(
                    Projects.model(backend.project(), arguments.path("model").asText()).name(), arguments));
        }
        all.check(() -> callbacks.check(callback));
        all.throwIfAny();
    }

    /** A model that a check can be about, also one that others serve. */
    private String watched(String run, String name) {
        String model = LoggedModel.of(backend.project(), name).name();
        if (!schedules.models(ScheduleDefinition.Job.valueOf(run.toUpperCase(Locale.ROOT))).contains(model)) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "No monitor of the project lets a job (%s) be about the model (%s).".formatted(run, model),
                    run.equals("decay")
                            ? "Maybe add one with a `metric` that suits it to `monitors` of the project file."
                            : "Maybe add one with `policy: recommended` to `monitors` of the project file.");
        }
        return model;
    }

    @Override
    public JsonNode ask(String run, JsonNode arguments, By by) {
        check(run, arguments, by.callback());
        ObjectNode asked = JsonNodeFactory.instance.objectNode();
        String subject = Planner.subject("");
        if (CHECKS.contains(run)) {
            String model = watched(run, arguments.path("model").asText());
            asked.put("model", model);
            subject = Planner.subject(model);
            if (run.equals("drift") || run.equals("decay")) {
                asked.put("on_" + run, arguments.path("on_" + run).asText("alert"));
            }
        } else if (run.equals("rollout")) {
            String model = Projects.model(backend.project(), arguments.path("model").asText()).name();
            asked.put("model", model).set("rollout", RolloutRequests.body(RolloutRequests.plan(model, arguments)));
            subject = "rollout/" + model;
        }
        Job job = schedules.book().ask(run, subject, "", asked, by.actor(), by.reason());
        callbacks.add(job.id(), by.callback());
        schedules.wake();
        ObjectNode node = ProjectSchedules.json(job);
        node.set("callback", callbacks.of(job.id()));
        return node;
    }

    // ---- suggestions

    @Override
    public JsonNode suggestions(@Nullable String model, @Nullable String state) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        ArrayNode list = document.putArray("suggestions");
        suggestions.list(model, state == null ? null : state(state)).forEach(each -> list.add(told(each)));
        return document;
    }

    private static State state(String word) {
        return Arrays.stream(State.values())
                .filter(each -> each.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.BAD_REQUEST,
                        "The state (%s) is wrong; expected one of %s.".formatted(word, Arrays.stream(State.values()).map(State::word).toList()),
                        null));
    }

    @Override
    public JsonNode suggestion(String id) {
        return told(suggestions.one(id));
    }

    @Override
    public JsonNode decide(String id, boolean accept, String actor, String reason) {
        ModelSuggestion open = suggestions.open(id);
        String came = accept ? done(open, actor, reason) : "";
        ModelSuggestion decided = suggestions.decide(id, accept ? State.ACCEPTED : State.DISMISSED, actor, reason);
        alerts.over("suggestion/" + id, "%s: %s".formatted(decided.state().word(), reason));
        schedules.retrainings().wake(decided.model());
        schedules.wake();
        return told(decided).put("came", came);
    }

    /** Does what was suggested. */
    private String done(ModelSuggestion open, String actor, String reason) {
        Integer version = open.version();
        return switch (open.action()) {
            case RETRAIN -> {
                JsonNode request = open.request();
                String kind = request == null ? "full" : request.path("kind").asText("full");
                RetrainBook.Asked asked = schedules.retrainings()
                        .ask(
                                new RetrainRequest(
                                        open.model(), Trigger.MANUAL, RetrainRequest.Kind.valueOf(kind.toUpperCase(Locale.ROOT)), new TreeMap<>(),
                                        false, request == null || !request.path("drift").isObject() ? null : request.path("drift")),
                                null, "", actor, reason);
                if (!asked.asked()) {
                    throw new KeelsonException(ErrorCode.CONFLICT, asked.sentence(), null);
                }
                yield asked.sentence();
            }
            case PROMOTE -> {
                Governance.Promotion promotion = backend.governance()
                        .promote(new Governance.Request(open.model(), Objects.requireNonNull(version), actor, reason, false));
                yield promotion.serves() ? "v%d serves.".formatted(version) : "It meets its policy, which asks for another person.";
            }
            case ROLL_BACK -> {
                backend.rollouts().change(open.model(), RolloutService.Verb.ABORT, new RolloutService.Change(actor, reason, false));
                yield "v%d was taken back.".formatted(version);
            }
            case STAKES -> throw new KeelsonException(ErrorCode.CONFLICT, "Stakes are not accepted one by one.", null);
        };
    }

    private ObjectNode told(ModelSuggestion each) {
        ObjectNode node = each.toJson();
        node.set("since", since(each));
        return node;
    }

    /** How it turned out, by what has happened since it came up. */
    private ObjectNode since(ModelSuggestion each) {
        Integer version = each.version();
        return version == null ? checksSince(each) : gainSince(each, version);
    }

    /** Of a version: what it lost or gained beside the one that served when it was suggested, on events that both predicted since. */
    private ObjectNode gainSince(ModelSuggestion each, int version) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        LoopDefinition loop = Projects.loop(backend.project(), Projects.model(backend.project(), each.model()));
        Optional<ModelVersion> suggested = backend.versions(each.model()).stream().filter(v -> v.version() == version).findFirst();
        Optional<ModelVersion> other = backend.governance().history(each.model()).spans().reversed().stream()
                .filter(span -> span.version() != version && !span.from().isAfter(each.at()))
                .findFirst()
                .flatMap(span -> backend.versions(each.model()).stream().filter(v -> v.version() == span.version()).findFirst());
        if (suggested.isEmpty() || other.isEmpty() || loop.model().isNumber()) {
            return node.put("events", 0).put("sentence", "Nothing is known of how it turned out: both versions must predict the same events.");
        }
        PairedEpochs paired = evidence.of(loop, other.get(), suggested.get(), each.at(), backend.clock().instant());
        node.put("version", version).put("against", other.get().version()).put("events", paired.events()).put("epochs", paired.gains().size());
        if (paired.events() == 0) {
            return node.put("sentence", "No event that both predicted has settled since.");
        }
        String metric = loop.promotion().refreshMetric().name().toLowerCase(Locale.ROOT);
        double gain = paired.mean();
        double half = paired.gains().size() < 2 ? Double.NaN : 1.96 * paired.standardDeviation() / Math.sqrt(paired.gains().size());
        node.put("metric", metric).put("mean_gain", gain);
        node.put("lower", Double.isNaN(half) ? null : (Double) (gain - half)).put("upper", Double.isNaN(half) ? null : (Double) (gain + half));
        return node.put(
                "sentence",
                String.format(
                        Locale.ROOT, "Since then v%d %s %.4f %s an event beside v%d%s, on %,d events of %d match days.",
                        version, gain >= 0 ? "gained" : "lost", Math.abs(gain), metric.replace('_', ' '), other.get().version(),
                        Double.isNaN(half) ? "" : String.format(Locale.ROOT, " (95 %%: %+.4f to %+.4f)", gain - half, gain + half),
                        paired.events(), paired.gains().size()));
    }

    /** Of a training: whether what asked for it went on. */
    private ObjectNode checksSince(ModelSuggestion each) {
        List<DriftReport> reports = backend.reports("drift", each.model(), 1_000).stream()
                .filter(report -> report.at().isAfter(each.at()))
                .map(report -> DriftReport.fromJson(report.document()))
                .toList();
        long alarms = reports.stream().filter(report -> report.verdict() == DriftReport.Verdict.ALARM).count();
        Optional<ModelVersion> trained = backend.versions(each.model()).stream().filter(v -> v.createdAt().isAfter(each.at())).findFirst();
        Instant at = each.at().truncatedTo(ChronoUnit.SECONDS);
        return JsonNodeFactory.instance.objectNode()
                .put("checks", reports.size())
                .put("alarms", alarms)
                .put("version", trained.map(ModelVersion::version).orElse(null))
                .put("sentence", "Since %s %d of %d drift checks alarmed%s.".formatted(
                        at, alarms, reports.size(), trained.map(v -> "; v%d was trained".formatted(v.version())).orElse("; nothing was trained")));
    }
}
