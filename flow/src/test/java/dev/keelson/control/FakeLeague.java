package dev.keelson.control;

import dev.keelson.id.Sha256;
import dev.keelson.labels.LabelDefinition;
import dev.keelson.learn.Model;
import dev.keelson.learn.Task;
import dev.keelson.monitor.DecayMonitorDefinition;
import dev.keelson.monitor.DriftMonitorDefinition;
import dev.keelson.monitor.performance.PerformanceMetric;
import dev.keelson.monitor.ReferenceProfile;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.train.ModelDefinition;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Four matches a day, one feature that decides them, one that does not, one monitored value. Outcomes are known a day after
 * the match. A model is the weight it gives the feature; the right one is 1.
 */
final class FakeLeague {
    static final String MODEL = "result";
    static final Instant FIRST = Instant.parse("2019-01-01T00:00:00Z");
    static final Instant START = Instant.parse("2020-01-01T00:00:00Z");
    static final List<String> CLASSES = List.of("H", "D", "A");
    private static final int A_DAY = 4;
    private static final Duration DELAY = Duration.ofDays(1);

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Match(String entity, Instant time, double[] features, double[] watched, int outcome) {
        Instant knownAt() {
            return time.plus(DELAY);
        }

        int day() {
            return Math.toIntExact(time.getEpochSecond() / 86_400);
        }
    }

    private final List<Match> matches = new ArrayList<>();
    /** Change of the deciding feature by days since the start of the replay. */
    DoubleUnaryOperator shift = day -> 0;
    /** Factor on the monitored value by days since the start of the replay. */
    DoubleUnaryOperator scale = day -> 1;
    /** Weight that a model trained so many days after the start gives the feature. */
    DoubleUnaryOperator weight = day -> 0.6;
    /** Weight that is right by days since the start of the replay. */
    DoubleUnaryOperator truth = day -> 1;

    FakeLeague build(int daysOfReplay) {
        Random random = new Random(17);
        int days = 365 + daysOfReplay;
        for (int d = 0; d < days; d++) {
            double since = d - 365.0;
            for (int i = 0; i < A_DAY; i++) {
                double x = random.nextGaussian() + (since >= 0 ? shift.applyAsDouble(since) : 0);
                double y = random.nextGaussian();
                double overround = (1.05 + 0.005 * random.nextGaussian()) * (since >= 0 ? scale.applyAsDouble(since) : 1);
                double[] p = new double[3];
                probabilities(since >= 0 ? truth.applyAsDouble(since) : 1, x, p);
                double u = random.nextDouble();
                int outcome = u < p[0] ? 0 : u < p[0] + p[1] ? 1 : 2;
                matches.add(new Match(
                        "match-%04d-%d".formatted(d, i),
                        FIRST.plus(Duration.ofDays(d)).plus(Duration.ofHours(12 + i)),
                        new double[] {x, y},
                        new double[] {overround},
                        outcome));
            }
        }
        return this;
    }

    static void probabilities(double weight, double x, double[] out) {
        double home = Math.exp(weight * x);
        double draw = Math.exp(-0.2);
        double away = Math.exp(-weight * x);
        out[0] = home / (home + draw + away);
        out[1] = draw / (home + draw + away);
        out[2] = away / (home + draw + away);
    }

    static Replay.Settings settings(int steps) {
        return new Replay.Settings("fake", START, START.plus(Duration.ofDays(7L * steps)), Duration.ofDays(7), ZoneOffset.UTC);
    }

    static LoopDefinition definition(
            PromotionPolicyDefinition promotion, @Nullable String retrainCron, ScheduleDefinition.OnFinding onFinding) {
        List<ScheduleDefinition> schedules = new ArrayList<>();
        schedules.add(new ScheduleDefinition(
                "drift", "0 2 * * *", ZoneOffset.UTC, ScheduleDefinition.Job.DRIFT, onFinding, null));
        if (retrainCron != null) {
            schedules.add(new ScheduleDefinition(
                    "retrain",
                    retrainCron,
                    ZoneOffset.UTC,
                    ScheduleDefinition.Job.RETRAIN,
                    ScheduleDefinition.OnFinding.ALERT,
                    null));
        }
        return new LoopDefinition(
                model(),
                new DriftMonitorDefinition(
                        "drift",
                        List.of(MODEL),
                        Duration.ofDays(7),
                        60,
                        DriftMonitorDefinition.Policy.RECOMMENDED,
                        0.3,
                        Map.of(),
                        null),
                new DecayMonitorDefinition("decay", List.of(MODEL), List.of(PerformanceMetric.LOG_LOSS), 0.05, Map.of(), null),
                promotion,
                schedules,
                ZoneOffset.UTC);
    }

    static PromotionPolicyDefinition gate(double margin) {
        return new PromotionPolicyDefinition(
                "gate",
                List.of(MODEL),
                PromotionPolicyDefinition.Preset.RECOMMENDED,
                DecayMonitorDefinition.Metric.LOG_LOSS,
                margin,
                0.05,
                List.of(),
                null);
    }

    private static ModelDefinition model() {
        return ModelDefinition.builder(MODEL, LabelDefinition.ofColumn("matches", "FTR", CLASSES, Duration.ZERO))
                .learners(List.of())
                .test(Duration.ofDays(30))
                .embargo(Duration.ofDays(2))
                .calibration(ModelDefinition.Calibration.NONE)
                .seed(1)
                .folding(ModelDefinition.Folding.walkForward(2))
                .build();
    }

    /** A fresh pass over history, which insists on the order of calls that {@link ReplayWorld} promises. */
    ReplayWorld world(Killer killer) {
        return new World(killer);
    }

