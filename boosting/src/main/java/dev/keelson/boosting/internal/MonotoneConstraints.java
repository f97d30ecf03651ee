package dev.keelson.boosting.internal;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Suggestion;
import dev.keelson.learn.Task;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Which features a prediction may only rise with, and which it may only fall with. Written {@code age:+1,price:-1}.
 *
 * @param directions feature to 1 (rises) or -1 (falls)
 */
public record MonotoneConstraints(SortedMap<String, Integer> directions) {

    /** Copies the map. */
    public MonotoneConstraints {
        directions = new TreeMap<>(directions);
    }

    @Override
    public SortedMap<String, Integer> directions() {
        return new TreeMap<>(directions);
    }

    /**
     * From text; nothing is constrained by an empty one.
     *
     * @param setting name of the setting, for the message
     * @throws KeelsonException BAD_VALUE
     */
    public static MonotoneConstraints of(String setting, String text) {
        SortedMap<String, Integer> directions = new TreeMap<>();
        if (text.isBlank()) {
            return new MonotoneConstraints(directions);
        }
        for (String part : text.split(",", -1)) {
            int colon = part.lastIndexOf(':');
            String name = colon < 0 ? "" : part.substring(0, colon).strip();
            String direction = part.substring(colon + 1).strip();
            boolean rises = direction.equals("+1") || direction.equals("1");
            if (name.isEmpty() || (!rises && !direction.equals("-1"))) {
                throw new KeelsonException(
                        ErrorCode.BAD_VALUE,
                        "The setting %s (%s) must name features with +1 or -1; %s does not."
                                .formatted(setting, text, part.isBlank() ? "an empty part" : part.strip()),
                        "Maybe write it as `age:+1,price:-1`.");
            }
            if (directions.put(name, rises ? 1 : -1) != null) {
                throw new KeelsonException(
                        ErrorCode.BAD_VALUE, "The setting %s (%s) names %s twice.".formatted(setting, text, name), null);
            }
        }
        return new MonotoneConstraints(directions);
    }

    /** Whether nothing is constrained. */
    public boolean isEmpty() {
        return directions.isEmpty();
    }

    /**
     * The constraint of each feature, in order: 1, -1 or 0.
     *
     * @param learner name of the learner, for the message
     * @throws KeelsonException UNKNOWN_REFERENCE if a name is not among the features
     */
    public String list(String learner, List<String> features) {
        for (Map.Entry<String, Integer> entry : directions.entrySet()) {
            if (!features.contains(entry.getKey())) {
                throw new KeelsonException(
                        ErrorCode.UNKNOWN_REFERENCE,
                        "The setting %s.monotone names the feature %s, which the model does not have."
                                .formatted(learner, entry.getKey()),
                        Suggestion.sentence(entry.getKey(), features)
                                .orElse("Maybe name one of its %d features.".formatted(features.size())));
            }
        }
        return features.stream()
                .map(name -> Integer.toString(directions.getOrDefault(name, 0)))
                .collect(Collectors.joining(","));
    }

    /**
     * Refuses constraints where they cannot be kept: with quantiles, whose leaves are set after the trees are grown, and
     * with more than two classes, whose probabilities cannot all rise.
     *
     * @param learner name of the learner, for the message
     * @throws KeelsonException BAD_VALUE
     */
    public void requireKept(String learner, Task task) {
        boolean kept = switch (task) {
            case Task.Classification classification -> classification.classes().size() == 2;
            case Task.Regression _ -> true;
            case Task.Quantiles _ -> false;
        };
        if (!kept && !isEmpty()) {
            throw new KeelsonException(
                    ErrorCode.BAD_VALUE,
                    "The setting %s.monotone (%s) can be kept for a value or two classes, not for %s."
                            .formatted(learner, this, task.outputs()),
                    "Maybe leave it out.");
        }
    }

    @Override
    public String toString() {
        return directions.entrySet().stream()
                .map(entry -> entry.getKey() + (entry.getValue() > 0 ? ":+1" : ":-1"))
                .collect(Collectors.joining(","));
    }
}
