package dev.keelson.project;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.error.Problem;
import dev.keelson.train.BenchmarkDefinition;
import dev.keelson.train.BenchmarkTarget;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BenchmarkSectionTest {
    @TempDir
    Path folder;

    private static String text(String benchmark) {
        return FootballProject.with("models:\n", "benchmarks:\n  weekly: " + benchmark + "\nmodels:\n");
    }

    private BenchmarkDefinition read(String benchmark) {
        return FootballProject.read(folder, text(benchmark)).benchmarks().getFirst();
    }

    @Test
    void everythingHasAStandard() {
        BenchmarkDefinition benchmark = read("{ worse_by: 5% }");

        assertThat(benchmark.models()).contains("football-1x2");
        assertThat(benchmark.window()).isNull();
        assertThat(benchmark.targets()).isEmpty();
        assertThat(benchmark.worseBy()).isEqualTo(0.05);
        assertThat(benchmark.noise()).isEqualTo(Duration.ofMillis(1));
    }

    @Test
    void whatIsSaidIsRead() {
        BenchmarkDefinition benchmark = read(
                "{ models: \"football-*\", rows: last 90d, targets: [f1(H) >= 0.70, latency <= 100ms], worse_by: 10%, latency_noise: 5ms }");

        assertThat(benchmark.models()).contains("football-1x2");
        assertThat(benchmark.window()).isEqualTo(Duration.ofDays(90));
        assertThat(benchmark.targets()).extracting(BenchmarkTarget::name).containsExactly("f1(H)", "latency_p95");
        assertThat(benchmark.worseBy()).isEqualTo(0.10);
        assertThat(benchmark.noise()).isEqualTo(Duration.ofMillis(5));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{ models: football-1x3 }          | football-1x2",
                "{ rows: yesterday }               | `last 90d`",
                "{ rows: last month }              | is not a duration",
                "{ targets: [f1(X) >= 0.70] }      | no class named `X`",
                "{ targets: [f1 >= 0.70] }         | the class is missing",
                "{ targets: [log_los <= 1] }       | log_loss",
                "{ targets: [latency <= 100] }     | 100ms",
                "{ targets: [fast] }               | metric >= number"
            })
    void whatMakesNoSenseIsSaidWithItsPlace(String benchmark, String message) {
        List<Problem> problems = FootballProject.problems(folder, text(benchmark), SourceHeaders.none());

        assertThat(problems).hasSize(1).first().satisfies(problem -> {
            assertThat(problem.message() + " " + problem.hint()).contains(message);
            assertThat(problem.location()).isNotNull();
        });
    }
}
