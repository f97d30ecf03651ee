package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.Cron;
import dev.keelson.control.LoopPolicy;
import dev.keelson.control.Replay;
import dev.keelson.control.ScheduleDefinition;
import dev.keelson.control.policy.DatedChanges;
import dev.keelson.control.policy.LoopPath;
import dev.keelson.control.policy.LossMatrix;
import dev.keelson.control.policy.PolicyComparison;
import dev.keelson.control.policy.PolicyPath;
import dev.keelson.control.policy.ReferencePolicies;
import dev.keelson.control.policy.ScheduleAdvice;
import dev.keelson.control.policy.ServedDrift;
import dev.keelson.data.SourceRows;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Suggestion;
import dev.keelson.http.JobKind;
import dev.keelson.http.Jobs.Progress;
import dev.keelson.http.PolicyRequest;
import dev.keelson.id.Sha256;
import dev.keelson.monitor.BaselineSource;
import dev.keelson.monitor.DriftMonitorDefinition;
import dev.keelson.project.Project;
import dev.keelson.registry.StoredReport;
import dev.keelson.train.BacktestDefinition;
import dev.keelson.train.ModelDefinition;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Comparisons of policies of retraining, and advice on a schedule, over the history of a project.
 *
 * @param kind which of both
 */
record PolicyWork(Workspace workspace, JobKind kind) implements ProjectJobs.Work<PolicyRequest> {
    private static final String THIS = LoopPolicy.THIS_POLICY.word();
    private static final String SCHEDULE = "schedule";
    private static final double WORSE = 0.05;
    /** Models of each shorter history. */
    private static final int WINDOW_MODELS = 4;

    private static final List<Double> WINDOWS = List.of(0.125, 0.25, 0.5);

    @Override
    public int parts(Project project, PolicyRequest request) {
        Projects.model(project, request.model());
        check(request);
        HistoryPeriod.check(workspace, project, request.model(), request.from(), request.to(), request.step());
        return 0;
    }

    @Override
    public String beingDone(PolicyRequest request) {
        return kind == JobKind.ADVICE
                ? "A schedule for the model (%s) is looked for".formatted(request.model())
                : "Policies of the model (%s) are compared".formatted(request.model());
    }

    /** Rules whose alarms are followed: ours, those of other systems, and one by methods where the project names its own. */
    private static List<DriftMonitorDefinition.Policy> rules(Project project) {
        boolean methods = Projects.drift(project, project.models().getFirst().name())
                .filter(monitor -> monitor.policy() == DriftMonitorDefinition.Policy.METHODS)
                .isPresent();
        return Arrays.stream(DriftMonitorDefinition.Policy.values())
                .filter(rule -> methods || rule != DriftMonitorDefinition.Policy.METHODS)
                .toList();
    }

    private static double price(@Nullable Double known) {
        return Objects.requireNonNull(known, "The prices of the model were put in before.");
    }

    private static void check(PolicyRequest request) {
        List<String> names = PolicyRequest.names();
        for (String name : request.policies()) {
            if (!names.contains(name)) {
                throw new KeelsonException(
                        ErrorCode.USAGE,
                        "There is no policy (%s); the policies are %s.".formatted(name, String.join(", ", names)),
                        Suggestion.sentence(name, names).orElse(null));
            }
        }
    }

    @Override
    public ProjectJobs.Done run(Project whole, PolicyRequest asked, ProjectJobs.Watch watch) {
        check(asked);
        PolicyRequest request = asked.priced(whole.costs(asked.model()));
        Project project = ReplayJob.only(whole, request.model());
        List<SourceRows> sources = workspace.readSources();
        ReplayJob.Request replay = new ReplayJob.Request(
                request.from(), request.to(), request.step(), Set.of(LoopPolicy.THIS_POLICY), request.model());
        Replay.Settings settings = ReplayJob.settings(project, sources, replay);
        Walk walk = new Walk(workspace, project, sources, settings, request, watch);
        ObjectNode document = kind == JobKind.ADVICE
                ? walk.advice().toJson()
                : walk.comparison(replay).toJson();
        document.put("model", request.model());
        document.put("from_day", settings.from().atZone(project.zone()).toLocalDate().toString());
        document.put("to_day", settings.to().atZone(project.zone()).toLocalDate().toString());
        document.put("replay", settings.id());
        if (kind == JobKind.POLICIES) {
            document.put("money_is", money(project.models().getFirst()));
            document.put("drift_looks_at", looked(project));
            ArrayNode known = document.putArray("known_changes");
            walk.changes().forEach((day, what) -> known.addObject().put("at", day.toString()).put("what", what));
        }
        request.write(document.putObject("asked"));
        String verdict = kind == JobKind.ADVICE
                ? document.path("advised").isNull() ? "none" : "schedule"
                : document.path("retraining_pays").asBoolean() ? "pays" : "does_not_pay";
        return new ProjectJobs.Done(verdict, document);
    }

