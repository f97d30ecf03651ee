package dev.keelson.project;

import dev.keelson.error.Located;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the log of predictions does beside keeping those that are served here. Immutable.
 *
 * @param remote address of a database that it is copied to, or null
 * @param table the table there
 * @param elsewhere models that others serve, whose predictions are handed in
 */
public record PredictionLogDefinition(@Nullable Located remote, String table, List<Elsewhere> elsewhere) {
    /** The name of the table where the file does not say. */
    public static final String TABLE = "evaluation_log";

    /** It keeps what is served here, and nothing more. */
    public static final PredictionLogDefinition NONE = new PredictionLogDefinition(null, TABLE, List.of());

    public PredictionLogDefinition {
        elsewhere = List.copyOf(elsewhere);
    }

    /**
     * A model that others serve.
     *
     * @param name unlike that of every model of the project
     * @param classes in order; none of a model of numbers
     * @param features names of the features that may be handed in, in the order in which they are kept
     */
    public record Elsewhere(String name, List<String> classes, List<String> features) {
        /** The column of the segments that are handed in. */
        public static final String SEGMENT = "segment";

        public Elsewhere {
            classes = List.copyOf(classes);
            features = List.copyOf(features);
        }

        /** Whether it predicts a number instead of a class. */
        public boolean isNumber() {
            return classes.isEmpty();
        }

        /** Names of what is handed in: its features, then what it predicts; of two classes the second alone, as the first says the same. */
        public List<String> columns() {
            List<String> names = new ArrayList<>(features);
            if (isNumber()) {
                names.add("prediction");
            } else {
                classes.subList(classes.size() == 2 ? 1 : 0, classes.size()).forEach(each -> names.add("p(%s)".formatted(each)));
            }
            return names;
        }
    }
}
