package dev.keelson.e2e.study;

import dev.keelson.control.LoopTrainer;
import dev.keelson.control.ReplayWorld;
import dev.keelson.control.Requests;
import dev.keelson.control.policy.PeriodRows;
import dev.keelson.id.Sha256;
import dev.keelson.learn.Model;
import dev.keelson.learn.Task;
import dev.keelson.monitor.ReferenceProfile;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.stats.ClusteredMean;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A stream of events whose law is known: forty a day, three normal features, a yes or no of logistic probability. Models are
 * logistic regressions of the last days whose labels are known.
 */
final class PolicyStream implements ReplayWorld, LoopTrainer {
    static final String MODEL = "stream";
    static final List<String> CLASSES = List.of("no", "yes");
    static final Instant START = Instant.parse("2021-01-04T00:00:00Z"); // a Monday
    static final int HISTORY_DAYS = 364;

    private static final int A_DAY = 40;
    private static final int WIDTH = 3;
    private static final List<String> FEATURES = List.of("x1", "x2", "x3");

    /** How the world changes. */
    enum Law {
        /** It does not. */
        STATIONARY(104, 1, 120),
        /** Once, after 26 weeks: another weight and a shifted feature. */
        ABRUPT(156, 1, 120),
        /** The weights turn, once around in two years. */
        SLOW(104, 1, 120),
        /** The weights turn by 60 degrees every six weeks, labels come after nine: what is known is two or three turns old. */
        LATE_LABELS(104, 63, 42),
        /** Two sets of weights, sixteen weeks each in turn. */
        SEASONS(128, 1, 70);

        final int weeks;
        final int delayDays;
        final int windowDays;

        Law(int weeks, int delayDays, int windowDays) {
            this.weeks = weeks;
            this.delayDays = delayDays;
            this.windowDays = windowDays;
        }

        /** Weights on a day since the start, negative before it. */
        double[] weights(long seed, int day) {
            return switch (this) {
                case STATIONARY -> new double[] {1, -1, 0.5};
                case ABRUPT -> day < ABRUPT_DAY ? new double[] {1, -1, 0.5} : new double[] {-0.5, -1, 1};
                case SLOW -> {
                    double angle = 2 * Math.PI * day / 728.0;
                    yield new double[] {1.4 * Math.cos(angle), 1.4 * Math.sin(angle), 0.5};
                }
                case LATE_LABELS -> {
                    double angle = 2 * Math.PI * new SplittableRandom(seed).nextDouble() + Math.PI / 3 * Math.floorDiv(day, 42);
                    yield new double[] {1.4 * Math.cos(angle), 1.4 * Math.sin(angle), 0.5};
                }
                case SEASONS ->
                    Math.floorMod(Math.floorDiv(day, 112), 2) == 0
                            ? new double[] {1.4, -0.7, 0.5}
                            : new double[] {-1.4, 0.7, 0.5};
            };
        }

        double shift(int day) {
            return this == ABRUPT && day >= ABRUPT_DAY ? 0.7 : 0;
        }
    }

    static final int ABRUPT_DAY = 26 * 7;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Event(String entity, Instant time, int day, double[] features, int outcome, Instant knownAt) {}

    private final Law law;
    private final List<Event> events = new ArrayList<>();
    private final Map<Instant, Trained> trained = new ConcurrentHashMap<>();
    private final Map<Instant, ReferenceProfile> profiles = new ConcurrentHashMap<>();
    private List<Event> prepared = List.of();

