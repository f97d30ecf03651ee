package dev.keelson.wiring;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.data.CheckDefinition;
import dev.keelson.data.ColumnDefinition;
import dev.keelson.data.SourceDefinition;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.error.Problem;
import dev.keelson.expression.Durations;
import dev.keelson.features.FeatureViewDefinition.FeatureDefinition;
import dev.keelson.features.FeatureViewDefinition;
import dev.keelson.features.SqlViewDefinition;
import dev.keelson.labels.LabelDefinition;
import dev.keelson.project.Project;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.Definition.Kind;
import dev.keelson.registry.Definition;
import dev.keelson.registry.DefinitionPlan;
import dev.keelson.registry.DefinitionVersion;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.store.files.ProjectOwner;
import dev.keelson.train.BacktestDefinition;
import dev.keelson.train.GuidanceDefinition;
import dev.keelson.train.ModelDefinition;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The definitions of a project file: what it changes against what is registered, and their registration. Where a source's data
 * lies is no part of its definition: a path or an address may hold a secret, and the same data may lie elsewhere.
 */
public final class ProjectDefinitions {
    private static final Pattern NAME = Pattern.compile("'(?:[^']|'')*'|[A-Za-z_][A-Za-z0-9_.]*(?:\\.\\*)?");
    private static final Predicate<String> SELECTOR =
            Pattern.compile("[A-Za-z][A-Za-z0-9_]*(\\.[A-Za-z][A-Za-z0-9_]*)?\\.([A-Za-z][A-Za-z0-9_]*|\\*)")
                    .asMatchPredicate();

    private ProjectDefinitions() {}

    /** All definitions, in the order of building. */
    public static List<Definition> of(Project project) {
        List<Definition> all = new ArrayList<>();
        project.sources().forEach(source -> all.add(source(source)));
        project.entities().forEach((name, key) -> all.add(Definition.of(Kind.ENTITY, name, "key: " + key, List.of())));
        for (FeatureViewDefinition view : project.views()) {
            all.add(view(view));
            for (FeatureDefinition feature : view.features()) {
                all.add(Definition.of(
                        Kind.FEATURE,
                        view.name() + ":" + feature.name(),
                        feature.text().text(),
                        List.of(Definition.id(Kind.VIEW, view.name()))));
            }
        }
        project.sqlViews().forEach(view -> all.add(sqlView(view)));
        project.everyLabel().forEach(label -> all.add(label(label)));
        project.models().forEach(model -> all.add(model(project, model)));
        return List.copyOf(all);
    }

    private static Definition source(SourceDefinition source) {
        Lines essence = new Lines();
        essence.add("key", source.key());
        essence.add("event_time", source.eventTime());
        essence.add("created", source.created());
        essence.add("known_after", source.knownAfter());
        essence.add("outcomes", source.outcomes());
        essence.add("zone", source.zone());
        essence.add("operation", source.operation());
        for (ColumnDefinition column : source.columns()) {
            essence.add("column " + column.name(), column.type().name().toLowerCase(Locale.ROOT)
                    + (column.values().isEmpty() ? "" : " " + column.values())
                    + (column.formats().isEmpty() ? "" : " formats " + column.formats()));
        }
        Lines all = new Lines();
        all.addAll(essence);
        all.add("cursor", source.cursor());
        all.add("late_window", source.lateWindow());
        for (ColumnDefinition column : source.columns()) {
            List<String> rules = new ArrayList<>();
            if (column.required()) {
                rules.add("required");
            }
            if (column.min() != null) {
                rules.add("min " + column.min());
            }
            if (column.max() != null) {
                rules.add("max " + column.max());
            }
            if (column.pattern() != null) {
                rules.add("pattern " + column.pattern());
            }
            if (!rules.isEmpty()) {
                rules.add("on_fail " + column.onFail().name().toLowerCase(Locale.ROOT));
                all.add("rules " + column.name(), String.join(", ", rules));
            }
        }
        for (CheckDefinition check : source.checks()) {
            all.add(check.severity().name().toLowerCase(Locale.ROOT), check.condition().text());
        }
        return new Definition(Kind.SOURCE, source.name(), all.text(), essence.text(), List.of());
    }

