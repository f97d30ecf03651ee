package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.boosting.xgboost.XGBoostProvider;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.ModelImport;
import dev.keelson.http.PredictOptions;
import dev.keelson.http.Prediction;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Model;
import dev.keelson.learn.Target;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.imported.FileLink;
import dev.keelson.project.Project;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model of XGBoost that was trained elsewhere, from its file to served predictions beside a version of our own. */
final class ModelImportIT {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2024-06-01T00:00:00Z"));
    private static final List<String> CLASSES = List.of("false", "true");
    private static final List<String> INPUTS = List.of("volume", "close");
    private static final String NAME = "direction";

    @TempDir
    Path folder;

    private Project project() throws IOException {
        return PriceProject.in(folder, PriceProject.model(NAME, "logistic"));
    }

    private static Model theirs() {
        Random random = new Random(4);
        double[] volume = random.doubles(500, 1, 1000).toArray();
        double[] close = random.doubles(500, 100, 120).toArray();
        int[] labels = new int[500];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = close[i] < 110 ? 1 : 0;
        }
        FeatureMatrix rows = new FeatureMatrix(INPUTS, new double[][] {volume, close}, labels.length);
        return new XGBoostProvider()
                .create(Map.of("rounds", 5L))
                .fit(new TrainingSet(rows, new Target.Classes(labels, CLASSES), null, null), 1);
    }

    private static double[] predict(Model model, double... row) {
        double[] out = new double[2];
        model.predict(row, out);
        return out;
    }

    private static ModelImport request(Model model, List<String> classes) {
        double[] low = predict(model, 7, 101);
        double[] high = predict(model, 7, 119);
        return new ModelImport(
                "their.ubj",
                model.save().values().iterator().next(),
                "volume,close\n7,101\n7,119\n",
                "false,true\n%s,%s\n%s,%s\n".formatted(low[0], low[1], high[0], high[1]),
                INPUTS,
                classes,
                null,
                FileLink.NONE,
                ModelImport.TOLERANCE,
                "ada",
                "It is theirs.");
    }

    private static Map<String, @Nullable Object> row() {
        return Map.of("symbol", "BTC", "time", "2024-02-09T23:30:00Z", "close", 101.0, "volume", 7.0);
    }

    @Test
    void importedVersionServesOnceItIsPromoted() throws IOException {
        Project project = project();
        Model theirs = theirs();
        assertThat(predict(theirs, 7, 101)[1]).isGreaterThan(0.5);
        RunPipeline.run(project, CLOCK, line -> {});

        ModelImport.Outcome outcome;
        Prediction before;
        Prediction after;
        try (LiveBackend backend = LiveBackend.open(project, CLOCK)) {
            outcome = backend.importModel(NAME, request(theirs, CLASSES));
            before = backend.predict(NAME, List.of(row()), PredictOptions.DEFAULT).getFirst();
            backend.promote(NAME, outcome.version().version(), "ada", "It is better.");
            after = backend.predict(NAME, List.of(row()), PredictOptions.DEFAULT).getFirst();

            assertThat(backend.audit(NAME, 2).getLast().action()).isEqualTo("register");
            assertThatThrownBy(() -> backend.importModel(NAME, request(theirs, CLASSES)))
                    .isInstanceOf(KeelsonException.class)
                    .hasMessageContaining("The file is direction v2 already.");
            assertThatThrownBy(() -> backend.importModel(NAME, request(theirs, CLASSES.reversed())))
                    .hasMessageContaining("2 of 2 sample rows are predicted otherwise");
            assertThat(backend.versions(NAME)).hasSize(2);
        }

        assertThat(outcome.version().version()).isEqualTo(2);
        assertThat(outcome.worst()).isZero();
        assertThat(before.version()).isEqualTo(1);
        assertThat(after.version()).isEqualTo(2);
        assertThat(after.probabilities()).containsExactly(predict(theirs, 7, 101), within(1e-12));
        try (LiveBackend again = LiveBackend.open(project, CLOCK)) {
            Prediction reopened = again.predict(NAME, List.of(row()), PredictOptions.DEFAULT).getFirst();
            assertThat(reopened.probabilities()).containsExactly(after.probabilities());
            Run run = again.run(outcome.version().runId()).orElseThrow();
            assertThat(run.params()).containsEntry("mode", "imported").containsEntry("file", "their.ubj");
            assertThat(again.importance(run)).containsOnlyKeys("close", "volume");
        }
    }

    @Test
    void trainingGoesOnBesideAnImportedChampion() throws IOException {
        Project project = project();
        RunPipeline.run(project, CLOCK, line -> {});
        try (LiveBackend backend = LiveBackend.open(project, CLOCK)) {
            ModelVersion version = backend.importModel(NAME, request(theirs(), CLASSES)).version();
            backend.promote(NAME, version.version(), "ada", "It is better.");
        }
        Files.writeString(
                folder.resolve("prices.csv"),
                "BTC,2024-02-10T00:00:00Z,105,9\nBTC,2024-02-10T04:00:00Z,106,9\n",
                java.nio.file.StandardOpenOption.APPEND);

        RunPipeline.RunReport report = RunPipeline.run(project, CLOCK, line -> {});

        assertThat(report.versions().get(NAME)).isNotNull();
        try (LiveBackend backend = LiveBackend.open(project, CLOCK)) {
            assertThat(backend.alias(NAME, ModelVersion.CHAMPION).orElseThrow().version()).isEqualTo(2);
            assertThat(backend.alias(NAME, ModelVersion.CHALLENGER).orElseThrow().version()).isEqualTo(3);
        }
    }
}
