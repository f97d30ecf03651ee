package dev.keelson.wiring;

import dev.keelson.data.DatasetVersion;
import dev.keelson.data.SourceDefinition;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.features.FeatureViewDefinition;
import dev.keelson.features.FeatureViewDefinition.FeatureDefinition;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Schema;
import dev.keelson.learn.Learner;
import dev.keelson.learn.logistic.LogisticConfig;
import dev.keelson.learn.logistic.LogisticLearner;
import dev.keelson.project.Project;
import dev.keelson.train.FeatureSearch;
import dev.keelson.train.FeatureSearch.Candidate;
import dev.keelson.train.ModelDefinition;
import dev.keelson.train.TrainingTable;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Generates features for a model: windows times aggregates times columns of the views it reads, each for every role at once, and
 * products of pairs of its own features; those that help are chosen by {@link FeatureSearch}. Changes nothing.
 */
final class FeatureGeneration {
    private static final List<String> WINDOWS =
            List.of("last 5 events", "last 20 events", "last 10 events", "30d", "last 3 events", "90d", "last 40 events", "7d");
    private static final List<String> AGGREGATES = List.of("mean", "std", "max", "min", "sum");
    /** How many of the model's first features are multiplied by each other. */
    private static final int MULTIPLIED = 6;

    /** One of so many candidates is a product. */
    private static final int PRODUCT_EVERY = 5;

    private FeatureGeneration() {}

    /** A candidate before its values are computed: a feature of a view, or a derived value when the view is empty. */
    private record Draft(String view, String name, String text) {}

    /**
     * What came out.
     *
     * @param result the evidence
     * @param yaml the chosen definitions as they may be put into the project file; empty when there is none
     */
    record Generated(FeatureSearch.Result result, String yaml) {}

    /**
     * Searches.
     *
     * @param budget how many candidates are tried at most; at least 1
     * @param watch follows the search, and may stop it
     * @throws KeelsonException MODEL_NOT_FOUND, DATASET_NOT_FOUND, NOT_ENOUGH_ROWS, or USAGE for a budget below 1
     */
    static Generated run(
            Project project, String name, int budget, long seed, InstantSource clock, FeatureSearch.Watch watch) {
        requireBudget(budget);
        ModelDefinition model = FeatureReports.ofClasses(Projects.model(project, name));
        try (Workspace workspace = Workspace.reading(project)) {
            DatasetVersion version = FeatureReports.latest(workspace, model.source());
            Map<String, DatasetVersion> versions = workspace.latestWithViews(clock.instant());
            ProjectModels present = ProjectModels.ofVersions(project, versions);
            List<String> base = present.plans().stream()
                    .filter(plan -> plan.name().equals(name))
                    .findFirst()
                    .orElseThrow()
                    .service()
                    .names();
            List<Draft> drafts = drafts(project, model, version.schema(), base, budget);
            Project extended = extended(project, model, drafts);
            ProjectModels models = ProjectModels.ofVersions(extended, versions);
            Map<String, ModelRows> rows = models.rows();
            Workspace.fill(models, rows, workspace.read(models, versions));
            ModelRows mine = rows.get(name);
            if (mine == null) {
                throw new IllegalStateException("There are no rows for the model " + name + ".");
            }
            TrainingTable table = mine.table(clock.instant());
            List<Candidate> candidates = new ArrayList<>();
            for (Draft draft : drafts) {
                List<String> columns = columns(draft, table.features().names());
                if (!columns.isEmpty()) {
                    candidates.add(new Candidate(
                            draft.view().isEmpty() ? draft.name() : draft.view() + ":" + draft.name(),
                            draft.text(),
                            columns));
                }
            }
            FeatureSearch.Result result = FeatureSearch.run(
                    judge(model), table, base, candidates, model, seed, watch);
            return new Generated(result, yaml(model, result));
        }
    }

    static void requireBudget(int budget) {
        if (budget < 1) {
            throw new KeelsonException(ErrorCode.USAGE, "The budget (%d) must be at least 1.".formatted(budget), null);
        }
    }

