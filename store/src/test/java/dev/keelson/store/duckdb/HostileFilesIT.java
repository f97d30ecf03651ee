package dev.keelson.store.duckdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.data.DataLoad;
import dev.keelson.data.LoadReport;
import dev.keelson.data.RowRule;
import dev.keelson.data.SourceDefinition;
import dev.keelson.data.SourceOrigin;
import dev.keelson.data.SourceReader;
import dev.keelson.data.Sources;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.frame.ColumnType;
import dev.keelson.store.files.FileSourceFiles;
import java.io.BufferedOutputStream;
import java.io.BufferedWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hostile files, each loaded as a project would by a process with a heap of 128 MB: a clear error, and it lives on. */
class HostileFilesIT {
    private static final String HEADER = "id,at,value\n";
    private static final String ROW = "a,2024-01-01T10:00:00Z,1\n";
    private static final String GOOD = "good.csv";

    @TempDir
    Path folder;

    /** Loads each of the files named and prints what came of it; at last the most memory that the process had. */
    static final class Loader {
        private Loader() {}

        public static void main(String[] files) throws IOException {
            Path folder = Path.of(files[0]);
            try (DuckDb engine = new DuckDb(new DuckDbSettings(256, 2, null))) {
                SourceReader reader =
                        new SourceReader(new FileSourceFiles(folder), List.of(new ParquetTables(folder, engine)));
                for (int i = 1; i < files.length; i++) {
                    String datasets = files[i].matches("(large|trades).*")
                            ? files[i].replaceAll("-.*", "")
                            : Integer.toString(i);
                    ParquetDatasetStore store =
                            new ParquetDatasetStore(folder.resolve("datasets-" + datasets), engine);
                    long start = System.nanoTime();
                    String result;
                    try {
                        LoadReport report = new DataLoad(store).load(reader, source(files[i]), null, Instant.EPOCH);
                        result = "loaded " + report.loaded() + ", set aside "
                                + report.quarantined().size();
                    } catch (KeelsonException e) {
                        result = e.code() + " " + String.valueOf(e.getMessage()).replace('\n', ' ');
                    } catch (OutOfMemoryError e) {
                        result = "the heap was not enough";
                    }
                    System.out.println(files[i] + "\t" + (System.nanoTime() - start) / 1_000_000 + "\t" + result);
                }
            }
            Path status = Path.of("/proc/self/status");
            if (Files.exists(status)) {
                Files.readAllLines(status).stream()
                        .filter(line -> line.startsWith("VmHWM:"))
                        .forEach(line -> System.out.println("peak\t0\t" + line.replaceAll("[^0-9]", "")));
            }
        }

        private static SourceDefinition source(String file) {
            if (file.startsWith("trades")) {
                return Sources.matches()
                        .key("id")
                        .eventTime("at")
                        .column("id", ColumnType.STRING)
                        .column("at", ColumnType.TIMESTAMP)
                        .column("note", ColumnType.STRING)
                        .column("low", ColumnType.DOUBLE)
                        .column("high", ColumnType.DOUBLE)
                        .rule("high >= low", RowRule.OnFail.QUARANTINE)
                        .build()
                        .withOrigin(new SourceOrigin.Files(Located.of(file)));
            }
            return Sources.matches()
                    .key("id", "at")
                    .eventTime("at")
                    .column("id", ColumnType.STRING)
                    .column("at", ColumnType.TIMESTAMP)
                    .column("value", ColumnType.DOUBLE)
                    .build()
                    .withOrigin(new SourceOrigin.Files(Located.of(file)));
        }
    }

