package dev.keelson.store.duckdb;

import dev.keelson.store.files.StoreErrors;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes lines of CSV as Parquet, within the engine's memory. */
public final class CsvToParquet {
    private CsvToParquet() {}

    /**
     * Writes a file.
     *
     * @param csv UTF-8, with a header; an empty cell is missing
     * @param columns name to its type in SQL, in the order of the header
     * @param parquet the file that is made
     * @throws dev.keelson.error.KeelsonException when it cannot be written
     */
    public static void write(DuckDb engine, Path csv, Map<String, String> columns, Path parquet) {
        String types = columns.entrySet().stream()
                .map(each -> literal(each.getKey()) + ": " + literal(each.getValue()))
                .collect(Collectors.joining(", ", "{", "}"));
        String sql =
                "COPY (SELECT * FROM read_csv(%s, header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"', columns = %s)) TO %s (FORMAT parquet, COMPRESSION zstd)"
                        .formatted(literal(csv.toString()), types, literal(parquet.toString()));
        synchronized (engine) {
            try (Statement statement = engine.connection().createStatement()) {
                statement.execute(sql);
            } catch (SQLException e) {
                throw StoreErrors.writing(parquet, new IOException(e));
            }
        }
    }

    private static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
