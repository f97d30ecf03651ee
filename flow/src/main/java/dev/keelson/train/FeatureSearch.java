package dev.keelson.train;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.frame.Micros;
import dev.keelson.id.Sha256;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Learner;
import dev.keelson.learn.Model;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.split.EventTimes;
import dev.keelson.learn.split.Fold;
import dev.keelson.learn.split.WalkForward;
import dev.keelson.stats.ClusteredMean;
import dev.keelson.stats.Interval;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Chooses features that help a model, by nested validation. The last stretch of the rows is put aside. On the rows before it,
 * walk-forward folds judge each candidate by the log loss that it saves when it is added to what the model has; the best one
 * stays if the saving is surely above zero, with all candidates that were tried taken into account, and above what any of
 * several shuffled candidates saved. Then the others are tried again beside it, until none helps. The rows put aside are looked
 * at once, at the end, and decide nothing.
 *
 * <p>Depends on the rows, the candidates and the seed alone; the budget is a number of candidates, not a time. "No candidate
 * helps" is an answer.
 */
public final class FeatureSearch {
    private static final double FIRST_SHARE = 0.4;
    private static final double ERROR = 0.05;
    private static final int SHUFFLED = 5;
    private static final int MOST_CHOSEN = 5;
    /** How many of the candidates are tried again beside a chosen one: those that saved most before. */
    private static final int TRIED_AGAIN = 10;

    private static final double CONFIDENCE = 0.95;

    /** Follows a search, and keeps what a search that is stopped has found out. */
    public interface Watch {
        /** Keeps nothing. */
        Watch NONE = new Watch() {
            @Override
            public Optional<ClusteredMean> kept(String key) {
                return Optional.empty();
            }

            @Override
            public void ended(String key, ClusteredMean gain, int done, int of) {}
        };

        /**
         * What was kept of a trial.
         *
         * @param key names the rows that the trial is made of and how they are judged, but not the learner's settings
         */
        Optional<ClusteredMean> kept(String key);

        /**
         * A trial has ended, or was found among those kept. What this throws stops the search.
         *
         * @param gain what it saved
         * @param done how many trials have ended
         * @param of how many there are as far as is known; a candidate that is chosen brings further ones
         */
        void ended(String key, ClusteredMean gain, int done, int of);
    }

    private final Watch watch;
    private final Map<String, String> hashes = new HashMap<>();
    private int done;
    private final Learner learner;
    private final TrainingTable table;
    private final ModelDefinition definition;
    private final long seed;
    private final EventTimes times;
    private final Fold outer;
    private final List<Fold> folds;
    private final int[] validated;
    private final int[] days;
    private final String rows;

    private FeatureSearch(
            Learner learner, TrainingTable table, ModelDefinition definition, long seed, Watch watch) {
        this.watch = watch;
        this.learner = learner;
        this.table = table;
        this.definition = definition;
        this.seed = seed;
        this.times = table.times();
        WalkForward walk = new WalkForward(definition.folds(), Micros.of(definition.embargo()), FIRST_SHARE);
        this.outer = walk.holdout(
                times, IntStream.range(0, table.rows()).toArray(), Micros.of(definition.test()));
        this.folds = walk.split(times, outer.train());
        this.validated = folds.stream()
                .flatMapToInt(fold -> Arrays.stream(fold.validation()))
                .toArray();
        this.days = Scores.take(table.day(), validated);
        this.rows = rows();
    }

    /** Names the rows, their labels, and how they are split. */
    private String rows() {
        Sha256 sha = new Sha256();
        definition.classes().forEach(sha::add);
        for (int row = 0; row < table.rows(); row++) {
            sha.add(table.rowIds().get(row)).add(table.labels()[row]).add(table.day()[row]);
        }
        for (Fold fold : folds) {
            for (int[] part : List.of(fold.train(), fold.validation())) {
                sha.add(part.length);
                for (int row : part) {
                    sha.add(row);
                }
            }
        }
        return sha.hex();
    }

    /**
     * A candidate: columns that are added together, such as one feature of both teams.
     *
     * @param name its name
     * @param definition how it is computed, as the project file would say it
     * @param columns its columns in the table, at least one
     */
    public record Candidate(String name, String definition, List<String> columns) {
        public Candidate {
            columns = List.copyOf(columns);
            if (columns.isEmpty()) {
                throw new IllegalArgumentException("The candidate (%s) has no column.".formatted(name));
            }
        }
    }

    /**
     * A chosen candidate.
     *
     * @param candidate what it is
     * @param gain log loss that it saved on the inner folds beside what was there before, with an interval of 95 %
     * @param lower the bound that had to be above zero, with every candidate tried taken into account
     * @param noise the greatest saving of a shuffled candidate
     */
    public record Choice(Candidate candidate, Interval gain, double lower, double noise) {}

