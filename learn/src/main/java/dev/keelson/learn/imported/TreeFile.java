package dev.keelson.learn.imported;

import dev.keelson.learn.Task;
import dev.keelson.learn.tree.TreeFormat;
import dev.keelson.learn.tree.TreeModel;
import java.util.List;
import java.util.stream.IntStream;

/** The trees of XGBoost or LightGBM, which are evaluated without their library. */
final class TreeFile implements FileEvaluator {
    private final TreeModel model;
    private final List<String> inputs;
    private final String description;

    /** @param classes in the order of the file; empty for a value */
    TreeFile(TreeFormat format, byte[] file, List<String> classes) {
        this.inputs = format.featureNames(file);
        int width = format.width(file);
        this.model = new TreeModel(
                format,
                IntStream.range(0, width).mapToObj(i -> "f" + i).toList(),
                classes.isEmpty() ? new Task.Regression() : new Task.Classification(classes),
                List.of(file));
        this.description = "%d trees over %d features".formatted(model.ensemble().trees(), width);
    }

    @Override
    public int width() {
        return model.features().size();
    }

    @Override
    public List<String> inputs() {
        return inputs;
    }

    @Override
    public List<String> labels() {
        return List.of();
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public double[] evaluate(double[] row) {
        double[] out = new double[model.outputs().size()];
        model.predict(row, out);
        return out;
    }

    double[] importance() {
        return model.importance();
    }
}