    private static Definition view(FeatureViewDefinition view) {
        Lines lines = new Lines();
        lines.add("entity", view.entity());
        lines.add("source", view.source());
        lines.add("key", view.key());
        FeatureViewDefinition.Unpivot unpivot = view.unpivot();
        if (unpivot != null) {
            lines.add("unpivot " + unpivot.entityColumn(), unpivot.keyByRole());
            unpivot.columns().forEach((name, byRole) -> lines.add("event column " + name, byRole));
            unpivot.derive().forEach((name, text) -> lines.add("event derive " + name, text.text()));
        }
        lines.add("ttl", view.ttl());
        return Definition.of(
                Kind.VIEW,
                view.name(),
                lines.text(),
                List.of(Definition.id(Kind.SOURCE, view.source()), Definition.id(Kind.ENTITY, view.entity())));
    }

    private static Definition sqlView(SqlViewDefinition view) {
        Lines lines = new Lines();
        lines.add("entity", view.entity());
        lines.add("sources", view.sources());
        lines.add("ttl", view.ttl());
        lines.add("sql", view.sql().text().strip());
        List<String> uses = new ArrayList<>();
        view.sources().forEach(source -> uses.add(Definition.id(Kind.SOURCE, source)));
        uses.add(Definition.id(Kind.ENTITY, view.entity()));
        return Definition.of(Kind.VIEW, view.name(), lines.text(), uses);
    }

    private static Definition label(LabelDefinition label) {
        Lines lines = new Lines();
        lines.add("expression", label.text());
        if (!label.isNumber()) {
            lines.add("classes", label.classes());
        }
        return Definition.of(
                Kind.LABEL, label.address(), lines.text(), List.of(Definition.id(Kind.SOURCE, label.source())));
    }

    private static Definition model(Project project, ModelDefinition model) {
        Lines lines = new Lines();
        lines.add("label", model.label().address());
        model.entities().forEach((role, keys) -> lines.add("role " + role, keys));
        model.features().forEach(feature -> lines.add("feature", feature.text()));
        model.derive().forEach((name, text) -> lines.add("derive " + name, text.text()));
        for (ModelDefinition.LearnerDefinition learner : model.learners()) {
            lines.add("learner " + learner.name(), learner.settings());
            learner.members().forEach(member -> lines.add("member " + member.name(), member.settings()));
        }
        lines.add("combine", model.combine().name().toLowerCase(Locale.ROOT));
        ModelDefinition.Folding folding = model.folding();
        lines.add("folds", folding.folds());
        if (folding.kind() != ModelDefinition.Folding.Kind.WALK_FORWARD) {
            lines.add("validate", folding.kind().key());
        }
        if (folding.tested() > 1) {
            lines.add("tested", folding.tested());
        }
        if (folding.window() != null) {
            lines.add("window", folding.window());
        }
        switch (model.weighting()) {
            case ModelDefinition.Weighting.Equal() -> {
                // nothing to say
            }
            case ModelDefinition.Weighting.Balanced() -> lines.add("weights", "balanced");
            case ModelDefinition.Weighting.Column(String name) -> lines.add("weights", "column " + name);
        }
        lines.add("test", model.test());
        lines.add("embargo", model.embargo());
        lines.add("calibrate", model.calibration().name().toLowerCase(Locale.ROOT));
        guidance(lines, model.guidance());
        backtest(lines, model.backtest());
        for (ModelDefinition.Baseline baseline : model.baselines()) {
            switch (baseline) {
                case ModelDefinition.Baseline.Mean() -> lines.add("baseline", "mean");
                case ModelDefinition.Baseline.Frequencies() -> lines.add("baseline", "frequencies");
                case ModelDefinition.Baseline.Probability(List<String> columns) ->
                    lines.add("baseline probability", columns);
                case ModelDefinition.Baseline.Market(List<String> odds) -> lines.add("baseline market", odds);
            }
        }
        lines.add("seed", model.seed());
        return Definition.of(Kind.MODEL, model.name(), lines.text(), uses(project, model));
    }

