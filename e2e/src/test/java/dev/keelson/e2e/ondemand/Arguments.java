package dev.keelson.e2e.ondemand;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Options of a task: pairs such as {@code --seeds 20}.
 *
 * @param values option, without its dashes, to its value
 */
public record Arguments(Map<String, String> values) {
    /** Options that tasks know. */
    private static final Set<String> KNOWN = new TreeSet<>(Set.of(
            "calls", "data", "seeds", "first-seed", "seasons", "repeats", "requests", "seconds", "connections", "weeks", "scale", "paths", "rounds",
            "entities", "features", "keys", "memory", "warm", "shape", "pandas", "rows", "rate", "store", "out", "preset", "threads", "seed",
            "megabytes", "files", "kills", "looks", "refreshes", "events", "trees", "kinds", "faults", "reference", "presets"));

    public Arguments {
        values = Map.copyOf(values);
    }

    /** No options: every task takes its defaults. */
    public static Arguments none() {
        return new Arguments(Map.of());
    }

    /**
     * Reads options.
     *
     * @throws IllegalArgumentException for an unknown option or one without a value
     */
    public static Arguments parse(List<String> words) {
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < words.size(); i += 2) {
            String option = words.get(i);
            if (!option.startsWith("--") || !KNOWN.contains(option.substring(2))) {
                throw new IllegalArgumentException(
                        "There is no option (%s); the options are --%s.".formatted(option, String.join(", --", KNOWN)));
            }
            if (i + 1 == words.size()) {
                throw new IllegalArgumentException("The option (%s) needs a value.".formatted(option));
            }
            values.put(option.substring(2), words.get(i + 1));
        }
        return new Arguments(values);
    }

    /** These options with one more. */
    public Arguments with(String option, String value) {
        Map<String, String> all = new LinkedHashMap<>(values);
        all.put(option, value);
        return new Arguments(all);
    }

    /** A text. */
    public String text(String option, String otherwise) {
        return values.getOrDefault(option, otherwise);
    }

    /** A whole number of at least 1. */
    public int number(String option, int otherwise) {
        String text = values.get(option);
        if (text == null) {
            return otherwise;
        }
        int number = Integer.parseInt(text);
        if (number < 1) {
            throw new IllegalArgumentException("--%s (%d) must be at least 1.".formatted(option, number));
        }
        return number;
    }

    /** Whole numbers, separated by commas. */
    public List<Integer> numbers(String option, List<Integer> otherwise) {
        String text = values.get(option);
        return text == null
                ? otherwise
                : Stream.of(text.split(",")).map(Integer::parseInt).toList();
    }

    /** The seeds asked for: {@code --seeds N} from {@code --first-seed} on. */
    public List<Long> seeds(int otherwise) {
        int first = number("first-seed", 1);
        return IntStream.range(0, number("seeds", otherwise))
                .mapToObj(i -> (long) first + i)
                .toList();
    }

    /** A file of matches to use instead of a simulated league. */
    public Optional<Path> data() {
        return Optional.ofNullable(values.get("data")).map(Path::of);
    }
}
