package dev.keelson.learn.tree;

import dev.keelson.learn.Task;
import java.util.List;

/** Who saved a tree ensemble, and what its files mean. */
public enum TreeFormat {
    /** One file of XGBoost, UBJSON or JSON. */
    XGBOOST("xgboost", "ubj") {
        @Override
        TreeEnsemble parse(Task task, List<byte[]> files) {
            return XGBoostFormat.parse(single(files));
        }

        @Override
        public List<String> featureNames(byte[] file) {
            return XGBoostFormat.featureNames(file);
        }

        @Override
        public int width(byte[] file) {
            return XGBoostFormat.width(file);
        }
    },
    /** One text file of LightGBM, or one for each quantile. */
    LIGHTGBM("lightgbm", "txt") {
        @Override
        TreeEnsemble parse(Task task, List<byte[]> files) {
            return LightGbmFormat.parse(files);
        }

        @Override
        public List<String> featureNames(byte[] file) {
            return LightGbmFormat.featureNames(file);
        }

        @Override
        public int width(byte[] file) {
            return LightGbmFormat.width(file);
        }
    },
    /**
     * A random forest by XGBoost: one file of squared-error trees for the value, for the second of two classes, or for
     * each class; class probabilities are the averages of the trees, in proportion.
     */
    RANDOM_FOREST("random_forest", "ubj") {
        @Override
        TreeEnsemble parse(Task task, List<byte[]> files) {
            return XGBoostFormat.forest(files, task instanceof Task.Classification);
        }

        @Override
        public List<String> featureNames(byte[] file) {
            return XGBoostFormat.featureNames(file);
        }

        @Override
        public int width(byte[] file) {
            return XGBoostFormat.width(file);
        }
    };

    private final String id;
    private final String extension;

    TreeFormat(String id, String extension) {
        this.id = id;
        this.extension = extension;
    }

    abstract TreeEnsemble parse(Task task, List<byte[]> files);

    /**
     * The names of the features that a file keeps, in order; empty when it keeps none.
     *
     * @throws IllegalArgumentException if the file is damaged
     */
    public abstract List<String> featureNames(byte[] file);

    /**
     * How many features a file reads.
     *
     * @throws IllegalArgumentException if the file is damaged
     */
    public abstract int width(byte[] file);

    String id() {
        return id;
    }

    /** Name of a file of a model that has so many. */
    String file(int index, int count) {
        return count == 1 ? "model." + extension : "model-" + index + "." + extension;
    }

    private static byte[] single(List<byte[]> files) {
        if (files.size() != 1) {
            throw new IllegalArgumentException("The model has %d files; one is expected.".formatted(files.size()));
        }
        return files.getFirst();
    }
}
