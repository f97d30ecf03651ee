package dev.keelson.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MonitorNamesTest {
    private static final String PROJECT = """
            keelson: 1
            project: games
            timezone: UTC
            sources:
              games:
                file: g.csv
                key: id
                event_time: time
                columns: { id: string, time: timestamp, elo_gap: double, won: { type: enum, values: [lost, won] }, goals: double }
                outcomes: { columns: [won, goals], known_after: 1h }
            models:
              winners: { label: games.won, features: [elo_gap], validate: { embargo: 1d } }
              scores: { label: games.goals, features: [elo_gap], learner: linear, validate: { embargo: 1d } }
            elsewhere:
              tips: { classes: [lost, won], features: [form, price] }
              totals: { features: [form] }
            monitors:
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init") // set before each test
    Path folder;

    private Project read(String monitor) throws IOException {
        Path file = folder.resolve("keelson.yaml");
        Files.writeString(file, PROJECT + "  drift: " + monitor);
        return new ProjectReader(SourceHeaders.none(), Map.of()).read(file, Map.of());
    }

    private List<Problem> problems(String monitor) {
        return catchThrowableOfType(KeelsonException.class, () -> read(monitor)).problems();
    }

    @Test
    void lossesInputsAndWatchedValuesAreStreams() throws IOException {
        assertThat(read("{ model: winners, streams: [log_loss, rps, elo_gap, gap2], watch: { gap2: elo_gap * 2 } }")
                        .drift()
                        .getFirst()
                        .streams()
                        .of())
                .containsExactly("log_loss", "rps", "elo_gap", "gap2");
        assertThat(read("{ model: scores, streams: [absolute_error, elo_gap] }").drift()).hasSize(1);
    }

    @Test
    void unknownNamesAreToldAtTheirPlacesWithWhatWasMeant() {
        List<Problem> problems = problems("{ model: winners, streams: [log_los, elo_gapp] }");

        assertThat(problems).extracting(Problem::code).containsOnly(ErrorCode.UNKNOWN_REFERENCE).hasSize(2);
        assertThat(problems).extracting(Problem::hint).containsExactly("Maybe `log_loss` was meant.", "Maybe `elo_gap` was meant.");
        assertThat(problems)
                .extracting(Problem::location)
                .containsExactly(
                        new Location(folder.resolve("keelson.yaml").toString(), 18, 38),
                        new Location(folder.resolve("keelson.yaml").toString(), 18, 47));
    }

    @Test
    void lossOfTheOtherTaskIsRefusedForEachModelOfTheMonitor() {
        assertThat(problems("{ model: winners, streams: [absolute_error] }"))
                .extracting(Problem::message)
                .containsExactly("`streams` names `absolute_error`, and `winners` predicts classes");
        assertThat(problems("{ models: \"*\", streams: [brier] }"))
                .extracting(Problem::message)
                .containsExactly("`streams` names `brier`, and `scores` predicts a number");
    }

    @Test
    void thresholdThatDoesNotSuitItsMethodIsRefused() {
        assertThat(problems("{ model: tips, policy: methods, method: ks, threshold: 7 }"))
                .extracting(Problem::message)
                .containsExactly("the threshold 7.0 does not suit ks, whose value is a p-value: a number above 0 and at most 1 was expected");
        assertThat(problems("{ model: tips, policy: methods, method: { form: hellinger }, threshold: { form: 1.5, price: 2 } }"))
                .extracting(Problem::message)
                .containsExactly(
                        "form: the threshold 1.5 does not suit hellinger, whose value is never above 1.0: a number from 0 to that was expected",
                        "price: the threshold 2.0 does not suit ks, whose value is a p-value: a number above 0 and at most 1 was expected");
    }

    @Test
    void modelsServedElsewhereHaveWhatIsHandedIn() throws IOException {
        assertThat(read("{ model: tips, streams: [log_loss, form], segments: [segment, price, p(won)] }").drift()).hasSize(1);
        assertThat(read("{ model: totals, streams: [absolute_error, form], segments: prediction }").drift()).hasSize(1);

        List<Problem> problems = problems("{ model: tips, streams: [fom, rps, absolute_error], segments: [segmnt, league] }");

        assertThat(problems)
                .extracting(Problem::message)
                .containsExactly(
                        "`streams` names `fom`, which is no loss, input or watched value of `tips`",
                        "`streams` names `absolute_error`, and `tips` predicts classes",
                        "`segments` names `segmnt`, which is nothing that is handed in of `tips`",
                        "`segments` names `league`, which is nothing that is handed in of `tips`");
        assertThat(problems)
                .extracting(Problem::hint)
                .containsExactly(
                        "Maybe `form` was meant.",
                        "Maybe `log_loss` was meant.",
                        "Maybe `segment` was meant.",
                        "Maybe one of these was meant: `form`, `p(won)`, `price` or `segment`.");
    }

    @Test
    void segmentsOfModelsOfTheProjectAreKnownFromTheDataOnly() throws IOException {
        assertThat(read("{ model: winners, segments: [league] }").drift()).hasSize(1);
    }
}
