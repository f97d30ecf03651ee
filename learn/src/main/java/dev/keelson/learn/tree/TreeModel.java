package dev.keelson.learn.tree;

import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Model;
import java.util.List;
import java.util.Map;

/** A tree ensemble with its names and the file of the library that trained it. */
public final class TreeModel implements Model {
    private final List<String> features;
    private final List<String> classes;
    private final byte[] file;
    private final TreeEnsemble ensemble;

    /**
     * @param file the model as XGBoost saved it, UBJSON or JSON
     * @throws IllegalArgumentException if it is damaged, of a kind that is not evaluated here, or does not fit the
     *     names
     */
    public TreeModel(List<String> features, List<String> classes, byte[] file) {
        this.features = List.copyOf(features);
        this.classes = List.copyOf(classes);
        this.file = file.clone();
        this.ensemble = XGBoostFormat.parse(file);
        if (ensemble.features() != features.size() || ensemble.classes() != classes.size()) {
            throw new IllegalArgumentException(
                    "The trees read %d features and tell %d classes; %d features and %d classes are named."
                            .formatted(ensemble.features(), ensemble.classes(), features.size(), classes.size()));
        }
    }

    /** The trees. */
    public TreeEnsemble ensemble() {
        return ensemble;
    }

    @Override
    public String format() {
        return TreeModelCodec.FORMAT;
    }

    @Override
    public List<String> features() {
        return features;
    }

    @Override
    public List<String> classes() {
        return classes;
    }

    @Override
    public void predict(double[] row, double[] out) {
        FeatureMatrix.requireRow(row, features);
        ensemble.probabilities(row, out);
    }

    @Override
    public double[] importance() {
        double[] gains = ensemble.gains();
        double total = 0;
        for (double gain : gains) {
            total += gain;
        }
        for (int j = 0; j < gains.length && total > 0; j++) {
            gains[j] /= total;
        }
        return gains;
    }

    @Override
    public Map<String, byte[]> save() {
        return Map.of(TreeModelCodec.FILE, file.clone());
    }
}
