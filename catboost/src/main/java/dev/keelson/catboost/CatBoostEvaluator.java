package dev.keelson.catboost;

import ai.catboost.CatBoostError;
import ai.catboost.CatBoostModel;
import ai.catboost.CatBoostPredictions;
import dev.keelson.catboost.CbmFile.Feature;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.frame.CategoryKey;
import dev.keelson.learn.imported.FileEngine;
import dev.keelson.learn.imported.FileEvaluator;
import dev.keelson.learn.imported.FileLink;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * One model in CatBoost's library. It tells raw scores. The library evaluates a row in the thread that asks.
 */
final class CatBoostEvaluator implements FileEvaluator {
    private final CatBoostModel model;
    private final CbmFile contents;
    private final int numbers;
    private final int categories;

    private CatBoostEvaluator(CatBoostModel model, CbmFile contents) {
        this.model = model;
        this.contents = contents;
        this.numbers = size(contents.features(), false);
        this.categories = size(contents.features(), true);
    }

    private static int size(List<Feature> features, boolean category) {
        return features.stream()
                .filter(each -> each.category() == category)
                .mapToInt(each -> each.index() + 1)
                .max()
                .orElse(0);
    }

    static CatBoostEvaluator open(byte[] file, CbmFile contents) {
        try {
            return new CatBoostEvaluator(CatBoostModel.loadModel(file, "bin"), contents);
        } catch (CatBoostError e) {
            throw new IllegalArgumentException("CatBoost cannot open the file: %s".formatted(e.getMessage()), e);
        } catch (LinkageError e) {
            throw new KeelsonException(
                    ErrorCode.NATIVE_LIBRARY_MISSING,
                    "CatBoost's library cannot be loaded on %s %s: %s"
                            .formatted(System.getProperty("os.name"), System.getProperty("os.arch"), e),
                    "Maybe there is no library for this system, or no room to unpack it into java.io.tmpdir.",
                    e);
        }
    }

    @Override
    public void close() {
        try {
            model.close();
        } catch (CatBoostError e) {
            throw new IllegalStateException("A model of CatBoost cannot be closed.", e);
        }
    }

    @Override
    public int width() {
        return contents.features().size();
    }

    @Override
    public List<String> inputs() {
        return contents.named()
                ? contents.features().stream().map(Feature::name).toList()
                : List.of();
    }

    @Override
    public List<String> labels() {
        return contents.labels();
    }

    @Override
    public FileLink link() {
        return contents.link();
    }

    @Override
    public Set<Integer> categories() {
        Set<Integer> positions = new TreeSet<>();
        for (int i = 0; i < contents.features().size(); i++) {
            if (contents.features().get(i).category()) {
                positions.add(i);
            }
        }
        return positions;
    }

    @Override
    public String description() {
        return "has %d trees%s over %s, %d of them categories, and tells %d score%s"
                .formatted(
                        contents.trees(),
                        contents.loss().isEmpty() ? "" : " for the loss " + contents.loss(),
                        FileEngine.shown(
                                contents.features().stream().map(Feature::name).toList()),
                        categories().size(),
                        contents.dimension(),
                        contents.dimension() == 1 ? "" : "s");
    }

    @Override
    public double[] evaluate(double[] row) {
        float[] quantities = new float[numbers];
        int[] hashes = new int[categories];
        for (int i = 0; i < row.length; i++) {
            Feature feature = contents.features().get(i);
            if (feature.category()) {
                hashes[feature.index()] = hash(feature, row[i]);
            } else {
                quantities[feature.index()] = (float) row[i];
            }
        }
        CatBoostPredictions told = new CatBoostPredictions(1, contents.dimension());
        try {
            model.predict(quantities, hashes, told);
        } catch (CatBoostError e) {
            throw new IllegalArgumentException("CatBoost cannot evaluate it: %s".formatted(e.getMessage()), e);
        }
        return told.copyObjectPredictions(0);
    }

    private static int hash(Feature feature, double value) {
        if (Double.isNaN(value)) {
            throw new IllegalArgumentException("the category %s is missing, which CatBoost does not know".formatted(feature.name()));
        }
        try {
            return CategoryKey.hash32(value);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "the column %s takes categories: %s".formatted(feature.name(), e.getMessage()), e);
        }
    }
}
