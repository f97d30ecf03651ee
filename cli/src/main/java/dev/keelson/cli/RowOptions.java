package dev.keelson.cli;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Where a command takes rows from: a file, standard input, or the cells of one row. */
final class RowOptions {
    @Parameters(
            index = "+", // behind those of the command
            arity = "0..1",
            paramLabel = "FILE",
            description = "Rows as JSON or CSV; - reads standard input.")
    @Nullable String file;

    @Option(names = "--row", paramLabel = "COL=VALUE", description = "A column of the row; may be repeated.")
    List<String> cells = new ArrayList<>();

    /**
     * The rows.
     *
     * @throws KeelsonException USAGE when there are none, or two sorts
     */
    List<Map<String, @Nullable Object>> rows(Session session, PredictRows reader) {
        String from = file;
        if ((from == null) == cells.isEmpty()) {
            throw new KeelsonException(
                    ErrorCode.USAGE,
                    from == null ? "There is no row." : "Rows are given twice: in a file and with --row.",
                    "Maybe give --row COL=VALUE for each column, or a FILE (- is standard input).");
        }
        return from == null ? List.of(reader.cells(cells)) : reader.file(session, from);
    }
}
