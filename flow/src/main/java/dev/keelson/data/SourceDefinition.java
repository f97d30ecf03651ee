package dev.keelson.data;

import dev.keelson.error.Located;
import dev.keelson.error.Location;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table of events as the project file declares it.
 *
 * @param name its name in the project
 * @param origin where its rows come from
 * @param key columns that identify a row; at least one
 * @param eventTime column of type DATE or TIMESTAMP: when it happened
 * @param cursor column of type DATE or TIMESTAMP by which incremental loads proceed; null for the created column, or
 *     for the event time where there is none
 * @param lateWindow how far behind the greatest cursor loaded a row may still come in or change, at least zero
 * @param created column that says when a row became known, or null
 * @param knownAfter when there is no created column: how long after the event time a row is known
 * @param outcomes columns known only after the event
 * @param zone zone of naive times and dates
 * @param columns declared columns; others of the file are inferred
 * @param checks row-independent conditions on a load
 * @param location where it is declared, or null
 * @param operation what a row of a change feed does; null when every row is one of the dataset
 * @param rules conditions that every row keeps
 * @param anomalies which values are marked as unlikely
 */
public record SourceDefinition(
        String name,
        SourceOrigin origin,
        List<String> key,
        String eventTime,
        @Nullable String cursor,
        Duration lateWindow,
        @Nullable String created,
        Duration knownAfter,
        List<String> outcomes,
        ZoneId zone,
        List<ColumnDefinition> columns,
        List<CheckDefinition> checks,
        @Nullable Location location,
        @Nullable RowOperation operation,
        List<RowRule> rules,
        List<AnomalyRule> anomalies) {
    public SourceDefinition {
        key = List.copyOf(key);
        outcomes = List.copyOf(outcomes);
        columns = List.copyOf(columns);
        checks = List.copyOf(checks);
        rules = List.copyOf(rules);
        anomalies = List.copyOf(anomalies);
        if (key.isEmpty()) {
            throw new IllegalArgumentException("key must name at least one column.");
        }
        if (lateWindow.isNegative() || knownAfter.isNegative()) {
            throw new IllegalArgumentException(
                    "lateWindow (%s) and knownAfter (%s) must not be negative.".formatted(lateWindow, knownAfter));
        }
    }

    /** A source without rules and anomalies. */
    public SourceDefinition(
            String name,
            SourceOrigin origin,
            List<String> key,
            String eventTime,
            @Nullable String cursor,
            Duration lateWindow,
            @Nullable String created,
            Duration knownAfter,
            List<String> outcomes,
            ZoneId zone,
            List<ColumnDefinition> columns,
            List<CheckDefinition> checks,
            @Nullable Location location,
            @Nullable RowOperation operation) {
        this(
                name,
                origin,
                key,
                eventTime,
                cursor,
                lateWindow,
                created,
                knownAfter,
                outcomes,
                zone,
                columns,
                checks,
                location,
                operation,
                List.of(),
                List.of());
    }

    /** A source of files whose rows are all rows of the dataset. */
    public SourceDefinition(
            String name,
            Located file,
            List<String> key,
            String eventTime,
            @Nullable String cursor,
            Duration lateWindow,
            @Nullable String created,
            Duration knownAfter,
            List<String> outcomes,
            ZoneId zone,
            List<ColumnDefinition> columns,
            List<CheckDefinition> checks,
            @Nullable Location location) {
        this(
                name,
                new SourceOrigin.Files(file),
                key,
                eventTime,
                cursor,
                lateWindow,
                created,
                knownAfter,
                outcomes,
                zone,
                columns,
                checks,
                location,
                null);
    }

    /** The file, files or table as messages call it. */
    public Located file() {
        return origin.name();
    }

    /** The same source with its rows from elsewhere. */
    public SourceDefinition withOrigin(SourceOrigin other) {
        return new SourceDefinition(
                name, other, key, eventTime, cursor, lateWindow, created, knownAfter, outcomes, zone, columns, checks,
                location, operation, rules, anomalies);
    }

    /** The same source with other checks. */
    public SourceDefinition withChecks(List<CheckDefinition> others) {
        return new SourceDefinition(
                name, origin, key, eventTime, cursor, lateWindow, created, knownAfter, outcomes, zone, columns, others,
                location, operation, rules, anomalies);
    }

    /** The same source with other rules and anomalies. */
    public SourceDefinition withRules(List<RowRule> otherRules, List<AnomalyRule> otherAnomalies) {
        return new SourceDefinition(
                name, origin, key, eventTime, cursor, lateWindow, created, knownAfter, outcomes, zone, columns, checks,
                location, operation, otherRules, otherAnomalies);
    }

    /** The same source with other declarations of columns. */
    SourceDefinition withColumns(List<ColumnDefinition> others) {
        return new SourceDefinition(
                name, origin, key, eventTime, cursor, lateWindow, created, knownAfter, outcomes, zone, others, checks,
                location, operation, rules, anomalies);
    }
}
