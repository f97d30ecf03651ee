package dev.keelson.data;

import dev.keelson.error.Located;
import dev.keelson.frame.ColumnType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sources for tests: matches with a date and odds unless told otherwise. */
public final class Sources {
    private List<String> key = List.of("id");
    private String eventTime = "date";
    private @Nullable String cursor;
    private @Nullable String created;
    private Duration lateWindow = Duration.ofDays(3);
    private Duration knownAfter = Duration.ofDays(1);
    private ZoneId zone = ZoneOffset.UTC;
    private final List<String> outcomes = new ArrayList<>();
    private final List<ColumnDefinition> columns = new ArrayList<>();
    private final List<CheckDefinition> checks = new ArrayList<>();
    private final List<RowRule> rules = new ArrayList<>();
    private final List<AnomalyRule> anomalies = new ArrayList<>();
    private @Nullable RowOperation operation;
    private String name = "matches";

    private Sources() {}

    public static Sources matches() {
        return new Sources();
    }

    /** Matches whose {@code date} is an ISO date. */
    public static Sources dated() {
        return matches().column("date", ColumnType.DATE);
    }

    public Sources key(String... names) {
        key = List.of(names);
        return this;
    }

    public Sources eventTime(String name) {
        eventTime = name;
        return this;
    }

    public Sources cursor(String name) {
        cursor = name;
        return this;
    }

    public Sources created(String name) {
        created = name;
        return this;
    }

    public Sources lateWindow(Duration window) {
        lateWindow = window;
        return this;
    }

    public Sources knownAfter(Duration delay) {
        knownAfter = delay;
        return this;
    }

    public Sources zone(String id) {
        zone = ZoneId.of(id);
        return this;
    }

    public Sources outcomes(String... names) {
        outcomes.addAll(List.of(names));
        return this;
    }

    public Sources column(String name, ColumnType type, String... formats) {
        return column(new ColumnDefinition(
                name,
                type,
                List.of(formats),
                false,
                null,
                null,
                List.of(),
                null,
                ColumnDefinition.OnFail.QUARANTINE,
                null));
    }

    public Sources column(ColumnDefinition column) {
        columns.add(column);
        return this;
    }

    public Sources least(String name, double min, ColumnDefinition.OnFail onFail) {
        return column(new ColumnDefinition(
                name, ColumnType.DOUBLE, List.of(), false, min, null, List.of(), null, onFail, null));
    }

    public Sources block(String condition) {
        checks.add(new CheckDefinition(CheckDefinition.Severity.BLOCK, Located.of(condition)));
        return this;
    }

    public Sources warn(String condition) {
        checks.add(new CheckDefinition(CheckDefinition.Severity.WARN, Located.of(condition)));
        return this;
    }

    /** A rule across the cells of a row; {@code columns} for a rule that makes them missing. */
    public Sources rule(String check, RowRule.OnFail onFail, String... columns) {
        rules.add(new RowRule(Located.of(check), onFail, List.of(columns)));
        return this;
    }

    public Sources anomaly(
            String column, AnomalyRule.Method method, AnomalyRule.Of of, double limit, String... by) {
        anomalies.add(new AnomalyRule(column, method, of, limit, List.of(by), null));
        return this;
    }

    public Sources operation(RowOperation kind) {
        operation = kind;
        return this;
    }

    public Sources name(String other) {
        name = other;
        return this;
    }

    public SourceDefinition build() {
        return SourceDefinition.of(name, Located.of("matches.csv"))
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
                .operation(operation)
                .rules(rules)
                .anomalies(anomalies)
                .build();
    }

    /** Reads a text as the file {@code matches.csv}. */
    public static SourceRows read(SourceDefinition source, String csv) {
        return read(source, csv, null);
    }

    public static SourceRows read(SourceDefinition source, String csv, @Nullable DatasetVersion previous) {
        return SourceReader.parse(source, "matches.csv", csv.getBytes(StandardCharsets.UTF_8), previous);
    }
}
