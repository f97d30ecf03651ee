package dev.keelson.sync;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What the product keeps of its own work, as tables that can be written back. */
public enum OwnTable {
    /** A row for each prediction that was served. */
    PREDICTIONS(
            ofPrediction(
                    new SyncTable.Column("as_of", SyncType.TIMESTAMP),
                    new SyncTable.Column("predicted_at", SyncType.TIMESTAMP),
                    new SyncTable.Column("predicted", SyncType.TEXT),
                    new SyncTable.Column("confidence", SyncType.DOUBLE),
                    new SyncTable.Column("probabilities", SyncType.JSON))),
    /** A row for each prediction whose outcome is known. */
    EVALUATIONS(
            ofPrediction(
                    new SyncTable.Column("predicted_at", SyncType.TIMESTAMP),
                    new SyncTable.Column("predicted", SyncType.TEXT),
                    new SyncTable.Column("confidence", SyncType.DOUBLE),
                    new SyncTable.Column("outcome", SyncType.TEXT),
                    new SyncTable.Column("outcome_known_at", SyncType.TIMESTAMP),
                    new SyncTable.Column("correct", SyncType.BOOLEAN),
                    new SyncTable.Column("log_loss", SyncType.DOUBLE),
                    new SyncTable.Column("brier", SyncType.DOUBLE))),
    /** A row for each check of each load and validation. */
    CHECK_RESULTS(
            List.of(
                    new SyncTable.Column("id", SyncType.TEXT),
                    new SyncTable.Column("source", SyncType.TEXT),
                    new SyncTable.Column("checked_at", SyncType.TIMESTAMP),
                    new SyncTable.Column("checked", SyncType.TEXT),
                    new SyncTable.Column("verdict", SyncType.TEXT),
                    new SyncTable.Column("dataset_version", SyncType.TEXT),
                    new SyncTable.Column("severity", SyncType.TEXT),
                    new SyncTable.Column("condition", SyncType.TEXT),
                    new SyncTable.Column("passed", SyncType.BOOLEAN),
                    new SyncTable.Column("observed", SyncType.TEXT),
                    new SyncTable.Column("value", SyncType.DOUBLE),
                    new SyncTable.Column("threshold", SyncType.DOUBLE),
                    new SyncTable.Column("detail", SyncType.TEXT)));

    /** The column that identifies a row of each of them. */
    public static final String KEY = "id";

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of and List.copyOf
    private final List<SyncTable.Column> columns;

    OwnTable(List<SyncTable.Column> columns) {
        this.columns = columns;
    }

    private static List<SyncTable.Column> ofPrediction(SyncTable.Column... own) {
        List<SyncTable.Column> columns = new ArrayList<>(List.of(
                new SyncTable.Column("id", SyncType.UUID),
                new SyncTable.Column("model", SyncType.TEXT),
                new SyncTable.Column("version", SyncType.LONG),
                new SyncTable.Column("role", SyncType.TEXT),
                new SyncTable.Column("entity", SyncType.TEXT),
                new SyncTable.Column("segment", SyncType.TEXT),
                new SyncTable.Column("event_time", SyncType.TIMESTAMP)));
        columns.addAll(List.of(own));
        return List.copyOf(columns);
    }

    /** Its columns in order. */
    public List<SyncTable.Column> columns() {
        return columns;
    }

    /** Its name in project files. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The table of that name. */
    public static Optional<OwnTable> of(String word) {
        return Arrays.stream(values()).filter(each -> each.word().equals(word)).findFirst();
    }
}
