package dev.keelson.control.policy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.policy.PolicyPath.Event;
import dev.keelson.control.policy.PolicyPath.Kind;
import dev.keelson.control.policy.PolicyPath.Type;
import dev.keelson.stats.BlockBootstrap;
import dev.keelson.stats.Interval;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Policies judged by one matrix: what each lost, against never retraining and against today's policy, corrected for how many
 * were tried; and what to say about it.
 *
 * @param matrix what they are judged by
 * @param options prices and dates
 * @param scores policies in the order given, then the yardsticks
 * @param curve what each costs at which price of a retraining
 * @param verdict sentences, the most important first
 */
public record PolicyComparison(
        LossMatrix matrix, Options options, List<PolicyScore> scores, List<Price> curve, PolicyVerdict verdict) {
    /** How often times are drawn by chance. */
    public static final int RANDOM = 200;

    static final int RESAMPLES = 2_000;
    static final long SEED = 20_260_101;
    private static final double YEAR_SECONDS = 365.25 * 86_400;
    private static final double DAY_SECONDS = 86_400;
    private static final int PRICES = 10;
    private static final int SMOOTHED = 2;
    private static final double STALE = 0.01;

    public PolicyComparison {
        scores = List.copyOf(scores);
        curve = List.copyOf(curve);
    }

    /**
     * Prices and dates.
     *
     * @param retrainCost price of a retraining, at least 0
     * @param lossValue price of one unit of summed loss, above 0; 1 where no money is meant
     * @param changes dated changes; none where they are not known
     * @param today name of the policy that is followed today
     */
    public record Options(double retrainCost, double lossValue, DatedChanges changes, String today) {
        /** No prices, no dates. */
        public static final Options NONE = new Options(0, 1, new DatedChanges(List.of()), "this_policy");

        public Options {
            if (!(retrainCost >= 0 && retrainCost < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("retrainCost (%s) must be at least 0.".formatted(retrainCost));
            }
            if (!(lossValue > 0 && lossValue < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("lossValue (%s) must be above 0.".formatted(lossValue));
            }
        }

        double price() {
            return retrainCost / lossValue;
        }
    }

    /**
     * A point of the cost curve.
     *
     * @param price of a retraining, in the unit of the costs
     * @param costs cost of each policy and yardstick by name, oracles chosen for this price
     * @param best cheapest policy, yardsticks left out
     */
    public record Price(double price, Map<String, Double> costs, String best) {}

    /**
     * Judges.
     *
     * @param policies what they did; {@code never} must be among them
     * @throws IllegalArgumentException if it is not, or no event has a label
     */
    public static PolicyComparison of(LossMatrix matrix, List<PolicyPath> policies, Options options) {
        if (policies.stream().noneMatch(path -> path.name().equals("never"))) {
            throw new IllegalArgumentException("Never retraining must be among the policies: it is what they are judged against.");
        }
        if (matrix.events() == 0) {
            throw new IllegalArgumentException("No event of the periods has a label.");
        }
        return new Making(matrix, policies, options).made();
    }

    /** The score of a policy. */
    public PolicyScore score(String name) {
        return scores.stream()
                .filter(score -> score.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no policy (%s).".formatted(name)));
    }

    /** The JSON document; the matrix is in it as mean losses. */
    public ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("loss", matrix.loss());
        node.put("from", matrix.periods().getFirst().from().toString());
        node.put("to", matrix.periods().getLast().to().toString());
        node.put("periods", matrix.periods().size());
        node.put("models", matrix.candidates().size());
        node.put("events", matrix.events());
        node.put("label_delay_hours", matrix.labelDelay().toMinutes() / 60.0);
        node.put("retrain_cost", options.retrainCost());
        node.put("loss_value", options.lossValue());
        node.put("today", options.today());
        ArrayNode dates = node.putArray("changes");
        options.changes().at().forEach(at -> dates.add(at.toString()));
        ArrayNode sentences = node.putArray("verdict");
        verdict.sentences().forEach(sentences::add);
        node.put("retraining_pays", verdict.retrainingPays());
        node.put("delay_too_long", verdict.delayTooLong());
        node.put("rollback_beats_retraining", verdict.rollbackBeats());
        ArrayNode rows = node.putArray("policies");
        scores.forEach(score -> rows.add(score.toJson()));
        ArrayNode prices = node.putArray("cost_curve");
        for (Price price : curve) {
            ObjectNode point = prices.addObject();
            point.put("price", price.price());
            point.put("best", price.best());
            ObjectNode costs = point.putObject("costs");
            price.costs().forEach((name, cost) -> costs.set(name, PolicyScore.number(cost)));
        }
        node.set("series", new PolicySeries(this).toJson());
        return node;
    }

    /** The making of one. */
    private static final class Making {
        private final LossMatrix matrix;
        private final List<PolicyPath> policies;
        private final Options options;
        private final int[] events;
        private final long total;
        private final double[] never;
        private final Map<Integer, double[]> bands = new LinkedHashMap<>();

        Making(LossMatrix matrix, List<PolicyPath> policies, Options options) {
            this.matrix = matrix;
            this.policies = policies;
            this.options = options;
            this.events = matrix.epochs().stream()
                    .mapToInt(LossMatrix.Epoch::events)
                    .toArray();
            this.total = matrix.events();
            this.never = named("never").losses(matrix);
        }

        private PolicyPath named(String name) {
            return policies.stream().filter(path -> path.name().equals(name)).findFirst().orElseThrow();
        }

        PolicyComparison made() {
            Map<String, BlockBootstrap.Result> againstNever = against("never", never);
            boolean hasToday = policies.stream().anyMatch(path -> path.name().equals(options.today()));
            Map<String, BlockBootstrap.Result> againstToday =
                    hasToday ? against(options.today(), named(options.today()).losses(matrix)) : Map.of();
            RetrainOracle oracle = new RetrainOracle(matrix, options.price());
            PolicyPath clairvoyant = oracle.clairvoyant();
            double best = cost(clairvoyant, options.retrainCost());
            double worst = cost(named("never"), options.retrainCost());
            List<PolicyScore> scores = new ArrayList<>();
            for (PolicyPath path : policies) {
                scores.add(score(path, best, worst, againstNever.get(path.name()), againstToday.get(path.name())));
            }
            for (PolicyPath path : List.of(clairvoyant, oracle.knownByThen(), random(hasToday))) {
                scores.add(score(path, best, worst, null, null));
            }
            return new PolicyComparison(
                    matrix, options, scores, curve(), PolicyVerdict.of(matrix, scores, options));
        }

        /** The one of the middle of those drawn with as many retrainings as today's policy. */
        private PolicyPath random(boolean hasToday) {
            int retrains = hasToday
                    ? named(options.today()).count(Type.RETRAIN)
                    : policies.stream().mapToInt(path -> path.count(Type.RETRAIN)).min().orElse(0);
            List<PolicyPath> drawn = draws(retrains);
            List<PolicyPath> ordered = drawn.stream()
                    .sorted((a, b) -> Double.compare(sum(a.losses(matrix)), sum(b.losses(matrix))))
                    .toList();
            PolicyPath middle = ordered.get(ordered.size() / 2);
            return new PolicyPath("random", Kind.YARDSTICK, middle.serving(), middle.events());
        }

        private List<PolicyPath> draws(int retrains) {
            SplittableRandom random = new SplittableRandom(SEED + retrains);
            List<PolicyPath> drawn = new ArrayList<>(RANDOM);
            for (int i = 0; i < RANDOM; i++) {
                drawn.add(ReferencePolicies.random(retrains, matrix, random));
            }
            return drawn;
        }

        /** Quantiles of the mean loss of so many retrainings at times drawn by chance: 5 % and 95 %. */
        private double[] band(int retrains) {
            return bands.computeIfAbsent(retrains, count -> {
                double[] losses = draws(count).stream()
                        .mapToDouble(path -> sum(path.losses(matrix)) / total)
                        .sorted()
                        .toArray();
                return new double[] {losses[losses.length / 20], losses[losses.length - 1 - losses.length / 20]};
            });
        }

        private Map<String, BlockBootstrap.Result> against(String reference, double[] losses) {
            List<PolicyPath> others = policies.stream()
                    .filter(path -> path.kind() == Kind.POLICY && !path.name().equals(reference))
                    .toList();
            double[][] differences = others.stream()
                    .map(path -> minus(losses, path.losses(matrix)))
                    .toArray(double[][]::new);
            List<BlockBootstrap.Result> results =
                    BlockBootstrap.means(differences, events, PolicyVerdict.block(matrix), RESAMPLES, SEED);
            Map<String, BlockBootstrap.Result> named = new LinkedHashMap<>();
            for (int i = 0; i < others.size(); i++) {
                named.put(others.get(i).name(), results.get(i));
            }
            return named;
        }

        private double cost(PolicyPath path, double retrainCost) {
            return sum(path.losses(matrix)) * options.lossValue() + path.count(Type.RETRAIN) * retrainCost;
        }

        private PolicyScore score(
                PolicyPath path,
                double best,
                double worst,
                BlockBootstrap.@Nullable Result againstNever,
                BlockBootstrap.@Nullable Result againstToday) {
            double[] losses = path.losses(matrix);
            double cost = cost(path, options.retrainCost());
            double saved = worst - best;
            double[] band = band(path.count(Type.RETRAIN));
            return new PolicyScore(
                    path,
                    sum(losses) / total,
                    matrix.hasMoney() ? sum(path.moneys(matrix)) : Double.NaN,
                    cost,
                    saved > 1e-9 * Math.abs(worst) ? (cost - best) / saved : cost == worst ? 0 : Double.NaN,
                    wrong(path, Type.PROMOTE),
                    wrong(path, Type.REFUSE),
                    options.changes().at().isEmpty() || path.count(Type.ALARM) == 0 && !looks(path)
                            ? null
                            : options.changes().judge(matrix, path),
                    stale(path),
                    age(path),
                    cpu(path),
                    band[0],
                    band[1],
                    againstNever,
                    againstToday,
                    againstNever == null ? null : worth(againstNever, path.count(Type.RETRAIN)));
        }

        private static boolean looks(PolicyPath path) {
            return path.name().startsWith("drift_") || path.name().equals("performance") || path.name().equals("this_policy");
        }

        private Interval worth(BlockBootstrap.Result gain, int retrains) {
            double years = Duration.between(
                                    matrix.periods().getFirst().from(),
                                    matrix.periods().getLast().to())
                            .toSeconds()
                    / YEAR_SECONDS;
            double scale = total / years * options.lossValue();
            double paid = retrains / years * options.retrainCost();
            Interval interval = gain.interval();
            return new Interval(
                    interval.lower() * scale - paid,
                    interval.estimate() * scale - paid,
                    interval.upper() * scale - paid,
                    interval.confidence());
        }

        /** Decisions that the matrix calls wrong afterwards: the version not taken would have lost less until the next change. */
        private int wrong(PolicyPath path, Type type) {
            int wrong = 0;
            for (Event event : path.events()) {
                if (event.type() != type) {
                    continue;
                }
                int end = event.period();
                while (end < path.serving().length && path.serving()[end] == path.serving()[event.period()]) {
                    end++;
                }
                double gain = 0;
                for (int e = matrix.firstEpoch(event.period()); e < matrix.firstEpoch(end); e++) {
                    gain += matrix.loss(event.against(), e) - matrix.loss(event.candidate(), e);
                }
                wrong += type == Type.PROMOTE ? (gain < 0 ? 1 : 0) : gain > 0 ? 1 : 0;
            }
            return wrong;
        }

        private double stale(PolicyPath path) {
            int periods = matrix.periods().size();
            double[] own = new double[periods];
            double[] fresh = new double[periods];
            long[] counts = new long[periods];
            double[] losses = path.losses(matrix);
            for (int t = 0; t < periods; t++) {
                int newest = matrix.newest(t);
                for (int e = matrix.firstEpoch(t); e < matrix.firstEpoch(t + 1); e++) {
                    own[t] += losses[e];
                    fresh[t] += matrix.loss(newest, e);
                    counts[t] += events[e];
                }
            }
            long stale = 0;
            for (int t = 0; t < periods; t++) {
                double here = 0;
                double there = 0;
                for (int s = Math.max(0, t - SMOOTHED); s <= Math.min(periods - 1, t + SMOOTHED); s++) {
                    here += own[s];
                    there += fresh[s];
                }
                stale += here - there > STALE * Math.abs(here) ? counts[t] : 0;
            }
            return (double) stale / total;
        }

        private double age(PolicyPath path) {
            double sum = 0;
            for (int t = 0; t < path.serving().length; t++) {
                int trained = matrix.candidates().get(path.serving()[t]).period();
                double days = Duration.between(
                                        matrix.periods().get(trained).from(),
                                        matrix.periods().get(t).from())
                                .toSeconds()
                        / DAY_SECONDS;
                for (int e = matrix.firstEpoch(t); e < matrix.firstEpoch(t + 1); e++) {
                    sum += days * events[e];
                }
            }
            return sum / total;
        }

        private double cpu(PolicyPath path) {
            return path.events().stream()
                    .filter(event -> event.type() == Type.RETRAIN)
                    .mapToDouble(event -> matrix.candidates().get(event.candidate()).cpuSeconds())
                    .sum();
        }

        private List<Price> curve() {
            double most = sum(never) - sum(new RetrainOracle(matrix, 0).clairvoyant().losses(matrix));
            List<Double> prices = new ArrayList<>();
            prices.add(0.0);
            for (int i = 0; i < PRICES && most > 0; i++) {
                prices.add(most * options.lossValue() * Math.pow(10, -3.0 + 3.0 * i / (PRICES - 1)));
            }
            if (options.retrainCost() > 0) {
                prices.add(options.retrainCost());
            }
            return prices.stream().sorted().distinct().map(this::price).toList();
        }

        private Price price(double price) {
            Map<String, Double> costs = new LinkedHashMap<>();
            String best = "never";
            for (PolicyPath path : policies) {
                costs.put(path.name(), cost(path, price));
                if (path.kind() == Kind.POLICY && cost(path, price) < cost(named(best), price)) {
                    best = path.name();
                }
            }
            RetrainOracle oracle = new RetrainOracle(matrix, price / options.lossValue());
            costs.put("oracle_clairvoyant", cost(oracle.clairvoyant(), price));
            costs.put("oracle_known_by_then", cost(oracle.knownByThen(), price));
            return new Price(price, costs, best);
        }
    }

    static double[] minus(double[] a, double[] b) {
        double[] difference = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            difference[i] = a[i] - b[i];
        }
        return difference;
    }

    static double sum(double[] values) {
        return Arrays.stream(values).sum();
    }
}
