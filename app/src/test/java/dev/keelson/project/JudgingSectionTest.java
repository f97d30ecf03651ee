package dev.keelson.project;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.error.Located;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.monitor.health.HealthCosts;
import dev.keelson.train.JudgingDefinition;
import dev.keelson.train.JudgingDefinition.CustomMetric;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class JudgingSectionTest {
    private static final String TEXT = """
            keelson: 1
            project: betting
            timezone: UTC
            sources:
              bets:
                file: bets.csv
                key: bet_id
                event_time: placed_at
                outcomes: { columns: [status, profit], known_after: 2d }
                columns:
                  bet_id: string
                  placed_at: timestamp
                  sport: string
                  odds: double
                  stake: double
                  status: { type: enum, values: [won, lost, void] }
                  profit: double
                labels:
                  won: { expression: bet_won(status), classes: [lost, won] }
                  gain: "profit(status, odds, stake)"
            models:
              m:
                label: LABEL
                features: [stake]
                validate: { embargo: 10d }
                JUDGING
            """;

    @TempDir
    Path folder;

    private JudgingDefinition read(String label, String judging) {
        return FootballProject.read(
                        folder, TEXT.replace("LABEL", label).replace("JUDGING", judging), SourceHeaders.none(), Map.of())
                .judging("m");
    }

    @Test
    void costsAreReadAndThoseNotSaidAreUnknown() {
        Project project = FootballProject.read(
                folder,
                TEXT.replace("LABEL", "bets.won").replace("JUDGING", "costs: { retrain: 40, unit_of_loss: 0.5 }"),
                SourceHeaders.none(),
                Map.of());

        assertThat(project.costs("m")).isEqualTo(new HealthCosts(40, Double.NaN, 0.5));
        assertThat(project.costs("other")).isEqualTo(HealthCosts.UNKNOWN);
    }

    @Test
    void nothingIsTheStandard() {
        assertThat(read("bets.won", "seed: 1")).isEqualTo(JudgingDefinition.NONE);
    }

    @Test
    void segmentsAndMetricsAreRead() {
        JudgingDefinition judging = read(
                "bets.won",
                "segments: [sport, \"p('won') > 0.5\"]\n"
                        + "    metrics: { yield: { expression: sum(profit) / sum(stake), better: higher }, gap: { expression:"
                        + " \"mean(p('won')) - rate(actual = 'won')\", better: lower }, mean_odds: mean(odds) }");

        assertThat(judging.segments()).extracting(Located::text).containsExactly("sport", "p('won') > 0.5");
        assertThat(judging.metrics()).extracting(CustomMetric::name).containsExactly("yield", "gap", "mean_odds");
        assertThat(judging.metrics()).extracting(CustomMetric::higher).containsExactly(true, false, true);
        assertThat(read("bets.gain", "metrics: { gap: mean(predicted - actual) }").metrics())
                .hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bets.won  | segments: [sports]                              | sport          | 16",
                "bets.won  | segments: [sport, sport]                        | occurs twice   | 23",
                "bets.won  | segments: [sport, status]                       | an outcome     | 23",
                "bets.won  | segments: [sport, profit > 1]                   | an outcome     | 23",
                "bets.won  | metrics: { brier: mean(loss) }                  | already        | 16",
                "bets.won  | metrics: { mine: odds + 1 }                     | a value of one row | 22",
                "bets.won  | metrics: { mine: mean(odd) }                    | odds           | 27",
                "bets.won  | metrics: { mine: rate(odds) }                   | takes a condition | 27",
                "bets.won  | metrics: { mine: \"mean(p('draw'))\" }          | p(draw)        | 27",
                "bets.won  | metrics: { mine: { expression: mean(odds), better: more } } | higher | 56",
            })
    void whatMakesNoSenseIsSaidWithItsPlace(String label, String judging, String message, int column) {
        List<Problem> problems = FootballProject.problems(
                folder, TEXT.replace("LABEL", label).replace("JUDGING", judging), SourceHeaders.none());

        assertThat(problems).hasSize(1).first().satisfies(problem -> {
            assertThat(problem.message() + " " + problem.hint()).contains(message);
            Location at = Objects.requireNonNull(problem.location());
            assertThat(at.line()).isEqualTo(26);
            assertThat(at.column()).isGreaterThanOrEqualTo(column);
        });
    }
}