    private static String money(ModelDefinition model) {
        BacktestDefinition backtest = model.backtest();
        return switch (backtest) {
            case null -> "None is told: the model has no `backtest` that names odds or prices.";
            case BacktestDefinition.Stakes ignored ->
                "Units won by flat stakes of one on the class with the best expected value.";
            case BacktestDefinition.Portfolio held ->
                "Summed returns of holding the %d rows ranked highest (%s), from a capital of one each time, costs of %s of what is traded paid; that the holdings of two versions differ costs nothing more."
                        .formatted(held.top(), held.rebalance().text(), held.cost());
        };
    }

    /** Which parts of the drift monitor took part in policies that retrain at alarms, and which did not. */
    private static String looked(Project project) {
        Optional<DriftMonitorDefinition> monitor = Projects.drift(project, project.models().getFirst().name());
        if (monitor.isEmpty()) {
            return "No monitor watches the model: drift_ policies look at a week of rows, at least 100, and this_policy at none.";
        }
        List<String> parts = new ArrayList<>(List.of("columns", "the model's answers"));
        if (!monitor.get().segments().isEmpty()) {
            parts.add("segments by " + String.join(", ", monitor.get().segments()));
        }
        if (monitor.get().multivariate()) {
            parts.add("all columns together");
        }
        String baselines = monitor.get().baselines().size() > 1 || !monitor.get().baselines().getFirst().equals(BaselineSource.TRAINING)
                ? " drift_ policies leave out its baselines but the training data."
                : "";
        String streams = monitor.get().streams().of().isEmpty() ? "" : " Streams alarm in this_policy alone, and train nothing.";
        return "this_policy and drift_recommended look at %s, at all but columns once a day at most; other rules at columns alone.%s%s"
                .formatted(String.join(", ", parts), baselines, streams);
    }

    @Override
    public PolicyRequest request(StoredReport report, JsonNode document) {
        return PolicyRequest.read(report.subject(), document.path("asked"));
    }

    @Override
    public Progress progress(JsonNode document) {
        int steps = document.path("periods").asInt();
        return new Progress(steps, steps, null, "ended");
    }

    @Override
    public List<JsonNode> told(JsonNode document) {
        return List.of();
    }

    /** What is worked out for one request, as far as it is needed. */
    private static final class Walk {
        private final Workspace workspace;
        private final Project project;
        private final List<SourceRows> sources;
        private final Replay.Settings settings;
        private final PolicyRequest request;
        private final ProjectJobs.Watch watch;
        private @Nullable PolicyHistory walked;

        Walk(
                Workspace workspace,
                Project project,
                List<SourceRows> sources,
                Replay.Settings settings,
                PolicyRequest request,
                ProjectJobs.Watch watch) {
            this.workspace = workspace;
            this.project = project;
            this.sources = sources;
            this.settings = settings;
            this.request = request;
            this.watch = watch;
        }

        private PolicyHistory history() {
            PolicyHistory history = walked;
            if (history == null) {
                history = PolicyHistory.walk(
                        workspace, project, sources, settings, request.every(), null, done -> at(done, "models"));
                walked = history;
            }
            return history;
        }

        private void at(int done, String stage) {
            watch.at(new Progress(done, settings.steps(), null, stage));
        }

        private String key(String what) {
            return "policies/" + new Sha256().add("policies-2").add(settings.id()).add(request.model())
                    .add(Integer.toString(request.every()))
                    .add(what)
                    .hex();
        }

        /** What was kept under a key; what is not there, or whose file is gone, is made and kept. */
        private JsonNode kept(String what, Supplier<JsonNode> made) {
            Optional<JsonNode> stored = workspace.catalog()
                    .read(tx -> tx.step(key(what)))
                    .flatMap(sha -> workspace.artifacts().get(sha))
                    .map(bytes -> RunPipeline.parsed(new String(bytes, StandardCharsets.UTF_8)));
            if (stored.isPresent()) {
                return stored.get();
            }
            JsonNode document = made.get();
            String sha = workspace.artifacts().put(document.toString().getBytes(StandardCharsets.UTF_8));
            workspace.catalog().update(tx -> tx.putStep(key(what), "policies", sha));
            return document;
        }

        private LossMatrix matrix() {
            LossMatrix matrix = LossMatrix.fromJson(kept("matrix", () -> history().matrix().toJson()));
            if (matrix.events() == 0) {
                throw new KeelsonException(
                        ErrorCode.NOT_ENOUGH_ROWS,
                        "No row of the model (%s) from %s to %s has a label."
                                .formatted(request.model(), settings.from(), settings.to()),
                        "Maybe the period begins too late, or the labels take longer than that to be known.");
            }
            return matrix;
        }

        private boolean wants(String name) {
            return request.policies().isEmpty() || request.policies().contains(name);
        }

