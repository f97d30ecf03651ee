package dev.keelson.store.duckdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParquetFilesTest {
    private static final List<Column> COLUMNS = List.of(
            new Column("text", ColumnType.STRING),
            new Column("num\"ber", ColumnType.DOUBLE),
            new Column("whole", ColumnType.LONG),
            new Column("flag", ColumnType.BOOLEAN),
            new Column("day", ColumnType.DATE),
            new Column("at", ColumnType.TIMESTAMP));

    @TempDir
    Path folder;

    private static Frame random(long seed, int rows) {
        Random random = new Random(seed);
        @Nullable String[] texts = new @Nullable String[rows];
        double[] doubles = new double[rows];
        long[] longs = new long[rows];
        boolean[] flags = new boolean[rows];
        long[] days = new long[rows];
        long[] times = new long[rows];
        boolean[] nulls = new boolean[rows];
        for (int i = 0; i < rows; i++) {
            texts[i] = switch (random.nextInt(5)) {
                case 0 -> null;
                case 1 -> "";
                case 2 -> "München \uD83D\uDE00".repeat(random.nextInt(5));
                default -> "t" + random.nextInt(9);
            };
            doubles[i] = random.nextInt(9) == 0 ? Double.NaN : random.nextGaussian();
            longs[i] = random.nextLong();
            flags[i] = random.nextBoolean();
            days[i] = random.nextInt(60_000) - 30_000L;
            times[i] = random.nextLong(4_000_000_000_000_000L) - 2_000_000_000_000_000L;
            nulls[i] = random.nextInt(4) == 0;
            if (nulls[i]) {
                doubles[i] = 0;
                longs[i] = 0;
                flags[i] = false;
                days[i] = 0;
                times[i] = 0;
            }
        }
        return new Frame(
                new Schema(COLUMNS),
                List.of(
                        new Vector.Strings(texts),
                        new Vector.Doubles(doubles, nulls),
                        new Vector.Longs(ColumnType.LONG, longs, nulls),
                        new Vector.Booleans(flags, nulls),
                        new Vector.Longs(ColumnType.DATE, days, nulls),
                        new Vector.Longs(ColumnType.TIMESTAMP, times, nulls)),
                rows);
    }

    private static void assertSame(Frame read, Frame written) {
        assertThat(read.rows()).isEqualTo(written.rows());
        for (int c = 0; c < COLUMNS.size(); c++) {
            int column = c;
            assertThat(IntStream.range(0, read.rows()).mapToObj(read.vector(column)::get))
                    .containsExactlyElementsOf(IntStream.range(0, read.rows())
                            .mapToObj(written.vector(column)::get)
                            .toList());
        }
    }

    @Test
    void cellsOfEveryTypeComeBackAsTheyWere() throws SQLException {
        try (DuckDb engine = new DuckDb(DuckDbSettings.defaults())) {
            ParquetFiles parquet = new ParquetFiles(engine);
            Path file = folder.resolve("it's.parquet");
            Frame rows = random(1, 5_000);

            parquet.write(List.of(rows), List.of(file));

            assertSame(parquet.read(List.of(file), COLUMNS, 5_000), rows);
        }
    }

    @Test
    void filesWrittenAtOnceAreThoseThatOneThreadWrites() throws Exception {
        byte[] alone;
        try (DuckDb engine = new DuckDb(new DuckDbSettings(256, 1, null))) {
            Path file = folder.resolve("alone.parquet");
            new ParquetFiles(engine).write(List.of(random(7, 150_000)), List.of(file));
            alone = Files.readAllBytes(file);
        }
        try (DuckDb engine = new DuckDb(new DuckDbSettings(512, 4, null));
                ExecutorService threads = Executors.newFixedThreadPool(3)) {
            ParquetFiles parquet = new ParquetFiles(engine);
            List<Future<?>> writes = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Path file = folder.resolve(i + ".parquet");
                writes.add(threads.submit(() -> {
                    parquet.write(List.of(random(7, 150_000)), List.of(file));
                    return null;
                }));
            }
            for (Future<?> write : writes) {
                assertThat(write.get()).isNull();
            }
        }

        for (int i = 0; i < 3; i++) {
            assertThat(Files.readAllBytes(folder.resolve(i + ".parquet"))).isEqualTo(alone);
        }
    }

    @Test
    void frameThatWasClosedCannotBeRead() throws SQLException {
        try (DuckDb engine = new DuckDb(DuckDbSettings.defaults())) {
            String select;
            try (FrameScan.Scan scan = engine.frames().scan(random(1, 10))) {
                select = scan.select();
            }

            assertThatThrownBy(() -> ParquetFiles.execute(engine.connection(), select))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("no such frame");
        }
    }
}
