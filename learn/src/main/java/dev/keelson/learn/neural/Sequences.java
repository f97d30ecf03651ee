package dev.keelson.learn.neural;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.learn.preprocess.Preprocessing;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads sequences from the names of features. Features {@code x_lag1}, {@code x_lag2}, ... are the steps of the sequence
 * {@code x}, the greatest lag first; a feature {@code x} beside them is its step 0, the last one. All sequences must
 * have the same lags. A feature without lags is repeated at every step. Without any sequence there is one step.
 *
 * @param steps number of steps
 * @param channels numbers in each step: the sequences and features in order of their first names, then the missing
 *     indicators of those that have one at any step
 * @param inputs what is read, step by step
 */
record Sequences(int steps, int channels, Inputs inputs) {
    private static final Pattern LAGGED = Pattern.compile("(.+)_lag([0-9]{1,6})");

    /**
     * Finds the sequences.
     *
     * @throws KeelsonException BAD_VALUE if the lags of two sequences differ
     */
    static Sequences of(List<String> names, Preprocessing preprocessing) {
        Map<String, NavigableMap<Integer, Integer>> found = new LinkedHashMap<>(); // sequence to lag to feature
        for (int j = 0; j < names.size(); j++) {
            Matcher lagged = LAGGED.matcher(names.get(j));
            String name = lagged.matches() ? lagged.group(1) : names.get(j);
            int lag = lagged.matches() ? Integer.parseInt(lagged.group(2)) : 0;
            Integer before = found.computeIfAbsent(name, _ -> new TreeMap<>()).put(lag, j);
            if (before != null) {
                throw unequal("The features %s and %s are the same step of the sequence %s."
                        .formatted(names.get(before), names.get(j), name));
            }
        }
        List<Integer> lags = lags(found);
        int[][] features = found.values().stream()
                .map(sequence -> isSequence(sequence)
                        ? newestLast(sequence)
                        : Collections.nCopies(lags.size(), sequence.firstEntry().getValue()))
                .map(steps -> steps.stream().mapToInt(Integer::intValue).toArray())
                .toArray(int[][]::new);
        return of(lags.size(), features, preprocessing);
    }

    private static boolean isSequence(NavigableMap<Integer, Integer> sequence) {
        return sequence.lastKey() > 0;
    }

    private static List<Integer> newestLast(NavigableMap<Integer, Integer> sequence) {
        return List.copyOf(sequence.reversed().values());
    }

    private static List<Integer> lags(Map<String, NavigableMap<Integer, Integer>> found) {
        String first = "";
        List<Integer> lags = List.of(0);
        for (Map.Entry<String, NavigableMap<Integer, Integer>> sequence : found.entrySet()) {
            if (!isSequence(sequence.getValue())) {
                continue;
            }
            List<Integer> here = List.copyOf(sequence.getValue().keySet());
            if (first.isEmpty()) {
                first = sequence.getKey();
                lags = here;
            } else if (!here.equals(lags)) {
                throw unequal("The sequence %s has the lags %s, the sequence %s has %s; all need the same."
                        .formatted(first, lags, sequence.getKey(), here));
            }
        }
        return lags;
    }

    private static KeelsonException unequal(String message) {
        return new KeelsonException(
                ErrorCode.BAD_VALUE,
                message,
                "Maybe a lag is missing, or a feature without a lag is step 0 of one of them alone.");
    }

    private static Sequences of(int steps, int[][] features, Preprocessing preprocessing) {
        int[] indicatorOf = new int[preprocessing.medians().length];
        Arrays.fill(indicatorOf, -1);
        for (int k = 0; k < preprocessing.indicators().length; k++) {
            indicatorOf[preprocessing.indicators()[k]] = preprocessing.medians().length + k;
        }
        int[][] marked = Arrays.stream(features)
                .map(sequence ->
                        Arrays.stream(sequence).map(j -> indicatorOf[j]).toArray())
                .filter(columns -> Arrays.stream(columns).anyMatch(column -> column >= 0))
                .toArray(int[][]::new);
        int channels = features.length + marked.length;
        int[] columns = new int[Math.multiplyExact(steps, channels)];
        for (int t = 0; t < steps; t++) {
            for (int c = 0; c < channels; c++) {
                columns[t * channels + c] = c < features.length ? features[c][t] : marked[c - features.length][t];
            }
        }
        return new Sequences(steps, channels, new Inputs(preprocessing, columns));
    }
}
