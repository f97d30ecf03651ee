package dev.keelson.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.ModelHistory.Entry;
import dev.keelson.metrics.Brier;
import dev.keelson.metrics.LogLoss;
import dev.keelson.metrics.Rps;
import dev.keelson.monitor.DecayMonitorDefinition.Metric;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.ModelVersion.Kind;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.PredictionQuery;
import dev.keelson.serve.spi.PredictionLog;
import dev.keelson.serve.spi.SettledPairs.Mark;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What champion and challenger said of the same events, scored by what came of them. It reads each event once, keeps sums by the
 * minute of the event, and reads a minute again when an outcome of it came late or was corrected: its memory grows with the days
 * that have settled, not with the predictions.
 *
 * <p>Safe for use by several threads; one reads at a time.
 */
public final class ServedEvidence {
    /** Comparisons kept at hand; the one asked for longest ago is forgotten first, and read as a whole when asked for again. */
    private static final int KEPT = 8;

    private final PredictionLog log;
    private final Prices prices;
    private final Map<PairTallies.Comparison, PairTallies> tallies = atMost(KEPT);
    private final Map<Version, Counted> counted = atMost(8 * KEPT);

    private record Version(String model, int version) {}

    private record Counted(long settled, Mark upTo) {}

    /** The evidence in a log, without prices: what is judged by profit has none. */
    public ServedEvidence(PredictionLog log) {
        this(log, Prices.NONE);
    }

    /**
     * The evidence in a log.
     *
     * @param prices of the events that are judged by profit
     */
    public ServedEvidence(PredictionLog log, Prices prices) {
        this.log = log;
        this.prices = prices;
    }

    /**
     * The settled events that both predicted, by match day.
     *
     * @param definition a model of classes
     * @param champion only events that this version answered
     * @param judged the challenger
     * @param since champion's predictions made before it do not count; null for all
     * @param now outcomes of days that are complete by then count
     */
    public synchronized PairedEpochs of(
            LoopDefinition definition,
            ModelVersion champion,
            ModelVersion judged,
            @Nullable Instant since,
            Instant now) {
        return read(PairTallies.Comparison.of(definition, champion.version(), judged.version(), since, false), now);
    }

    /**
     * The same for a test of a kind: a change is scored by the profit of flat bets where its plan says so.
     *
     * @param kind how the challenger is tested
     */
    public synchronized PairedEpochs of(
            LoopDefinition definition,
            ModelVersion champion,
            ModelVersion judged,
            Kind kind,
            @Nullable Instant since,
            Instant now) {
        boolean profit = kind == Kind.CHANGE && definition.promotion().plan().byProfit();
        return read(PairTallies.Comparison.of(definition, champion.version(), judged.version(), since, profit), now);
    }

    private PairedEpochs read(PairTallies.Comparison comparison, Instant now) {
        return tallies.computeIfAbsent(comparison, each -> new PairTallies(each, prices)).read(log.pairs(), now);
    }

    /**
     * Where the challenger lost more than the champion on what both predicted, segment by segment.
     *
     * @param features names of the challenger's features, in its order
     * @return as {@link WhereWorse#of}
     */
    public ObjectNode whereWorse(
            LoopDefinition definition, ModelVersion champion, ModelVersion judged, List<String> features) {
        List<LoggedPrediction> said = settled(judged, "challenger", null);
        Instant first = said.stream().map(each -> each.event().eventTime()).min(Comparator.naturalOrder()).orElse(null);
        List<LoggedPrediction> served = first == null ? List.of() : settled(champion, "champion", first);
        return WhereWorse.of(definition, served, said, features);
    }

    /** The newest by event time; an entity may come several times. */
    private List<LoggedPrediction> settled(ModelVersion version, String role, @Nullable Instant from) {
        return log.find(new PredictionQuery(
                version.model(), version.version(), role, from, null, true, null, true, 2 * WhereWorse.MOST));
    }

