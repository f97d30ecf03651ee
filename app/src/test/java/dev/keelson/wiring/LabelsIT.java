package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.data.DatasetVersion;
import dev.keelson.data.SystemColumns;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.labels.LabelStatistics;
import dev.keelson.project.Project;
import dev.keelson.http.PredictOptions;
import dev.keelson.http.Prediction;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.train.FeatureSearch;
import dev.keelson.train.TrainingTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A model over hourly prices whose label looks four hours ahead, from the file to a trained version. */
final class LabelsIT {
    private static final Instant START = Instant.parse("2024-01-01T00:00:00Z");
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2024-06-01T00:00:00Z"));
    private static final int HOURS = 24 * 60;
    private static final String PROJECT = """
            keelson: 1
            project: trading
            timezone: UTC
            sources:
              prices:
                file: prices.csv
                key: [symbol, time]
                event_time: time
                known_after: 1h
                columns: { symbol: string, time: timestamp, close: double, volume: double }
                labels:
                  up_4h: forward_return(close, 4h) > 0.0
                  ahead_of_btc: forward_return(close, 4h) - forward_return(BTC.close, 4h)
            entities:
              coin: { key: coin }
            feature_views:
              price_action:
                entity: coin
                source: prices
                key: symbol
                features:
                  volume_24h: mean(volume) over last 24 events
            models:
              direction:
                label: prices.up_4h
                entities: { coin: { coin: symbol } }
                features: [coin.price_action.*, volume]
                learner: logistic
                validate: { walk_forward: 2 folds, test: 10d }
            """;

    @TempDir
    Path folder;

    private Project project() throws IOException {
        Random random = new Random(3);
        StringBuilder csv = new StringBuilder("symbol,time,close,volume\n");
        for (String symbol : List.of("BTC", "ETH")) {
            double price = 100;
            for (int hour = 0; hour < HOURS; hour++) {
                price *= Math.exp(0.01 * random.nextGaussian());
                if (random.nextInt(20) > 0) {
                    csv.append(String.format(
                            Locale.ROOT,
                            "%s,%s,%.6f,%d%n",
                            symbol,
                            START.plus(Duration.ofHours(hour)),
                            price,
                            1 + random.nextInt(1000)));
                }
            }
        }
        Files.writeString(folder.resolve("prices.csv"), csv.toString().replace("\r", ""));
        Files.writeString(folder.resolve("keelson.yaml"), PROJECT);
        return Projects.validate(folder, Map.of());
    }

