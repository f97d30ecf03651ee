package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.data.RowPlaces;
import dev.keelson.data.SourceDefinition;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.lineage.PredictionTraces;

/** Traces of predictions over the stores of a workspace. */
final class Traces {
    /** Files of more rows are not read for some lines. */
    private static final long MOST_ROWS = 2_000_000;

    private Traces() {}

    /** Traces; safe for use by several threads as the workspace is. */
    static PredictionTraces of(Workspace workspace) {
        return new PredictionTraces(
                workspace.project(),
                workspace.catalog(),
                workspace.datasets(),
                run -> ModelExplanations.model(run, workspace).features(),
                (source, latest, keys) -> {
                    requireSmall(workspace, source);
                    return RowPlaces.of(workspace.readAsIs(source, latest), keys);
                });
    }

    private static void requireSmall(Workspace workspace, SourceDefinition source) {
        long read = workspace.catalog().read(tx -> tx.reports(RunPipeline.LOAD, source.name(), 1)).stream()
                .findFirst()
                .map(report -> RunPipeline.parsed(report.document()))
                .map(report -> report.path("read"))
                .map(JsonNode::asLong)
                .orElse(0L);
        if (read > MOST_ROWS) {
            throw new KeelsonException(
                    ErrorCode.TOO_LARGE,
                    "Its %,d rows are too many to be read for some lines; at most %,d are.".formatted(read, MOST_ROWS),
                    "Maybe look for the keys in it with a tool of your own.");
        }
    }
}
