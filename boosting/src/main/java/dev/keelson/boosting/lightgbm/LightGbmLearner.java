package dev.keelson.boosting.lightgbm;

import dev.keelson.boosting.internal.Native;
import dev.keelson.error.KeelsonException;
import dev.keelson.learn.Continuation;
import dev.keelson.learn.ContinuationMode;
import dev.keelson.learn.Continuing;
import dev.keelson.learn.Fit;
import dev.keelson.learn.FitControl;
import dev.keelson.learn.Model;
import dev.keelson.learn.Task;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.ValidationLoss;
import dev.keelson.learn.tree.TreeFormat;
import dev.keelson.learn.tree.TreeModel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Gradient boosted trees by LightGBM: {@code multiclass}, {@code binary} for two classes, {@code regression}, or
 * {@code quantile} with trees of its own for each level. Missing values go to the side that each split learned; where a
 * feature had none in training they count as 0, as the library has it.
 *
 * <p>Boosting starts from the mean, the log odds, the log class frequencies or the quantile; a class without rows has a
 * probability of about 1e-15. Targets and weights are rounded to float. The same rows, settings and seed give the same
 * bytes. Native code runs in the fit alone. Safe for use by several threads.
 */
public final class LightGbmLearner implements Continuing {
    static final String NAME = "lightgbm";

    private static final int ALL = -1;

    private final LightGbmConfig config;

