package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/** Data of the examples, read in the plainest way, to compute by hand what commands say of it. */
final class ExampleData {
    private ExampleData() {}

    /** Rows of a CSV file without quoted commas but in its header, as texts by column. */
    static List<Map<String, String>> rows(Path file) throws IOException {
        List<Map<String, String>> rows = new ArrayList<>();
        try (InputStream raw = Files.newInputStream(file);
                InputStream in = file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw;
                BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            String[] header = Objects.requireNonNull(reader.readLine()).replaceAll("\"([^\",]*),[^\"]*\"", "$1").split(",", -1);
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                String[] cells = line.split(",", -1);
                assertThat(cells).as(line).hasSameSizeAs(header);
                Map<String, String> row = new LinkedHashMap<>();
                for (int i = 0; i < header.length; i++) {
                    row.put(header[i], cells[i]);
                }
                rows.add(row);
            }
        }
        return rows;
    }

    /** The folder of the real data of an example; where there is none, the test is skipped. */
    static Path real(String example) {
        String folder = System.getenv("KEELSON_DATA");
        Path root = folder == null || folder.isEmpty()
                ? Repository.root().resolveSibling("shared").resolve("data")
                : Path.of(folder);
        assumeTrue(
                Files.isDirectory(root.resolve(example)),
                "The data (%s) is not there; set KEELSON_DATA to its folder.".formatted(example));
        return root.toAbsolutePath().normalize();
    }

    /** Makes the project of an example. */
    static void init(Path folder, String example) {
        Cli made = Cli.run(folder, "-q", "init", ".", "--example", example);
        assertThat(made.code()).as(made.err()).isZero();
    }

    /** Runs `features history` over rows of texts; the first names the columns. */
    static List<Map<String, String>> history(Path folder, Map<String, String> environment, List<String> asked, String features)
            throws IOException {
        Files.write(folder.resolve("asked.csv"), asked);
        Cli cli = Cli.run(
                folder, "", environment, "features", "history", "--entities", "asked.csv", "--features", features, "--out",
                "answered.csv");
        assertThat(cli.code()).as(cli.err()).isZero();
        return rows(folder.resolve("answered.csv"));
    }

    /** The text of a column that is there. */
    static String cell(Map<String, String> row, String column) {
        return Objects.requireNonNull(row.get(column), column);
    }

    /** A value of an answer, NaN when there is none. */
    static double number(Map<String, String> row, String column) {
        String text = cell(row, column);
        return text.isEmpty() ? Double.NaN : Double.parseDouble(text);
    }
}