        PolicyComparison comparison(ReplayJob.Request replay) {
            LossMatrix matrix = matrix();
            List<PolicyPath> paths = new ArrayList<>();
            if (wants(THIS)) {
                paths.add(PolicyPath.fromJson(kept("path " + THIS, () -> own(matrix, replay).toJson())));
            }
            schedule(matrix).filter(path -> wants(SCHEDULE)).ifPresent(paths::add);
            paths.add(ReferencePolicies.never(matrix));
            for (int every : new int[] {1, 3}) {
                PolicyPath path = ReferencePolicies.every(every, matrix);
                if (wants(path.name())) {
                    paths.add(path);
                }
            }
            paths.addAll(drift(matrix));
            if (wants("performance")) {
                paths.add(ReferencePolicies.performance(matrix, WORSE));
            }
            if (wants("any_version")) {
                paths.add(ReferencePolicies.anyVersion(matrix));
            }
            ZoneId zone = project.zone();
            List<Instant> changes = changes().keySet().stream()
                    .map(day -> day.atStartOfDay(zone).toInstant())
                    .toList();
            String today = wants(THIS) ? THIS : schedule(matrix).isPresent() ? SCHEDULE : "never";
            return PolicyComparison.of(
                    matrix,
                    paths,
                    new PolicyComparison.Options(
                            price(request.retrainCost()), price(request.lossValue()), new DatedChanges(changes), today));
        }

        /** Dated changes within the period with what happened: those of the request, and of the project file. */
        SortedMap<LocalDate, String> changes() {
            SortedMap<LocalDate, String> changes = new TreeMap<>();
            request.changes().forEach(day -> changes.put(day, ""));
            project.changes().forEach(change -> changes.put(change.at(), change.what()));
            LocalDate first = settings.from().atZone(project.zone()).toLocalDate();
            LocalDate end = settings.to().atZone(project.zone()).toLocalDate();
            changes.keySet().removeIf(day -> day.isBefore(first) || !day.isBefore(end));
            return changes;
        }

        /** Those that retrain at alarms; those that are not kept are followed side by side. */
        private List<PolicyPath> drift(LossMatrix matrix) {
            List<DriftMonitorDefinition.Policy> asked =
                    rules(project).stream().filter(rule -> wants(ReferencePolicies.name(rule))).toList();
            String what = "paths " + asked;
            JsonNode paths = kept(what, () -> {
                ServedDrift checks = history().drift();
                ArrayNode made = JsonNodeFactory.instance.arrayNode();
                ReferencePolicies.drift(asked, matrix, (rule, candidate, period, earlier) -> {
                            at(period, "drift");
                            return checks.check(rule, candidate, period, earlier);
                        })
                        .forEach(path -> made.add(path.toJson()));
                return made;
            });
            return paths.valueStream().map(PolicyPath::fromJson).toList();
        }

        private PolicyPath own(LossMatrix matrix, ReplayJob.Request replay) {
            return ReplayJob.run(
                    workspace,
                    sources,
                    replay,
                    (done, of, day) -> at(done, THIS),
                    (same, world, states, results) ->
                            LoopPath.of(THIS, matrix, results.getFirst(), request.model(), project.zone()));
        }

        /** As the project file schedules retraining, promoted without a question; empty where it does not. */
        private Optional<PolicyPath> schedule(LossMatrix matrix) {
            Optional<ScheduleDefinition> schedule = Projects.loop(project, project.models().getFirst()).retraining();
            return schedule.map(cron -> ReferencePolicies.when(
                    SCHEDULE,
                    matrix,
                    t -> Cron.dueBetween(
                            cron.cron(),
                            cron.zone(),
                            matrix.periods().get(t - 1).from(),
                            matrix.periods().get(t).from())));
        }

        ScheduleAdvice advice() {
            LossMatrix matrix = matrix();
            Duration history = Duration.between(first(), settings.from());
            int every = Math.max(1, settings.steps() / WINDOW_MODELS);
            List<ScheduleAdvice.Windowed> windowed = new ArrayList<>();
            for (double share : WINDOWS) {
                Duration lately = Duration.ofDays(Math.max(1, Math.round(history.toDays() * share)));
                String what = "last " + lately + " " + every;
                try {
                    windowed.add(new ScheduleAdvice.Windowed(
                            lately.toDays(),
                            LossMatrix.fromJson(kept(what, () -> PolicyHistory.walk(
                                            workspace,
                                            project,
                                            sources,
                                            settings,
                                            every,
                                            lately,
                                            done -> at(done, "last %d days".formatted(lately.toDays())))
                                    .matrix()
                                    .toJson()))));
                } catch (KeelsonException e) {
                    if (e.code() != ErrorCode.NOT_ENOUGH_ROWS) {
                        throw e;
                    }
                    // a history too short to train on is no choice
                }
            }
            return ScheduleAdvice.of(matrix, windowed, price(request.retrainCost()), price(request.lossValue()));
        }

        /** When the oldest row of the model's source happened. */
        private Instant first() {
            String source = project.models().getFirst().source();
            return sources.stream()
                    .filter(each -> each.source().name().equals(source))
                    .map(each -> ReplayJob.firstEvent(each.frame()))
                    .findFirst()
                    .orElse(settings.from());
        }
    }
}
