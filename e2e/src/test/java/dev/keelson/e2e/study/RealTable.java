package dev.keelson.e2e.study;

import dev.keelson.monitor.BaselineRows;
import dev.keelson.monitor.ReferenceProfile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleFunction;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A table of real rows as a drift check sees it: cells that are numbers as quantities, texts of few different values as categories.
 * Columns in which nearly every row is another text are left out.
 */
final class RealTable {
    /** A column is one of quantities when at most so few of its cells are no numbers. */
    private static final double NO_NUMBERS = 0.01;

    private static final int MOST_CATEGORIES = 1_000;

    final List<String> names = new ArrayList<>();
    final List<double[]> columns = new ArrayList<>();
    final List<String[]> cells;
    private final Map<String, DoubleFunction<@Nullable String>> texts = new HashMap<>();
    private final Map<String, Integer> header = new LinkedHashMap<>();

    /**
     * Reads a table without quoted cells.
     *
     * @param without columns that tell the row or its time
     */
    RealTable(Path file, List<String> without) throws IOException {
        this.cells = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
            String[] first = lines.readLine().split(",", -1);
            for (int c = 0; c < first.length; c++) {
                header.put(first[c], c);
            }
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                cells.add(line.split(",", -1));
            }
        }
        header.forEach((name, place) -> {
            if (!without.contains(name)) {
                column(name, place);
            }
        });
    }

    int rows() {
        return cells.size();
    }

    String cell(int row, String column) {
        return cells.get(row)[header.getOrDefault(column, -1)];
    }

    private void column(String name, int place) {
        double[] values = new double[cells.size()];
        int filled = 0;
        int numbers = 0;
        Map<String, Integer> known = new LinkedHashMap<>();
        int[] category = new int[values.length];
        for (int i = 0; i < values.length; i++) {
            String cell = cells.get(i)[place];
            values[i] = Double.NaN;
            category[i] = -1;
            if (cell.isEmpty()) {
                continue;
            }
            filled++;
            try {
                values[i] = Double.parseDouble(cell);
                numbers++;
            } catch (NumberFormatException e) {
                values[i] = Double.NaN; // told by the share of such cells
            }
            category[i] = known.computeIfAbsent(cell, text -> known.size());
        }
        if (filled == 0) {
            return;
        }
        if (numbers < (1 - NO_NUMBERS) * filled) {
            if (known.size() > MOST_CATEGORIES) {
                return;
            }
            List<String> shown = List.copyOf(known.keySet());
            texts.put(name, key -> key >= 0 && key < shown.size() ? shown.get((int) key) : null);
            Arrays.setAll(values, i -> category[i] < 0 ? Double.NaN : category[i]);
        }
        names.add(name);
        columns.add(values);
    }

    /** Some rows, one array for each column. */
    double[][] rows(int[] which) {
        return columns.stream()
                .map(column -> Arrays.stream(which).mapToDouble(i -> column[i]).toArray())
                .toArray(double[][]::new);
    }

    /** Some rows as a reference. */
    ReferenceProfile reference(int[] which) {
        long[] times = IntStream.range(0, which.length).mapToLong(i -> i).toArray();
        double[] importance = new double[names.size()];
        Arrays.fill(importance, 1.0 / names.size());
        return ReferenceProfile.of(BaselineRows.of(names, texts.keySet(), times, rows(which)), importance, texts);
    }
}
