package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Benchmarks, targets and explanations through the commands alone, over trained models. */
final class BenchmarkIT {
    @TempDir
    static Path folder;

    @BeforeAll
    static void trainTwoModels() throws IOException {
        TinyLeague.make(folder);
        Path file = folder.resolve("keelson.yaml");
        String text = Files.readString(file).replace("test: 365d", "test: 120d");
        Files.writeString(
                file,
                text
                        + """

                        benchmarks:
                          weekly:
                            targets: [ "log_loss <= 1.2", "latency <= 30s", "f1(H) >= 99%" ]
                          modest:
                            models: football-*
                            rows: last 60d
                            targets: log_loss <= 1.2
                        """);
        Cli run = keelson("run");
        assertThat(run.code()).as(run.err()).isZero();
    }

    private static Cli keelson(String... words) {
        return Cli.run(folder, words);
    }

    private static String model() {
        return "football-1x2";
    }

    @Test
    void aLimitOnOneMetricOfTheChampionsIsAStepOfAPipeline() {
        Cli reached = keelson("check", "target", "--metric", "f1", "--class", "H", "--min", "0.05", "--json");
        Cli missed = keelson("check", "target", "--metric", "log_loss", "--max", "0.01", "--model", model());
        Cli unknown = keelson("check", "target", "--metric", "f2", "--min", "0.7");
        Cli unlimited = keelson("check", "target", "--metric", "f1");
        Cli both = keelson("check", "target", "weekly", "--metric", "f1", "--min", "0.7");

        assertThat(reached.code()).as(reached.err()).isZero();
        assertThat(reached.json().path("verdict").asText()).isEqualTo("ok");
        assertThat(reached.json().at("/checks/0/observed").asDouble()).isBetween(0.05, 1.0);
        assertThat(reached.json().at("/checks/0/condition").asText()).isEqualTo("f1 >= 0.05");
        assertThat(missed.code()).as(missed.err()).isEqualTo(1);
        assertThat(missed.out()).contains("football-1x2 v1", "log_loss <= 0.01", "failed");
        assertThat(unknown.code()).isEqualTo(2);
        assertThat(unknown.err()).contains("kept no f2 on a test period of its own; it has [", "log_loss");
        assertThat(unlimited.code()).isEqualTo(2);
        assertThat(unlimited.err()).contains("`--metric f1` names no limit", "--min 0.70");
        assertThat(both.code()).isEqualTo(2);
        assertThat(both.err()).contains("the set (weekly) was named");
    }

    @Test
    void modelsAreJudgedOnRowsThatNoneHasSeen() {
        Cli first = keelson("benchmark", "weekly", "--json");
        JsonNode report = first.json();

        assertThat(first.code()).as(first.err()).isEqualTo(1);
        assertThat(report.at("/summary/failed").asInt()).isZero();
        assertThat(report.at("/performance_summary/target_achievement/met").asInt())
                .isEqualTo(2 * report.at("/summary/models").asInt());
        Set<String> rows = new TreeSet<>();
        for (JsonNode each : report.path("benchmarks")) {
            assertThat(each.at("/rows/judged").asInt()).isPositive();
            assertThat(each.at("/rows/judged").asInt())
                    .isLessThanOrEqualTo(each.at("/rows/unseen").asInt() + each.at("/rows/holdout").asInt());
            assertThat(each.at("/rows/seen").asInt()).isPositive();
            assertThat(each.path("confusion")).hasSize(3);
            assertThat(each.at("/latency/p50_ms").asDouble())
                    .isPositive()
                    .isLessThanOrEqualTo(each.at("/latency/p99_ms").asDouble());
            rows.add(each.at("/rows/sha256").asText());
        }
        assertThat(rows).hasSize(1);

        JsonNode listed = keelson("benchmark", "--list", "--json").json().path("benchmarks");
        JsonNode shown = keelson("benchmark", listed.get(0).path("id").asText(), "--show", "--json").json();
        assertThat(shown.path("set").asText()).isEqualTo(listed.get(0).path("set").asText());
        assertThat(keelson("benchmark").err()).contains("several benchmarks", "weekly");
    }

