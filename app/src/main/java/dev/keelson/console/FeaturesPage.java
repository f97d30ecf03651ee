package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.view.Badge;
import dev.keelson.console.view.Badge.Level;
import dev.keelson.console.view.Fact;
import dev.keelson.console.view.FeatureViewView;
import dev.keelson.console.view.FeaturesView;
import dev.keelson.console.view.Markup;
import dev.keelson.console.view.Shell;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Suggestion;
import dev.keelson.expression.Durations;
import dev.keelson.expression.FoldExpression;
import dev.keelson.features.FeatureStatus;
import dev.keelson.features.FeatureViewDefinition;
import dev.keelson.features.FeatureViewDefinition.FeatureDefinition;
import dev.keelson.features.SqlViewDefinition;
import dev.keelson.frame.Micros;
import dev.keelson.http.Backend;
import dev.keelson.http.FeatureServing;
import dev.keelson.http.FeatureServing.ViewStatus;
import dev.keelson.monitor.DriftReport;
import dev.keelson.monitor.FeatureDrift;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.StoredReport;
import dev.keelson.train.ModelDefinition;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The feature views: how fresh they are, what is in them, who uses them, and what an entity's values are now. */
final class FeaturesPage {
    /** Versions of a model whose importance is shown. */
    private static final int VERSIONS = 8;

    private static final Badge NOTHING = new Badge(Level.OFF, "no events");

    private final Backend backend;
    private final ZoneId zone;

    FeaturesPage(Backend backend) {
        this.backend = backend;
        this.zone = backend.project().zone();
    }

    // ---- the catalogue

    FeaturesView view(Shell shell) {
        FeatureServing serving = backend.features();
        Map<String, ViewStatus> statuses = statuses(serving);
        return new FeaturesView(
                shell,
                views().stream().map(view -> row(view, statuses.get(view.name()))).toList(),
                backend.project().sqlViews().stream().map(FeaturesPage::query).toList(),
                serving == null ? "Nothing yet: no data has been loaded, so no feature has a value." : "");
    }

    /** The views that serve; those that the project file declares when no data was loaded. */
    private List<FeatureViewDefinition> views() {
        FeatureServing serving = backend.features();
        return serving == null
                ? backend.project().views()
                : serving.views().stream().map(FeatureServing.ServedView::definition).toList();
    }

    private Optional<SqlViewDefinition> query(FeatureViewDefinition view) {
        return backend.project().sqlViews().stream()
                .filter(query -> query.name().equals(view.name()))
                .findFirst();
    }

    /** What a view reads. */
    private String sources(FeatureViewDefinition view) {
        return query(view).map(query -> String.join(", ", query.sources())).orElse(view.source());
    }

    private static Map<String, ViewStatus> statuses(@Nullable FeatureServing serving) {
        Map<String, ViewStatus> statuses = new HashMap<>();
        if (serving != null) {
            serving.status().forEach(status -> statuses.put(status.status().view(), status));
        }
        return statuses;
    }

    private FeaturesView.Row row(FeatureViewDefinition view, @Nullable ViewStatus status) {
        return new FeaturesView.Row(
                view.name(),
                view.features().stream().map(FeatureDefinition::name).collect(Collectors.joining(", ")),
                view.entity(),
                sources(view),
                freshness(view, status),
                status == null ? Text.NONE : age(status.freshnessSeconds()),
                ttl(view.ttl()),
                status == null ? Text.NONE : Text.count(status.keys()),
                status == null ? Text.NONE : Text.bytes(status.bytes()),
                users(view).stream().map(ModelDefinition::name).toList());
    }

    private static FeaturesView.Query query(SqlViewDefinition view) {
        return new FeaturesView.Query(
                view.name(), view.entity(), String.join(", ", view.sources()), ttl(view.ttl()), view.sql().text());
    }

    private static Badge freshness(FeatureViewDefinition view, @Nullable ViewStatus status) {
        if (status == null || Double.isNaN(status.freshnessSeconds())) {
            return NOTHING;
        }
        Duration ttl = view.ttl();
        if (ttl == null) {
            return new Badge(Level.OK, "no limit");
        }
        return status.freshnessSeconds() > ttl.toMillis() / 1000.0
                ? new Badge(Level.HIGH, "stale")
                : new Badge(Level.OK, "fresh");
    }

    private static String ttl(@Nullable Duration ttl) {
        return ttl == null ? "no limit" : Durations.format(ttl);
    }

    /** An age in its largest unit; a dash when there is none. */
    static String age(double seconds) {
        if (Double.isNaN(seconds)) {
            return Text.NONE;
        }
        long whole = Math.round(seconds);
        if (whole < 60) {
            return whole + " s";
        }
        if (whole < 3600) {
            return whole / 60 + " min";
        }
        return whole < 48 * 3600 ? whole / 3600 + " h" : Text.count(whole / 86_400) + " d";
    }

    private List<ModelDefinition> users(FeatureViewDefinition view) {
        return backend.project().models().stream()
                .filter(model -> backend.usedFeatures(model.name()).stream()
                        .anyMatch(feature -> feature.startsWith(view.name() + ":")))
                .toList();
    }