    /** The settings of what judges the candidates of a model. */
    static String settings(ModelDefinition model) {
        return config(model).toString();
    }

    /** What judges candidates: the model's own logistic regression, or the usual one; it is fast enough to be fitted often. */
    private static Learner judge(ModelDefinition model) {
        return new LogisticLearner(config(model));
    }

    private static LogisticConfig config(ModelDefinition model) {
        return model.learners().stream()
                .filter(learner -> learner.name().equals("logistic"))
                .findFirst()
                .map(learner -> LogisticConfig.of(learner.settings()))
                .orElse(LogisticConfig.defaults());
    }

    private static List<String> columns(Draft draft, List<String> names) {
        String suffix = draft.view() + "." + draft.name();
        return names.stream()
                .filter(name -> draft.view().isEmpty()
                        ? name.equals(draft.name())
                        : name.equals(suffix) || name.endsWith("." + suffix))
                .toList();
    }

    // ---- candidates

    private static List<Draft> drafts(
            Project project, ModelDefinition model, Schema schema, List<String> base, int budget) {
        Set<String> used = new LinkedHashSet<>();
        ProjectDefinitions.features(project, model)
                .forEach(feature -> used.add(feature.substring(0, feature.indexOf(':'))));
        List<Draft> windows = new ArrayList<>();
        for (String aggregate : AGGREGATES) {
            for (String window : WINDOWS) {
                for (FeatureViewDefinition view : project.views()) {
                    if (used.contains(view.name())) {
                        for (String column : columns(project, view, schema)) {
                            String text = "%s(%s) over %s".formatted(aggregate, column, window);
                            String name = "gen_%s_%s_%s"
                                    .formatted(column, aggregate, window.replace(" events", "").replace(" ", ""));
                            boolean there = view.features().stream()
                                    .anyMatch(feature -> feature.text().text().equals(text)
                                            || feature.name().equals(name));
                            if (!there) {
                                windows.add(new Draft(view.name(), name, text));
                            }
                        }
                    }
                }
            }
        }
        List<String> plain = base.stream()
                .filter(name -> name.matches("[A-Za-z_][A-Za-z0-9_.]*"))
                .limit(MULTIPLIED)
                .toList();
        List<Draft> products = new ArrayList<>();
        for (int a = 0; a < plain.size(); a++) {
            for (int b = a + 1; b < plain.size(); b++) {
                products.add(new Draft(
                        "",
                        "gen_product_%s_%s".formatted(plain.get(a).replace('.', '_'), plain.get(b).replace('.', '_')),
                        plain.get(a) + " * " + plain.get(b)));
            }
        }
        List<Draft> drafts = new ArrayList<>();
        int nextWindow = 0;
        int nextProduct = 0;
        while (drafts.size() < budget && (nextWindow < windows.size() || nextProduct < products.size())) {
            boolean product = nextProduct < products.size()
                    && (drafts.size() % PRODUCT_EVERY == PRODUCT_EVERY - 1 || nextWindow == windows.size());
            drafts.add(product ? products.get(nextProduct++) : windows.get(nextWindow++));
        }
        return drafts;
    }

    /** The numbers of a view's events that can be aggregated. */
    private static List<String> columns(Project project, FeatureViewDefinition view, Schema schema) {
        SourceDefinition source = Projects.source(project, view.source());
        FeatureViewDefinition.Unpivot unpivot = view.unpivot();
        if (unpivot != null) {
            return unpivot.columns().entrySet().stream()
                    .filter(column -> column.getValue().values().stream().allMatch(each -> isNumber(schema, each)))
                    .map(Map.Entry::getKey)
                    .toList();
        }
        if (view.key() == null) {
            return List.of();
        }
        return schema.names().stream()
                .filter(name -> isNumber(schema, name))
                .filter(name -> name.matches("[A-Za-z][A-Za-z0-9_]*"))
                .filter(name -> !source.key().contains(name) && !name.equals(view.key()))
                .toList();
    }

