package dev.keelson.learn.tree;

import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Model;
import dev.keelson.learn.Task;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A tree ensemble with its names and the files of the library that trained it. */
public final class TreeModel implements Model {
    private static final int BLOCK = 64;

    private final List<String> features;
    private final Task task;
    private final TreeFormat format;
    private final List<byte[]> files;
    private final TreeEnsemble ensemble;
    private final boolean sorts;

    /**
     * @param file the model as XGBoost saved it, UBJSON or JSON
     * @throws IllegalArgumentException if it is damaged, of a kind that is not evaluated here, or does not fit the
     *     names
     */
    public TreeModel(List<String> features, Task task, byte[] file) {
        this(TreeFormat.XGBOOST, features, task, List.of(file));
    }

    /**
     * @param files the model as its library saved it; see {@link TreeFormat} for how many
     * @throws IllegalArgumentException if they are damaged, of a kind that is not evaluated here, or do not fit the
     *     names
     */
    public TreeModel(TreeFormat format, List<String> features, Task task, List<byte[]> files) {
        this.features = List.copyOf(features);
        this.task = task;
        this.format = format;
        this.files = files.stream().map(byte[]::clone).toList();
        this.ensemble = format.parse(task, files);
        boolean classifies = task instanceof Task.Classification;
        int told = task.outputs().size();
        if (ensemble.features() != features.size() || ensemble.values() != told || ensemble.classifies() != classifies) {
            throw new IllegalArgumentException(
                    "The trees read %d features and tell %d %s; %d features and %s are expected."
                            .formatted(
                                    ensemble.features(),
                                    ensemble.values(),
                                    ensemble.classifies() ? "classes" : "values",
                                    features.size(),
                                    task.outputs()));
        }
        this.sorts = task instanceof Task.Quantiles;
    }

    /** The trees. */
    public TreeEnsemble ensemble() {
        return ensemble;
    }

    /** The model as its library saved it; see {@link TreeFormat} for how many files. */
    public List<byte[]> files() {
        return files.stream().map(byte[]::clone).toList();
    }

    /** Which library saved it. */
    public TreeFormat savedBy() {
        return format;
    }

    @Override
    public String format() {
        return format.id();
    }

    @Override
    public List<String> features() {
        return features;
    }

    @Override
    public Task task() {
        return task;
    }

    @Override
    public void predict(double[] row, double[] out) {
        FeatureMatrix.requireRow(row, features);
        ensemble.margins(row, out);
        finish(out);
    }

    /** {@inheritDoc} In blocks, to the same bits as one by one. */
    @Override
    public double[] predictAll(FeatureMatrix rows) {
        if (!ensemble.plain()) {
            return Model.super.predictAll(rows);
        }
        FeatureMatrix mine = rows.names().equals(features) ? rows : rows.select(features);
        int width = features.size();
        int margins = ensemble.outputs();
        int outputs = ensemble.values();
        double[] all = new double[Math.multiplyExact(mine.rows(), outputs)];
        double[] row = new double[width];
        double[] block = new double[BLOCK * width];
        double[] sums = new double[BLOCK * margins];
        double[] out = new double[outputs];
        for (int from = 0; from < mine.rows(); from += BLOCK) {
            int count = Math.min(BLOCK, mine.rows() - from);
            for (int i = 0; i < count; i++) {
                mine.row(from + i, row);
                FeatureMatrix.requireRow(row, features);
                System.arraycopy(row, 0, block, i * width, width);
            }
            ensemble.margins(block, count, sums);
            for (int i = 0; i < count; i++) {
                System.arraycopy(sums, i * margins, out, 0, margins);
                finish(out);
                System.arraycopy(out, 0, all, (from + i) * outputs, outputs);
            }
        }
        return all;
    }

    private void finish(double[] out) {
        ensemble.link(out);
        if (sorts) { // trees of different levels may cross
            Arrays.sort(out, 0, ensemble.values());
        }
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
        SortedMap<String, byte[]> saved = new TreeMap<>();
        for (int k = 0; k < files.size(); k++) {
            saved.put(format.file(k, files.size()), files.get(k).clone());
        }
        return saved;
    }
}