    PolicyStream(Law law, long seed) {
        this.law = law;
        SplittableRandom random = new SplittableRandom(seed * 31 + law.ordinal());
        for (int day = -HISTORY_DAYS; day < law.weeks * 7; day++) {
            double[] weights = law.weights(seed, day);
            for (int i = 0; i < A_DAY; i++) {
                double[] x = new double[WIDTH];
                for (int c = 0; c < WIDTH; c++) {
                    x[c] = random.nextGaussian();
                }
                x[0] += law.shift(day);
                Instant time = START.plus(Duration.ofDays(day)).plus(Duration.ofMinutes(600 + i));
                int outcome = random.nextDouble() < probability(weights, 0, x) ? 1 : 0;
                events.add(new Event(
                        "%d-%d".formatted(day, i),
                        time,
                        Math.toIntExact(time.getEpochSecond() / 86_400),
                        x,
                        outcome,
                        START.plus(Duration.ofDays(day + (long) law.delayDays)).minusSeconds(60)));
            }
        }
    }

    private static double probability(double[] weights, double intercept, double[] x) {
        double sum = intercept;
        for (int c = 0; c < WIDTH; c++) {
            sum += weights[c] * x[c];
        }
        return 1 / (1 + Math.exp(-sum));
    }

    private List<Event> between(Instant from, Instant to) {
        return events.subList(index(from), index(to));
    }

