package dev.keelson.store.duckdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.error.KeelsonException;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Vector;
import dev.keelson.monitor.ChangedData;
import dev.keelson.monitor.DataChange;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableFileTest {
    private static final String CSV =
            "odds,goals,league,day,home\n1.5,2,E0,2024-01-02,true\nNA,,E1,2024-01-01,false\n2.5,3,,2024-01-03,true\n";

    @TempDir
    Path folder;

    private final DuckDb engine = new DuckDb(DuckDbSettings.defaults());

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void csvIsReadWithTheTypesOfItsCells() throws Exception {
        Path file = Files.writeString(folder.resolve("t.csv"), CSV);
        try (TableFile table = TableFile.open(engine, file, "t.csv")) {
            assertThat(table.rows()).isEqualTo(3);
            assertThat(table.schema().names()).containsExactly("odds", "goals", "league", "day", "home");
            assertThat(table.schema().column("odds").type()).isEqualTo(ColumnType.DOUBLE);
            assertThat(table.schema().column("goals").type()).isEqualTo(ColumnType.LONG);
            assertThat(table.schema().column("day").type()).isEqualTo(ColumnType.DATE);
            assertThat(table.schema().column("home").type()).isEqualTo(ColumnType.BOOLEAN);
            assertThat(table.column("odds").get(0)).isEqualTo(1.5);
            assertThat(table.column("odds").isNull(1)).isTrue();
            assertThat(table.column("league").get(1)).isEqualTo("E1");
            assertThat(table.column("league").isNull(2)).isTrue();
        }
    }

    @Test
    void packedCsvAndParquetHoldTheSame() throws Exception {
        Path packed = folder.resolve("t.csv.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
            out.write(CSV.getBytes(StandardCharsets.UTF_8));
        }
        Path parquet = folder.resolve("t.parquet");
        Path back = folder.resolve("back.csv");
        try (TableFile table = TableFile.open(engine, packed, "t.csv.gz")) {
            TableFile.write(engine, table, parquet);
        }
        try (TableFile table = TableFile.open(engine, parquet, "t.parquet")) {
            assertThat(table.column("goals").get(2)).isEqualTo(3L);
            TableFile.write(engine, table, back);
        }

        assertThat(Files.readString(back)).isEqualTo(
                "odds,goals,league,day,home\n1.5,2,E0,2024-01-02,true\n,,E1,2024-01-01,false\n2.5,3,,2024-01-03,true\n");
    }

    @Test
    void aChangedTableIsWrittenAsItIs() throws Exception {
        Path file = Files.writeString(folder.resolve("t.csv"), CSV);
        Path out = folder.resolve("out.csv");
        try (TableFile table = TableFile.open(engine, file, "t.csv")) {
            TableFile.write(
                    engine,
                    ChangedData.of(
                            table,
                            List.of(
                                    new DataChange.Scale("odds", 2),
                                    new DataChange.Swap("league", "E0", "E1"),
                                    new DataChange.Stuck("day"),
                                    new DataChange.Drop("goals")),
                            1),
                    out);
        }

        assertThat(Files.readString(out))
                .isEqualTo("odds,league,day,home\n3.0,E1,2024-01-02,true\n,E0,2024-01-02,false\n5.0,,2024-01-02,true\n");
    }

    @Test
    void aLargeFileIsQuantilesOfItsParts() throws Exception {
        Random random = new Random(3);
        StringBuilder csv = new StringBuilder("x,league\n");
        double[] values = new double[60_000];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextGaussian();
            csv.append(i % 4 == 0 ? "" : Double.toString(values[i])).append(',').append(i % 3 == 0 ? "a" : "b").append('\n');
        }
        Path file = Files.writeString(folder.resolve("large.csv"), csv);
        try (TableFile table = TableFile.open(engine, file, "large.csv", 50_000)) {
            assertThat(table.aligned()).isFalse();
            assertThat(table.rows()).isEqualTo(12 * 4_096);
            assertThat(table.name()).isEqualTo("large.csv (60,000 rows, as quantiles)");
            Vector.Doubles x = (Vector.Doubles) table.column("x");
            double[] present = Arrays.stream(x.values()).filter(Double::isFinite).sorted().toArray();
            assertThat(present.length).isEqualTo(12 * 3_072);
            assertThat(present[present.length / 2]).isCloseTo(0, within(0.02));
            Vector league = table.column("league");
            assertThat(league.size()).isEqualTo(table.rows());
            long a = java.util.stream.IntStream.range(0, league.size()).filter(i -> "a".equals(league.get(i))).count();
            assertThat((double) a / league.size()).isCloseTo(1 / 3.0, within(0.02));
        }
    }

    @Test
    void aFileThatWasWrittenAnewIsReadAnew() throws Exception {
        Path file = folder.resolve("t.parquet");
        for (int rows = 1; rows <= 5; rows++) { // of one name and within the same second
            Path csv = Files.writeString(folder.resolve("t.csv"), "x\n" + "%d.5\n".formatted(rows).repeat(rows));
            try (TableFile table = TableFile.open(engine, csv, "t.csv")) {
                TableFile.write(engine, table, file);
            }
            try (TableFile table = TableFile.open(engine, file, "t.parquet")) {
                assertThat(table.rows()).isEqualTo(rows);
                assertThat(table.column("x").get(rows - 1)).isEqualTo(rows + 0.5);
            }
        }
    }

    @Test
    void whatIsNoTableIsSaid() throws Exception {
        Path file = Files.writeString(folder.resolve("t.parquet"), "not one");

        assertThatThrownBy(() -> TableFile.open(engine, file, "t.parquet"))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("cannot be read as a table");
        assertThatThrownBy(() -> TableFile.open(engine, folder.resolve("no.csv"), "no.csv"))
                .hasMessageContaining("There is no file (no.csv)");
    }

    @Test
    void lineWithOtherCellsThanTheHeaderIsNamed() throws Exception {
        Path file = Files.writeString(folder.resolve("t.csv"), "a,b,c\n1,2,3\n4\n5,6,7,8\n9,10,11,\n");
        Path open = Files.writeString(folder.resolve("open.csv"), "a,b\n1,2\n3,\"4\n5,6\n");
        Path empty = Files.writeString(folder.resolve("empty.csv"), "");

        assertThatThrownBy(() -> TableFile.open(engine, file, "t.csv"))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContainingAll("t.csv:3: The line has 1 cells; the header has 3.", "t.csv:4: The line has 4 cells")
                .hasMessageNotContaining("t.csv:5");
        assertThatThrownBy(() -> TableFile.open(engine, open, "open.csv"))
                .hasMessageContainingAll("open.csv", "quote");
        assertThatThrownBy(() -> TableFile.open(engine, empty, "empty.csv")).hasMessageContaining("The file is empty");
    }

    @Test
    void separatorIsToldByTheHeader() throws Exception {
        Path file = Files.writeString(folder.resolve("t.csv"), "day;\"a, b\";c\n1;\"x\ny\";0.5\n2;z;1.5\n");

        try (TableFile table = TableFile.open(engine, file, "t.csv")) {
            assertThat(table.schema().names()).containsExactly("day", "a, b", "c");
            assertThat(table.column("c").get(1)).isEqualTo(1.5);
            assertThat(table.rows()).isEqualTo(2);
        }
    }
}