    private static void backtest(Lines lines, @Nullable BacktestDefinition backtest) {
        switch (backtest) {
            case null -> {
                // nothing to say
            }
            case BacktestDefinition.Stakes stakes -> {
                lines.add("backtest odds", stakes.odds());
                boolean plain = stakes.stake().equals(new BacktestDefinition.Stake.Flat(1));
                if (stakes.stake() instanceof BacktestDefinition.Stake.Kelly kelly
                        && kelly.kind() == BacktestDefinition.Stake.Kind.EXCLUSIVE) {
                    lines.add("backtest kelly", kelly.fraction());
                } else if (!plain) {
                    lines.add("backtest stake", stakes.stake().text());
                }
                lines.add("backtest bankroll", stakes.bankroll());
                if (stakes.target() >= 0) {
                    lines.add("backtest class", stakes.target());
                }
                if (!stakes.limits().equals(BacktestDefinition.Limits.NONE)) {
                    lines.add("backtest limits", stakes.toJson().path("limits"));
                }
                if (!stakes.closing().isEmpty()) {
                    lines.add("backtest closing", stakes.closing());
                }
                if (stakes.settled() != null) {
                    lines.add("backtest settled", stakes.toJson().path("settled"));
                }
                lines.add("backtest season", stakes.season());
            }
            case BacktestDefinition.Portfolio portfolio -> lines.add("backtest", portfolio.toJson());
        }
    }

    private static void guidance(Lines lines, GuidanceDefinition guidance) {
        GuidanceDefinition.Uncertainty uncertainty = guidance.uncertainty();
        if (uncertainty != null) {
            lines.add("uncertainty coverage", uncertainty.coverage());
            lines.add("uncertainty method", uncertainty.method().key());
            lines.add("uncertainty groups", uncertainty.groups());
        }
        GuidanceDefinition.Threshold threshold = guidance.threshold();
        if (threshold != null) {
            lines.add("threshold maximise", threshold.utility().key());
            lines.add("threshold class", threshold.target());
            lines.add("threshold odds", threshold.odds());
            lines.add("threshold bets", threshold.leastBets());
        }
    }

    private static List<String> uses(Project project, ModelDefinition model) {
        Set<String> uses = new LinkedHashSet<>();
        uses.add(Definition.id(Kind.SOURCE, model.source()));
        uses.add(Definition.id(Kind.LABEL, model.label().address()));
        features(project, model).forEach(feature -> uses.add(Definition.id(Kind.FEATURE, feature)));
        Set<String> named = named(model);
        for (SqlViewDefinition view : project.sqlViews()) {
            if (named.stream().anyMatch(name -> isOf(name, view.name(), model))) {
                uses.add(Definition.id(Kind.VIEW, view.name()));
            }
        }
        return List.copyOf(uses);
    }

    /** Whether a name such as {@code home.form.goals} is one of a view. */
    private static boolean isOf(String name, String view, ModelDefinition model) {
        return name.startsWith(view + ".")
                || model.entities().keySet().stream().anyMatch(role -> name.startsWith(role + "." + view + "."));
    }

    /** The sources that a model reads: its own, and those of the views whose features it uses. */
    static Set<String> sources(Project project, ModelDefinition model) {
        List<String> used = features(project, model);
        Set<String> sources = new LinkedHashSet<>(List.of(model.source()));
        for (FeatureViewDefinition view : project.views()) {
            if (used.stream().anyMatch(feature -> feature.startsWith(view.name() + ":"))) {
                sources.add(view.source());
            }
        }
        Set<String> named = named(model);
        for (SqlViewDefinition view : project.sqlViews()) {
            if (named.stream().anyMatch(name -> isOf(name, view.name(), model))) {
                sources.addAll(view.sources());
            }
        }
        return sources;
    }

