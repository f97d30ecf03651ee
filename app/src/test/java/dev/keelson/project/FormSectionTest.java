package dev.keelson.project;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.error.Problem;
import dev.keelson.learn.encode.EncodingKind;
import dev.keelson.train.FormDefinition;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormSectionTest {
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
                features: [stake, sport]
                derive: { market: "sport || '!'" }
                learner: LEARNER
                validate: { embargo: 10d }
                FORM
            """;

    @TempDir
    Path folder;

    private static String text(String label, String learner, String form) {
        return TEXT.replace("LABEL", label).replace("LEARNER", learner).replace("FORM", form);
    }

    private FormDefinition read(String label, String form) {
        return FootballProject.read(folder, text(label, "xgboost", form), SourceHeaders.none(), Map.of())
                .models()
                .getFirst()
                .form();
    }

    private List<Problem> problems(String label, String learner, String form) {
        return FootballProject.problems(folder, text(label, learner, form), SourceHeaders.none());
    }

    @Test
    void textsAreFeaturesAndNothingNeedsToBeSaid() {
        assertThat(read("bets.won", "")).isEqualTo(FormDefinition.NONE);
    }

    @Test
    void howATextIsEncodedIsSaidByItsName() {
        assertThat(read("bets.won", "encode: { sport: target, market: ordinal }"))
                .isEqualTo(new FormDefinition(
                        Map.of("sport", EncodingKind.TARGET, "market", EncodingKind.ORDINAL), List.of()));
    }

    @Test
    void levelsOfANumberAreRead() {
        assertThat(read("bets.gain", "quantiles: [0.05, 0.5, 0.95]").quantiles()).containsExactly(0.05, 0.5, 0.95);
    }

    @Test
    void intervalsAroundQuantilesNameTheirOwn() {
        assertThat(read("bets.gain", "uncertainty: { conformal: 0.9, method: cqr }").quantiles())
                .containsExactly(0.05, 0.5, 0.95);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock = """
            bets.won  | xgboost  | encode: { stake: onehot }      | the features that are texts are
            bets.won  | xgboost  | encode: { sport: hash }        | onehot
            bets.won  | xgboost  | quantiles: [0.1, 0.9]          | has classes
            bets.gain | xgboost  | quantiles: [0.9, 0.1]          | rising levels
            bets.gain | linear   | uncertainty: { conformal: 0.9, method: cqr } | needs a learner that tells them
            bets.won  | xgboost  | uncertainty: { conformal: 0.9, method: cqr } | makes intervals of a number
            bets.gain | linear   | quantiles: [0.1, 0.9]          | needs a learner that tells them
            """)
    void whatMakesNoSenseIsRefused(String label, String learner, String form, String message) {
        assertThat(problems(label, learner, form)).anySatisfy(problem -> assertThat(problem.message())
                .contains(message));
    }
}
