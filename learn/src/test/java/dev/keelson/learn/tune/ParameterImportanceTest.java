package dev.keelson.learn.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ParameterImportanceTest {
    private static final SearchSpace SPACE =
            SearchSpace.of(Parameter.of("idle", RealDomain.of(0, 1)), Parameter.of("x", RealDomain.of(0, 1)));

    @Test
    void divergencesAreThoseOfTheReference() {
        for (JsonNode row : GoldenLines.read("importance.jsonl")) {
            List<Parameter> parameters = new ArrayList<>();
            row.get("domains").properties().forEach(each -> {
                Parameter parameter = Parameter.of(each.getKey(), GoldenLines.domain(each.getValue()));
                parameters.add(each.getKey().equals("only") ? parameter.when("branch", "b") : parameter);
            });
            SearchSpace space = new SearchSpace(parameters);
            List<Trial> trials = new ArrayList<>();
            for (JsonNode trial : row.get("trials")) {
                SortedMap<String, Object> values = new TreeMap<>();
                parameters.stream().filter(each -> trial.get("values").has(each.name())).forEach(each ->
                        values.put(each.name(), GoldenLines.value(each.domain(), trial.get("values").get(each.name()))));
                trials.add(Trial.running(trials.size(), values).complete(trial.get("objective").doubleValue()));
            }

            SortedMap<String, Double> found =
                    ParameterImportance.divergences(space, Direction.MINIMISE, trials, 0.1);

            found.forEach((name, divergence) -> assertThat(divergence)
                    .as(name)
                    .isCloseTo(row.get("divergences").get(name).doubleValue(), withinPercentage(1e-7)));
        }
    }

    @Test
    void parameterThatDecidesIsAllThatMatters() {
        List<Trial> trials = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            SortedMap<String, Object> values = new RandomSampler().ask(SPACE, Direction.MAXIMISE, List.of(), 1, i);
            trials.add(Trial.running(i, values).complete(Values.number(values, "x")));
        }

        SortedMap<String, Double> importance = ParameterImportance.of(SPACE, Direction.MAXIMISE, trials);

        assertThat(importance).hasEntrySatisfying("x", share -> assertThat(share).isGreaterThan(0.9));
        assertThat(importance.values().stream().mapToDouble(each -> each).sum()).isCloseTo(1, withinPercentage(1e-9));
    }

    @Test
    void nothingMattersWhenAllTrialsAreEquallyGoodOrThereAreNone() {
        List<Trial> equal = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            equal.add(Trial.running(i, new RandomSampler().ask(SPACE, Direction.MINIMISE, List.of(), 1, i)).complete(1));
        }

        assertThat(ParameterImportance.of(SPACE, Direction.MINIMISE, equal)).containsEntry("x", 0.0).containsEntry("idle", 0.0);
        assertThat(ParameterImportance.of(SPACE, Direction.MINIMISE, List.of())).containsEntry("x", 0.0);
        assertThat(ParameterImportance.of(SPACE, Direction.MINIMISE, equal.subList(0, 1))).containsEntry("x", 0.0);
    }
}
