package dev.keelson.control;

import dev.keelson.control.ModelHistory.Entry;
import dev.keelson.metrics.Brier;
import dev.keelson.metrics.LogLoss;
import dev.keelson.metrics.Rps;
import dev.keelson.monitor.DecayMonitorDefinition.Metric;
import dev.keelson.registry.ModelVersion;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.spi.PredictionLog;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What champion and challenger said of the same events, scored by what came of them. */
public final class ServedEvidence {
    private ServedEvidence() {}

    /**
     * The settled events that both predicted, by match day.
     *
     * @param definition a model of classes
     * @param champion only events that this version answered
     * @param judged the challenger
     * @param now outcomes of days that are complete by then count
     */
    public static PairedEpochs of(
            LoopDefinition definition, PredictionLog log, ModelVersion champion, ModelVersion judged, Instant now) {
        ModelHistory history = history(definition, log, now);
        return of(definition, history.settled(now, definition.model().embargo()), champion, judged);
    }

    /**
     * The same of events predicted from an instant on.
     *
     * @param since predictions made before it do not count
     */
    public static PairedEpochs of(
            LoopDefinition definition,
            PredictionLog log,
            ModelVersion champion,
            ModelVersion judged,
            Instant since,
            Instant now) {
        ModelHistory history = history(definition, log, now);
        return of(
                definition,
                history.settled(now, definition.model().embargo()).stream()
                        .filter(entry -> !entry.champion.at().isBefore(since))
                        .toList(),
                champion,
                judged);
    }

    private static ModelHistory history(LoopDefinition definition, PredictionLog log, Instant now) {
        return ModelHistory.settling(
                definition.model().name(),
                definition.model().classes(),
                definition.zone(),
                log,
                now,
                definition.model().embargo());
    }

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
        Metric metric = definition.promotion().refreshMetric();
        int k = definition.model().classes().size();
        return PairedEpochs.of(
                day,
                losses(both, metric, k, entry -> entry.champion, PromotionGate.CLIP),
                losses(both, metric, k, ServedEvidence::challenger, PromotionGate.CLIP),
                championHit,
                challengerHit);
    }

    private static PredictionEvent challenger(Entry entry) {
        return Objects.requireNonNull(entry.challenger, "only events of both are left");
    }

    static double[] losses(
            List<Entry> entries, Metric metric, int k, Function<Entry, PredictionEvent> of, double clip) {
        int n = entries.size();
        double[] p = new double[n * k];
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            System.arraycopy(of.apply(entries.get(i)).probabilities(), 0, p, i * k, k);
            labels[i] = entries.get(i).outcome;
        }
        if (n == 0) {
            return new double[0];
        }
        return switch (metric) {
            case LOG_LOSS -> logLoss(p, k, labels, clip);
            case BRIER -> Brier.perRow(p, k, labels);
            case RPS -> Rps.perRow(p, k, labels);
        };
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
