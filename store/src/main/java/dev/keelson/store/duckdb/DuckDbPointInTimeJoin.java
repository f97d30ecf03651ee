package dev.keelson.store.duckdb;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.features.spi.JoinRequest;
import dev.keelson.features.JoinSummary;
import dev.keelson.features.spi.PointInTimeJoin;
import dev.keelson.frame.Frame;
import dev.keelson.store.files.StoreErrors;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Locale;

/**
 * The join as DuckDB queries over Parquet files.
 *
 * <p>Keys become small numbers first, so that what is sorted is narrow: (key, known, event, place), without values. Where
 * event order is known order, one {@code ASOF} join on the known time finds the row. Otherwise the rows of each key are put
 * in known order, those that an earlier known row with a later event outdates are dropped (the running maximum of (event,
 * known, place)), and the rest is joined in the same way. The values are fetched by place at the end.
 *
 * <p>Everything may spill to the engine's folder. Nothing is summed, so the result does not depend on threads.
 */
public final class DuckDbPointInTimeJoin implements PointInTimeJoin {
    private final DuckDb engine;
    private final ParquetDatasetStore datasets;

    /**
     * @param engine does the work, and limits its memory; not closed by this
     * @param datasets where the files of versions are
     */
    public DuckDbPointInTimeJoin(DuckDb engine, ParquetDatasetStore datasets) {
        this.engine = engine;
        this.datasets = datasets;
    }

    @Override
    public JoinSummary toFile(JoinRequest request, Path file) {
        Path target = file.toAbsolutePath();
        boolean csv = isCsv(target);
        DatasetFiles.createFolders(target.resolveSibling(""));
        Path temporary = DatasetFiles.unfinished(target);
        JoinSummary summary;
        synchronized (engine) {
            try (JoinTables tables = JoinTables.join(engine.connection(), datasets, request)) {
                try {
                    if (csv) {
                        tables.copyCsv(temporary);
                    } else {
                        tables.copyParquet(temporary);
                    }
                } catch (SQLException e) {
                    throw DatasetFiles.discarding(temporary, writing(target, e));
                }
                summary = tables.summary();
            } catch (SQLException e) {
                throw reading(e);
            }
        }
        DatasetFiles.publish(temporary, target);
        return summary;
    }

    @Override
    public Frame toFrame(JoinRequest request) {
        synchronized (engine) {
            try (JoinTables tables = JoinTables.join(engine.connection(), datasets, request)) {
                return tables.frame();
            } catch (SQLException e) {
                throw reading(e);
            }
        }
    }

    private static boolean isCsv(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        if (name.endsWith(".parquet") || name.endsWith(".csv")) {
            return name.endsWith(".csv");
        }
        throw new KeelsonException(
                ErrorCode.USAGE,
                "The result (%s) is neither a .parquet nor a .csv file.".formatted(file),
                "Maybe name it features.parquet.");
    }

    private static KeelsonException writing(Path file, SQLException e) {
        KeelsonException noRoom = EngineErrors.noRoom(e);
        return noRoom == null ? StoreErrors.writing(file, e) : noRoom;
    }

    private static KeelsonException reading(SQLException e) {
        KeelsonException noRoom = EngineErrors.noRoom(e);
        return noRoom == null
                ? new KeelsonException(
                        ErrorCode.SOURCE_UNREADABLE,
                        "The rows cannot be joined: %s".formatted(e.getMessage()),
                        "Maybe a file is damaged or was cut off.",
                        e)
                : noRoom;
    }
}
