package dev.keelson.train;

import dev.keelson.error.Located;
import dev.keelson.labels.LabelDefinition;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.logistic.LogisticProvider;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A small league whose outcomes follow one strength, with fair odds less a margin. */
final class TrainingFixture {
    static final long DAY = 86_400_000_000L;
    static final Instant AS_OF = Instant.parse("2020-01-01T00:00:00Z");
    static final List<String> CLASSES = List.of("H", "D", "A");
    static final List<String> ODDS = List.of("OH", "OD", "OA");

    private TrainingFixture() {}

    static Training training(int threads) {
        return new Training(List.of(new LogisticProvider()), threads);
    }

    static ModelDefinition.LearnerDefinition learner(double l2) {
        return new ModelDefinition.LearnerDefinition("logistic", Map.of("l2", l2));
    }

    static ModelDefinition definition(List<ModelDefinition.LearnerDefinition> learners) {
        return ModelDefinition.builder("football-1x2", LabelDefinition.ofColumn("matches", "FTR", CLASSES, Duration.ZERO))
                .entities(Map.of("home", Map.of("team", "HomeTeam")))
                .features(List.of(Located.of("home.ratings.elo")))
                .derive(Map.of("gap", Located.of("a - b")))
                .learners(learners)
                .test(Duration.ofDays(20))
                .embargo(Duration.ofDays(2))
                .calibration(ModelDefinition.Calibration.TEMPERATURE)
                .backtest(BacktestDefinition.Stakes.of(
                        ODDS, new BacktestDefinition.Stake.Kelly(0.25, BacktestDefinition.Stake.Kind.EXCLUSIVE), 1000))
                .baselines(List.of(new ModelDefinition.Baseline.Frequencies(), new ModelDefinition.Baseline.Market(ODDS)))
                .seed(7)
                .folding(ModelDefinition.Folding.walkForward(3))
                .build();
    }

    static ModelDefinition definition(ModelDefinition.Folding folding, ModelDefinition.Calibration calibration) {
        ModelDefinition base = definition();
        return base.toBuilder()
                .label(LabelDefinition.ofColumn("matches", "FTR", CLASSES, Duration.ofDays(1)))
                .folding(folding)
                .calibration(calibration)
                .build();
    }

    static ModelDefinition definition() {
        return definition(List.of(learner(1), learner(500)));
    }

    static TrainingRequest request(TrainingTable table, TrainingMode mode) {
        return request(definition(), table, mode);
    }

    static TrainingRequest request(ModelDefinition definition, TrainingTable table, TrainingMode mode) {
        return new TrainingRequest(
                definition,
                table,
                AS_OF,
                TrainingRequest.Inputs.of("data-1", "features-1", "code-1", Map.of("java", "25")),
                mode);
    }

    /** Four matches a day, the last day two days before the as-of time; every tenth match without odds. */
    static TrainingTable table(int n, long seed) {
        Random random = new Random(seed);
        double[] strength = new double[n];
        double[] noise = new double[n];
        int[] labels = new int[n];
        long[] eventTime = new long[n];
        long[] knownAt = new long[n];
        int[] day = new int[n];
        @Nullable String[] segment = new @Nullable String[n];
        double[][] odds = new double[3][n];
        List<String> ids = new ArrayList<>();
        int lastDay = (int) (AS_OF.getEpochSecond() / 86_400) - 2;
        for (int i = 0; i < n; i++) {
            strength[i] = random.nextGaussian();
            noise[i] = random.nextInt(8) == 0 ? Double.NaN : random.nextGaussian();
            double[] scores = {0.3 + 0.8 * strength[i], 0, -0.8 * strength[i]};
            double sum = Math.exp(scores[0]) + Math.exp(scores[1]) + Math.exp(scores[2]);
            double u = random.nextDouble() * sum;
            labels[i] = u < Math.exp(scores[0]) ? 0 : u < Math.exp(scores[0]) + Math.exp(scores[1]) ? 1 : 2;
            day[i] = lastDay - (n - 1 - i) / 4;
            eventTime[i] = day[i] * DAY + (i % 4) * 3_600_000_000L;
            knownAt[i] = day[i] * DAY + DAY;
            segment[i] = i % 4 == 3 ? null : i % 2 == 0 ? "E0" : "D1";
            for (int k = 0; k < 3; k++) {
                double blur = Math.exp(0.1 * random.nextGaussian());
                odds[k][i] = i % 10 == 0 ? Double.NaN : Math.max(1.02, sum / Math.exp(scores[k]) / 1.05 * blur);
            }
            ids.add("m" + i);
        }
        return new TrainingTable(
                new FeatureMatrix(List.of("strength", "noise"), new double[][] {strength, noise}, n),
                labels,
                eventTime,
                knownAt,
                day,
                segment,
                Map.of("OH", odds[0], "OD", odds[1], "OA", odds[2]),
                ids);
    }
}
