package dev.keelson.e2e.benchmark;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.LoopPolicy;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.SimulatedProject;
import dev.keelson.e2e.ondemand.Task;
import dev.keelson.simulate.LeagueSettings;
import dev.keelson.simulate.SimulatedLeague;
import dev.keelson.wiring.ReplayJob;
import dev.keelson.wiring.Workspace;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Weeks of a replay with two models: loading, features, predictions, outcomes, checks, monthly retraining and decisions. The
 * first training is reported apart. Each set of policies runs on a fresh project. Options: {@code --weeks},
 * {@code --seasons}, {@code --rounds}, {@code --data}.
 */
public final class ReplayBenchmark implements Task {
    @Override
    public ObjectNode run(Arguments arguments) {
        int weeks = arguments.number("weeks", 40);
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("models", 2);
        node.put("weeks", weeks);
        node.set("this_policy", replay(arguments, weeks, Set.of(LoopPolicy.THIS_POLICY)));
        node.set("all_policies", replay(arguments, weeks, Set.of(LoopPolicy.values())));
        return node;
    }

    private static ObjectNode replay(Arguments arguments, int weeks, Set<LoopPolicy> policies) {
        int seasons = arguments.number("seasons", LeagueSettings.DEFAULT_SEASONS);
        int last = LeagueSettings.defaults().firstSeason() + seasons;
        LocalDate from = LocalDate.of(last - Math.max(1, seasons * 3 / 8), 8, 1);
        try (SimulatedProject simulated = arguments
                        .data()
                        .map(SimulatedProject::over)
                        .orElseGet(() -> SimulatedProject.of(
                                SimulatedLeague.generate(LeagueSettings.defaults(seasons, LeagueSettings.DEFAULT_SEED)),
                                arguments.number("rounds", 0)));
                Workspace workspace = new Workspace(simulated.project())) {
            List<Long> ends = new ArrayList<>();
            long start = System.nanoTime();
            ReplayJob.run(
                    workspace,
                    new ReplayJob.Request(from, from.plusWeeks(weeks), Duration.ofDays(7), policies),
                    (done, of, at) -> ends.add(System.nanoTime()));
            long[] steps = new long[ends.size() - 1];
            for (int i = 0; i < steps.length; i++) {
                steps[i] = ends.get(i + 1) - ends.get(i);
            }
            long total = ends.getLast() - ends.getFirst();
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            node.put("policies", policies.size());
            node.put("start_with_first_week_ms", Timing.rounded((ends.getFirst() - start) / 1e6));
            node.put("mean_ms_a_week_and_policy", Timing.rounded(total / 1e6 / steps.length / policies.size()));
            node.set("week", new Timing(steps).millis());
            return node;
        }
    }
}
