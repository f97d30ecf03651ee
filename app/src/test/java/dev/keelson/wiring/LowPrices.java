package dev.keelson.wiring;

import dev.keelson.boosting.xgboost.XGBoostProvider;
import dev.keelson.http.ModelImport;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Model;
import dev.keelson.learn.Target;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.imported.FileLink;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A version of a model of {@link PriceProject} that tells "true" of low prices. */
final class LowPrices {
    private static final List<String> CLASSES = List.of("false", "true");
    private static final List<String> INPUTS = List.of("volume", "close");

    private LowPrices() {}

    /** Imports it; the number that it got. */
    static int version(LiveBackend backend, String name, long rounds) {
        Random random = new Random(4);
        double[] volume = random.doubles(500, 1, 1000).toArray();
        double[] close = random.doubles(500, 100, 120).toArray();
        int[] labels = new int[500];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = close[i] < 110 ? 1 : 0;
        }
        Model model = new XGBoostProvider()
                .create(Map.of("rounds", rounds))
                .fit(
                        new TrainingSet(
                                new FeatureMatrix(INPUTS, new double[][] {volume, close}, labels.length),
                                new Target.Classes(labels, CLASSES),
                                null,
                                null),
                        1);
        double[] low = new double[2];
        double[] high = new double[2];
        model.predict(new double[] {7, 101}, low);
        model.predict(new double[] {7, 119}, high);
        return backend.importModel(
                        name,
                        new ModelImport(
                                "their.ubj",
                                model.save().values().iterator().next(),
                                "volume,close\n7,101\n7,119\n",
                                "false,true\n%s,%s\n%s,%s\n".formatted(low[0], low[1], high[0], high[1]),
                                INPUTS,
                                CLASSES,
                                null,
                                FileLink.NONE,
                                ModelImport.TOLERANCE,
                                "ada",
                                "It is theirs."))
                .version()
                .version();
    }
}
