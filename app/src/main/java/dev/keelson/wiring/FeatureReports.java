package dev.keelson.wiring;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.SourceDefinition;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.error.Suggestion;
import dev.keelson.expression.FoldExpression;
import dev.keelson.features.FeatureColumn;
import dev.keelson.features.FeatureService;
import dev.keelson.features.FeatureServiceDefinition;
import dev.keelson.features.FeatureTable;
import dev.keelson.features.FeatureViewDefinition.FeatureDefinition;
import dev.keelson.features.FeatureViewDefinition;
import dev.keelson.features.SqlViewDefinition;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.project.Project;
import dev.keelson.registry.Definition;
import dev.keelson.registry.DefinitionVersion;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.StoredReport;
import dev.keelson.train.FeatureSummary;
import dev.keelson.train.FeatureValidation;
import dev.keelson.train.ModelDefinition;
import dev.keelson.train.TrainingTable;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What can be told of a project's features: where they are used, what their values are, and what is wrong with them. */
public final class FeatureReports {
    /** The kind of a stored report of {@link #validate}; its subject is the model. */
    public static final String KIND = "feature_check";

    private FeatureReports() {}

    // ---- validation

    /** The model, if its features can be judged by its label. */
    static ModelDefinition ofClasses(ModelDefinition model) {
        if (model.isNumber()) {
            throw new KeelsonException(
                    ErrorCode.BAD_VALUE,
                    "The model (%s) predicts a number, and features are judged by labels that are classes."
                            .formatted(model.name()),
                    "Maybe a model of a condition on it can have the same features.");
        }
        return model;
    }

    /**
     * Looks at the features of a model over the latest data, and at whether they are what the version before gave for the same
     * events, and what is computed from the rows known before each of a sample of events; stores the report.
     *
     * @throws KeelsonException MODEL_NOT_FOUND; DATASET_NOT_FOUND when nothing was loaded; NOT_ENOUGH_ROWS
     */
    static FeatureValidation validate(Workspace workspace, String name, Instant now) {
        ModelDefinition model = ofClasses(Projects.model(workspace.project(), name));
        DatasetVersion latest = latest(workspace, model.source());
        String parent = latest.parent();
        DatasetVersion before =
                parent == null ? null : workspace.datasets().get(parent).orElse(null);
        Map<String, DatasetVersion> versions = versions(workspace, latest);
        ProjectModels models = ProjectModels.ofVersions(workspace.project(), versions);
        Map<String, Frame> frames = workspace.read(models, versions);
        TrainingTable table = table(models, name, frames, now);
        if (table.rows() == 0) {
            throw new KeelsonException(
                    ErrorCode.NOT_ENOUGH_ROWS,
                    "No row of the model (%s) has a label that is known at %s.".formatted(name, now),
                    null);
        }
        FeatureValidation validation = FeatureValidation.of(
                model,
                table,
                before == null ? null : table(workspace, name, before, now),
                FeatureRecheck.values(models, name, frames),
                latest.id(),
                before == null ? null : before.id(),
                now,
                FeatureValidation.Limits.DEFAULT);
        workspace.catalog().update(tx -> tx.putReport(new StoredReport(
                KIND + "-" + name + "-" + now,
                KIND,
                name,
                now,
                validation.verdict(),
                validation.toJson().toString())));
        return validation;
    }

    static TrainingTable table(Workspace workspace, String model, DatasetVersion version, Instant now) {
        Map<String, DatasetVersion> versions = versions(workspace, version);
        ProjectModels models = ProjectModels.ofVersions(workspace.project(), versions);
        return table(models, model, workspace.read(models, versions), now);
    }

    private static TrainingTable table(ProjectModels models, String model, Map<String, Frame> frames, Instant now) {
        Map<String, ModelRows> rows = models.rows();
        Workspace.fill(models, rows, frames);
        ModelRows mine = rows.get(model);
        if (mine == null) {
            throw new IllegalStateException("There are no rows for the model " + model + ".");
        }
        return mine.table(now);
    }

    /** A version of a source with the latest ones of the others. */
    static Map<String, DatasetVersion> versions(Workspace workspace, DatasetVersion version) {
        Map<String, DatasetVersion> versions = new LinkedHashMap<>(workspace.latest());
        versions.putAll(SqlViewRows.stored(workspace));
        versions.put(version.source(), version);
        return versions;
    }

