package dev.keelson.data;

import dev.keelson.error.Located;
import dev.keelson.error.Location;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
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

    /** Begins a source; what is not said is as in a project file. */
    public static Builder of(String name, SourceOrigin origin) {
        return new Builder(name, origin);
    }

    /** Begins a source of files. */
    public static Builder of(String name, Located file) {
        return of(name, new SourceOrigin.Files(file));
    }

    /** The same source, to be changed. */
    public Builder with() {
        return of(name, origin)
                .key(key)
                .eventTime(eventTime)
                .cursor(cursor)
                .lateWindow(lateWindow)
                .created(created)
                .knownAfter(knownAfter)
                .outcomes(outcomes)
                .zone(zone)
                .columns(columns)
                .checks(checks)
                .location(location)
                .operation(operation)
                .rules(rules)
                .anomalies(anomalies);
    }

    /** The file, files or table as messages call it. */
    public Located file() {
        return origin.name();
    }

    /** The same source with its rows from elsewhere. */
    public SourceDefinition withOrigin(SourceOrigin other) {
        return with().origin(other).build();
    }

    /** The same source with other declarations of columns. */
    SourceDefinition withColumns(List<ColumnDefinition> others) {
        return with().columns(others).build();
    }

    /** A source in the making: names its parts, as the project file does. Not safe for use by several threads. */
    public static final class Builder {
        private final String name;
        private SourceOrigin origin;
        private List<String> key = List.of();
        private String eventTime = "";
        private @Nullable String cursor;
        private Duration lateWindow = Duration.ZERO;
        private @Nullable String created;
        private Duration knownAfter = Duration.ZERO;
        private List<String> outcomes = List.of();
        private ZoneId zone = ZoneOffset.UTC;
        private List<ColumnDefinition> columns = List.of();
        private List<CheckDefinition> checks = List.of();
        private @Nullable Location location;
        private @Nullable RowOperation operation;
        private List<RowRule> rules = List.of();
        private List<AnomalyRule> anomalies = List.of();

        private Builder(String name, SourceOrigin origin) {
            this.name = name;
            this.origin = origin;
        }

        private Builder origin(SourceOrigin other) {
            origin = other;
            return this;
        }

        /** Columns that identify a row; one at least is needed. */
        public Builder key(List<String> names) {
            key = names;
            return this;
        }

        /** When it happened; needed. */
        public Builder eventTime(String column) {
            eventTime = column;
            return this;
        }

        /** By what incremental loads proceed; null for the standard. */
        public Builder cursor(@Nullable String column) {
            cursor = column;
            return this;
        }

        /** How far back a row may come in late. */
        public Builder lateWindow(Duration window) {
            lateWindow = window;
            return this;
        }

        /** When a row became known, or null. */
        public Builder created(@Nullable String column) {
            created = column;
            return this;
        }

        /** How long after the event a row is known. */
        public Builder knownAfter(Duration delay) {
            knownAfter = delay;
            return this;
        }

        /** Columns known only after the event. */
        public Builder outcomes(List<String> names) {
            outcomes = names;
            return this;
        }

        /** Zone of naive times and dates; UTC unless it is said. */
        public Builder zone(ZoneId zone) {
            this.zone = zone;
            return this;
        }

        /** Declared columns. */
        public Builder columns(List<ColumnDefinition> declared) {
            columns = declared;
            return this;
        }

        /** Conditions on a load. */
        public Builder checks(List<CheckDefinition> conditions) {
            checks = conditions;
            return this;
        }

        /** Where it is declared. */
        public Builder location(@Nullable Location place) {
            location = place;
            return this;
        }

        /** What a row of a change feed does; null when it is none. */
        public Builder operation(@Nullable RowOperation kind) {
            operation = kind;
            return this;
        }

        /** Conditions that every row keeps. */
        public Builder rules(List<RowRule> conditions) {
            rules = conditions;
            return this;
        }

        /** Which values are marked as unlikely. */
        public Builder anomalies(List<AnomalyRule> marks) {
            anomalies = marks;
            return this;
        }

        /**
         * The source.
         *
         * @throws IllegalArgumentException if there is no key, or a duration is negative
         */
        public SourceDefinition build() {
            return new SourceDefinition(
                    name, origin, key, eventTime, cursor, lateWindow, created, knownAfter, outcomes, zone, columns, checks,
                    location, operation, rules, anomalies);
        }
    }
}
