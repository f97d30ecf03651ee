package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.train.BenchmarkDefinition;
import dev.keelson.train.BenchmarkTarget;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class BenchmarkReportTest {
    private static final BenchmarkDefinition SET = new BenchmarkDefinition(
            "weekly",
            List.of("a", "b"),
            null,
            List.of(BenchmarkTarget.parse("f1(buy) >= 0.70"), BenchmarkTarget.parse("latency <= 100ms")),
            0.05,
            Duration.ofMillis(1),
            null);

    private static ObjectNode ok(String model, double loss, double f1, double millis) {
        ObjectNode node = JsonNodeFactory.instance.objectNode().put("model", model).put("status", "ok").put("version", 1);
        node.putArray("outputs").add("hold").add("buy");
        node.putObject("rows").put("sha256", "same");
        node.putObject("metrics").put("log_loss", loss).put("f1(buy)", f1);
        node.putObject("latency").put("p50_ms", millis / 2).put("p95_ms", millis).put("p99_ms", millis);
        return node;
    }

    private static ObjectNode failed(String model) {
        ObjectNode node = JsonNodeFactory.instance.objectNode().put("model", model).put("status", "failed");
        node.putArray("outputs").add("hold").add("buy");
        return node;
    }

    private static ObjectNode report(@Nullable JsonNode before, ObjectNode... models) {
        ArrayNode measured = JsonNodeFactory.instance.arrayNode();
        measured.addAll(List.of(models));
        return BenchmarkReport.of("new", SET, Instant.EPOCH, measured, before, "old");
    }

    @Test
    void whatIsWorseByMoreThanTheSetAllowsIsARegression() {
        JsonNode before = report(null, ok("a", 0.50, 0.80, 2), ok("b", 0.50, 0.80, 2));

        JsonNode same = report(before, ok("a", 0.52, 0.77, 2.9), ok("b", 0.40, 0.90, 1));
        JsonNode worse = report(before, ok("a", 0.53, 0.80, 2), ok("b", 0.50, 0.75, 3.5));

        assertThat(before.path("compared_with").isNull()).isTrue();
        assertThat(same.path("regressions")).isEmpty();
        assertThat(same.at("/summary/verdict").asText()).isEqualTo("ok");
        assertThat(worse.path("regressions").findValuesAsText("metric"))
                .containsExactly("log_loss", "f1(buy)", "latency_p95", "latency_p99");
        assertThat(worse.at("/summary/verdict").asText()).isEqualTo("regressed");
        assertThat(worse.path("compared_with").asText()).isEqualTo("old");
    }

    @Test
    void targetsAreCountedAndTheMissedOnesNamed() {
        JsonNode report = report(null, ok("a", 0.5, 0.69, 20), ok("b", 0.4, 0.71, 200));

        JsonNode achieved = report.at("/performance_summary/target_achievement");
        assertThat(achieved.path("met").asInt()).isEqualTo(2);
        assertThat(achieved.path("of").asInt()).isEqualTo(4);
        assertThat(achieved.path("missed").findValuesAsText("model")).containsExactly("a", "b");
        assertThat(report.at("/performance_summary/best/log_loss/model").asText()).isEqualTo("b");
        assertThat(report.at("/summary/verdict").asText()).isEqualTo("missed");
    }

    @Test
    void aFailingModelIsCountedAndMissesItsTargets() {
        JsonNode before = report(null, ok("a", 0.5, 0.8, 2), ok("b", 0.5, 0.8, 2));

        JsonNode report = report(before, ok("a", 0.5, 0.8, 2), failed("b"));

        assertThat(report.at("/summary/failed").asInt()).isEqualTo(1);
        assertThat(report.at("/summary/ok").asInt()).isEqualTo(1);
        assertThat(report.at("/performance_summary/target_achievement/met").asInt()).isEqualTo(2);
        assertThat(report.path("regressions").findValuesAsText("metric")).containsExactly("status");
    }
}