    static DatasetVersion latest(Workspace workspace, String source) {
        return workspace
                .datasets()
                .latest(source)
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.DATASET_NOT_FOUND,
                        "No data of the source (%s) has been loaded yet.".formatted(source),
                        "Maybe run `keelson data load`."));
    }

    // ---- one view or feature

    /**
     * Everything known of a view, or of one of its features, as a document.
     *
     * @param name {@code VIEW} or {@code VIEW:FEATURE}
     * @throws KeelsonException NOT_FOUND with the closest name
     */
    public static ObjectNode show(Project project, String name, InstantSource clock) {
        int colon = name.indexOf(':');
        String viewName = colon < 0 ? name : name.substring(0, colon);
        try (Workspace workspace = Workspace.reading(project)) {
            FeatureViewDefinition view = find(workspace, viewName);
            List<FeatureDefinition> features = view.features();
            if (colon >= 0) {
                String wanted = name.substring(colon + 1);
                features = features.stream()
                        .filter(feature -> feature.name().equals(wanted))
                        .toList();
                if (features.isEmpty()) {
                    throw notFound(
                            "feature",
                            name,
                            view.features().stream().map(each -> viewName + ":" + each.name()).toList());
                }
            }
            return show(workspace, view, features, clock.instant());
        }
    }

    private static FeatureViewDefinition find(Workspace workspace, String name) {
        Project project = workspace.project();
        Optional<SqlViewDefinition> query = project.sqlViews().stream()
                .filter(view -> view.name().equals(name))
                .findFirst();
        if (query.isPresent()) {
            return SqlViewRows.over(workspace, query.get());
        }
        List<String> names = new ArrayList<>();
        project.views().forEach(view -> names.add(view.name()));
        project.sqlViews().forEach(view -> names.add(view.name()));
        return project.views().stream()
                .filter(view -> view.name().equals(name))
                .findFirst()
                .orElseThrow(() -> notFound("feature view", name, names));
    }

    private static KeelsonException notFound(String what, String name, List<String> names) {
        return new KeelsonException(
                ErrorCode.NOT_FOUND,
                "There is no %s (%s); there are %s.".formatted(what, name, names),
                Suggestion.sentence(name, names).orElse(null));
    }

    private static ObjectNode show(
            Workspace workspace, FeatureViewDefinition view, List<FeatureDefinition> features, Instant now) {
        Project project = workspace.project();
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("view", view.name());
        node.put("entity", view.entity());
        node.put("source", view.source());
        Optional<SqlViewDefinition> query = project.sqlViews().stream()
                .filter(each -> each.name().equals(view.name()))
                .findFirst();
        if (query.isPresent()) {
            query.get().sources().forEach(node.putArray("sources")::add);
            node.put("sql", query.get().sql().text().strip());
        }
        node.put("ttl_seconds", view.ttl() == null ? null : view.ttl().toSeconds());
        versions(workspace, Definition.Kind.VIEW, view.name(), node);
        Optional<DatasetVersion> latest = workspace.datasets().latest(view.source());
        node.put("dataset_version", latest.map(DatasetVersion::id).orElse(null));
        node.put("newest_event", latest.map(each -> each.lastEvent().toString()).orElse(null));
        node.put(
                "age_seconds",
                latest.map(each -> Duration.between(each.lastEvent(), now).toSeconds())
                        .orElse(null));
        Map<String, DatasetVersion> loaded = latest.map(version -> versions(workspace, version)).orElse(Map.of());
        ProjectModels models = ProjectModels.read(project).stream().allMatch(source -> loaded.containsKey(source.name()))
                ? ProjectModels.ofVersions(project, loaded)
                : null;
        List<FeatureViewDefinition> views = models == null ? List.of(view) : models.views();
        Map<String, ColumnType> types = models == null ? Map.of() : models.engine().featureTypes(view.name());
        Map<String, double[]> values = models == null || latest.isEmpty()
                ? Map.of()
                : values(workspace, models, view, latest.get());
        ArrayNode list = node.putArray("features");
        for (FeatureDefinition feature : features) {
            ObjectNode each = list.addObject();
            String address = view.name() + ":" + feature.name();
            each.put("name", feature.name());
            each.put("definition", query.isPresent() ? "a column of the query" : feature.text().text());
            ColumnType type = FoldExpression.names(feature.name(), feature.text()).stream()
                    .map(types::get)
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElse(null);
            each.put("type", type == null ? null : type.name().toLowerCase(Locale.ROOT));
            versions(workspace, Definition.Kind.FEATURE, address, each);
            double[] mine = values.get(feature.name());
            each.set("statistics", mine == null ? null : FeatureSummary.of(mine).toJson());
            ArrayNode users = each.putArray("models");
            for (ModelDefinition model : project.models()) {
                if (ProjectDefinitions.features(views, model).contains(address)) {
                    users.add(model.name());
                    importance(workspace, model.name(), "." + view.name() + "." + feature.name(), each);
                }
            }
        }
        return node;
    }

    private static void versions(Workspace workspace, Definition.Kind kind, String name, ObjectNode node) {
        ArrayNode list = node.putArray("versions");
        if (workspace.hasCatalog()) {
            for (DefinitionVersion version : workspace.catalog().<List<DefinitionVersion>>read(tx -> tx.definitions(kind, name))) {
                list.addObject()
                        .put("version", version.version())
                        .put("sha256", version.sha256())
                        .put("registered_at", version.registeredAt().toString())
                        .put("removed", version.removed())
                        .put("text", version.text());
            }
        }
    }

    /** The importance of a feature in every version of a model, all roles together. */
    private static void importance(Workspace workspace, String model, String suffix, ObjectNode node) {
        if (!workspace.hasCatalog()) {
            return;
        }
        for (ModelVersion version : workspace.catalog().<List<ModelVersion>>read(tx -> tx.versions(model))) {
            Run run = RunPipeline.run(workspace.catalog(), version);
            double share = 0;
            for (Map.Entry<String, Double> each : Importance.of(run, workspace.artifacts()).entrySet()) {
                share += each.getKey().endsWith(suffix) ? each.getValue() : 0;
            }
            node.withArray("importance")
                    .addObject()
                    .put("model", model)
                    .put("version", version.version())
                    .put("share", share);
        }
    }

    /** The values of a view's features for the rows of its source, all roles one after the other. */
    private static Map<String, double[]> values(
            Workspace workspace, ProjectModels models, FeatureViewDefinition view, DatasetVersion version) {
        FeatureServiceDefinition asked = asked(workspace.project(), view);
        if (asked == null) {
            return Map.of();
        }
        FeatureService service = models.engine().service(asked);
        Frame frame = workspace.datasets().read(version);
        FeatureTable table = models.engine()
                .history(Map.of(view.source(), frame), frame, List.of(service))
                .getFirst();
        Map<String, double[]> values = new LinkedHashMap<>();
        for (FeatureColumn column : service.columns()) {
            String feature = column.feature();
            if (view.name().equals(column.view()) && feature != null) {
                values.merge(feature, table.column(column.name()), FeatureReports::joined);
            }
        }
        return values;
    }

    private static double[] joined(double[] first, double[] second) {
        double[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    /** A service that asks for a whole view by each of its keys; null when only models can say what these are. */
    static @Nullable FeatureServiceDefinition asked(Project project, FeatureViewDefinition view) {
        Map<String, Map<String, String>> roles = roles(project, view);
        List<Located> selectors = new ArrayList<>();
        roles.keySet().forEach(role -> selectors.add(Located.of(role + "." + view.name() + ".*")));
        return roles.isEmpty()
                ? null
                : new FeatureServiceDefinition("show-" + view.name(), view.source(), roles, selectors, Map.of());
    }

    private static Map<String, Map<String, String>> roles(Project project, FeatureViewDefinition view) {
        String key = project.entities().get(view.entity());
        FeatureViewDefinition.Unpivot unpivot = view.unpivot();
        Map<String, Map<String, String>> roles = new LinkedHashMap<>();
        if (key == null) {
            return roles;
        }
        if (unpivot != null) {
            unpivot.keyByRole().forEach((role, column) -> roles.put(role, Map.of(key, column)));
        } else if (view.key() != null) {
            roles.put("row", Map.of(key, view.key()));
        } else {
            SourceDefinition source = Projects.source(project, view.source());
            for (ModelDefinition model : project.models()) {
                if (roles.isEmpty() && model.source().equals(source.name())) {
                    model.entities().forEach((role, keys) -> {
                        if (keys.containsKey(key)) {
                            roles.put(role, Map.of(key, keys.get(key)));
                        }
                    });
                }
            }
        }
        return roles;
    }
}