    @Test
    void targetsAreCheckedByTheReportThatIsKept() {
        Cli measured = keelson("check", "target", "modest", "--fresh");
        Cli kept = keelson("check", "target", "modest");
        Cli missed = keelson("check", "target", "weekly");

        assertThat(measured.code()).as(measured.err()).isIn(0, 1);
        assertThat(kept.err()).contains("By the benchmark of", "targets met");
        assertThat(missed.code()).isEqualTo(1);
        assertThat(missed.err()).contains("missed: " + model() + " f1(H) >= 99%");
    }

    @Test
    void theMetricsOfTheTestPeriodAreThoseOfTheTraining() {
        JsonNode report = keelson("benchmark", "weekly", "--json").json();
        JsonNode versions = keelson("models", "show", model(), "--json").json().path("versions");
        JsonNode mine = null;
        for (JsonNode each : report.path("benchmarks")) {
            mine = each.path("model").asText().equals(model()) ? each : mine;
        }

        assertThat(Objects.requireNonNull(mine).at("/metrics/log_loss").asDouble())
                .isCloseTo(versions.get(0).at("/metrics/test_log_loss").asDouble(), within(1e-12));
    }

    @Test
    void contributionsOfARowSumToWhatTheModelTellsOfIt() {
        JsonNode whole = keelson("explain", model(), "--json").json();
        String row = keelson("explain", model(), "--row", "none").err().replaceAll("(?s).*Maybe one like `([^`]*)`.*", "$1");
        Cli one = keelson("explain", model(), "--row", row, "--json");

        assertThat(whole.path("exact").asBoolean()).isTrue();
        assertThat(whole.at("/rows/of").asText()).isEqualTo("test");
        assertThat(whole.at("/features/0/permutation/loss_increase").isNumber()).isTrue();
        assertThat(one.code()).as(one.err()).isZero();
        JsonNode told = one.json();
        double[] sums = new double[3];
        int k = 0;
        for (JsonNode sum : told.path("sums")) {
            double total = sum.path("expected").asDouble();
            for (JsonNode each : told.path("contributions")) {
                total += each.path("margins").path(sum.path("margin").asText()).asDouble();
            }
            assertThat(total).isCloseTo(sum.path("sum").asDouble(), within(1e-9));
            sums[k++] = total;
        }
        double all = 0;
        for (double sum : sums) {
            all += Math.exp(sum);
        }
        assertThat(Math.exp(sums[0]) / all)
                .isCloseTo(told.path("uncalibrated").path("H").asDouble(), within(1e-6)); // trees add in single precision
        assertThat(told.path("residual").asDouble()).isLessThan(1e-6);
    }

    @Test
    void aPredictionIsExplainedByItsId() {
        Cli predicted = keelson(
                "predict", model(), "--json", "--row", "div=E0", "--row", "date=2030-01-05", "--row", "HomeTeam=A", "--row",
                "AwayTeam=B", "--row", "AvgH=2", "--row", "AvgD=3", "--row", "AvgA=4");
        assertThat(predicted.code()).as(predicted.err()).isZero();
        String id = predicted.json().findValue("id").asText();

        JsonNode told = keelson("explain", id, "--json").json();

        assertThat(told.path("prediction_id").asText()).isEqualTo(id);
        assertThat(told.path("prediction").path("H").asDouble())
                .isCloseTo(predicted.json().findValue("probabilities").path("H").asDouble(), within(1e-12));
        assertThat(told.path("contributions")).isNotEmpty();
    }

    @Test
    void importanceIsShownByVersion() {
        JsonNode told = keelson("models", "importance", model(), "--json").json();

        assertThat(told.path("versions")).hasSize(1);
        double total = 0;
        for (JsonNode feature : told.path("features")) {
            total += feature.at("/versions/0/share").asDouble();
        }
        assertThat(total).isCloseTo(1, within(1e-9));
    }
}