    /** How many predictions of a version have settled. */
    public synchronized long settled(String model, int version) {
        Version asked = new Version(model, version);
        Mark now = log.pairs().mark();
        Counted before = counted.get(asked);
        if (before == null || before.upTo().repairs() != now.repairs() || before.upTo().place() > now.place()) {
            before = new Counted(0, new Mark(0, now.repairs()));
        }
        long settled = before.settled() + log.pairs().settled(model, version, before.upTo(), now);
        counted.put(asked, new Counted(settled, now));
        return settled;
    }

    private static <K, V> Map<K, V> atMost(int entries) {
        return new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > entries;
            }
        };
    }

    /** The same from events in memory. */
    static PairedEpochs of(
            LoopDefinition definition, List<Entry> settled, @Nullable ModelVersion champion, ModelVersion judged) {
        List<Entry> both = settled.stream()
                .filter(e -> e.challenger != null && e.challenger.version() == judged.version())
                .filter(e -> champion == null || e.champion.version() == champion.version())
                .toList();
        int n = both.size();
        int[] day = new int[n];
        boolean[] championHit = new boolean[n];
        boolean[] challengerHit = new boolean[n];
        for (int i = 0; i < n; i++) {
            Entry entry = both.get(i);
            day[i] = entry.day;
            championHit[i] = entry.champion.predicted() == entry.outcome;
            challengerHit[i] = challenger(entry).predicted() == entry.outcome;
        }
        Metric metric = definition.gateMetric();
        return PairedEpochs.of(
                day,
                losses(both, metric, entry -> entry.champion, PromotionGate.CLIP),
                losses(both, metric, ServedEvidence::challenger, PromotionGate.CLIP),
                championHit,
                challengerHit);
    }

    private static PredictionEvent challenger(Entry entry) {
        return Objects.requireNonNull(entry.challenger, "only events of both are left");
    }

    /** The loss of each event, of classes or of numbers as the metric is. */
    static double[] losses(List<Entry> entries, Metric metric, Function<Entry, PredictionEvent> of, double clip) {
        int n = entries.size();
        if (metric.ofNumbers()) {
            return entries.stream()
                    .mapToDouble(entry -> loss(of.apply(entry).probabilities()[0], entry.outcome, metric))
                    .toArray();
        }
        int k = n == 0 ? 0 : of.apply(entries.getFirst()).probabilities().length;
        double[] p = new double[n * k];
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            System.arraycopy(of.apply(entries.get(i)).probabilities(), 0, p, i * k, k);
            labels[i] = (int) entries.get(i).outcome;
        }
        return n == 0 ? new double[0] : losses(p, k, labels, metric, clip);
    }

    /**
     * The loss of each event.
     *
     * @param p {@code k} probabilities of each event, one event after the other
     * @param labels the class that happened
     * @param clip log loss of probabilities within [clip, 1 - clip]
     */
    static double[] losses(double[] p, int k, int[] labels, Metric metric, double clip) {
        return switch (metric) {
            case LOG_LOSS -> logLoss(p, k, labels, clip);
            case BRIER -> Brier.perRow(p, k, labels);
            case RPS -> Rps.perRow(p, k, labels);
            case MSE, MAE -> throw new IllegalArgumentException("Probabilities have no %s.".formatted(metric.word()));
        };
    }

    /** How far a number was off: its squared error, or the absolute one. */
    static double loss(double told, double truth, Metric metric) {
        double off = told - truth;
        return metric == Metric.MAE ? Math.abs(off) : off * off;
    }

    /** The log loss of probabilities clipped to [clip, 1 - clip]. They need not sum to 1: only what happened is looked at. */
    private static double[] logLoss(double[] p, int k, int[] labels, double clip) {
        if (clip == 0) {
            return LogLoss.perRow(p, k, labels);
        }
        double[] losses = new double[labels.length];
        for (int i = 0; i < labels.length; i++) {
            losses[i] = -Math.log(Math.min(1 - clip, Math.max(clip, p[i * k + labels[i]])));
        }
        return losses;
    }
}
