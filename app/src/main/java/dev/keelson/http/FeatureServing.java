package dev.keelson.http;

import dev.keelson.features.FeatureViewDefinition;
import dev.keelson.features.OnlineFeatures;
import dev.keelson.frame.ColumnType;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of the online features. Safe for use by several threads.
 *
 * <p>Expected failures are {@link dev.keelson.error.KeelsonException}.
 */
public interface FeatureServing extends FeatureChanges {
    /** Most entities, or rows, of one request. */
    int MAX_ROWS = 10_000;

    /** Where pushed rows go. */
    enum Destination {
        /** Into the values that are read, until the data known later is materialised. */
        ONLINE,
        /** Into the dataset, with the next load. */
        OFFLINE,
        /** Both. */
        ONLINE_AND_OFFLINE;

        /** Whether they can be read at once. */
        public boolean online() {
            return this != OFFLINE;
        }

        /** Whether they become part of the dataset. */
        public boolean offline() {
            return this != ONLINE;
        }
    }

    /**
     * Values, one column for each feature.
     *
     * @param rows how many
     * @param entities entity key, or column of the request, to its value in each row
     * @param columns in the order asked for
     * @param asOf only what was known strictly before is contained
     */
    record Answer(
            int rows, Map<String, List<@Nullable Object>> entities, List<FeatureValues> columns, Instant asOf) {
        public Answer {
            columns = List.copyOf(columns);
        }
    }

    /**
     * One feature of all rows.
     *
     * @param view its view; null for a feature of a service
     * @param name its name within the view, or of the service
     * @param values NaN unless the status is PRESENT
     * @param statuses {@link dev.keelson.features.FeatureStatus#code()}
     * @param eventMicros when the entity's newest event happened; {@code Long.MIN_VALUE} where there is none
     * @param texts what its numbers stand for, where it is a text
     */
    record FeatureValues(
            @Nullable String view,
            String name,
            double[] values,
            byte[] statuses,
            long[] eventMicros,
            Map<Double, String> texts) {
        /** A quantity. */
        public FeatureValues(
                @Nullable String view, String name, double[] values, byte[] statuses, long[] eventMicros) {
            this(view, name, values, statuses, eventMicros, Map.of());
        }

        /** The text that a row has; null where it has a number, or nothing. */
        public @Nullable String text(int row) {
            return texts.get(values[row]);
        }

        /** How it is addressed: {@code view:feature}. */
        public String address() {
            return view == null ? name : view + ":" + name;
        }
    }

    /**
     * What became of pushed rows.
     *
     * @param accepted rows given
     * @param contained of them, how many the dataset holds already, cell by cell
     * @param visible of the others, how many count at once; the rest counts when it becomes known
     */
    record PushOutcome(int accepted, int contained, int visible) {}

    /**
     * How far a view is.
     *
     * @param status of its values
     * @param entity its entity
     * @param features how many features it has
     * @param freshnessSeconds age of its newest event; NaN when there is none
     * @param keys entities of which the store holds something
     * @param bytes of what it holds
     */
    record ViewStatus(
            OnlineFeatures.Status status,
            String entity,
            int features,
            double freshnessSeconds,
            long keys,
            long bytes) {}

    /**
     * Features of entities.
     *
     * @param features as {@code view:feature}, or {@code view:*}
     * @param entities name of an entity's key, or of the entity, to its values; all of one length
     */
    Answer get(List<String> features, Map<String, ? extends List<? extends @Nullable Object>> entities);

    /**
     * The features of a model for rows of requests, those computed from the request included.
     *
     * @param service name of the model
     * @param rows column name to value
     */
    Answer service(String service, List<Map<String, @Nullable Object>> rows);

    /**
     * A view that serves.
     *
     * @param definition as the project file declares it; of an SQL view, the view over its rows
     * @param types name of each feature to its type, in order
     */
    record ServedView(FeatureViewDefinition definition, Map<String, ColumnType> types) {}

    /** The views, those of queries last. */
    List<ServedView> views();

    /** The source of a view's rows. */
    String sourceOf(String view);

    /** Where the values are, for a person to read: the kind of the store, and its place without a password. */
    String store();

    /** How far each view is; reads over all stored values. */
    List<ViewStatus> status();

    /** Age of the newest event of a view in seconds; NaN when there is none. Costs little. */
    double freshnessSeconds(String view);
}
