package dev.keelson.e2e.study;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.LoopDefinition;
import dev.keelson.control.LoopPolicy;
import dev.keelson.control.LoopTrainer;
import dev.keelson.control.PromotionPolicyDefinition;
import dev.keelson.control.Replay;
import dev.keelson.control.ScheduleDefinition;
import dev.keelson.control.policy.DatedChanges;
import dev.keelson.control.policy.LoopPath;
import dev.keelson.control.policy.LossMatrix;
import dev.keelson.control.policy.LossMatrix.Candidate;
import dev.keelson.control.policy.MatrixFilling;
import dev.keelson.control.policy.PolicyComparison;
import dev.keelson.control.policy.PolicyPath;
import dev.keelson.control.policy.PolicyScore;
import dev.keelson.control.policy.ReferencePolicies;
import dev.keelson.control.policy.ServedDrift;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.Task;
import dev.keelson.e2e.study.PolicyStream.Law;
import dev.keelson.labels.LabelDefinition;
import dev.keelson.monitor.DecayMonitorDefinition;
import dev.keelson.monitor.DriftMonitorDefinition;
import dev.keelson.monitor.performance.PerformanceMetric;
import dev.keelson.registry.ModelVersion;
import dev.keelson.store.files.StateFolder;
import dev.keelson.store.journal.JournaledPredictionLog;
import dev.keelson.store.sqlite.SqliteCatalog;
import dev.keelson.train.ModelDefinition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Whether the comparison of policies gives the answers that are known beforehand, on streams of known law. Claims, each in at
 * least 95 % of seeds: nothing changes: no policy beats never retraining, and the default policy promotes nothing; one abrupt
 * change: the default policy has a regret of at most 0.2; slow drift: a periodic policy has a regret of at most 0.1; labels that
 * come later than the world changes: it says that retraining cannot help; seasons that come back: it says that rolling back to an
 * old version beats retraining. Options: {@code --seeds}, {@code --first-seed}, {@code --kinds} of laws (all).
 */
public final class PolicyStudy implements Task {
    private static final double NEEDED = 0.95;
    private static final Duration WEEK = Duration.ofDays(7);
    /** Ours, and those of other systems. */
    private static final List<DriftMonitorDefinition.Policy> RULES = Arrays.stream(DriftMonitorDefinition.Policy.values())
            .filter(rule -> rule == DriftMonitorDefinition.Policy.RECOMMENDED || rule.preset())
            .toList();


    @Override
    public ObjectNode run(Arguments arguments) {
        int seeds = arguments.number("seeds", 100);
        int first = arguments.number("first-seed", 1);
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("claim", "each known answer in at least 95 % of seeds");
        node.put("seeds", seeds);
        node.put("first_seed", first);
        boolean holds = true;
        ArrayNode rows = node.putArray("laws");
        List<Law> laws = Arrays.stream(arguments.text("kinds", Arrays.stream(Law.values()).map(Law::name).collect(Collectors.joining(","))).split(","))
                .map(word -> Law.valueOf(word.toUpperCase(Locale.ROOT)))
                .toList();
        for (Law law : laws) {
            List<PolicyComparison> comparisons = IntStream.range(first, first + seeds)
                    .mapToObj(seed -> compare(law, seed))
                    .toList();
            ObjectNode row = rows.addObject();
            row.put("law", law.name().toLowerCase(Locale.ROOT));
            row.put("weeks", law.weeks);
            row.put("answers_right", share(comparisons, each -> right(law, each) ? 1 : 0));
            row.put("retraining_pays", share(comparisons, each -> each.verdict().retrainingPays() ? 1 : 0));
            row.put("delay_too_long", share(comparisons, each -> each.verdict().delayTooLong() ? 1 : 0));
            row.put("rollback_beats", share(comparisons, each -> each.verdict().rollbackBeats() ? 1 : 0));
            row.put(
                    "default_promoted_nothing",
                    share(comparisons, each -> promotions(each) == 0 ? 1 : 0));
            ObjectNode policies = row.putObject("policies");
            for (PolicyScore score : comparisons.getFirst().scores()) {
                String name = score.name();
                ObjectNode policy = policies.putObject(name);
                policy.put("loss", share(comparisons, each -> each.score(name).loss()));
                policy.put("regret_median", median(comparisons, each -> each.score(name).regret()));
                policy.put("retrains", share(comparisons, each -> each.score(name).retrains()));
                policy.put("beats_never", share(comparisons, each -> each.score(name).beatsNever() ? 1 : 0));
            }
            holds &= row.path("answers_right").asDouble() >= NEEDED;
        }
        node.put("holds", holds);
        return node;
    }

    /** Whether the comparison says what is known. */
    static boolean right(Law law, PolicyComparison comparison) {
        return switch (law) {
            case STATIONARY -> !comparison.verdict().retrainingPays() && promotions(comparison) == 0;
            case ABRUPT -> comparison.score("this_policy").regret() <= 0.2;
            case SLOW ->
                comparison.score("every_3_ticks").regret() <= 0.1 && comparison.verdict().retrainingPays();
            case LATE_LABELS -> comparison.verdict().delayTooLong();
            case SEASONS -> comparison.verdict().rollbackBeats();
        };
    }

    static int promotions(PolicyComparison comparison) {
        return comparison.score("this_policy").path().count(PolicyPath.Type.PROMOTE);
    }