    /**
     * What came out.
     *
     * @param model the model
     * @param learner what judged the candidates
     * @param rows rows on which the inner folds judged
     * @param tried how many candidates were tried
     * @param baseLoss log loss on the inner folds without any of them
     * @param choices in the order of choice; none when nothing helps
     * @param bestRefused the best candidate that was not chosen, with its saving; null when there is none
     * @param outerGain log loss that all chosen ones saved on the rows put aside; null when none was chosen
     */
    public record Result(
            String model,
            String learner,
            int rows,
            int tried,
            double baseLoss,
            List<Choice> choices,
            @Nullable Choice bestRefused,
            @Nullable Interval outerGain) {
        public Result {
            choices = List.copyOf(choices);
        }

        /** The JSON document. */
        public ObjectNode toJson() {
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            node.put("model", model);
            node.put("sentence", sentence());
            node.put("learner", learner);
            node.put("rows", rows);
            node.put("tried", tried);
            node.put("base_log_loss", baseLoss);
            ArrayNode list = node.putArray("chosen");
            choices.forEach(choice -> list.add(document(choice)));
            node.set("best_refused", bestRefused == null ? null : document(bestRefused));
            node.set("outer_gain", outerGain == null ? null : document(outerGain));
            return node;
        }

        private static ObjectNode document(Choice choice) {
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            node.put("name", choice.candidate().name());
            node.put("definition", choice.candidate().definition());
            choice.candidate().columns().forEach(node.putArray("columns")::add);
            node.set("inner_gain", document(choice.gain()));
            FeatureSummary.number(node, "lower_bound", choice.lower());
            FeatureSummary.number(node, "noise_gain", choice.noise());
            return node;
        }

        private static ObjectNode document(Interval gain) {
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            FeatureSummary.number(node, "estimate", gain.estimate());
            FeatureSummary.number(node, "lower", gain.lower());
            FeatureSummary.number(node, "upper", gain.upper());
            return node;
        }

        /** What came out, in a sentence. */
        public String sentence() {
            if (choices.isEmpty()) {
                return "No feature helps: of %d candidates none saved log loss for sure.".formatted(tried);
            }
            Interval gain = outerGain;
            return String.format(
                    Locale.ROOT,
                    "%d of %d candidates help on the inner folds; on the rows put aside they save %.5f (%.5f to %.5f).",
                    choices.size(),
                    tried,
                    gain == null ? Double.NaN : gain.estimate(),
                    gain == null ? Double.NaN : gain.lower(),
                    gain == null ? Double.NaN : gain.upper());
        }
    }

    /**
     * Searches.
     *
     * @param learner judges the candidates
     * @param table rows with known labels; its features are those of the model and the columns of the candidates
     * @param base the features that the model has; may be none
     * @param candidates what is tried, in order
     * @param definition says folds, embargo, test period and classes
     * @param seed reaches the shuffling and the learner
     * @param watch follows it; the result does not depend on what was kept
     * @throws dev.keelson.error.KeelsonException NOT_ENOUGH_ROWS
     */
    public static Result run(
            Learner learner,
            TrainingTable table,
            List<String> base,
            List<Candidate> candidates,
            ModelDefinition definition,
            long seed,
            Watch watch) {
        return new FeatureSearch(learner, table, definition, seed, watch).search(base, candidates);
    }

    private record Tried(Candidate candidate, ClusteredMean gain) {}

    private Result search(List<String> base, List<Candidate> candidates) {
        List<String> names = new ArrayList<>(base);
        double[] losses = losses(table.features(), names);
        double baseLoss = Arrays.stream(losses).average().orElseThrow();
        List<Choice> choices = new ArrayList<>();
        List<Candidate> left = new ArrayList<>(candidates);
        Choice refused = null;
        while (!left.isEmpty() && choices.size() < MOST_CHOSEN) {
            List<Tried> tried = new ArrayList<>();
            int of = done + left.size() + SHUFFLED;
            for (Candidate candidate : left) {
                tried.add(new Tried(
                        candidate, gain(key(names, candidate, -1), of, losses, table::features, names, candidate)));
            }
            tried.sort(Comparator.comparingDouble((Tried each) -> -each.gain().mean())); // stable: ties keep their order
            Tried best = tried.getFirst();
            double noise = noise(names, losses, tried, of);
            double lower = best.gain().lowerBound(1 - ERROR / candidates.size());
            Choice choice = new Choice(best.candidate(), best.gain().interval(CONFIDENCE), lower, noise);
            if (!(lower > 0) || !(best.gain().mean() > noise)) {
                refused = choice;
                break;
            }
            choices.add(choice);
            names.addAll(best.candidate().columns());
            losses = losses(table.features(), names);
            left = tried.stream()
                    .skip(1)
                    .limit(TRIED_AGAIN)
                    .map(Tried::candidate)
                    .toList();
        }
        return new Result(
                definition.name(),
                learner.name(),
                validated.length,
                candidates.size(),
                baseLoss,
                choices,
                refused,
                choices.isEmpty() ? null : outerGain(base, names));
    }

