package dev.keelson.wiring;

import dev.keelson.data.DatasetVersion;
import dev.keelson.data.SystemColumns;
import dev.keelson.data.spi.DatasetStore;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.error.Suggestion;
import dev.keelson.features.CompositeKey;
import dev.keelson.features.FeatureEngine;
import dev.keelson.features.FeatureService;
import dev.keelson.features.FeatureServiceDefinition;
import dev.keelson.features.FeatureStatus;
import dev.keelson.features.FeatureTable;
import dev.keelson.features.FeatureViewDefinition;
import dev.keelson.features.JoinSummary.ViewSummary;
import dev.keelson.features.SourceSchema;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.frame.Vector;
import dev.keelson.project.Project;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Values of fold views for rows asked about: the same computation that trains models.
 *
 * @param versions source to the version that is read
 */
record FoldHistory(Project project, DatasetStore datasets, Map<String, DatasetVersion> versions) {
    /** A name that no source has. */
    private static final String ASKED = "_asked";

    /** Some features of a view. */
    record Wanted(FeatureViewDefinition view, List<String> features) {}

    /** Rows with the columns of the views added, and what became of each view. */
    record Result(Frame rows, List<ViewSummary> summaries) {}

    /**
     * Adds {@code VIEW.FEATURE} and {@code VIEW._status} for each view.
     *
     * @param rows with the keys of the views' entities
     * @param asOf their column of instants, or of texts that the join has accepted as instants
     */
    Result add(Frame rows, String asOf, List<Wanted> wanted) {
        long[] times = instants(rows.vector(asOf));
        Frame asked = rows.schema().contains(SystemColumns.EVENT_TIME)
                ? rows.select(rows.schema().names().stream()
                        .filter(name -> !SystemColumns.NAMES.contains(name))
                        .toList())
                : rows;
        asked = asked.with(SystemColumns.EVENT_TIME, new Vector.Longs(ColumnType.TIMESTAMP, times, null));
        Map<String, SourceSchema> sources = new LinkedHashMap<>();
        Map<String, Frame> events = new LinkedHashMap<>();
        for (Wanted each : wanted) {
            String source = each.view().source();
            DatasetVersion version = versions.get(source);
            if (version == null) {
                throw new IllegalArgumentException("The version of the source (%s) is missing.".formatted(source));
            }
            sources.computeIfAbsent(source, name -> SourceSchema.of(Projects.source(project, name), version.schema()));
            events.computeIfAbsent(source, name -> datasets.read(version));
        }
        Frame result = rows;
        List<ViewSummary> summaries = new ArrayList<>();
        for (Wanted each : wanted) {
            FeatureTable table = history(each, asked, sources, events);
            for (int i = 0; i < each.features().size(); i++) {
                result = result.with(
                        each.view().name() + "." + each.features().get(i), values(table, i));
            }
            result = result.with(each.view().name() + "._status", new Vector.Strings(statuses(table)));
            summaries.add(summary(each.view().name(), result));
        }
        return new Result(result, summaries);
    }

    private FeatureTable history(
            Wanted wanted, Frame asked, Map<String, SourceSchema> sources, Map<String, Frame> events) {
        FeatureViewDefinition view = wanted.view();
        String key = project.entities().getOrDefault(view.entity(), view.entity());
        List<CompositeKey> ways = new EntityKeys(project).of(view);
        CompositeKey made = asked.schema().contains(key) || ways.isEmpty()
                ? null
                : ways.stream()
                        .filter(way -> asked.schema().names().containsAll(way.parts()))
                        .findFirst()
                        .orElse(ways.getFirst());
        List<String> columns = made == null ? List.of(key) : made.parts();
        for (String column : columns) {
            if (!asked.schema().contains(column)) {
                List<String> names = asked.schema().names();
                throw new KeelsonException(
                        ErrorCode.MISSING_COLUMN,
                        "The rows asked about have no column (%s), the key of the entity (%s); they have %s."
                                .formatted(column, view.entity(), names.subList(0, names.size() - 1)),
                        Suggestion.sentence(column, names).orElse(null));
            }
        }
        SourceSchema request = new SourceSchema(
                ASKED,
                asked.select(asked.schema().names().stream()
                                .filter(name -> !SystemColumns.NAMES.contains(name))
                                .toList())
                        .schema(),
                columns.subList(0, 1),
                List.of());
        List<SourceSchema> schemas = new ArrayList<>(List.of(request));
        schemas.add(sources.get(view.source()));
        FeatureEngine engine = FeatureEngine.of(List.of(view), project.entities(), schemas);
        FeatureService service = engine.service(new FeatureServiceDefinition(
                "history",
                ASKED,
                Map.of("of", Map.of(key, made == null ? key : made.text())),
                wanted.features().stream()
                        .map(feature -> Located.of("of." + view.name() + "." + feature))
                        .toList(),
                Map.of()));
        return engine.history(events, asked, List.of(service)).getFirst();
    }

    private static long[] instants(Vector vector) {
        if (vector instanceof Vector.Longs longs) {
            return longs.values();
        }
        long[] times = new long[vector.size()];
        for (int row = 0; row < times.length; row++) {
            String text = String.valueOf(vector.get(row)).strip().replace(' ', 'T');
            times[row] = Micros.of(OffsetDateTime.parse(text).toInstant());
        }
        return times;
    }

    private static Vector values(FeatureTable table, int feature) {
        double[] values = table.values()[feature];
        byte[] statuses = table.statuses()[feature];
        boolean[] nulls = new boolean[values.length];
        boolean any = false;
        for (int row = 0; row < values.length; row++) {
            nulls[row] = statuses[row] != FeatureStatus.PRESENT.code();
            any |= nulls[row];
        }
        return new Vector.Doubles(values, any ? nulls : null);
    }

    /** Of each row: PRESENT when one of the features is. */
    private static @Nullable String[] statuses(FeatureTable table) {
        @Nullable String[] texts = new @Nullable String[table.rows()];
        for (int row = 0; row < texts.length; row++) {
            FeatureStatus status = FeatureStatus.of(table.statuses()[0][row]);
            for (byte[] column : table.statuses()) {
                if (column[row] == FeatureStatus.PRESENT.code()) {
                    status = FeatureStatus.PRESENT;
                }
            }
            texts[row] = status.name();
        }
        return texts;
    }

    /** Counts the statuses of a view in rows that have its column of them. */
    static ViewSummary summary(String view, Frame rows) {
        Map<FeatureStatus, Long> counts = new EnumMap<>(FeatureStatus.class);
        for (String status : rows.strings(view + "._status").values()) {
            if (status != null) {
                counts.merge(FeatureStatus.valueOf(status), 1L, Long::sum);
            }
        }
        return new ViewSummary(view, counts, false);
    }
}