    // ---- one view

    /**
     * Shows a view.
     *
     * @param key the entity whose values are asked for, or null
     */
    FeatureViewView one(Shell shell, String name, @Nullable String key) {
        FeatureViewDefinition view = find(name);
        ViewStatus status = statuses(backend.features()).get(name);
        List<ModelDefinition> users = users(view);
        Map<String, StoredReport> checks = new LinkedHashMap<>();
        Map<String, DriftReport> drift = new HashMap<>();
        for (ModelDefinition model : users) {
            backend.reports("feature_check", model.name(), 1).forEach(report -> checks.put(model.name(), report));
            backend.reports("drift", model.name(), 1)
                    .forEach(report -> drift.put(model.name(), DriftReport.fromJson(report.document())));
        }
        Map<String, JsonNode> documents = new LinkedHashMap<>();
        checks.forEach((model, report) -> documents.put(model, Documents.read(report.document())));
        return new FeatureViewView(
                shell,
                name,
                freshness(view, status),
                sentence(view, status),
                facts(view, status),
                view.features().stream()
                        .map(feature -> feature(view, feature, documents, drift))
                        .toList(),
                checks.entrySet().stream()
                        .map(check -> "%s on %s"
                                .formatted(check.getKey(), Text.minute(check.getValue().at(), zone)))
                        .collect(Collectors.joining(", ")),
                users.isEmpty() ? "" : users.getFirst().name(),
                users.stream().map(model -> importances(view, model)).flatMap(List::stream).toList(),
                lookup(view, key));
    }

