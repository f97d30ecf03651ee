package dev.keelson.learn.imported;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Model;
import dev.keelson.learn.Task;
import dev.keelson.learn.tree.TreeFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A model from the file of another product. Rows are evaluated one by one, so that a prediction does not depend on the
 * rows beside it. {@link #predict} throws {@link KeelsonException} BAD_REQUEST for a row of which the file tells no
 * finite number, such as one with missing values that it does not know how to treat, or numbers that are no
 * probabilities.
 */
public final class ImportedModel implements Model {
    /** Format of {@link #save}. */
    public static final String FORMAT = "imported";

    /** Sums of 32-bit probabilities differ from 1 by no more than this. */
    private static final double ROUNDING = 1e-4;

    private final List<String> features;
    private final Task task;
    private final ImportHeader header;
    private final byte[] file;
    private final OpenFile open;
    private final @Nullable TreeFile trees;
    private final int[] columns;
    private final int[] order;
    private final boolean single;

    /**
     * @param features the model's features, in order
     * @param task classes or the value
     * @param file as the other product wrote it; not copied
     * @throws IllegalArgumentException if the file is damaged, holds what is not evaluated, or does not fit
     * @throws KeelsonException NATIVE_LIBRARY_MISSING if no engine for its format is installed
     */
    public ImportedModel(List<String> features, Task task, ImportHeader header, byte[] file) {
        this.features = List.copyOf(features);
        this.task = task;
        this.header = header;
        this.file = file;
        if (task instanceof Task.Quantiles) {
            throw new IllegalArgumentException("Models of quantiles cannot be imported.");
        }
        this.columns = columns(this.features, header.inputs());
        FileEvaluator evaluator = open(header.format(), header.output(), file, header.classes());
        this.trees = evaluator instanceof TreeFile own ? own : null;
        this.open = new OpenFile(evaluator, () -> open(header.format(), header.output(), file, header.classes()));
        if (evaluator.width() != 0 && evaluator.width() != columns.length) {
            throw new IllegalArgumentException("The file reads %d numbers; the header names %d."
                    .formatted(evaluator.width(), columns.length));
        }
        this.order = order(task, header.classes());
        this.single = header.format().byEngine() && order.length == 2;
    }

    /**
     * Opens a file.
     *
     * @param classes labels in the order in which the file tells them, for files that do not name theirs; empty for values
     * @throws IllegalArgumentException if the file is damaged or holds what is not evaluated
     * @throws KeelsonException NATIVE_LIBRARY_MISSING if no engine for its format is installed
     */
    public static FileEvaluator open(
            FileFormat format, @Nullable String output, byte[] file, List<String> classes) {
        return switch (format) {
            case ONNX, CATBOOST ->
                FileEngine.found(format).orElseThrow(() -> notInstalled(format)).open(file, output);
            case XGBOOST -> new TreeFile(TreeFormat.XGBOOST, file, classes);
            case LIGHTGBM -> new TreeFile(TreeFormat.LIGHTGBM, file, classes);
        };
    }

    /** How many files libraries of other languages hold open in this process, for as many models. */
    public static int openFiles() {
        return OpenFile.count();
    }

    private static KeelsonException notInstalled(FileFormat format) {
        boolean onnx = format == FileFormat.ONNX;
        return new KeelsonException(
                ErrorCode.NATIVE_LIBRARY_MISSING,
                onnx
                        ? "Models in ONNX are evaluated by ONNX Runtime, which is not installed here."
                        : "Models of CatBoost are evaluated by its own library, which is not installed here.",
                "Maybe install it, %d MB once: `./mvnw -Ddistribution -Pno-errorprone,plugin -pl %s -am package` in the folder of Keelson."
                        .formatted(onnx ? 45 : 19, format.id()));
    }

    private static int[] columns(List<String> features, List<String> inputs) {
        if (inputs.size() != features.size() || !new HashSet<>(inputs).equals(new HashSet<>(features))) {
            throw new IllegalArgumentException(
                    "The file reads %s; each feature of %s once is expected.".formatted(inputs, features));
        }
        return inputs.stream().mapToInt(features::indexOf).toArray();
    }

    private static int[] order(Task task, List<String> classes) {
        if (!(task instanceof Task.Classification classification)) {
            return new int[] {0};
        }
        List<String> wanted = classification.classes();
        if (classes.size() != wanted.size() || !new HashSet<>(classes).equals(new HashSet<>(wanted))) {
            throw new IllegalArgumentException(
                    "The file tells the classes %s; each of %s once is expected.".formatted(classes, wanted));
        }
        return classes.stream().mapToInt(wanted::indexOf).toArray();
    }

    @Override
    public String format() {
        return FORMAT;
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
    public boolean byEngine() {
        return header.format().byEngine();
    }

    @Override
    public Hold hold() {
        if (!byEngine()) {
            return Hold.NONE;
        }
        open.take();
        return open::give;
    }

    @Override
    public void release() {
        if (byEngine()) {
            open.release();
        }
    }

    @Override
    public void predict(double[] row, double[] out) {
        FeatureMatrix.requireRow(row, features);
        double[] inputs = new double[columns.length];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = row[columns[i]];
        }
        double[] told;
        try {
            told = open.evaluate(inputs);
        } catch (IllegalArgumentException e) {
            throw nothing(row, String.valueOf(e.getMessage()), null);
        }
        boolean both = single && told.length == 1;
        if (told.length != order.length && !both) {
            throw nothing(
                    row,
                    "it tells %d numbers where %s are expected".formatted(told.length, task.outputs()),
                    "Maybe the file predicts something else than the model.");
        }
        header.link().apply(told);
        if (both) {
            told = new double[] {1 - told[0], told[0]};
        }
        double sum = 0;
        boolean probabilities = true;
        for (int i = 0; i < order.length; i++) {
            if (!Double.isFinite(told[i])) {
                throw nothing(row, "it tells %s".formatted(Arrays.toString(told)), null);
            }
            sum += told[i];
            probabilities &= told[i] >= -ROUNDING && told[i] <= 1 + ROUNDING;
            out[order[i]] = told[i];
        }
        if (task instanceof Task.Classification) {
            if (!probabilities || Math.abs(sum - 1) > ROUNDING) {
                throw nothing(
                        row,
                        "it tells %s, which are no probabilities".formatted(Arrays.toString(told)),
                        "Maybe they are scores: --link softmax, or --link logistic for one score of two classes.");
            }
            for (int i = 0; i < order.length; i++) {
                out[i] = Math.clamp(out[i], 0.0, 1.0);
            }
        }
    }

    private KeelsonException nothing(double[] row, String why, @Nullable String hint) {
        List<String> missing = new ArrayList<>();
        for (int j = 0; j < row.length; j++) {
            if (Double.isNaN(row[j])) {
                missing.add(features.get(j));
            }
        }
        String remedy = hint != null || missing.isEmpty()
                ? hint
                : "Maybe it cannot treat missing values; missing are %s.".formatted(FileEngine.shown(missing));
        return new KeelsonException(
                ErrorCode.BAD_REQUEST, "The imported model tells nothing of the row: %s.".formatted(why), remedy);
    }

    /** The gain of the trees in proportion; 0 of what ONNX and CatBoost hold, which is not told. */
    @Override
    public double[] importance() {
        double[] shares = new double[features.size()];
        if (trees != null) {
            double[] own = trees.importance();
            for (int i = 0; i < own.length; i++) {
                shares[columns[i]] = own[i];
            }
        }
        return shares;
    }

    @Override
    public Map<String, byte[]> save() {
        Map<String, byte[]> files = new TreeMap<>();
        files.put(ImportHeader.FILE, header.write());
        files.put(header.format().file(), file.clone());
        return files;
    }
}
