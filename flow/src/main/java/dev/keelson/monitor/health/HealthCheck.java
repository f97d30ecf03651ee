package dev.keelson.monitor.health;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.monitor.DecayCheck;
import dev.keelson.monitor.DriftReport;
import dev.keelson.monitor.health.HealthInputs.Calibration;
import dev.keelson.monitor.health.HealthInputs.Drift;
import dev.keelson.monitor.health.HealthInputs.Performance;
import dev.keelson.monitor.health.HealthInputs.ViewAge;
import dev.keelson.monitor.health.HealthReport.Recommendation;
import dev.keelson.monitor.health.HealthReport.Score;
import dev.keelson.monitor.health.HealthReport.Worth;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Judges the health of a model version. A pure function of what is known: unknown stays unknown and is never counted as good or
 * bad.
 *
 * <p>It should be trained anew when its loss is worse than tolerated by a bound that holds at all looks ({@link DecayCheck}), or
 * when columns that carry at least {@value #IMPORTANT} of its importance alarm; a moved column that hardly matters is a thing to
 * look at, not a reason to train.
 */
public final class HealthCheck {
    /** Share of importance from which drift alone is a reason to train. */
    public static final double IMPORTANT = 0.2;

    private static final Map<String, Double> WEIGHTS = Map.of(
            HealthScores.PERFORMANCE, 0.4, HealthScores.DRIFT, 0.2, HealthScores.CALIBRATION, 0.2, HealthScores.FRESHNESS, 0.2);
    private static final double STALE = 0.1;
    private static final double MISCALIBRATED = 0.02;
    private static final double LOW = 0.5;
    private static final double LEVEL = 0.01;

    private HealthCheck() {}

    /** A decision with its reason. */
    private record Decision(@Nullable Boolean retrain, String why) {}

    /** Judges. */
    public static HealthReport of(HealthInputs in, HealthCosts costs) {
        List<Score> scores = List.of(
                HealthScores.performance(in),
                HealthScores.drift(in.drift(), in.version()),
                HealthScores.calibration(in.calibration(), in.classes()),
                HealthScores.freshness(in.views()));
        List<String> concerns = concerns(in, scores);
        Decision decision = decision(in, scores);
        return new HealthReport(
                in.model(),
                in.version(),
                in.at(),
                overall(scores),
                scores,
                decision.retrain(),
                concerns,
                concerns.isEmpty() ? decision.why() : decision.why() + " Not well: " + String.join(" ", concerns),
                recommendations(in, scores, decision, costs),
                figures(in));
    }

    private static Score overall(List<Score> scores) {
        double sum = 0;
        double weight = 0;
        List<String> known = new ArrayList<>();
        List<String> unknown = new ArrayList<>();
        for (Score score : scores) {
            if (score.known()) {
                sum += score.value() * WEIGHTS.getOrDefault(score.name(), 0.0);
                weight += WEIGHTS.getOrDefault(score.name(), 0.0);
                known.add(score.name());
            } else {
                unknown.add(score.name());
            }
        }
        if (known.isEmpty() || known.equals(List.of(HealthScores.FRESHNESS))) {
            return Score.unknown("overall", "Unknown: neither performance nor drift nor calibration is known.");
        }
        return Score.of(
                "overall",
                sum / weight,
                String.format(Locale.ROOT, "Weighted mean of %s%s.", String.join(", ", known), unknown.isEmpty() ? "" : "; unknown: " + String.join(", ", unknown)));
    }

    private static Decision decision(HealthInputs in, List<Score> scores) {
        Performance performance = in.performance();
        if (performance != null && performance.decay().verdict() == DecayCheck.Verdict.DECAYED) {
            return new Decision(true, performance.decay().reason());
        }
        boolean drifts = scores.get(1).known();
        Drift drift = drifts ? in.drift() : null;
        if (drift != null && drift.verdict() == DriftReport.Verdict.ALARM && drift.alarmed() >= IMPORTANT) {
            return new Decision(
                    true,
                    "%s%s moved: %s.".formatted(drift.weighted() ? "Columns with " : "", drift.share(), names(drift)));
        }
        if (drift != null && drift.verdict() == DriftReport.Verdict.ALARM) {
            return new Decision(
                    false,
                    String.format(Locale.ROOT, "%s moved, %s%s (training is advised from %.0f %%)%s.", names(drift), drift.weighted() ? "with " : "", drift.share(), 100 * IMPORTANT,
                                    scores.getFirst().known() ? ", and it is not shown to be worse" : "; whether it is worse is unknown"));
        }
        if (scores.getFirst().known() || drifts) {
            return new Decision(
                    false,
                    (scores.getFirst().known() ? "It is not shown to be worse than " + (in.elsewhere() ? "it was " : "") + HealthScores.when(in) : "Whether it is worse is unknown")
                            + (drifts ? ", and no column alarms." : "; whether its columns drifted is unknown."));
        }
        return new Decision(null, "Neither outcomes nor a drift check tell enough yet.");
    }

    private static List<String> concerns(HealthInputs in, List<Score> scores) {
        List<String> list = new ArrayList<>();
        Score performance = scores.getFirst();
        if (performance.known() && performance.value() < LOW) {
            list.add(performance.sentence());
        }
        Drift drift = in.drift();
        if (drift != null && scores.get(1).known() && drift.verdict() == DriftReport.Verdict.ALARM) {
            list.add(scores.get(1).sentence());
        }
        if (miscalibrated(in, scores)) {
            list.add(scores.get(2).sentence());
        }
        if (!in.streams().isEmpty()) {
            list.add("Streams changed: %s.".formatted(String.join(", ", in.streams())));
        }
        return list;
    }

    private static boolean miscalibrated(HealthInputs in, List<Score> scores) {
        Calibration calibration = in.calibration();
        return calibration != null && scores.get(2).known()
                && calibration.pValue() <= LEVEL && calibration.ece() - calibration.floor() >= MISCALIBRATED;
    }

    private static String names(Drift drift) {
        List<String> shown = drift.alarming().subList(0, Math.min(3, drift.alarming().size()));
        int more = drift.alarming().size() - shown.size();
        return String.join(", ", shown) + (more > 0 ? String.format(Locale.ROOT, " and %d more", more) : "");
    }

    /** What mends a cause comes before training, which would learn from what is broken; what does not pay comes last. */
    private static List<Recommendation> recommendations(
            HealthInputs in, List<Score> scores, Decision decision, HealthCosts costs) {
        List<Recommendation> list = new ArrayList<>();
        Worth stake = in.elsewhere() ? null : RetrainingWorth.atStake(in, costs);
        boolean retrain = Boolean.TRUE.equals(decision.retrain());
        stale(in, scores.get(3), stake, list);
        look(in, scores.get(1), stake, list);
        List<Recommendation> unpaid = new ArrayList<>();
        if (retrain) {
            Recommendation training = train(in, decision, !list.isEmpty(), costs);
            (paysNot(training.worth()) ? unpaid : list).add(training);
        }
        watch(in, scores.getFirst(), retrain, stake, list);
        if (!retrain && miscalibrated(in, scores)) {
            Recommendation training = recalibrate(in, costs);
            (paysNot(training.worth()) ? unpaid : list).add(training);
        }
        missing(in, scores, stake, list);
        if (list.isEmpty()) {
            list.add(
                    unpaid.isEmpty()
                            ? new Recommendation("nothing", "Nothing to do: " + decision.why(), "", stake)
                            : new Recommendation("wait", "Keep it for now: training costs more than it is expected to save.", "", stake));
        }
        list.addAll(unpaid);
        return list;
    }

    /** Whether not even the better end of what it may be worth is a gain. */
    private static boolean paysNot(@Nullable Worth worth) {
        return worth != null && worth.upper() < 0;
    }

    private static Recommendation train(HealthInputs in, Decision decision, boolean mended, HealthCosts costs) {
        if (in.elsewhere()) {
            return new Recommendation(
                    "retrain", "Have those who serve it train it anew, it cannot be done here: " + decision.why(), "", null);
        }
        Worth worth = RetrainingWorth.of(in, costs);
        String what = paysNot(worth)
                ? "Training it anew is not expected to pay, not even at the better end of its interval: %s"
                : (mended ? "Then train it anew, if it is still so:" : "Train it anew:") + " %s The new version is compared before it answers.";
        return new Recommendation("retrain", String.format(Locale.ROOT, what, decision.why()), "keelson train " + in.model(), worth);
    }

    private static Recommendation recalibrate(HealthInputs in, HealthCosts costs) {
        String what = "Its probabilities cannot be taken at their word: ";
        if (in.elsewhere()) {
            return new Recommendation("recalibrate", what + "have those who serve it calibrate it.", "", null);
        }
        Worth worth = RetrainingWorth.of(in, costs);
        return new Recommendation(
                "recalibrate",
                what + "name `calibrate` in the project file and train, which learns the order anew from its own answers"
                        + (paysNot(worth) ? "; it is not expected to pay." : "."),
                "keelson train " + in.model(),
                worth);
    }

    private static void look(HealthInputs in, Score score, @Nullable Worth stake, List<Recommendation> list) {
        Drift drift = in.drift();
        if (drift != null && score.known() && drift.verdict() == DriftReport.Verdict.ALARM) {
            list.add(new Recommendation(
                    "look",
                    String.format(Locale.ROOT, "Look at %s: a source that broke is mended there, not by training on it.", names(drift)),
                    "keelson drift report --model " + in.model(),
                    stake));
        }
    }

    private static void watch(
            HealthInputs in, Score performance, boolean retrain, @Nullable Worth stake, List<Recommendation> list) {
        if (!in.streams().isEmpty()) {
            list.add(new Recommendation(
                    "watch",
                    "See since when its streams changed (%s), and whether something happened then.".formatted(String.join(", ", in.streams())),
                    "keelson drift streams --model " + in.model(),
                    stake));
        }
        if (!retrain && performance.known() && performance.value() < LOW) {
            list.add(new Recommendation(
                    "watch",
                    "Little of its advantage is left, which may still be chance: wait for more outcomes, hand in those that are missing, and look again.",
                    "keelson performance show " + in.model(),
                    stake));
        }
    }

    private static void stale(HealthInputs in, Score freshness, @Nullable Worth stake, List<Recommendation> list) {
        List<String> late = in.views().stream()
                .filter(view -> view.ttlSeconds() > 0 && !(1 - view.seconds() / view.ttlSeconds() > STALE))
                .map(ViewAge::view)
                .toList();
        if (!late.isEmpty()) {
            list.add(new Recommendation(
                    "materialize",
                    String.format(
                            Locale.ROOT,
                            "Bring %s up to date, after `keelson data load` where the source has newer rows: %s",
                            String.join(", ", late),
                            freshness.known() ? freshness.sentence() : "there is no event."),
                    "keelson features materialize",
                    stake));
        }
    }

    private static void missing(HealthInputs in, List<Score> scores, @Nullable Worth stake, List<Recommendation> list) {
        if (!scores.get(0).known()) {
            boolean waits = in.predictionsIn30Days() > 0;
            list.add(new Recommendation(
                    waits ? "hand_in_outcomes" : "wait",
                    waits
                            ? String.format(Locale.ROOT, "Hand in what really happened: %s", scores.get(0).sentence())
                            : "Nothing was %s in the last 30 days, so there is nothing to judge.".formatted(in.elsewhere() ? "handed in" : "predicted"),
                    waits ? "keelson predictions outcomes FILE" : "",
                    null));
        }
        if (!scores.get(1).known()) {
            list.add(new Recommendation(
                    "check_drift", String.format(Locale.ROOT, "Check its columns: %s", scores.get(1).sentence()), "keelson drift check --model " + in.model(), stake));
        }
    }

    private static ObjectNode figures(HealthInputs in) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("trained_to", in.trainedTo() == null ? null : in.trainedTo().toString()).put("predictions_30_days", in.predictionsIn30Days());
        Performance p = in.performance();
        if (p != null) {
            ObjectNode each = node.putObject("performance").put("metric", p.metric()).put("rows", p.rows()).put("days", p.days());
            HealthReport.number(each, "loss", p.loss());
            HealthReport.number(each, "lower", p.lower());
            HealthReport.number(each, "upper", p.upper());
            HealthReport.number(each, "tested", p.tested());
            HealthReport.number(each, "naive", p.naive());
            HealthReport.number(each, "advantage", p.advantage().estimate());
            each.set("decay", p.decay().toJson());
        }
        Calibration c = in.calibration();
        if (c != null) {
            node.putObject("calibration").put("brier", c.brier()).put("ece", c.ece()).put("ece_by_chance", c.floor()).put("p", c.pValue()).put("rows", c.rows());
        }
        Drift d = in.drift();
        if (d != null) {
            ObjectNode each = node.putObject("drift")
                    .put("version", d.version())
                    .put("at", d.at().toString())
                    .put("verdict", d.verdict().word())
                    .put("columns", d.columns())
                    .put("alarmed_importance", d.alarmed())
                    .put("warned_importance", d.warned());
            ArrayNode names = each.putArray("alarming");
            d.alarming().forEach(names::add);
        }
        ArrayNode views = node.putArray("features");
        for (ViewAge view : in.views()) {
            ObjectNode each = views.addObject().put("view", view.view());
            HealthReport.number(each, "age_seconds", view.seconds());
            HealthReport.number(each, "ttl_seconds", view.ttlSeconds());
        }
        return node;
    }
}