    /** What a candidate saves beside what is there, unless it was kept. */
    private ClusteredMean gain(
            String key,
            int of,
            double[] losses,
            Supplier<FeatureMatrix> matrix,
            List<String> names,
            Candidate candidate) {
        ClusteredMean gain = watch.kept(key)
                .orElseGet(() -> ClusteredMean.ofDifference(losses, losses(matrix.get(), with(names, candidate)), days));
        watch.ended(key, gain, ++done, of);
        return gain;
    }

    /** Names all that a trial depends on, but for the learner's settings. */
    private String key(List<String> names, Candidate candidate, int shuffle) {
        Sha256 sha = new Sha256()
                .add(learner.name())
                .add(rows)
                .add(seed)
                .add(shuffle)
                .add(names.size());
        names.forEach(name -> sha.add(hash(name)));
        candidate.columns().forEach(name -> sha.add(hash(name)));
        return sha.hex();
    }

    private String hash(String column) {
        return hashes.computeIfAbsent(column, name -> {
            Sha256 sha = new Sha256().add(name);
            for (double value : table.features().columns()[table.features().names().indexOf(name)]) {
                sha.add(value);
            }
            return sha.hex();
        });
    }

    private static List<String> with(List<String> names, Candidate candidate) {
        List<String> all = new ArrayList<>(names);
        all.addAll(candidate.columns());
        return all;
    }

    /** The greatest saving of the best candidates with their rows shuffled: what chance alone gives such columns. */
    private double noise(List<String> names, double[] losses, List<Tried> tried, int of) {
        double greatest = 0;
        for (int i = 0; i < SHUFFLED; i++) {
            Candidate candidate = tried.get(i % tried.size()).candidate();
            int shuffle = i;
            ClusteredMean gain = gain(
                    key(names, candidate, i), of, losses, () -> shuffled(candidate, seed + shuffle), names, candidate);
            greatest = Math.max(greatest, gain.mean());
        }
        return greatest;
    }

    /** The features, with the rows of a candidate's columns in another order. */
    private FeatureMatrix shuffled(Candidate candidate, long order) {
        List<Integer> rows = new ArrayList<>();
        for (int row = 0; row < table.rows(); row++) {
            rows.add(row);
        }
        Collections.shuffle(rows, new Random(order));
        double[][] columns = table.features().columns().clone();
        for (String column : candidate.columns()) {
            int at = table.features().names().indexOf(column);
            double[] own = columns[at];
            columns[at] = rows.stream().mapToDouble(row -> own[row]).toArray();
        }
        return new FeatureMatrix(
                table.features().names(), columns, table.rows(), table.features().categories());
    }

    private Interval outerGain(List<String> base, List<String> all) {
        double[] without = losses(table.features(), base, outer);
        double[] with = losses(table.features(), all, outer);
        return ClusteredMean.ofDifference(without, with, Scores.take(table.day(), outer.validation()))
                .interval(CONFIDENCE);
    }

    /** The log losses of the validated rows, fold after fold. */
    private double[] losses(FeatureMatrix matrix, List<String> names) {
        double[] all = new double[validated.length];
        int at = 0;
        for (Fold fold : folds) {
            double[] part = losses(matrix, names, fold);
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    private double[] losses(FeatureMatrix matrix, List<String> names, Fold fold) {
        int classes = definition.classes().size();
        int[] truth = Scores.take(table.labels(), fold.validation());
        double[] losses = new double[truth.length];
        if (names.isEmpty()) {
            double[] counts = new double[classes];
            for (int row : fold.train()) {
                counts[table.labels()[row]]++;
            }
            for (int i = 0; i < losses.length; i++) {
                losses[i] = -Math.log((counts[truth[i]] + 0.5) / (fold.train().length + 0.5 * classes));
            }
            return losses;
        }
        FeatureMatrix selected = matrix.select(names);
        Model model = learner.fit(
                new TrainingSet(
                        selected.take(fold.train()),
                        Scores.take(table.labels(), fold.train()),
                        definition.classes(),
                        null),
                seed);
        double[] probabilities = model.predictAll(selected.take(fold.validation()));
        for (int i = 0; i < losses.length; i++) {
            losses[i] = -Math.log(Math.max(probabilities[i * classes + truth[i]], 1e-15));
        }
        return losses;
    }
}