    private int index(Instant at) {
        int low = 0;
        int high = events.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (events.get(middle).time.isBefore(at)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** The rows of a period with their labels. */
    PeriodRows rows(Instant from, Instant to) {
        List<Event> rows = between(from, to);
        return new PeriodRows(
                requests(rows),
                rows.stream().mapToDouble(Event::outcome).toArray(),
                rows.stream().mapToLong(row -> row.knownAt.getEpochSecond() * 1_000_000).toArray(),
                new double[0][]);
    }

    private static Requests requests(List<Event> rows) {
        return new Requests(
                rows.stream().map(Event::entity).toList(),
                Collections.nCopies(rows.size(), ""),
                Collections.nCopies(rows.size(), ""),
                rows.stream().mapToLong(row -> row.time.getEpochSecond() * 1_000_000).toArray(),
                rows.stream().mapToInt(Event::day).toArray(),
                rows.stream().map(Event::features).toArray(double[][]::new),
                rows.stream().map(row -> new double[0]).toArray(double[][]::new),
                new double[0][]);
    }

    @Override
    public void advance(Instant at) {}

    @Override
    public void prepare(Instant from, Instant to) {
        prepared = between(from, to);
    }

    @Override
    public Requests requests(String model) {
        return requests(prepared);
    }

    @Override
    public List<OutcomeEvent> outcomes(String model, Instant from, Instant to) {
        Duration delay = Duration.ofDays(law.delayDays + 1L);
        return between(from.minus(delay), to).stream()
                .filter(e -> !e.knownAt.isBefore(from) && e.knownAt.isBefore(to))
                .map(e -> new OutcomeEvent(model, e.entity, CLASSES.get(e.outcome), e.knownAt))
                .toList();
    }

    @Override
    public String datasetVersion() {
        return law.name();
    }

    private List<Event> known(Instant asOf) {
        Instant end = asOf.minus(Duration.ofDays(law.delayDays - 1L));
        return between(end.minus(Duration.ofDays(law.windowDays)), end).stream()
                .filter(e -> e.knownAt.isBefore(asOf))
                .toList();
    }

    @Override
    public Trained train(Instant asOf, ModelVersion.Kind kind, @Nullable Trained champion) {
        return trained.computeIfAbsent(asOf, this::fit);
    }

    private Trained fit(Instant asOf) {
        List<Event> rows = known(asOf);
        int split = rows.size() * 3 / 4;
        double[] earlier = logistic(rows.subList(0, split));
        List<Event> test = rows.subList(split, rows.size());
        ClusteredMean loss = ClusteredMean.of(
                test.stream()
                        .mapToDouble(e -> {
                            double p = probability(earlier, earlier[WIDTH], e.features);
                            return -Math.log(e.outcome == 1 ? p : 1 - p);
                        })
                        .toArray(),
                test.stream().mapToInt(Event::day).toArray());
        double[] weights = logistic(rows);
        Sha256 sha = new Sha256();
        Arrays.stream(weights).forEach(w -> sha.add(Double.toString(w)));
        Run run = new Run(
                new Sha256().add(asOf.toString()).hex().substring(0, 32),
                MODEL,
                Run.Status.FINISHED,
                asOf,
                asOf,
                Map.of(),
                Map.of(),
                Map.of(),
                List.of(),
                "{}");
        long yes = rows.stream().filter(e -> e.outcome == 1).count();
        return new Trained(
                run, sha.hex(), new Logistic(weights), loss.mean(), loss.standardError(), new long[] {rows.size() - yes, yes});
    }

    /** Newton's steps with a ridge of one row's weight; the intercept comes last. */
    private static double[] logistic(List<Event> rows) {
        int k = WIDTH + 1;
        double[] w = new double[k];
        for (int step = 0; step < 8; step++) {
            double[] gradient = new double[k];
            double[][] hessian = new double[k][k + 1];
            for (Event row : rows) {
                double p = probability(w, w[WIDTH], row.features);
                for (int a = 0; a < k; a++) {
                    double xa = a < WIDTH ? row.features[a] : 1;
                    gradient[a] += (row.outcome - p) * xa;
                    for (int b = 0; b < k; b++) {
                        hessian[a][b] += p * (1 - p) * xa * (b < WIDTH ? row.features[b] : 1);
                    }
                }
            }
            for (int a = 0; a < k; a++) {
                hessian[a][a] += 1;
                hessian[a][k] = gradient[a] - w[a];
            }
            double[] change = solved(hessian);
            for (int a = 0; a < k; a++) {
                w[a] += change[a];
            }
        }
        return w;
    }

    /** Gauss and Jordan; the matrix is positive definite. */
    private static double[] solved(double[][] m) {
        int k = m.length;
        for (int a = 0; a < k; a++) {
            for (int b = 0; b < k; b++) {
                if (b != a) {
                    double factor = m[b][a] / m[a][a];
                    for (int c = a; c <= k; c++) {
                        m[b][c] -= factor * m[a][c];
                    }
                }
            }
        }
        double[] x = new double[k];
        for (int a = 0; a < k; a++) {
            x[a] = m[a][k] / m[a][a];
        }
        return x;
    }

    @Override
    public GoneOn goOn(Instant asOf, Trained champion, boolean reinforce) {
        return new GoneOn(null, "These models cannot go on.");
    }

    @Override
    public Trained load(ModelVersion version, Run run) {
        return train(version.trainedTo(), version.kind(), null);
    }

    @Override
    public ReferenceProfile profile(ModelVersion version, Trained trained) {
        return profile(version.trainedTo());
    }

    @Override
    public @Nullable ReferenceProfile profile(Instant from, Instant to, Trained model) {
        List<Event> rows = between(from, to);
        return rows.size() < ReferenceProfile.WINDOWS ? null : profile(rows);
    }

    private ReferenceProfile profile(Instant asOf) {
        return profiles.computeIfAbsent(asOf, at -> profile(known(at)));
    }

    private static ReferenceProfile profile(List<Event> rows) {
        double[][] columns = new double[WIDTH][rows.size()];
        for (int i = 0; i < rows.size(); i++) {
            for (int c = 0; c < WIDTH; c++) {
                columns[c][i] = rows.get(i).features[c];
            }
        }
        return ReferenceProfile.of(FEATURES, columns, new double[] {0.4, 0.4, 0.2});
    }

    private record Logistic(double[] weights) implements Model {
        @Override
        public String format() {
            return "study";
        }

        @Override
        public List<String> features() {
            return FEATURES;
        }

        @Override
        public Task task() {
            return new Task.Classification(CLASSES);
        }

        @Override
        public void predict(double[] row, double[] out) {
            out[1] = probability(weights, weights[WIDTH], row);
            out[0] = 1 - out[1];
        }

        @Override
        public double[] importance() {
            return new double[] {0.4, 0.4, 0.2};
        }

        @Override
        public Map<String, byte[]> save() {
            return Map.of();
        }
    }
}
