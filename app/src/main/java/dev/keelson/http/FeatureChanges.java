package dev.keelson.http;

import dev.keelson.features.Materialization;
import dev.keelson.http.FeatureServing.Destination;
import dev.keelson.http.FeatureServing.PushOutcome;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is done to the online features, whoever owns them: this process, or another one that serves the project.
 *
 * <p>Expected failures are {@link dev.keelson.error.KeelsonException}.
 */
public interface FeatureChanges {

    /**
     * Takes rows of a source: all or none. They are checked by the rules of the source, and on disk when the call returns.
     *
     * @param rows column to value; a column that is left out is missing
     */
    PushOutcome push(String source, List<Map<String, @Nullable Object>> rows, Destination to);

    /**
     * Brings views up to date with the latest dataset.
     *
     * @param progress told when some rows are stored; not by another process
     */
    List<Materialization.Outcome> materialize(Materialization.Request request, Materialization.Progress progress);
}
