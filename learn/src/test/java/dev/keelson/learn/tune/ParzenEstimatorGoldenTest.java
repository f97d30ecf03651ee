package dev.keelson.learn.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ParzenEstimatorGoldenTest {

    @Test
    void logDensitiesAreThoseOfScipy() {
        for (JsonNode row : GoldenLines.read("parzen.jsonl")) {
            List<Parameter> parameters = new ArrayList<>();
            for (JsonNode domain : row.get("domains")) {
                parameters.add(Parameter.of("p" + parameters.size(), GoldenLines.domain(domain)));
            }
            List<Trial> trials = new ArrayList<>();
            for (JsonNode values : row.get("observed")) {
                trials.add(Trial.running(trials.size(), values(parameters, values)));
            }

            ParzenEstimator estimator = ParzenEstimator.fit(parameters, trials);

            double[] expected = GoldenLines.doubles(row.get("log_density"));
            for (int i = 0; i < expected.length; i++) {
                Map<String, Object> values = values(parameters, row.get("points").get(i));
                double[] point = parameters.stream()
                        .mapToDouble(each -> each.domain().encode(Objects.requireNonNull(values.get(each.name()))))
                        .toArray();
                assertThat(estimator.logDensity(point))
                        .as("%s after %d", parameters, trials.size())
                        .isCloseTo(expected[i], within(1e-9));
            }
        }
    }

    private static Map<String, Object> values(List<Parameter> parameters, JsonNode array) {
        Map<String, Object> values = new TreeMap<>();
        for (int j = 0; j < parameters.size(); j++) {
            values.put(parameters.get(j).name(), GoldenLines.value(parameters.get(j).domain(), array.get(j)));
        }
        return values;
    }
}