    /** The features of views that a model selects or derives from, each as {@code view:feature}, in the order of the views. */
    public static List<String> features(Project project, ModelDefinition model) {
        return features(project.views(), model);
    }

    /** As {@link #features(Project, ModelDefinition)}, of views such as those over the rows of SQL views. */
    static List<String> features(List<FeatureViewDefinition> views, ModelDefinition model) {
        Set<String> named = named(model);
        List<String> features = new ArrayList<>();
        for (FeatureViewDefinition view : views) {
            for (FeatureDefinition feature : view.features()) {
                String name = view.name() + "." + feature.name();
                boolean used = named.contains(name)
                        || named.contains(view.name() + ".*")
                        || model.entities().keySet().stream()
                                .anyMatch(role -> named.contains(role + "." + name)
                                        || named.contains(role + "." + view.name() + ".*"));
                if (used) {
                    features.add(view.name() + ":" + feature.name());
                }
            }
        }
        return features;
    }

    /** Everything that the features of a model name. */
    private static Set<String> named(ModelDefinition model) {
        Set<String> named = new LinkedHashSet<>();
        List<String> texts = new ArrayList<>();
        for (Located feature : model.features()) {
            if (SELECTOR.test(feature.text())) {
                named.add(feature.text());
            } else {
                texts.add(feature.text());
            }
        }
        model.derive().values().forEach(text -> texts.add(text.text()));
        for (String text : texts) {
            Matcher matcher = NAME.matcher(text);
            while (matcher.find()) {
                named.add(matcher.group());
            }
        }
        return named;
    }

    /** What a model is pinned to: the hash of everything its values depend on, by id; checks of its source left out. */
    static SortedMap<String, String> pins(Project project, ModelDefinition model) {
        Map<String, Definition> byId = new LinkedHashMap<>();
        of(project.withModels(List.of(model))).forEach(definition -> byId.put(definition.id(), definition));
        SortedMap<String, String> pins = new TreeMap<>();
        pin(Definition.id(Kind.MODEL, model.name()), byId, pins);
        return pins;
    }

    private static void pin(String id, Map<String, Definition> byId, SortedMap<String, String> pins) {
        Definition definition = byId.get(id);
        if (definition != null && pins.put(id, definition.essenceSha256()) == null) {
            definition.uses().forEach(used -> pin(used, byId, pins));
        }
    }

    // ---- plan and apply

    /** What the file changes; reads the catalogue, also while another process owns it, and makes none. */
    public static DefinitionPlan plan(Project project) {
        try (Catalog catalog = Catalogs.look(project).orElse(null)) {
            return catalog == null ? DefinitionPlan.of(of(project), List.of()) : plan(project, catalog);
        }
    }

    static DefinitionPlan plan(Project project, Catalog catalog) {
        return DefinitionPlan.of(of(project), catalog.read(tx -> tx.definitions()));
    }

    /**
     * Registers what the file changes, and nothing else: values are computed and models trained by the next run. This
     * process owns the project meanwhile, or asks the one that serves it.
     *
     * @param plan the changes
     * @param actor who asks, for the audit trail
     * @throws KeelsonException TRANSITION_REFUSED when the changes are others by now
     */
    public static void apply(Project project, DefinitionPlan plan, InstantSource clock, String actor) {
        Optional<OwnerClient> served = OwnerClient.of(project);
        if (served.isPresent()) {
            try (OwnerClient client = served.get()) {
                ObjectNode body = JsonNodeFactory.instance.objectNode().put("actor", actor);
                hashes(plan).forEach(body.putArray("changes")::add);
                client.post("/api/v1/apply", body);
            }
            return;
        }
        ProjectOwner owner = Workspace.own(project);
        try (Workspace workspace = new Workspace(project)) {
            workspace.recover();
            apply(workspace, project, clock.instant(), actor, hashes(plan));
        } finally {
            owner.close();
        }
    }

    private static List<String> hashes(DefinitionPlan plan) {
        return plan.changes().stream().map(DefinitionPlan.Change::sha256).toList();
    }

