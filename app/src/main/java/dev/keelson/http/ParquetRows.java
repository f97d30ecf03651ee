package dev.keelson.http;

import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;

/** Parquet files of rows and of answers. Safe for use by several threads. */
public interface ParquetRows {

    /**
     * Reads the rows of a model, one after the other. Columns that are known only after the event are left out.
     *
     * @param file a Parquet file
     * @throws dev.keelson.error.KeelsonException SOURCE_UNREADABLE when it is none; BAD_REQUEST when its columns are not those
     *     of the model
     */
    void read(Path file, PredictSignature signature, Consumer<InputRow> rows);

    /**
     * Writes lines of CSV with a header as a Parquet file.
     *
     * @param csv that file
     * @param columns name to its type in SQL, in the order of the header
     * @param to the file that is made
     */
    void write(Path csv, Map<String, String> columns, Path to);
}
