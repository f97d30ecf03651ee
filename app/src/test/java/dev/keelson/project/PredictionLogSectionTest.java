package dev.keelson.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PredictionLogSectionTest {
    @TempDir
    Path folder;

    private PredictionLogDefinition read(String section, String address) {
        return FootballProject.read(
                        folder, section + FootballProject.TEXT, FootballProject.HEADERS, Map.of("PREDICTION_LOG", address))
                .predictionLog();
    }

    @Test
    void nothingIsCopiedUnlessAnAddressIsGiven() {
        assertThat(read("", "")).isEqualTo(PredictionLogDefinition.NONE);
        assertThat(read("prediction_log: { remote: '${PREDICTION_LOG:-}' }\n", "").remote()).isNull();

        PredictionLogDefinition log =
                read("prediction_log: { remote: '${PREDICTION_LOG}', table: ops.log }\n", "postgresql://u:p@h/d");

        assertThat(String.valueOf(log.remote())).isEqualTo("postgresql://u:p@h/d");
        assertThat(log.table()).isEqualTo("ops.log");
    }

    @Test
    void anAddressThatIsNoneIsRefusedWithoutShowingIt() {
        KeelsonException failure = catchThrowableOfType(
                KeelsonException.class,
                () -> read("prediction_log: { remote: '${PREDICTION_LOG}', table: 'a b' }\n", "redis://u:hunter2@h/1"));

        assertThat(failure.code()).isEqualTo(ErrorCode.BAD_VALUE);
        assertThat(failure)
                .hasMessageContaining("prediction_log.remote")
                .hasMessageContaining("prediction_log.table")
                .hasMessageNotContaining("hunter2");
        assertThat(catchThrowableOfType(
                                KeelsonException.class,
                                () -> read("prediction_log: { remote: 'postgresql://u:hunter2@h/d' }\n", ""))
                        .code())
                .isEqualTo(ErrorCode.SECRET_IN_FILE);
    }

    @Test
    void modelsServedElsewhereAreNamedWithTheirClassesAndFeatures() {
        PredictionLogDefinition log =
                read("elsewhere: { churn: { classes: [stay, leave], features: [tenure, plan] }, spend: {} }\n", "");

        assertThat(log.elsewhere())
                .containsExactly(
                        new PredictionLogDefinition.Elsewhere("churn", List.of("stay", "leave"), List.of("tenure", "plan")),
                        new PredictionLogDefinition.Elsewhere("spend", List.of(), List.of()));
    }

    @Test
    void aNameOfTheProjectsOwnAndAClassThatIsNamedTwiceAreRefused() {
        String own = FootballProject.read(folder, FootballProject.TEXT).models().getFirst().name();

        KeelsonException failure = catchThrowableOfType(
                KeelsonException.class,
                () -> read("elsewhere: { %s: { classes: [a, b, a] } }\n".formatted(own), ""));

        assertThat(failure).hasMessageContaining("elsewhere." + own).hasMessageContaining("twice");
    }
}
