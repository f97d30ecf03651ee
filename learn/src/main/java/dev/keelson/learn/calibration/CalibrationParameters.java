package dev.keelson.learn.calibration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A calibration map as plain data, to be stored with a model.
 *
 * @param method the method
 * @param classes number of classes, at least 2
 * @param values named lists of numbers, sorted by name. {@code temperature}: one value. {@code platt}: {@code a} and
 *     {@code b}, {@code beta}: {@code a}, {@code b} and {@code c}, one value for each class (one value in all with two
 *     classes). {@code isotonic}: {@code x.<class>} and {@code y.<class>}, the corners of the curve. {@code
 *     venn_abers}: {@code lower_x}, {@code lower}, {@code upper_x} and {@code upper}, the corners of two step functions
 *     (with {@code .<class>.<class>} behind the name for each pair of more than two classes)
 */
public record CalibrationParameters(CalibrationMethod method, int classes, SortedMap<String, List<Double>> values) {

    /** Copies the values. */
    public CalibrationParameters {
        if (classes < 2) {
            throw new IllegalArgumentException("The number of classes (%d) must be at least 2.".formatted(classes));
        }
        SortedMap<String, List<Double>> copy = new TreeMap<>();
        values.forEach((name, list) -> copy.put(name, List.copyOf(list)));
        values = Collections.unmodifiableSortedMap(copy);
    }

    /** As JSON: {@code method}, {@code classes} and {@code values}. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("method", method.key());
        json.put("classes", classes);
        ObjectNode named = json.putObject("values");
        values.forEach((name, list) -> list.forEach(named.putArray(name)::add));
        return json;
    }

    /**
     * From JSON as {@link #toJson} writes it.
     *
     * @throws IllegalArgumentException if the method is unknown or a value is no number
     */
    public static CalibrationParameters fromJson(JsonNode json) {
        SortedMap<String, List<Double>> values = new TreeMap<>();
        json.path("values").properties().forEach(entry -> {
            List<Double> numbers = new ArrayList<>();
            for (JsonNode number : entry.getValue()) {
                if (!number.isNumber()) {
                    throw new IllegalArgumentException("The calibration value %s (%s) must be a number."
                            .formatted(entry.getKey(), number));
                }
                numbers.add(number.doubleValue());
            }
            values.put(entry.getKey(), numbers);
        });
        return new CalibrationParameters(
                CalibrationMethod.of(json.path("method").asText()),
                json.path("classes").asInt(),
                values);
    }

    /** The numbers of a name. */
    double[] numbers(String name) {
        List<Double> found = values.get(name);
        if (found == null) {
            throw new IllegalArgumentException("The parameters of the method %s have no value (%s); they have %s."
                    .formatted(method.key(), name, values.keySet()));
        }
        return found.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /** The numbers of a name, as many as expected. */
    double[] numbers(String name, int count) {
        double[] found = numbers(name);
        if (found.length != count) {
            throw new IllegalArgumentException("The parameter %s of the method %s has %d values; %d are expected."
                    .formatted(name, method.key(), found.length, count));
        }
        return found;
    }

    double single(String name) {
        return numbers(name, 1)[0];
    }

    static List<Double> list(double[] numbers) {
        return Arrays.stream(numbers).boxed().toList();
    }
}
