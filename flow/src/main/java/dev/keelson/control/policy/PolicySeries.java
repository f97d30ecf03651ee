package dev.keelson.control.policy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.policy.PolicyPath.Event;
import dev.keelson.stats.BlockBootstrap;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * What the pictures of a comparison show, thinned to at most {@link #POINTS} points of time: mean loss of each model over time,
 * of each policy over time with its events, and what each has saved so far against never retraining, with a band.
 */
final class PolicySeries {
    private static final int POINTS = 120;
    private static final int MODELS = 60;
    private static final int BAND_DRAWS = 500;

    private final PolicyComparison comparison;
    private final LossMatrix matrix;
    private final int every;
    private final int points;

    PolicySeries(PolicyComparison comparison) {
        this.comparison = comparison;
        this.matrix = comparison.matrix();
        int periods = matrix.periods().size();
        this.every = (periods + POINTS - 1) / POINTS;
        this.points = (periods + every - 1) / every;
    }

    private int first(int point) {
        return matrix.firstEpoch(Math.min(matrix.periods().size(), point * every));
    }

    ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        ArrayNode times = node.putArray("times");
        for (int i = 0; i < points; i++) {
            times.add(matrix.periods().get(i * every).from().toString());
        }
        heat(node);
        ObjectNode policies = node.putObject("policies");
        double[] never = comparison.score("never").path().losses(matrix);
        comparison.scores().forEach(score -> policies.set(score.name(), policy(score.path(), never)));
        return node;
    }

    private void heat(ObjectNode node) {
        int count = matrix.candidates().size();
        int skip = (count + MODELS - 1) / MODELS;
        ArrayNode trained = node.putArray("trained");
        ArrayNode rows = node.putArray("heat");
        for (int k = 0; k < count; k += skip) {
            LossMatrix.Candidate candidate = matrix.candidates().get(k);
            trained.add(matrix.periods().get(candidate.period()).from().toString());
            ArrayNode row = rows.addArray();
            int unseen = matrix.unseenFrom(k);
            for (int i = 0; i < points; i++) {
                int from = Math.max(first(i), unseen);
                double sum = 0;
                long events = 0;
                for (int e = from; e < first(i + 1); e++) {
                    sum += matrix.loss(k, e);
                    events += matrix.epochs().get(e).events();
                }
                row.add(PolicyScore.number(events == 0 ? Double.NaN : sum / events));
            }
        }
    }

    private ObjectNode policy(PolicyPath path, double[] never) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        ArrayNode means = node.putArray("loss");
        ArrayNode saved = node.putArray("saved");
        double[] losses = path.losses(matrix);
        double sum = 0;
        double[] steps = new double[points];
        for (int i = 0; i < points; i++) {
            double loss = 0;
            long events = 0;
            for (int e = first(i); e < first(i + 1); e++) {
                loss += losses[e];
                steps[i] += never[e] - losses[e];
                events += matrix.epochs().get(e).events();
            }
            sum += steps[i];
            means.add(PolicyScore.number(events == 0 ? Double.NaN : loss / events));
            saved.add(sum);
        }
        band(node, steps);
        TreeMap<Integer, String> told = new TreeMap<>();
        for (Event event : path.events()) {
            told.merge(event.period() / every, event.type().word(), (a, b) -> a.contains(b) ? a : a + " " + b);
        }
        ArrayNode events = node.putArray("events");
        told.forEach((at, words) -> events.addObject().put("at", at).put("what", words));
        return node;
    }

    /** Pointwise 95 % band of what was saved so far: points of time drawn anew, in blocks, around the observed path. */
    private void band(ObjectNode node, double[] steps) {
        SplittableRandom random = new SplittableRandom(PolicyComparison.SEED);
        int block = BlockBootstrap.blockLength(points);
        double mean = PolicyComparison.sum(steps) / points;
        double[] squares = new double[points];
        for (int b = 0; b < BAND_DRAWS; b++) {
            double off = 0;
            int at = 0;
            for (int i = 0; i < points; i++) {
                at = i % block == 0 ? random.nextInt(points) : (at + 1) % points;
                off += steps[at] - mean;
                squares[i] += off * off;
            }
        }
        ArrayNode half = node.putArray("band");
        for (double square : squares) {
            half.add(1.96 * Math.sqrt(square / BAND_DRAWS));
        }
    }
}