    Trainer trainer(Killer killer) {
        return new Trainer(killer);
    }

    private List<Match> between(Instant from, Instant to) {
        return matches.stream()
                .filter(m -> !m.time.isBefore(from) && m.time.isBefore(to))
                .toList();
    }

    private final class World implements ReplayWorld {
        private final Killer killer;
        private Instant reached = FIRST;
        private List<Match> prepared = List.of();

        private World(Killer killer) {
            this.killer = killer;
        }

        @Override
        public void advance(Instant at) {
            killer.run(() -> {
                if (at.isBefore(reached)) {
                    throw new IllegalStateException("Time went back from " + reached + " to " + at + ".");
                }
                reached = at;
            });
        }

        @Override
        public void prepare(Instant from, Instant to) {
            killer.run(() -> {
                if (!from.equals(reached)) {
                    throw new IllegalStateException("Asked to prepare from " + from + " at " + reached + ".");
                }
                prepared = between(from, to);
            });
        }

        @Override
        public Requests requests(String model) {
            return killer.call(() -> new Requests(
                    prepared.stream().map(Match::entity).toList(),
                    Collections.nCopies(prepared.size(), ""),
                    Collections.nCopies(prepared.size(), ""),
                    prepared.stream()
                            .mapToLong(m -> m.time.getEpochSecond() * 1_000_000)
                            .toArray(),
                    prepared.stream().mapToInt(Match::day).toArray(),
                    prepared.stream().map(Match::features).toArray(double[][]::new),
                    prepared.stream().map(Match::watched).toArray(double[][]::new),
                    new double[0][]));
        }

        @Override
        public List<OutcomeEvent> outcomes(String model, Instant from, Instant to) {
            return killer.call(() -> matches.stream()
                    .filter(m -> !m.knownAt().isBefore(from) && m.knownAt().isBefore(to))
                    .map(m -> new OutcomeEvent(model, m.entity, CLASSES.get(m.outcome), m.knownAt()))
                    .toList());
        }

        @Override
        public String datasetVersion() {
            return "fake";
        }
    }

    /** Knows nothing but what its arguments say; counts what it was asked for. */
    final class Trainer implements LoopTrainer {
        private final Killer killer;
        final Map<Instant, Integer> trainings = Collections.synchronizedMap(new TreeMap<>());

        private Trainer(Killer killer) {
            this.killer = killer;
        }

        @Override
        public Trained train(Instant asOf, ModelVersion.Kind kind, @Nullable Trained champion) {
            return killer.call(() -> {
                trainings.merge(asOf, 1, Integer::sum);
                return trained(asOf, weight.applyAsDouble((double) Duration.between(START, asOf).toDays()));
            });
        }

        private Trained trained(Instant asOf, double weight) {
            String id = new Sha256().add("run").add(asOf.toString()).hex().substring(0, 32);
            Run run = new Run(
                    id,
                    MODEL,
                    Run.Status.FINISHED,
                    asOf,
                    asOf,
                    Map.of("weight", Double.toString(weight)),
                    Map.of(),
                    Map.of(),
                    List.of(),
                    "{}");
            return new Trained(
                    run,
                    new Sha256().add("model").add(Double.toString(weight)).hex(),
                    new Weighted(weight),
                    0.93,
                    0.005,
                    new long[] {560, 340, 560});
        }

        /** Half of the champion's weight, or nothing when it is to be reinforced. */
        @Override
        public GoneOn goOn(Instant asOf, Trained champion, boolean reinforce) {
            return reinforce
                    ? new GoneOn(null, "Too few mistakes.")
                    : new GoneOn(
                            killer.call(() -> trained(asOf, Double.parseDouble(weightOf(champion.run())) / 2)),
                            "It went on.");
        }

        @Override
        public Trained load(ModelVersion version, Run run) {
            return killer.call(() -> trained(version.trainedTo(), Double.parseDouble(weightOf(run))));
        }

        private String weightOf(Run run) {
            String weight = run.params().get("weight");
            if (weight == null) {
                throw new IllegalStateException("The run has no weight.");
            }
            return weight;
        }

        @Override
        public ReferenceProfile profile(ModelVersion version, Trained trained) {
            return profile(m -> m.knownAt().isBefore(version.trainedTo()));
        }

        @Override
        public ReferenceProfile profile(Instant from, Instant to, Trained trained) {
            return profile(m -> !m.time().isBefore(from) && m.time().isBefore(to));
        }

        private ReferenceProfile profile(Predicate<Match> taken) {
            return killer.call(() -> {
                List<Match> known = matches.stream().filter(taken).toList();
                double[][] columns = new double[3][known.size()];
                for (int i = 0; i < known.size(); i++) {
                    columns[0][i] = known.get(i).features[0];
                    columns[1][i] = known.get(i).features[1];
                    columns[2][i] = known.get(i).watched[0];
                }
                return ReferenceProfile.of(List.of("x", "y", "overround"), columns, new double[] {0.7, 0.3, 0});
            });
        }
    }

    private record Weighted(double weight) implements Model {
        @Override
        public String format() {
            return "fake";
        }

        @Override
        public List<String> features() {
            return List.of("x", "y");
        }

        @Override
        public Task task() {
            return new Task.Classification(CLASSES);
        }

        @Override
        public void predict(double[] row, double[] out) {
            probabilities(weight, row[0], out);
        }

        @Override
        public double[] importance() {
            return new double[] {1, 0};
        }

        @Override
        public Map<String, byte[]> save() {
            return Map.of();
        }
    }
}
