package dev.keelson.e2e.study;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.LoopPolicy;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.SimulatedProject;
import dev.keelson.e2e.ondemand.Task;
import dev.keelson.metrics.OddsMargin;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.PredictionQuery;
import dev.keelson.serve.spi.PredictionLog;
import dev.keelson.simulate.LeagueSettings;
import dev.keelson.simulate.SimulatedLeague;
import dev.keelson.simulate.SimulatedMatch;
import dev.keelson.simulate.StrengthDrift;
import dev.keelson.simulate.TrueProbabilities;
import dev.keelson.store.journal.JournaledPredictionLog;
import dev.keelson.wiring.ReplayJob;
import dev.keelson.wiring.Workspace;
import java.time.Duration;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * How far the served probabilities lie from the true ones: the mean over matches and classes of the absolute difference, on
 * the first half of a season, by seasons of history before it. Claim: the mean over the leagues falls with each step of
 * history. Options: {@code --seeds}, {@code --first-seed}, {@code --seasons} (a list), {@code --rounds}.
 */
public final class TruthStudy implements Task {
    private static final int CLASSES = 3;
    private static final int EVALUATED_DAYS = 170;

    /**
     * What one league and one length of history gave: errors by who predicted.
     *
     * @param matches matches scored
     * @param error model, {@code market} or {@code frequencies} to its mean absolute error
     */
    record Result(int matches, Map<String, Double> error) {}

    @Override
    public ObjectNode run(Arguments arguments) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        List<Integer> lengths = arguments.numbers("seasons", List.of(3, 5, 8, 12));
        List<Long> seeds = arguments.seeds(5);
        node.put("claim", "the mean absolute error of the champion's probabilities falls with more seasons of history");
        node.put("leagues", seeds.size());
        boolean holds = true;
        Map<String, StrengthDrift> strengths = new LinkedHashMap<>();
        strengths.put("constant_strengths", StrengthDrift.NONE);
        strengths.put("drifting_strengths", StrengthDrift.TYPICAL);
        for (Map.Entry<String, StrengthDrift> strength : strengths.entrySet()) {
            ArrayNode rows = node.putArray(strength.getKey());
            Map<String, Double> before = new HashMap<>();
            for (int seasons : lengths) {
                Map<String, Double> sums = new TreeMap<>();
                int matches = 0;
                for (long seed : seeds) {
                    Result result =
                            league(seed, strength.getValue(), seasons, max(lengths), arguments.number("rounds", 0));
                    matches += result.matches();
                    result.error().forEach((name, error) -> sums.merge(name, error / seeds.size(), Double::sum));
                }
                ObjectNode row = rows.addObject();
                row.put("seasons", seasons);
                row.put("matches", matches);
                ObjectNode errors = row.putObject("mean_absolute_error");
                sums.forEach((name, error) -> errors.put(name, Math.round(error * 1e5) / 1e5));
                if (strength.getValue().equals(StrengthDrift.NONE)) {
                    holds &= sums.getOrDefault("football-1x2", Double.NaN) < before.getOrDefault("football-1x2", 1.0);
                }
                before.putAll(sums);
            }
        }
        node.put("holds", holds);
        return node;
    }

    private static int max(List<Integer> lengths) {
        return lengths.stream().mapToInt(Integer::intValue).max().orElseThrow();
    }

    /**
     * One league: the same matches are predicted whatever the length of history.
     *
     * @param seasons history before the season predicted
     * @param longest the longest history asked for
     */
    static Result league(long seed, StrengthDrift drift, int seasons, int longest, int rounds) {
        LeagueSettings settings = LeagueSettings.constant(longest + 1, seed).withDrift(drift);
        int last = settings.firstSeason() + longest;
        LocalDate first = LocalDate.of(last - seasons, 7, 1);
        LocalDate from = LocalDate.of(last, 7, 1);
        LocalDate to = from.plusDays(EVALUATED_DAYS);
        List<SimulatedMatch> matches = SimulatedLeague.generate(settings).stream()
                .filter(match -> !match.date().isBefore(first) && match.date().isBefore(to))
                .toList();
        Map<String, SimulatedMatch> played = new HashMap<>();
        long[] results = new long[CLASSES];
        for (SimulatedMatch match : matches) {
            if (match.date().isBefore(from)) {
                results[match.result().ordinal()]++;
            } else {
                played.put(key(match.division(), match.homeTeam(), match.awayTeam()), match);
            }
        }
        Map<String, Double> errors = new LinkedHashMap<>();
        predictions(matches, rounds, from, to).forEach((model, predictions) -> {
            if (predictions.size() != played.size()) {
                throw new IllegalStateException(
                        "%d of %d matches were predicted by %s.".formatted(predictions.size(), played.size(), model));
            }
            errors.put(model, predictions.stream().mapToDouble(each -> error(each, played)).average().orElseThrow());
        });
        double history = results[0] + results[1] + results[2];
        errors.put(
                "frequencies",
                played.values().stream()
                        .mapToDouble(match -> difference(
                                new double[] {results[0] / history, results[1] / history, results[2] / history},
                                match.truth()))
                        .average()
                        .orElseThrow());
        errors.put(
                "market",
                played.values().stream().mapToDouble(TruthStudy::marketError).average().orElseThrow());
        return new Result(played.size(), errors);
    }

    /** The season is one step: the champion trained on the history predicts all of it, its features stay up to date. */
    private static Map<String, List<LoggedPrediction>> predictions(
            List<SimulatedMatch> matches, int rounds, LocalDate from, LocalDate to) {
        try (SimulatedProject simulated = SimulatedProject.of(matches, rounds);
                Workspace workspace = new Workspace(simulated.project())) {
            ReplayJob.Summary summary = ReplayJob.run(
                    workspace,
                    new ReplayJob.Request(from, to, Duration.ofDays(EVALUATED_DAYS + 1), Set.of(LoopPolicy.THIS_POLICY)),
                    (done, of, at) -> {});
            Map<String, List<LoggedPrediction>> predictions = new LinkedHashMap<>();
            try (PredictionLog log = JournaledPredictionLog.open(ReplayJob.mainState(workspace, summary.id()))) {
                log.catchUp();
                summary.models()
                        .keySet()
                        .forEach(model -> predictions.put(model, log.find(PredictionQuery.of(model, "champion"))));
            }
            return predictions;
        }
    }

    private static double error(LoggedPrediction prediction, Map<String, SimulatedMatch> played) {
        String[] entity = prediction.event().entity().split("\\|", -1); // division, date, home and away team
        SimulatedMatch match = played.get(key(entity[0], entity[2], entity[3]));
        if (match == null) {
            throw new IllegalStateException("The match (%s) was never played.".formatted(prediction.event().entity()));
        }
        return difference(prediction.event().probabilities(), match.truth());
    }

    private static double marketError(SimulatedMatch match) {
        double[] odds = {match.odds().value("AvgH"), match.odds().value("AvgD"), match.odds().value("AvgA")};
        return difference(OddsMargin.proportional(odds), match.truth());
    }

    private static double difference(double[] probabilities, TrueProbabilities truth) {
        return (Math.abs(probabilities[0] - truth.home())
                        + Math.abs(probabilities[1] - truth.draw())
                        + Math.abs(probabilities[2] - truth.away()))
                / CLASSES;
    }

    private static String key(String division, String home, String away) {
        return division + "|" + home + "|" + away;
    }
}