    private static boolean isNumber(Schema schema, String column) {
        return schema.contains(column)
                && (schema.column(column).type() == ColumnType.DOUBLE || schema.column(column).type() == ColumnType.LONG);
    }

    /** The project with the candidates, and of its models this one alone. */
    private static Project extended(Project project, ModelDefinition model, List<Draft> drafts) {
        List<FeatureViewDefinition> views = new ArrayList<>();
        List<Located> features = new ArrayList<>(model.features());
        for (FeatureViewDefinition view : project.views()) {
            List<FeatureDefinition> all = new ArrayList<>(view.features());
            for (Draft draft : drafts) {
                if (draft.view().equals(view.name())) {
                    all.add(new FeatureDefinition(draft.name(), Located.of(draft.text())));
                    roles(project, model, view).forEach(role -> {
                        if (!selectsAll(model, role, view.name())) {
                            features.add(Located.of(role + "." + view.name() + "." + draft.name()));
                        }
                    });
                }
            }
            views.add(new FeatureViewDefinition(
                    view.name(),
                    view.entity(),
                    view.source(),
                    view.key(),
                    view.unpivot(),
                    view.ttl(),
                    all,
                    view.location()));
        }
        Map<String, Located> derive = new LinkedHashMap<>(model.derive());
        drafts.stream()
                .filter(draft -> draft.view().isEmpty())
                .forEach(draft -> derive.put(draft.name(), Located.of(draft.text())));
        ModelDefinition extended = model.withFeatures(features, derive);
        return new Project(
                project.folder(),
                project.file(),
                project.name(),
                project.zone(),
                project.sources(),
                project.entities(),
                views,
                project.sqlViews(),
                project.labels(),
                List.of(extended),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                null);
    }

    /** The roles of a model that give a view's key. */
    private static List<String> roles(Project project, ModelDefinition model, FeatureViewDefinition view) {
        String key = project.entities().get(view.entity());
        return model.entities().entrySet().stream()
                .filter(role -> key != null && role.getValue().containsKey(key))
                .map(Map.Entry::getKey)
                .toList();
    }

    private static boolean selectsAll(ModelDefinition model, String role, String view) {
        return model.features().stream()
                .map(Located::text)
                .anyMatch(text -> text.equals(role + "." + view + ".*") || text.equals(view + ".*"));
    }

    // ---- what to paste

    private static String yaml(ModelDefinition model, FeatureSearch.Result result) {
        Map<String, List<String>> byView = new LinkedHashMap<>();
        List<String> derived = new ArrayList<>();
        List<String> selectors = new ArrayList<>();
        for (FeatureSearch.Choice choice : result.choices()) {
            Candidate candidate = choice.candidate();
            int colon = candidate.name().indexOf(':');
            if (colon < 0) {
                derived.add("      %s: %s%n".formatted(candidate.name(), candidate.definition()));
                continue;
            }
            String view = candidate.name().substring(0, colon);
            byView.computeIfAbsent(view, key -> new ArrayList<>())
                    .add("      %s: %s%n".formatted(candidate.name().substring(colon + 1), candidate.definition()));
            for (String column : candidate.columns()) {
                int point = column.indexOf('.');
                if (!selectsAll(model, column.substring(0, Math.max(0, point)), view)) {
                    selectors.add(column);
                }
            }
        }
        StringBuilder text = new StringBuilder();
        if (!byView.isEmpty()) {
            text.append("feature_views:\n");
            byView.forEach((view, lines) -> {
                text.append("  ").append(view).append(":\n    features:\n");
                lines.forEach(text::append);
            });
        }
        if (!derived.isEmpty() || !selectors.isEmpty()) {
            text.append("models:\n  ").append(model.name()).append(":\n");
            if (!selectors.isEmpty()) {
                text.append("    features: [..., ").append(String.join(", ", selectors)).append("]  # added to those there\n");
            }
            if (!derived.isEmpty()) {
                text.append("    derive:\n");
                derived.forEach(text::append);
            }
        }
        return text.toString().replace("\r", "");
    }
}