    /**
     * Registers what the project's definitions change.
     *
     * @param expected hashes of the changes, in order; null for whatever they are
     * @return what was changed
     */
    static DefinitionPlan apply(
            Workspace workspace, Project project, Instant at, String actor, @Nullable List<String> expected) {
        List<Definition> file = of(project);
        return workspace.catalog().write(tx -> {
            DefinitionPlan plan = DefinitionPlan.of(file, tx.definitions());
            if (expected != null && !expected.equals(hashes(plan))) {
                throw new KeelsonException(
                        ErrorCode.TRANSITION_REFUSED,
                        "The changes are not those that were shown: now %s.".formatted(plan.summary()),
                        "Maybe the file was changed meanwhile, or the process that serves the project reads another file"
                                + " or environment: look at `keelson plan`.");
            }
            if (!plan.isEmpty()) {
                plan.apply(file, tx, at);
                tx.addAudit(new AuditEntry(0, at, actor, "apply", project.name(), null, plan.summary(), "{}"));
            }
            return plan;
        });
    }

    /** Whether no definition was ever registered; reads the catalogue, also while another process owns it. */
    public static boolean isNew(Project project) {
        try (Catalog catalog = Catalogs.look(project).orElse(null)) {
            return catalog == null || catalog.read(tx -> tx.definitions()).isEmpty();
        }
    }

    /**
     * Sees to it that values are computed by registered definitions alone. Where none was ever registered, those of the file
     * are, as a run does it.
     *
     * @param file the project as its file says now
     * @param used the project by which this process computes; another one only while it serves
     * @param views names of views of which values are to be computed
     * @throws KeelsonException TRANSITION_REFUSED with a problem for each view that the file defines otherwise than registered;
     *     NOT_READY with one for each that this process does
     */
    static void requireApplied(Workspace workspace, Project file, Project used, Set<String> views, Instant at) {
        List<DefinitionVersion> registered = workspace.catalog().read(tx -> tx.definitions());
        if (registered.isEmpty()) {
            registered = registerAll(workspace, file, at);
        }
        List<Problem> problems = notAsRegistered(
                file,
                registered,
                views,
                ErrorCode.TRANSITION_REFUSED,
                "The view (%s) is not as registered: %s.",
                "Maybe look at `keelson plan` and register it with `keelson apply`, or run `keelson run`.");
        if (problems.isEmpty()) {
            problems = notAsRegistered(
                    used,
                    registered,
                    views,
                    ErrorCode.NOT_READY,
                    "The view (%s) was registered anew since this process started: %s.",
                    "Maybe restart it.");
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
    }

    private static List<DefinitionVersion> registerAll(Workspace workspace, Project file, Instant at) {
        DefinitionPlan _ = apply(workspace, file, at, "system", null);
        return workspace.catalog().read(tx -> tx.definitions());
    }

    private static List<Problem> notAsRegistered(
            Project project,
            List<DefinitionVersion> registered,
            Set<String> views,
            ErrorCode code,
            String message,
            String hint) {
        List<Definition> definitions = of(project);
        DefinitionPlan plan = DefinitionPlan.of(definitions, registered);
        List<Problem> problems = new ArrayList<>();
        for (String view : plan.materialize()) {
            if (views.contains(view)) {
                String changes = plan.behind(view, definitions).stream()
                        .map(change -> change.kind().word() + " " + change.name() + " " + change.action().word())
                        .collect(Collectors.joining(", "));
                problems.add(Problem.of(code, message.formatted(view, changes), hint));
            }
        }
        return problems;
    }

    /** Lines of a definition's text. */
    private static final class Lines {
        private final List<String> lines = new ArrayList<>();

        void add(String name, @Nullable Object value) {
            if (value instanceof Duration duration) {
                lines.add(name + ": " + Durations.format(duration));
            } else if (value != null) {
                lines.add(name + ": " + value);
            }
        }

        void addAll(Lines others) {
            lines.addAll(others.lines);
        }

        String text() {
            return String.join("\n", lines);
        }
    }
}
