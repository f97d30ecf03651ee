package dev.keelson.stats;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** Rows of a golden table: comma-separated fields after comment lines; lists inside a field are separated by blanks. */
public record Golden(List<String> fields) {

    /** Copies the fields. */
    public Golden {
        fields = List.copyOf(fields);
    }

    /** All rows of {@code golden/<name>}. */
    public static List<Golden> rows(String name) {
        try (InputStream stream = Objects.requireNonNull(
                        Golden.class.getResourceAsStream("/golden/" + name), () -> "no golden table " + name);
                BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            return reader.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> new Golden(Arrays.asList(line.split(",", -1))))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String text(int index) {
        return fields.get(index);
    }

    public double number(int index) {
        return fields.get(index).equals("nan") ? Double.NaN : Double.parseDouble(fields.get(index));
    }

    public int whole(int index) {
        return Integer.parseInt(fields.get(index));
    }

    public double[] numbers(int index) {
        return Arrays.stream(fields.get(index).split(" "))
                .mapToDouble(Double::parseDouble)
                .toArray();
    }

    public long[] counts(int index) {
        return Arrays.stream(fields.get(index).split(" "))
                .mapToLong(Long::parseLong)
                .toArray();
    }

    public int[] wholes(int index) {
        return Arrays.stream(fields.get(index).split(" "))
                .mapToInt(Integer::parseInt)
                .toArray();
    }

    /**
     * The samples of the Python scripts: the 48-bit generator of java.util.Random, cut to multiples of 1/steps if steps
     * is positive.
     */
    public static double[] sample(long seed, int n, double shift, double scale, int steps) {
        long mask = (1L << 48) - 1;
        long state = (seed ^ 0x5DEECE66DL) & mask;
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            state = (state * 0x5DEECE66DL + 0xBL) & mask;
            double u = state / (double) (1L << 48);
            if (steps > 0) {
                u = Math.floor(u * steps) / steps;
            }
            values[i] = shift + scale * u;
        }
        return values;
    }
}
