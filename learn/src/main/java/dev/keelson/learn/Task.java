package dev.keelson.learn;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/** What a model tells of a row. */
public sealed interface Task {

    /** Names of the numbers that a prediction holds, in order; at least one. */
    List<String> outputs();

    /**
     * The probability of each class.
     *
     * @param classes distinct names, at least 2
     */
    record Classification(List<String> classes) implements Task {

        /** Checks the names. */
        public Classification {
            classes = List.copyOf(classes);
            if (classes.size() < 2) {
                throw new IllegalArgumentException(
                        "There are %d classes; at least 2 are needed.".formatted(classes.size()));
            }
            if (new HashSet<>(classes).size() != classes.size()) {
                throw new IllegalArgumentException("A class occurs twice among %s.".formatted(classes));
            }
        }

        @Override
        public List<String> outputs() {
            return classes;
        }
    }

    /** The expected value. */
    record Regression() implements Task {

        @Override
        public List<String> outputs() {
            return List.of("value");
        }
    }

    /**
     * Quantiles of the value, not falling within a row.
     *
     * @param levels rising, each between 0 and 1, both excluded; at least one
     */
    record Quantiles(List<Double> levels) implements Task {

        /** Checks the levels. */
        public Quantiles {
            levels = List.copyOf(levels);
            double last = 0;
            for (double level : levels) {
                if (!(level > last && level < 1)) {
                    throw new IllegalArgumentException(
                            "The quantile levels %s must rise and lie between 0 and 1.".formatted(levels));
                }
                last = level;
            }
            if (levels.isEmpty()) {
                throw new IllegalArgumentException("There is no quantile level; at least one is needed.");
            }
        }

        @Override
        public List<String> outputs() {
            return levels.stream().map(level -> "q" + level).toList();
        }
    }

    /** As JSON: {@code kind} and its {@code classes} or {@code levels}. */
    default ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        switch (this) {
            case Classification classification -> {
                json.put("kind", "classification");
                ArrayNode names = json.putArray("classes");
                classification.classes.forEach(names::add);
            }
            case Regression _ -> json.put("kind", "regression");
            case Quantiles quantiles -> {
                json.put("kind", "quantiles");
                ArrayNode levels = json.putArray("levels");
                quantiles.levels.forEach(levels::add);
            }
        }
        return json;
    }

    /**
     * From JSON as {@link #toJson} writes it.
     *
     * @throws IllegalArgumentException if the kind is unknown or its names or levels are impossible
     */
    static Task fromJson(JsonNode json) {
        String kind = json.path("kind").asText();
        return switch (kind) {
            case "classification" -> {
                List<String> classes = new ArrayList<>();
                json.path("classes").forEach(name -> classes.add(name.asText()));
                yield new Classification(classes);
            }
            case "regression" -> new Regression();
            case "quantiles" -> {
                List<Double> levels = new ArrayList<>();
                json.path("levels").forEach(level -> levels.add(level.asDouble(Double.NaN)));
                yield new Quantiles(levels);
            }
            default ->
                throw new IllegalArgumentException(
                        "The task (%s) must be classification, regression or quantiles.".formatted(kind));
        };
    }
}