    private static double share(List<PolicyComparison> comparisons, ToDoubleFunction<PolicyComparison> figure) {
        return comparisons.stream().mapToDouble(figure).average().orElse(Double.NaN);
    }

    private static double median(List<PolicyComparison> comparisons, ToDoubleFunction<PolicyComparison> figure) {
        double[] sorted = comparisons.stream().mapToDouble(figure).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    /** Compares all policies on one stream. */
    static PolicyComparison compare(Law law, long seed) {
        PolicyStream stream = new PolicyStream(law, seed);
        Instant end = PolicyStream.START.plus(WEEK.multipliedBy(law.weeks));
        Replay.Settings settings = new Replay.Settings("stream", PolicyStream.START, end, WEEK, ZoneOffset.UTC);
        MatrixFilling filling = new MatrixFilling(MatrixFilling.LOG_LOSS, ZoneOffset.UTC);
        List<Candidate> candidates = new ArrayList<>();
        List<LoopTrainer.Trained> models = new ArrayList<>();
        List<Instant> starts = new ArrayList<>();
        for (int t = 0; t < settings.steps(); t++) {
            Instant from = settings.at(t);
            LoopTrainer.Trained trained = stream.train(from, ModelVersion.Kind.REFRESH, null);
            candidates.add(new Candidate(t, trained.sha256(), trained.expectedLoss(), trained.expectedError(), Double.NaN));
            models.add(trained);
            starts.add(from);
            filling.add(from, settings.at(t + 1), stream.rows(from, settings.at(t + 1)));
        }
        LossMatrix matrix = filling.fill(candidates, models.stream().map(LoopTrainer.Trained::model).toList());
        LoopDefinition definition = definition(law);
        List<PolicyPath> paths = new ArrayList<>();
        paths.add(loop(settings, stream, definition, matrix));
        paths.add(ReferencePolicies.never(matrix));
        paths.add(ReferencePolicies.every(1, matrix));
        paths.add(ReferencePolicies.every(3, matrix));
        ServedDrift drift = new ServedDrift(
                PolicyStream.MODEL, monitor(), starts, filling, stream, models, IntStream.range(0, models.size()).boxed().toList());
        paths.addAll(ReferencePolicies.drift(RULES, matrix, drift));
        paths.add(ReferencePolicies.performance(matrix, 0.05));
        paths.add(ReferencePolicies.anyVersion(matrix));
        List<Instant> changes = law == Law.ABRUPT
                ? List.of(PolicyStream.START.plus(Duration.ofDays(PolicyStream.ABRUPT_DAY)))
                : List.of();
        return PolicyComparison.of(
                matrix, paths, new PolicyComparison.Options(0, 1, new DatedChanges(changes), "this_policy"));
    }

    /** The loop itself, with its gate, on stores of its own. */
    private static PolicyPath loop(
            Replay.Settings settings, PolicyStream stream, LoopDefinition definition, LossMatrix matrix) {
        Path folder = temporary();
        StateFolder state = new StateFolder(folder).create();
        try (SqliteCatalog catalog = SqliteCatalog.open(state.catalog());
                JournaledPredictionLog log = JournaledPredictionLog.open(state)) {
            Replay.PolicyResult result = Replay.run(
                            settings,
                            stream,
                            List.of(definition),
                            Map.of(PolicyStream.MODEL, stream),
                            List.of(new Replay.PolicyState(LoopPolicy.THIS_POLICY, catalog, log)),
                            (done, of, day) -> {})
                    .getFirst();
            return LoopPath.of("this_policy", matrix, result, PolicyStream.MODEL, ZoneOffset.UTC);
        } finally {
            delete(folder);
        }
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("policies");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static DriftMonitorDefinition monitor() {
        return new DriftMonitorDefinition(
                "drift",
                List.of(PolicyStream.MODEL),
                WEEK,
                100,
                DriftMonitorDefinition.Policy.RECOMMENDED,
                0.3,
                Map.of(),
                null);
    }

    /** The default policy: retrain on an alarm, promote through the gate. */
    private static LoopDefinition definition(Law law) {
        ModelDefinition model = ModelDefinition.builder(
                        PolicyStream.MODEL,
                        LabelDefinition.ofColumn("events", "outcome", PolicyStream.CLASSES, Duration.ZERO))
                .learners(List.of())
                .test(Duration.ofDays(30))
                .embargo(Duration.ofDays(law.delayDays + 1L)) // bounds the wait for outcomes
                .calibration(ModelDefinition.Calibration.NONE)
                .seed(1)
                .folding(ModelDefinition.Folding.walkForward(2))
                .build();
        return new LoopDefinition(
                model,
                monitor(),
                new DecayMonitorDefinition("decay", List.of(PolicyStream.MODEL), List.of(PerformanceMetric.LOG_LOSS), 0.05, Map.of(), null),
                new PromotionPolicyDefinition(
                        "gate",
                        List.of(PolicyStream.MODEL),
                        PromotionPolicyDefinition.Preset.RECOMMENDED,
                        DecayMonitorDefinition.Metric.LOG_LOSS,
                        0.005,
                        0.05,
                        List.of(),
                        null),
                List.of(new ScheduleDefinition(
                        "drift", "0 2 * * *", ZoneOffset.UTC, ScheduleDefinition.Job.DRIFT, ScheduleDefinition.OnFinding.RETRAIN, null)),
                ZoneOffset.UTC);
    }
}
