package dev.keelson.control;

import dev.keelson.serve.OutcomeEvent;
import java.time.Instant;
import java.util.List;

/**
 * History seen as if it were live. One pass serves every policy: rows are loaded when they became known, features are
 * brought up to date, and rows to predict are handed out with what was known before their event. Calls come in ascending
 * time. Not safe for use by several threads, except that {@link #requests} and {@link #outcomes} only read.
 */
public interface ReplayWorld {

    /** Loads everything known strictly before an instant, and brings features up to date. */
    void advance(Instant at);

    /**
     * Prepares the rows whose event time lies in {@code [from, to)}: their features are read in event order, each after
     * everything known strictly before it was applied. Called once for each step, after {@code advance(from)}.
     */
    void prepare(Instant from, Instant to);

    /** The prepared rows of a model. */
    Requests requests(String model);

    /** Outcomes for a model that became known in {@code [from, to)}, in the order in which they did. */
    List<OutcomeEvent> outcomes(String model, Instant from, Instant to);

    /** Identity of the data loaded so far. */
    String datasetVersion();
}
