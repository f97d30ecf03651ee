package dev.keelson.control.policy;

import dev.keelson.control.Replay.PolicyResult;
import dev.keelson.control.Replay.Scored;
import dev.keelson.control.StepRecord;
import dev.keelson.control.policy.PolicyPath.Event;
import dev.keelson.control.policy.PolicyPath.Kind;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The path of the loop itself, from a replay over the same periods: what it really served, and what its gate decided. A version
 * stands for the candidate that was trained when it was.
 */
public final class LoopPath {
    private LoopPath() {}

    /**
     * Makes the path.
     *
     * @param name as the comparison lists it
     * @param result of a replay with the periods of the matrix as its steps
     * @throws IllegalArgumentException if the replay has other steps
     */
    public static PolicyPath of(String name, LossMatrix matrix, PolicyResult result, String model, ZoneId zone) {
        List<StepRecord> steps = result.timeline().getOrDefault(model, List.of());
        int periods = matrix.periods().size();
        if (steps.size() != periods) {
            throw new IllegalArgumentException(
                    "The replay has %d steps, the matrix %d periods; they must be equal.".formatted(steps.size(), periods));
        }
        Map<Integer, Integer> candidates = new HashMap<>(Map.of(1, 0));
        int[] serving = new int[periods];
        List<Event> events = new ArrayList<>();
        int champion = 1;
        int challenger = 0;
        for (int t = 1; t < periods; t++) {
            StepRecord step = steps.get(t - 1); // it ended when this period began
            int against = candidates.getOrDefault(champion, 0);
            if (step.alarmed()) {
                events.add(new Event(t, PolicyPath.Type.ALARM, against, against));
            }
            int judged = candidates.getOrDefault(challenger, against);
            switch (step.decision()) {
                case "promote" -> events.add(new Event(t, PolicyPath.Type.PROMOTE, judged, against));
                case "reject" -> events.add(new Event(t, PolicyPath.Type.REFUSE, judged, against));
                default -> {}
            }
            champion = step.champion();
            Integer retrained = step.retrained();
            if (retrained != null) {
                challenger = retrained;
                candidates.put(retrained, matrix.newest(t));
                events.add(new Event(t, PolicyPath.Type.RETRAIN, matrix.newest(t), candidates.getOrDefault(champion, 0)));
            }
            serving[t] = candidates.getOrDefault(champion, 0);
        }
        return new PolicyPath(name, Kind.POLICY, serving, events, losses(matrix, serving, result, model, zone), null);
    }

    /**
     * What it really lost by epoch, as the matrix says where outcomes came after the end of the replay; null where epochs are
     * shorter than days, which a replay's result does not tell apart.
     */
    private static double @Nullable [] losses(
            LossMatrix matrix, int[] serving, PolicyResult result, String model, ZoneId zone) {
        Map<Integer, Integer> epochOfDay = new HashMap<>();
        for (int e = 0; e < matrix.epochs().size(); e++) {
            int day = Math.toIntExact(
                    matrix.epochs().get(e).at().atZone(zone).toLocalDate().toEpochDay());
            if (epochOfDay.put(day, e) != null) {
                return null;
            }
        }
        double[] losses = new double[matrix.epochs().size()];
        int[] counts = new int[losses.length];
        for (Scored scored : result.history().getOrDefault(model, List.of())) {
            Integer e = epochOfDay.get(scored.day());
            if (e != null && scored.settled()) {
                losses[e] += MatrixFilling.loss(matrix.loss(), scored.probabilities(), scored.outcome());
                counts[e]++;
            }
        }
        for (int t = 0; t < serving.length; t++) {
            for (int e = matrix.firstEpoch(t); e < matrix.firstEpoch(t + 1); e++) {
                if (counts[e] != matrix.epochs().get(e).events()) {
                    losses[e] = matrix.loss(serving[t], e); // both must judge the same events
                }
            }
        }
        return losses;
    }
}
