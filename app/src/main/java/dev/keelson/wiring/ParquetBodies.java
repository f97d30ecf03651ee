package dev.keelson.wiring;

import dev.keelson.data.SourceOrigin;
import dev.keelson.data.spi.TableQuery;
import dev.keelson.data.spi.TableSink;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.http.CellText;
import dev.keelson.http.CsvRows;
import dev.keelson.http.InputRow;
import dev.keelson.http.ParquetRows;
import dev.keelson.http.PredictSignature;
import dev.keelson.store.duckdb.CsvToParquet;
import dev.keelson.store.duckdb.DuckDb;
import dev.keelson.store.duckdb.DuckDbSettings;
import dev.keelson.store.duckdb.ParquetTables;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Parquet files of rows and answers, by an engine of bounded memory for each call, two at once. Safe for use by several threads. */
public final class ParquetBodies implements ParquetRows {
    private static final DuckDbSettings MEMORY = new DuckDbSettings(256, 1, null);
    private static final Duration WAIT = Duration.ofSeconds(10);
    /** Engines at once: what bounds their memory. */
    private static final Semaphore ENGINES = new Semaphore(2);

    /** Files anywhere. */
    public ParquetBodies() {}

    @Override
    public void read(Path file, PredictSignature signature, Consumer<InputRow> rows) {
        Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent(), "a folder");
        String name = Objects.requireNonNull(file.getFileName(), "a name").toString();
        withEngine(engine -> new ParquetTables(folder, engine)
                .read(
                        new SourceOrigin.Files(Located.of(name)),
                        new TableQuery(List.of(), "", false, null, false, ZoneOffset.UTC),
                        new Rows(signature, rows)));
    }

    @Override
    public void write(Path csv, Map<String, String> columns, Path to) {
        withEngine(engine -> CsvToParquet.write(engine, csv, columns, to));
    }

    private static void withEngine(Consumer<DuckDb> work) {
        boolean free;
        try {
            free = ENGINES.tryAcquire(WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            free = false;
        }
        if (!free) {
            throw new KeelsonException(
                    ErrorCode.NOT_READY,
                    "Other Parquet files are being read or written.",
                    "Maybe send them one after the other.");
        }
        try (DuckDb engine = new DuckDb(MEMORY.orAsToldBySystem())) {
            work.accept(engine);
        } finally {
            ENGINES.release();
        }
    }

    /** Makes cells of texts. */
    private static final class Rows implements TableSink {
        private final PredictSignature signature;
        private final Consumer<InputRow> rows;
        private List<Column> columns = List.of();
        private long number;

        Rows(PredictSignature signature, Consumer<InputRow> rows) {
            this.signature = signature;
            this.rows = rows;
        }

        @Override
        public void columns(List<Column> given) {
            columns = List.copyOf(given);
            CsvRows.check(signature, columns.stream().map(Column::name).toList(), false);
        }

        @Override
        public void names(List<String> names) {
            throw new IllegalStateException("A Parquet file tells its types.");
        }

        @Override
        public void types(List<? extends @Nullable ColumnType> types) {
            throw new IllegalStateException("A Parquet file tells its types first.");
        }

        @Override
        public void row(@Nullable String[] cells) {
            Map<String, @Nullable Object> row = new LinkedHashMap<>();
            for (int c = 0; c < cells.length; c++) {
                Column given = columns.get(c);
                PredictSignature.Column column = signature.column(given.name());
                String text = cells[c];
                if (column != null) {
                    row.put(column.name(), text == null ? null : value(text, given.type(), column.type()));
                } else if (signature.parts().contains(given.name())) {
                    row.put(given.name(), text);
                } else if (given.name().equals(CsvRows.ENTITY)) {
                    row.put(given.name(), text);
                }
            }
            rows.accept(new InputRow(++number, 0, row, null));
        }

        /** A text of the engine as a value of the model's column. */
        private static @Nullable Object value(String text, ColumnType given, ColumnType wanted) {
            if (given == ColumnType.DOUBLE) {
                double number = Double.parseDouble(text.equals("nan") ? "NaN" : text.replace("inf", "Infinity"));
                if (Double.isNaN(number)) {
                    return null;
                }
                boolean whole = number == Math.rint(number) && Math.abs(number) <= 1L << 53;
                return wanted == ColumnType.LONG && whole ? (Object) (long) number : (Object) number;
            }
            if (given == ColumnType.TIMESTAMP) {
                if (wanted == ColumnType.DATE) {
                    return text.substring(11).matches("[0:.]+(\\+00)?") ? text.substring(0, 10) : text;
                }
                String time = text.replace(' ', 'T').replaceFirst("\\+00(:00)?$", "Z");
                return time.matches(".*(Z|[+-]\\d{2}(:\\d{2})?)") ? time : time + "Z";
            }
            if (given == ColumnType.STRING && wanted == ColumnType.STRING) {
                return text;
            }
            return CellText.value(text, wanted);
        }
    }
}