    private FeatureViewDefinition find(String name) {
        List<String> names = views().stream().map(FeatureViewDefinition::name).toList();
        return views().stream()
                .filter(view -> view.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.NOT_FOUND,
                        "There is no feature view (%s); the project has: %s.".formatted(name, String.join(", ", names)),
                        Suggestion.sentence(name, names).orElse(null)));
    }

    private static String sentence(FeatureViewDefinition view, @Nullable ViewStatus status) {
        if (status == null || Double.isNaN(status.freshnessSeconds())) {
            return "Nothing is known of any entity yet.";
        }
        Duration ttl = view.ttl();
        String age = "The newest event is " + age(status.freshnessSeconds()) + " old";
        if (ttl == null) {
            return age + "; the view sets no limit.";
        }
        boolean stale = status.freshnessSeconds() > ttl.toMillis() / 1000.0;
        return age
                + (stale ? ", more than its time to live (" : ", within its time to live (")
                + Durations.format(ttl)
                + ").";
    }

    private List<Fact> facts(FeatureViewDefinition view, @Nullable ViewStatus status) {
        List<Fact> facts = new ArrayList<>();
        facts.add(Fact.of("Entity", view.entity() + ", by " + key(view)));
        facts.add(Fact.of("Source", sources(view)));
        query(view).ifPresent(query -> facts.add(Fact.of("Query", query.sql().text().strip())));
        FeatureViewDefinition.Unpivot unpivot = view.unpivot();
        if (unpivot != null) {
            facts.add(Fact.of("One event for each of", String.join(", ", unpivot.keyByRole().keySet())));
        }
        facts.add(Fact.of("Time to live", ttl(view.ttl())));
        if (status != null) {
            if (status.status().newestEvent() != null) {
                facts.add(Fact.of("Newest event", Text.minute(status.status().newestEvent(), zone)));
            }
            if (status.status().watermark() != null) {
                facts.add(Fact.of("Contains what was known before", Text.minute(status.status().watermark(), zone)));
            }
            facts.add(Fact.of("Entities known", Text.count(status.keys())));
            facts.add(Fact.of("Stored", Text.bytes(status.bytes())));
            if (status.status().pushed() > 0) {
                facts.add(Fact.of("Pushed rows", Text.count(status.status().pushed())));
            }
        }
        return facts;
    }

    private String key(FeatureViewDefinition view) {
        return backend.project().entities().getOrDefault(view.entity(), view.entity());
    }

    private FeatureViewView.Feature feature(
            FeatureViewDefinition view,
            FeatureDefinition feature,
            Map<String, JsonNode> checks,
            Map<String, DriftReport> drift) {
        String address = view.name() + ":" + feature.name();
        List<FeatureViewView.Statistics> statistics = new ArrayList<>();
        checks.forEach((model, check) -> {
            for (JsonNode column : check.path("features")) {
                if (is(column.path("name").asText(), view, feature)) {
                    statistics.add(statistics(model, column, drift.get(model)));
                }
            }
        });
        List<String> models = backend.project().models().stream()
                .map(ModelDefinition::name)
                .filter(model -> backend.usedFeatures(model).contains(address))
                .toList();
        return new FeatureViewView.Feature(
                feature.name(),
                definition(view, feature),
                type(view, feature),
                models.isEmpty() ? "no model" : String.join(", ", models),
                statistics);
    }

    private String definition(FeatureViewDefinition view, FeatureDefinition feature) {
        return query(view).isPresent() ? "a column of the query" : feature.text().text();
    }

    /** The types of what a definition gives; a dash before its data is known. */
    private String type(FeatureViewDefinition view, FeatureDefinition feature) {
        FeatureServing serving = backend.features();
        if (serving == null) {
            return Text.NONE;
        }
        return serving.views().stream()
                .filter(each -> each.definition().name().equals(view.name()))
                .flatMap(each -> FoldExpression.names(feature.name(), feature.text()).stream()
                        .map(each.types()::get))
                .filter(Objects::nonNull)
                .distinct()
                .map(type -> type.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
    }

    /** Whether a column of a model is a feature of a view, in whatever role. */
    private static boolean is(String column, FeatureViewDefinition view, FeatureDefinition feature) {
        String name = view.name() + "." + feature.name();
        return column.equals(name) || column.endsWith("." + name);
    }

    private static FeatureViewView.Statistics statistics(String model, JsonNode column, @Nullable DriftReport drift) {
        String name = column.path("name").asText();
        Markup picture = drift == null
                ? Markup.EMPTY
                : drift.features().stream()
                        .filter(each -> each.name().equals(name))
                        .findFirst()
                        .map(FeatureDrift::histogram)
                        .map(histogram -> Charts.smallHistogram(histogram, name))
                        .orElse(Markup.EMPTY);
        long rows = column.path("rows").asLong();
        return new FeatureViewView.Statistics(
                name,
                model,
                picture,
                Text.count(rows),
                Text.percent(rows == 0 ? Double.NaN : column.path("missing").asDouble() / rows),
                Text.count(column.path("distinct").asLong()),
                number(column, "mean"),
                number(column, "std"),
                number(column, "p05"),
                number(column, "p50"),
                number(column, "p95"));
    }

    private static String number(JsonNode node, String field) {
        return Text.short3(node.path(field).asDouble(Double.NaN));
    }

    private List<FeatureViewView.Importances> importances(FeatureViewDefinition view, ModelDefinition model) {
        List<ModelVersion> versions =
                backend.versions(model.name()).stream().limit(VERSIONS).toList().reversed();
        List<String> names = new ArrayList<>();
        List<Map<String, Double>> shares = new ArrayList<>();
        for (ModelVersion version : versions) {
            Run run = backend.run(version.runId()).orElse(null);
            Map<String, Double> kept = run == null ? Map.of() : backend.importance(run);
            if (!kept.isEmpty()) {
                names.add("v" + version.version());
                shares.add(kept);
            }
        }
        if (names.isEmpty()) {
            return List.of();
        }
        List<FeatureViewView.Share> rows = new ArrayList<>();
        for (FeatureDefinition feature : view.features()) {
            double[] values = shares.stream()
                    .mapToDouble(each -> each.entrySet().stream()
                            .filter(share -> is(share.getKey(), view, feature))
                            .mapToDouble(Map.Entry::getValue)
                            .sum())
                    .toArray();
            List<String> texts = new ArrayList<>();
            for (double value : values) {
                texts.add(Text.percent(value));
            }
            rows.add(new FeatureViewView.Share(
                    feature.name(),
                    texts,
                    Charts.sparkline(
                            values,
                            Double.NaN,
                            "Importance of %s in %d versions of %s".formatted(feature.name(), values.length, model.name()))));
        }
        return List.of(new FeatureViewView.Importances(model.name(), names, rows));
    }

    private FeatureViewView.Lookup lookup(FeatureViewDefinition view, @Nullable String asked) {
        FeatureServing serving = backend.features();
        if (serving == null) {
            return new FeatureViewView.Lookup(
                    key(view), "", List.of(), "Nothing yet: no data has been loaded, so no entity is known.");
        }
        if (asked == null) {
            return new FeatureViewView.Lookup(key(view), "", List.of(), null);
        }
        FeatureServing.Answer answer = serving.get(List.of(view.name() + ":*"), Map.of(key(view), List.of(asked)));
        long asOf = Micros.of(answer.asOf());
        List<FeatureViewView.Value> values = new ArrayList<>();
        for (FeatureServing.FeatureValues column : answer.columns()) {
            FeatureStatus status = FeatureStatus.of(column.statuses()[0]);
            long event = column.eventMicros()[0];
            boolean present = status == FeatureStatus.PRESENT;
            values.add(new FeatureViewView.Value(
                    column.name(),
                    present ? Text.short3(column.values()[0]) : Text.NONE,
                    present ? Double.toString(column.values()[0]) : "",
                    badge(status),
                    age(event == Long.MIN_VALUE ? Double.NaN : (asOf - event) / 1e6)));
        }
        return new FeatureViewView.Lookup(key(view), asked, values, null);
    }

    static Badge badge(FeatureStatus status) {
        return switch (status) {
            case PRESENT -> new Badge(Level.OK, "present");
            case NULL -> new Badge(Level.UNKNOWN, "no value");
            case STALE -> new Badge(Level.HIGH, "stale");
            case NOT_FOUND -> new Badge(Level.UNKNOWN, "not known");
            case NULL_KEY -> new Badge(Level.OFF, "no key");
        };
    }
}