    @Test
    void rowsTrainOnceTheBarAtTheirHorizonIsKnown() throws IOException {
        Project project = project();
        RunPipeline.RunReport report = RunPipeline.run(project, CLOCK, line -> {});

        assertThat(report.versions()).containsOnlyKeys("direction");
        assertThat(report.versions().get("direction")).extracting(ModelVersion::version).isEqualTo(1);
        try (Workspace workspace = new Workspace(project)) {
            DatasetVersion version = workspace.datasets().latest("prices").orElseThrow();
            Frame frame = workspace.datasets().read(version);
            ProjectModels models = ProjectModels.of(project, Map.of("prices", version.schema()));
            Map<String, ModelRows> rows = models.rows();
            Workspace.fill(models, rows, Map.of("prices", frame));
            Instant now = START.plus(Duration.ofDays(30)).plus(Duration.ofMinutes(30));

            TrainingTable table = Objects.requireNonNull(rows.get("direction")).table(now);

            assertThat(table.rows()).isEqualTo(countable(frame, now)).isPositive();
            for (int i = 0; i < table.rows(); i++) {
                assertThat(table.knownAt()[i])
                        .isLessThan(Micros.of(now))
                        .isGreaterThanOrEqualTo(table.eventTime()[i] + Micros.of(Duration.ofHours(5)));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "learner: { ensemble: [linear, { xgboost: { rounds: 10 } }, baseline] }",
                "learner: { stacking: { members: [linear, { xgboost: { early_stopping: 3 } }], folds: 3 } }\n    weights: volume",
                "learner: fast"
            })
    void numberIsTrainedRegisteredAndServed(String learner) throws IOException {
        project();
        Files.writeString(
                folder.resolve("keelson.yaml"),
                PROJECT.replace("label: prices.up_4h", "label: forward_return(prices.close, 4h)")
                        .replace("learner: logistic", learner)
                        .replace("walk_forward: 2 folds", "purged_kfold: 3"));
        Project project = Projects.validate(folder, Map.of());

        RunPipeline.RunReport report = RunPipeline.run(project, CLOCK, line -> {});

        ModelVersion version = Objects.requireNonNull(report.versions().get("direction"));
        Run run;
        try (Workspace workspace = new Workspace(project)) {
            run = RunPipeline.run(workspace.catalog(), version);
        }
        assertThat(run.metrics())
                .containsKeys("test_rmse", "test_rmse_lower", "test_mae", "test_r2", "baseline/mean/test_rmse");
        assertThat(Objects.requireNonNull(run.metrics().get("test_rmse"))).isBetween(0.01, 0.03);
        assertThat(run.params()).containsEntry("calibration", "none");
        try (ProjectReading state = ProjectReading.open(project)) {
            assertThat(state.reproduce(run).identical()).isTrue();
        }
        try (LiveProject live = LiveProject.open(project, CLOCK)) {
            Map<String, @Nullable Object> row = new HashMap<>();
            row.put("symbol", "BTC");
            row.put("time", "2024-06-02T00:00:00Z");
            row.put("close", 100.0);
            row.put("volume", 500.0);
            Prediction told = live.predict("direction", List.of(row), new PredictOptions(true, null)).getFirst();

            assertThat(told.isNumber()).isTrue();
            assertThat(told.classes()).containsExactly("value");
            assertThat(told.probabilities()[0]).isBetween(-0.05, 0.05);
        }
        RunPipeline.RunReport again = RunPipeline.run(project, CLOCK, line -> {});
        assertThat(again.versions()).isEqualTo(report.versions());
    }

    /** Rows whose bar four hours later is there and was known an hour after it, counted by looking each one up. */
    private static int countable(Frame frame, Instant now) {
        long[] times = frame.longs(SystemColumns.EVENT_TIME).values();
        Map<String, Long> known = new HashMap<>();
        for (int i = 0; i < frame.rows(); i++) {
            known.put(frame.vector("symbol").get(i) + "@" + times[i], times[i] + Micros.of(Duration.ofHours(1)));
        }
        int count = 0;
        for (int i = 0; i < frame.rows(); i++) {
            Long bar = known.get(frame.vector("symbol").get(i) + "@" + (times[i] + Micros.of(Duration.ofHours(4))));
            count += bar != null && bar < Micros.of(now) ? 1 : 0;
        }
        return count;
    }

    @Test
    void windowThatDrivesTheLabelIsGenerated() throws IOException {
        Random random = new Random(5);
        StringBuilder csv = new StringBuilder("symbol,time,close,volume\n");
        double price = 100;
        double[] volumes = new double[HOURS];
        for (int hour = 0; hour < HOURS; hour++) {
            double pressure = 0;
            for (int k = 1; k <= 5 && k <= hour; k++) {
                pressure += volumes[hour - k] / 5;
            }
            price *= Math.exp(0.01 * pressure + 0.005 * random.nextGaussian());
            volumes[hour] = random.nextGaussian();
            csv.append(String.format(
                    Locale.ROOT, "BTC,%s,%.6f,%.6f%n", START.plus(Duration.ofHours(hour)), price, volumes[hour]));
        }
        Files.writeString(folder.resolve("prices.csv"), csv.toString().replace("\r", ""));
        Files.writeString(
                folder.resolve("keelson.yaml"),
                PROJECT.replace("4h) > 0.0", "1h) > 0.0").replace("features: [coin.price_action.*, volume]", "features: [coin.price_action.*]"));
        Project project = Projects.validate(folder, Map.of());
        RunPipeline.run(project, CLOCK, line -> {});

        FeatureGeneration.Generated generated = FeatureGeneration.run(
                project, "direction", 14, 1, CLOCK, FeatureSearch.Watch.NONE);

        assertThat(generated.result().choices()).isNotEmpty();
        assertThat(generated.result().choices().getFirst().candidate().definition())
                .isIn("mean(volume) over last 5 events", "mean(volume) over last 3 events");
        assertThat(generated.yaml()).startsWith("feature_views:\n  price_action:\n    features:\n      gen_volume_mean_last");
    }

    @Test
    void statisticsSayWhatIsMissingAndWhenLabelsAreKnown() throws IOException {
        Project project = project();
        RunPipeline.run(project, CLOCK, line -> {});

        LabelStatistics up = ProjectLabels.statistics(project, project.label("up_4h"));
        LabelStatistics ahead = ProjectLabels.statistics(project, project.label("prices.ahead_of_btc"));

        assertThat(up.counts()).hasSize(2);
        assertThat(up.counts().get(0) + up.counts().get(1) + up.missing()).isEqualTo(up.rows());
        assertThat(up.missing()).isBetween(8, up.rows() / 10);
        assertThat(up.delays()).containsOnly(Duration.ofHours(5));
        assertThat(up.months()).hasSize(2);
        assertThat(up.months()).extracting(month -> month.month().toString()).containsExactly("2024-01", "2024-02");
        assertThat(ahead.counts()).isEmpty();
        assertThat(ahead.values().getLast()).isCloseTo(0, within(0.01));
        assertThat(up.toJson().path("shares").path("true").asDouble()).isBetween(0.3, 0.7);
    }
}
