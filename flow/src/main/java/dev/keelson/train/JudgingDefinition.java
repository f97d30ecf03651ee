package dev.keelson.train;

import dev.keelson.error.Located;
import java.util.List;

/**
 * How the test period of a model is looked at beside its standard metrics. It changes nothing that is trained.
 *
 * @param segments expressions by whose values metrics are split, over columns known beforehand, features and what was
 *     predicted
 * @param metrics metrics of the project's own
 */
public record JudgingDefinition(List<Located> segments, List<CustomMetric> metrics) {
    /** Nothing but the standard. */
    public static final JudgingDefinition NONE = new JudgingDefinition(List.of(), List.of());

    /** Copies the lists. */
    public JudgingDefinition {
        segments = List.copyOf(segments);
        metrics = List.copyOf(metrics);
    }

    /**
     * A metric of the project's own.
     *
     * @param name it is reported as {@code test_NAME}
     * @param expression an aggregate over the rows, see {@link JudgedSchema}
     * @param higher whether more of it is better
     */
    public record CustomMetric(String name, Located expression, boolean higher) {}
}