    private Map<String, String> load(List<String> files) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Loader.class.getName(),
                folder.toString()));
        command.addAll(files);
        Path out = folder.resolve("out.txt");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
        String text = Files.readString(out);
        assertThat(process.exitValue()).as(text).isZero();
        Map<String, String> results = new LinkedHashMap<>();
        for (String line : text.lines().toList()) {
            String[] parts = line.split("\t", 3);
            if (parts.length == 3) {
                results.put(parts[0], parts[2]);
            }
        }
        Optional.ofNullable(results.remove("peak"))
                .ifPresent(peak -> assertThat(Long.parseLong(peak)).as("peak kB").isLessThan(800_000));
        assertThat(results.keySet()).as(text).containsExactlyElementsOf(files);
        return results;
    }

    private void write(String file, String text) throws IOException {
        Files.writeString(folder.resolve(file), text);
    }

    /** Ten gigabytes that take no room on the disk: zeros. */
    private void sparse(String file, String start) throws IOException {
        try (RandomAccessFile sparse = new RandomAccessFile(folder.resolve(file).toFile(), "rw")) {
            sparse.write(start.getBytes(StandardCharsets.UTF_8));
            sparse.setLength(10L << 30);
        }
    }

    private static byte[] gzip(String text, int times) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new BufferedOutputStream(new GZIPOutputStream(bytes), 1 << 16)) {
            byte[] piece = text.getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < times; i++) {
                out.write(piece);
            }
        }
        return bytes.toByteArray();
    }

    /** Ten gigabytes and more of a text, compressed in members one after the other. */
    private void bomb(String file, String header, String text) throws IOException {
        int times = (64 << 20) / text.length();
        byte[] member = gzip(text, times);
        try (OutputStream out = Files.newOutputStream(folder.resolve(file))) {
            out.write(gzip(header, 1));
            for (int i = 0; i < 161; i++) {
                out.write(member);
            }
        }
        assertThat(Files.size(folder.resolve(file))).isLessThan(64 << 20);
    }

    @Test
    void textFiles() throws Exception {
        write(GOOD, HEADER + ROW);
        sparse("line.csv", HEADER);
        sparse("first-line.csv", "");
        sparse("line.jsonl", "{\"id\":\"");
        bomb("zeros.csv.gz", HEADER, "\0".repeat(1 << 16));
        bomb("rows.csv.gz", HEADER, ROW);
        bomb("objects.jsonl.gz", "", "{\"id\":\"a\",\"at\":\"2024-01-01T10:00:00Z\",\"value\":1}\n");
        write("columns.csv", "c,".repeat(99_999) + "d\n" + "1,".repeat(99_999) + "1\n");
        Files.write(folder.resolve("latin.csv"), (HEADER + "M\u00FCnchen" + ROW).getBytes(StandardCharsets.ISO_8859_1));
        write(
                "deep.jsonl",
                "{\"id\":\"a\",\"at\":\"2024-01-01T10:00:00Z\",\"value\":1}\n{\"id\":" + "[".repeat(1 << 22) + "\n"
                        + "{\"id\":" + "{\"a\":".repeat(1 << 20) + "\n");

        Map<String, String> results = load(List.of(
                "line.csv", "first-line.csv", "line.jsonl", "zeros.csv.gz", "rows.csv.gz", "objects.jsonl.gz",
                "columns.csv", "latin.csv", "deep.jsonl", GOOD));

        assertThat(results)
                .hasEntrySatisfying("line.csv", result -> assertThat(result)
                        .startsWith("SOURCE_UNREADABLE line.csv: Line 2 is longer than 16,777,216 bytes")
                        .contains("Maybe the line ends are missing"))
                .hasEntrySatisfying("first-line.csv", result -> assertThat(result)
                        .startsWith("SOURCE_UNREADABLE first-line.csv: Line 1 is longer than"))
                .hasEntrySatisfying("line.jsonl", result -> assertThat(result)
                        .startsWith("SOURCE_UNREADABLE line.jsonl: Line 1 is longer than"))
                .hasEntrySatisfying("zeros.csv.gz", result -> assertThat(result)
                        .startsWith("SOURCE_UNREADABLE zeros.csv.gz: Line 2 is longer than"))
                .hasEntrySatisfying("rows.csv.gz", result -> assertThat(result)
                        .startsWith("SOURCE_UNREADABLE rows.csv.gz: Decompressed, the file is larger than")
                        .contains("Maybe give the process more memory"))
                .hasEntrySatisfying("objects.jsonl.gz", result -> assertThat(result)
                        .startsWith("SOURCE_UNREADABLE objects.jsonl.gz: Decompressed, the file is larger than"))
                .hasEntrySatisfying("columns.csv", result -> assertThat(result)
                        .startsWith("SOURCE_UNREADABLE columns.csv:1: The file has 100,000 columns; at most 10,000"))
                .hasEntrySatisfying("latin.csv", result -> assertThat(result)
                        .startsWith("SOURCE_UNREADABLE latin.csv:2:2: The byte 0xFC is not UTF-8"))
                .containsEntry("deep.jsonl", "loaded 1, set aside 2")
                .containsEntry(GOOD, "loaded 1, set aside 0");
    }

    private void large(String file, int rows, String last) throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(folder.resolve(file))) {
            out.write(HEADER);
            Instant at = Instant.parse("2019-01-01T00:00:00Z");
            for (int i = 0; i < rows; i++) {
                at = at.plusSeconds(120);
                out.write("T" + i % 500 + "," + at + "," + i + ".25\n");
            }
            out.write(last);
        }
    }

    /** Three times the text that the process would hold as a whole; each file is plain but for one row. */
    @Test
    void largeFilesGoThroughASmallHeap() throws Exception {
        large("large-1.csv", 1_500_000, "");
        large("large-2.csv", 1_500_000, "T1,2045-01-01T00:00:00Z,7\nT1,2045-01-02T00:00:00Z,seven\n");
        assertThat(Files.size(folder.resolve("large-1.csv"))).isGreaterThan(48 << 20);

        Map<String, String> results = load(List.of("large-1.csv", "large-2.csv"));

        assertThat(results)
                .containsEntry("large-1.csv", "loaded 1500000, set aside 0")
                .containsEntry("large-2.csv", "loaded 1, set aside 1");
    }

    private void trades(String file, int rows, String last) throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(folder.resolve(file))) {
            out.write("id,at,note,low,high\n");
            Instant at = Instant.parse("2019-01-01T00:00:00Z");
            for (int i = 0; i < rows; i++) {
                at = at.plusSeconds(300);
                out.write("T%d,%s,\"a note, \"\"%d\"\", of some length\",%d,%d\n"
                        .formatted(i, at, i % 100, i % 90, i % 10_000 == 77 ? -1 : i % 90 + 1));
            }
            out.write(last);
        }
    }

    @Test
    void largeFilesWithQuotesRulesAndKeysWithoutTimeGoThroughASmallHeap() throws Exception {
        trades("trades-1.csv", 300_000, "");
        trades("trades-2.csv", 300_000, "new,2045-01-01T00:00:00Z,\"n\",1,2\n");
        assertThat(Files.size(folder.resolve("trades-1.csv"))).isGreaterThan(18 << 20);

        Map<String, String> results = load(List.of("trades-1.csv", "trades-2.csv"));

        assertThat(results)
                .containsEntry("trades-1.csv", "loaded 299970, set aside 30")
                .containsEntry("trades-2.csv", "loaded 1, set aside 30");
    }

    private byte[] parquet() throws SQLException, IOException {
        Path file = folder.resolve("rows.parquet");
        try (DuckDb engine = new DuckDb(DuckDbSettings.defaults())) {
            ParquetFiles.execute(
                    engine.connection(),
                    "COPY (SELECT i::VARCHAR AS id, TIMESTAMPTZ '2024-01-01 00:00:00+00' + INTERVAL (i) HOUR AS at,"
                            + " i * 0.5::DOUBLE AS value FROM range(150) AS t(i)) TO '" + file
                            + "' (FORMAT parquet, COMPRESSION zstd)");
        }
        return Files.readAllBytes(file);
    }

    /** The number of rows, 150, as the footer writes it: a field of 64 bits, zigzag, seven bits a byte. */
    private static final byte[] ROWS = {0x16, (byte) 0xAC, 0x02};

    @Test
    void parquetFilesThatLie() throws Exception {
        byte[] rows = parquet();
        write(GOOD, HEADER + ROW);
        List<String> counts = new ArrayList<>();
        for (int at = 4; at < rows.length - 3; at++) { // how many rows there are, in the file, a group, a column
            if (rows[at] == ROWS[0] && rows[at + 1] == ROWS[1] && rows[at + 2] == ROWS[2]) {
                byte[] lying = rows.clone();
                lying[at + 1] = (byte) 0xFE;
                lying[at + 2] = 0x7F;
                String name = "count-" + at + ".parquet";
                Files.write(folder.resolve(name), lying);
                counts.add(name);
            }
        }
        List<String> sizes = new ArrayList<>();
        for (int at = 4; at < 40; at++) { // the header of the first page, with its sizes; and its first bytes
            byte[] lying = rows.clone();
            lying[at] = (byte) 0xFF;
            lying[at + 1] = (byte) 0xFF;
            lying[at + 2] = 0x7F;
            String name = "size-" + at + ".parquet";
            Files.write(folder.resolve(name), lying);
            sizes.add(name);
        }
        List<String> cut = new ArrayList<>();
        for (int length : new int[] {0, 4, 11, 12, 100, rows.length - 1, rows.length - 9}) {
            String name = "cut-" + length + ".parquet";
            Files.write(folder.resolve(name), java.util.Arrays.copyOf(rows, length));
            cut.add(name);
        }
        List<String> all = new ArrayList<>(counts);
        all.addAll(sizes);
        all.addAll(cut);
        all.add("rows.parquet");
        all.add(GOOD);

        Map<String, String> results = load(all);

        assertThat(counts).hasSizeGreaterThan(3);
        for (String name : all) {
            assertThat(results.get(name))
                    .as(name)
                    .matches(name.equals(GOOD) ? "loaded 1, .*" : "SOURCE_UNREADABLE .* Maybe .*|loaded 150, .*");
        }
        assertThat(counts.stream().filter(name -> isRefused(results, name)))
                .isNotEmpty();
        assertThat(sizes.stream().filter(name -> isRefused(results, name)))
                .hasSizeGreaterThan(5);
        assertThat(cut).allMatch(name -> isRefused(results, name));
        assertThat(results).containsEntry("rows.parquet", "loaded 150, set aside 0");
    }

    private static boolean isRefused(Map<String, String> results, String name) {
        return results.getOrDefault(name, "").startsWith("SOURCE_UNREADABLE");
    }

    @Test
    void namesThatLeadElsewhere() throws Exception {
        Path data = Files.createDirectories(folder.resolve("data"));
        Path outside = Files.createDirectories(folder.resolve("outside"));
        Files.writeString(outside.resolve("secret.csv"), HEADER + ROW);
        Files.writeString(data.resolve("good.csv"), HEADER + ROW);
        Files.createSymbolicLink(data.resolve("link.csv"), outside.resolve("secret.csv"));
        Path linked = Files.createDirectories(folder.resolve("linked"));
        Files.createSymbolicLink(linked.resolve("folder"), outside);

        Map<String, String> results =
                load(List.of("data/*.csv", "data", "data/*/../../outside/*.csv", "linked/**.csv", "data/good.csv"));

        assertThat(results)
                .hasEntrySatisfying("data/*.csv", result -> assertThat(result)
                        .startsWith("SOURCE_UNREADABLE")
                        .contains("is a link that leads out of the folder"))
                .hasEntrySatisfying("data", result -> assertThat(result).contains("leads out of the folder"))
                .hasEntrySatisfying("data/*/../../outside/*.csv", result -> assertThat(result)
                        .contains("climbs with `..` behind a wildcard"))
                .hasEntrySatisfying("linked/**.csv", result -> assertThat(result).startsWith("SOURCE_NOT_FOUND"))
                .containsEntry("data/good.csv", "loaded 1, set aside 0");
    }
}
