package dev.keelson.store.duckdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.keelson.data.DataLoad;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.QuarantinedRow;
import dev.keelson.data.Review;
import dev.keelson.data.ReviewDecision;
import dev.keelson.data.SourceDefinition;
import dev.keelson.data.SourceOrigin;
import dev.keelson.data.SourceReader;
import dev.keelson.data.SourceRows;
import dev.keelson.data.Sources;
import dev.keelson.data.spi.InMemoryDatasetStore;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Micros;
import dev.keelson.store.files.FileSourceFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceFormatsTest {
    private static final String HEADER = "id,at,value\n";

    @TempDir
    Path folder;

    private DuckDb engine;
    private SourceReader reader;

    @BeforeEach
    void open() {
        engine = new DuckDb(DuckDbSettings.defaults());
        reader = new SourceReader(new FileSourceFiles(folder), List.of(new ParquetTables(folder, engine)));
    }

    @AfterEach
    void close() {
        engine.close();
    }

    private static SourceDefinition source(String file) {
        return Sources.matches()
                .key("id")
                .eventTime("at")
                .zone("Europe/Berlin")
                .column("at", ColumnType.TIMESTAMP)
                .build()
                .withOrigin(new SourceOrigin.Files(Located.of(file)));
    }

    private void write(String file, String text) throws IOException {
        Path path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    private Path parquet(String file, String select) throws SQLException, IOException {
        Path path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        try (Statement statement = engine.connection().createStatement()) {
            statement.execute("COPY (" + select + ") TO '" + path + "' (FORMAT parquet)");
        }
        return path;
    }

    private KeelsonException failure(String file) {
        return catchThrowableOfType(KeelsonException.class, () -> reader.read(source(file), null));
    }

    @Test
    void parquetGivesTheSameVersionAsCsv() throws SQLException, IOException {
        write("rows.csv", HEADER + "a,2024-01-01T10:00:00Z,0.1\nb,2024-02-01T10:00:00.25Z,\n");
        parquet(
                "rows.parquet",
                """
                SELECT * FROM (VALUES ('a', TIMESTAMPTZ '2024-01-01 10:00:00+00', 0.1::DOUBLE),
                  ('b', TIMESTAMPTZ '2024-02-01 11:00:00.25+01', NULL)) AS t(id, "at", value)""");

        DatasetVersion csv = load("rows.csv");
        DatasetVersion parquet = load("rows.parquet");

        assertThat(parquet.id()).isEqualTo(csv.id());
    }

    private DatasetVersion load(String file) {
        return Objects.requireNonNull(new DataLoad(new InMemoryDatasetStore())
                .load(reader, source(file), null, Instant.EPOCH)
                .version());
    }

    @Test
    void typesOfParquetAreKept() throws SQLException, IOException {
        parquet(
                "typed.parquet",
                """
                SELECT '007' AS id, TIMESTAMP '2024-07-01 12:00:00' AS at, 12.345::DECIMAL(9, 3) AS price,
                  7::UINTEGER AS count, true AS flag, DATE '2024-07-01' AS day, 0.1::FLOAT AS ratio, [1, 2] AS list""");

        SourceRows rows = reader.read(source("typed.parquet"), null);

        assertThat(rows.schema().columns().subList(0, 8))
                .extracting(column -> column.type().name())
                .containsExactly("STRING", "TIMESTAMP", "DOUBLE", "LONG", "BOOLEAN", "DATE", "DOUBLE", "STRING");
        assertThat(Micros.toInstant(rows.frame().longs("at").values()[0])).isEqualTo("2024-07-01T10:00:00Z");
        assertThat(rows.frame().vector("price").get(0)).isEqualTo(12.345);
        assertThat(rows.frame().vector("ratio").get(0)).isEqualTo(0.1);
        assertThat(rows.frame().vector("list").get(0)).isEqualTo("[1, 2]");
    }

    @Test
    void rowOfAParquetFileThatIsBadIsShown() throws SQLException, IOException {
        parquet("bad.parquet", "SELECT * FROM (VALUES ('a', '2024-01-01T10:00:00Z'), ('b', 'never')) AS t(id, \"at\")");

        SourceRows rows = reader.read(source("bad.parquet"), null);

        assertThat(rows.quarantined()).singleElement().satisfies(row -> {
            assertThat(row.location()).hasToString("bad.parquet:2:3");
            assertThat(row.rawLine()).isEqualTo("b,never");
        });
    }

    @Test
    void parquetWithAFooterLongerThanTheFileIsRefused() throws SQLException, IOException {
        Path file = parquet("lying.parquet", "SELECT 'a' AS id, now() AS at");
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(bytes.length - 8, 2_000_000_000);
        Files.write(file, bytes);

        assertThat(failure("lying.parquet")).hasMessageContaining("footer claims 2,000,000,000 bytes");
    }

    @Test
    void parquetWhoseBytesWereAlteredAnywhereEndsInAnErrorOrGivesItsRows() throws SQLException, IOException {
        Path file = parquet(
                "altered.parquet",
                "SELECT i::VARCHAR AS id, TIMESTAMP '2024-01-01' + INTERVAL (i) HOUR AS at, i * 0.5 AS value FROM range(500) AS t(i)");
        byte[] bytes = Files.readAllBytes(file);
        int refused = 0;
        for (int at = bytes.length - 9; at > bytes.length - 400; at -= 7) {
            byte[] altered = bytes.clone();
            altered[at] ^= 0x5A;
            Files.write(file, altered);
            refused += failure("altered.parquet") != null ? 1 : 0;
        }

        assertThat(refused).isPositive();
    }

    @Test
    void parquetThatIsCutOffOrIsNoneIsRefused() throws SQLException, IOException {
        Path file = parquet("cut.parquet", "SELECT 'a' AS id, now() AS at");
        Files.write(file, java.util.Arrays.copyOf(Files.readAllBytes(file), 60));
        write("text.parquet", HEADER);

        assertThat(failure("cut.parquet").code()).isEqualTo(ErrorCode.SOURCE_UNREADABLE);
        assertThat(failure("text.parquet")).hasMessageContaining("does not begin and end as a Parquet file");
        assertThat(failure("none.parquet").code()).isEqualTo(ErrorCode.SOURCE_NOT_FOUND);
    }

    @Test
    void filesOfAPatternAreReadInOrderWhateverTheOrderOfTheirColumns() throws IOException, SQLException {
        write("data/2.csv", "value,id,at\n2,b,2024-01-02T00:00:00Z\n");
        write("data/1.csv", HEADER + "a,2024-01-01T00:00:00Z,1\n");
        write("data/sub/3.csv", HEADER + "z,2024-01-01T00:00:00Z,1\n");
        write("data/3.jsonl", "{\"id\":\"c\",\"at\":\"2024-01-03T00:00:00Z\",\"value\":3}\n");
        parquet("data/4.parquet", "SELECT 'd' AS id, TIMESTAMPTZ '2024-01-04 00:00:00+00' AS at, 4 AS value");

        SourceRows csv = reader.read(source("data/*.csv"), null);
        SourceRows all = reader.read(source("data"), null);
        SourceRows deep = reader.read(source("data/**.csv"), null);

        assertThat(csv.frame().vector("id").get(1)).isEqualTo("b");
        assertThat(csv.frame().vector("value").get(1)).isEqualTo(2L);
        assertThat(all.frame().rows()).isEqualTo(4);
        assertThat(deep.frame().rows()).isEqualTo(3);
    }

    @Test
    void badRowNamesItsOwnFileAndLine() throws IOException {
        write("data/1.csv", HEADER + "a,2024-01-01T00:00:00Z,1\n");
        write("data/2.csv", "value,id,at\n2,b,2024-01-02T00:00:00Z\n3,c,never\n4,a,2024-01-01T00:00:00Z\n");

        SourceRows rows = reader.read(source("data/*.csv"), null);

        assertThat(rows.quarantined()).extracting(row -> row.location().toString())
                .containsExactly("data/2.csv:3:5", "data/2.csv:4:1");
        assertThat(rows.quarantined().getLast().reason()).contains("already on line 2 of data/1.csv");
    }

    @Test
    void columnMissingInSomeFilesIsEmptyInTheirRows() throws IOException, SQLException {
        write("data/1.csv", HEADER + "a,2024-01-01T00:00:00Z,1\n");
        write("data/2.csv", "price,at,id\n1.5,2024-01-02T00:00:00Z,b\nx,y\n");
        write("data/3.jsonl", "{\"id\":\"c\",\"at\":\"2024-01-03T00:00:00Z\",\"note\":\"n\"}\n");

        SourceRows rows = reader.read(source("data"), null);

        assertThat(rows.header()).containsExactly("id", "at", "value", "price", "note");
        assertThat(rows.frame().vector("value").get(0)).isEqualTo(1L);
        assertThat(rows.frame().vector("value").get(1)).isNull();
        assertThat(rows.frame().vector("price").get(0)).isNull();
        assertThat(rows.frame().vector("price").get(1)).isEqualTo(1.5);
        assertThat(rows.frame().vector("note").get(2)).isEqualTo("n");
        assertThat(rows.quarantined()).extracting(QuarantinedRow::reason).containsExactly("The line has 2 cells; the header has 3.");
    }

    @Test
    void filesWithoutAColumnThatEveryRowNeedsAreCountedAndTenNamed() throws IOException {
        write("data/01.csv", HEADER + "a,2024-01-01T00:00:00Z,1\n");
        for (int i = 2; i <= 14; i++) {
            write("data/%02d.csv".formatted(i), "at,price\n2024-01-02T00:00:00Z,1\n");
        }

        assertThat(failure("data/*.csv"))
                .hasMessageContaining("that 13 of its 14 files do not have: data/02.csv has no [id]; ")
                .hasMessageContaining("data/11.csv has no [id]; and 3 more files.")
                .hasMessageNotContaining("data/12.csv");
    }

    @Test
    void rowOfAFileWithOtherColumnsIsCorrected() throws IOException {
        write("data/1.csv", HEADER + "a,2024-01-01T00:00:00Z,1\n");
        write("data/2.csv", "price,at,id\n1.5,never,b\n");
        SourceRows rows = reader.read(source("data/*.csv"), null);
        QuarantinedRow bad = rows.quarantined().getFirst();

        ReviewDecision decision = Review.decide(
                "rows", bad, ReviewDecision.Action.CORRECT, rows.header(bad.file()), Map.of("at", "2024-01-02T00:00:00Z"),
                "ann", "A typing error.", Instant.parse("2024-02-01T00:00:00Z"));
        SourceRows corrected = Review.apply(rows, List.of(decision));

        assertThat(corrected.frame().rows()).isEqualTo(2);
        assertThat(corrected.frame().vector("price").get(1)).isEqualTo(1.5);
        assertThat(corrected.frame().vector("value").get(1)).isNull();
    }

    @Test
    void patternThatClimbsAndLinkThatLeadsOutAreRefused() throws IOException {
        write("outside/secret.csv", HEADER);
        write("data/1.csv", HEADER + "a,2024-01-01T00:00:00Z,1\n");
        Files.createSymbolicLink(folder.resolve("data/2.csv"), folder.resolve("outside/secret.csv"));

        assertThat(failure("data/*/../../outside/*.csv")).hasMessageContaining("climbs with `..`");
        assertThat(failure("data/*.csv")).hasMessageContaining("is a link that leads out of the folder");
    }

    @Test
    void patternWithoutAFileIsSaid() throws IOException {
        write("data/1.csv", HEADER);

        assertThat(failure("data/*.parquet").code()).isEqualTo(ErrorCode.SOURCE_NOT_FOUND);
        assertThat(failure("none/*.csv")).hasMessageContaining("Maybe the folder is missing");
    }
}