    /** A learner with settings. */
    public LightGbmLearner(LightGbmConfig config) {
        this.config = config;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Map<String, Object> settings() {
        return config.settings();
    }

    @Override
    public boolean supports(Task task) {
        return true;
    }

    /**
     * {@inheritDoc}
     *
     * @throws KeelsonException NATIVE_LIBRARY_MISSING naming the package to install
     */
    @Override
    public Fit fit(TrainingSet rows, FitControl control, long seed) {
        config.monotone().requireKept(NAME, rows.task());
        SortedMap<String, Object> parameters = parameters(rows, seed);
        LightGbmLibrary library = LightGbmNatives.load();
        try (Run run = new Run(library, rows, control.validation().orElse(null), parameters)) {
            return run.fit(control.monitor());
        } catch (LightGbmLibrary.Refused e) {
            throw Native.refused("LightGBM", rows, e);
        }
    }

    @Override
    public boolean continues(ContinuationMode mode) {
        return true;
    }

    /**
     * {@inheritDoc} Further trees are fitted to what the old ones leave; their leaves and penalties are the learner's. A
     * refit takes every leaf part of the way to the value that the new rows give it, tree after tree, at the rate at
     * which it was fitted; one that none of them reaches goes that way to 0.
     *
     * @throws KeelsonException NATIVE_LIBRARY_MISSING naming the package to install
     */
    @Override
    public Model goOn(Model base, TrainingSet rows, Continuation how, long seed) {
        TreeModel from = Continuing.require(TreeModel.class, base, rows);
        config.monotone().requireKept(NAME, rows.task());
        SortedMap<String, Object> parameters = parameters(rows, seed);
        boolean further = how.mode() == ContinuationMode.CONTINUE;
        if (further) {
            parameters.put("learning_rate", how.learningRate());
            parameters.put("num_iterations", how.rounds());
        } else {
            parameters.put("refit_decay_rate", 1 - how.learningRate());
        }
        LightGbmLibrary library = LightGbmNatives.load();
        List<String> objectives = objectives(rows.task());
        List<byte[]> files = new ArrayList<>();
        try {
            for (int k = 0; k < objectives.size(); k++) {
                String all = text(parameters) + " " + objectives.get(k);
                try (LightGbmLibrary.Booster old = library.load(from.files().get(k));
                        LightGbmLibrary.Dataset training = library.new Dataset(rows.features(), all, null)) {
                    training.set("label", Native.targets(rows));
                    if (rows.weights() != null) {
                        training.set("weight", Native.weights(rows));
                    }
                    files.add(
                            further
                                    ? further(library, old, training, rows, how, all)
                                    : refitted(library, old, training, rows, all, from.files().get(k)));
                }
            }
        } catch (LightGbmLibrary.Refused e) {
            throw Native.refused("LightGBM", rows, e);
        }
        return new TreeModel(TreeFormat.LIGHTGBM, rows.features().names(), rows.task(), files);
    }

    private static byte[] further(
            LightGbmLibrary library,
            LightGbmLibrary.Booster old,
            LightGbmLibrary.Dataset training,
            TrainingSet rows,
            Continuation how,
            String parameters)
            throws LightGbmLibrary.Refused {
        int outputs = rows.task() instanceof Task.Classification classification
                        && classification.classes().size() > 2
                ? classification.classes().size()
                : 1;
        double[] told = old.predict(rows.features(), LightGbmLibrary.Kind.RAW, outputs);
        double[] start = new double[told.length]; // output by output
        int n = rows.rows();
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < outputs; k++) {
                start[k * n + i] = told[i * outputs + k];
            }
        }
        training.start(start);
        try (LightGbmLibrary.Booster booster = library.booster(training, parameters)) {
            int steps = 0;
            while (steps < how.rounds() && booster.update()) {
                steps++;
            }
            booster.putBefore(old);
            return booster.save(ALL);
        }
    }

    private static byte[] refitted(
            LightGbmLibrary library,
            LightGbmLibrary.Booster old,
            LightGbmLibrary.Dataset training,
            TrainingSet rows,
            String parameters,
            byte[] text)
            throws LightGbmLibrary.Refused {
        int trees = Math.toIntExact(new String(text, StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith("Tree="))
                .count());
        double[] leaves = old.predict(rows.features(), LightGbmLibrary.Kind.LEAF, trees);
        try (LightGbmLibrary.Booster booster = library.booster(training, parameters)) {
            booster.putBefore(old);
            booster.refit(Arrays.stream(leaves).mapToInt(leaf -> (int) leaf).toArray(), rows.rows(), trees);
            return booster.save(ALL);
        }
    }

    private SortedMap<String, Object> parameters(TrainingSet rows, long seed) {
        boolean samples = config.subsample() < 1 && config.subsample() * rows.rows() >= 1; // none of one row
        SortedMap<String, Object> parameters = new TreeMap<>();
        parameters.put("learning_rate", config.eta());
        parameters.put("num_iterations", config.rounds());
        parameters.put("num_leaves", config.numLeaves());
        parameters.put("max_depth", config.maxDepth() == 0 ? -1 : config.maxDepth());
        parameters.put("min_data_in_leaf", config.minDataInLeaf());
        parameters.put("min_sum_hessian_in_leaf", config.minChildWeight());
        parameters.put("bagging_fraction", config.subsample());
        parameters.put("bagging_freq", samples ? 1 : 0);
        parameters.put("feature_fraction", config.colsample());
        parameters.put("lambda_l2", config.lambda());
        parameters.put("max_bin", config.maxBin());
        parameters.put("num_threads", config.nthread());
        parameters.put("seed", Long.hashCode(seed) & Integer.MAX_VALUE);
        parameters.put("deterministic", true);
        parameters.put("force_row_wise", true);
        parameters.put("metric", "none");
        parameters.put("verbosity", -1);
        if (!config.monotone().isEmpty()) {
            parameters.put(
                    "monotone_constraints",
                    config.monotone().list(NAME, rows.features().names()));
        }
        return parameters;
    }

    private static String text(Map<String, Object> parameters) {
        return parameters.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(" "));
    }

    /** The objective of each booster: one, or one for each quantile. */
    private static List<String> objectives(Task task) {
        return switch (task) {
            case Task.Classification classification -> {
                int classes = classification.classes().size();
                yield List.of(classes == 2 ? "objective=binary" : "objective=multiclass num_class=" + classes);
            }
            case Task.Regression _ -> List.of("objective=regression");
            case Task.Quantiles quantiles ->
                quantiles.levels().stream()
                        .map(level -> "objective=quantile alpha=" + level)
                        .toList();
        };
    }

    /** One fit and its native objects. */
    private final class Run implements AutoCloseable {
        private final List<LightGbmLibrary.Dataset> datasets = new ArrayList<>();
        private final List<LightGbmLibrary.Booster> boosters = new ArrayList<>();
        private final List<Boolean> growing = new ArrayList<>();
        private final TrainingSet rows;
        private final @Nullable TrainingSet held;

        Run(
                LightGbmLibrary library,
                TrainingSet rows,
                @Nullable TrainingSet held,
                SortedMap<String, Object> parameters)
                throws LightGbmLibrary.Refused {
            this.rows = rows;
            this.held = held;
            try {
                String common = text(parameters);
                LightGbmLibrary.Dataset training = dataset(library, rows, common, null);
                LightGbmLibrary.Dataset validation = held == null ? null : dataset(library, held, common, training);
                for (String objective : objectives(rows.task())) {
                    LightGbmLibrary.Booster booster = library.booster(training, common + " " + objective);
                    boosters.add(booster);
                    growing.add(true);
                    if (validation != null) {
                        booster.watch(validation);
                    }
                }
            } catch (LightGbmLibrary.Refused | RuntimeException e) {
                close();
                throw e;
            }
        }

        private LightGbmLibrary.Dataset dataset(
                LightGbmLibrary library,
                TrainingSet set,
                String parameters,
                LightGbmLibrary.@Nullable Dataset like)
                throws LightGbmLibrary.Refused {
            LightGbmLibrary.Dataset dataset = library.new Dataset(set.features(), parameters, like);
            datasets.add(dataset);
            dataset.set("label", Native.targets(set));
            if (set.weights() != null) {
                dataset.set("weight", Native.weights(set));
            }
            return dataset;
        }

        Fit fit(FitControl.Monitor monitor) throws LightGbmLibrary.Refused {
            List<Double> losses = new ArrayList<>();
            int steps = 0;
            int best = 0;
            while (steps < config.rounds() && update(steps)) {
                steps++;
                if (held == null) {
                    continue;
                }
                double loss = ValidationLoss.of(held, predictions(held.rows()));
                losses.add(loss);
                if (loss < losses.get(best)) {
                    best = steps - 1;
                }
                boolean stale = config.earlyStopping() > 0 && steps - 1 - best >= config.earlyStopping();
                if (!monitor.after(steps, loss) || stale) {
                    break;
                }
            }
            int kept = held != null && config.earlyStopping() > 0 ? best + 1 : steps;
            List<byte[]> files = new ArrayList<>();
            for (LightGbmLibrary.Booster booster : boosters) {
                files.add(booster.save(kept));
            }
            return new Fit(
                    new TreeModel(TreeFormat.LIGHTGBM, rows.features().names(), rows.task(), files), kept, losses);
        }

        /** One round more of every booster that finds a split; false when none does. The first round always counts. */
        private boolean update(int done) throws LightGbmLibrary.Refused {
            boolean any = done == 0;
            for (int k = 0; k < boosters.size(); k++) {
                if (growing.get(k)) {
                    growing.set(k, boosters.get(k).update());
                    any |= growing.get(k);
                }
            }
            return any;
        }

        private float[][] predictions(int count) throws LightGbmLibrary.Refused {
            List<double[]> columns = new ArrayList<>();
            for (LightGbmLibrary.Booster booster : boosters) {
                double[] values = booster.watched();
                for (int from = 0; from < values.length; from += count) {
                    columns.add(Arrays.copyOfRange(values, from, from + count));
                }
            }
            float[][] predictions = new float[count][columns.size()];
            for (int i = 0; i < count; i++) {
                for (int k = 0; k < predictions[i].length; k++) {
                    predictions[i][k] = (float) columns.get(k)[i];
                }
            }
            return predictions;
        }

        @Override
        public void close() {
            boosters.forEach(LightGbmLibrary.Booster::close);
            datasets.reversed().forEach(LightGbmLibrary.Dataset::close);
        }
    }
}
