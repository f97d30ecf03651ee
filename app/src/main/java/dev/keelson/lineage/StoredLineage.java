package dev.keelson.lineage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.SourceDefinition;
import dev.keelson.data.SystemColumns;
import dev.keelson.data.spi.DatasetStore;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Suggestion;
import dev.keelson.features.FeatureViewDefinition;
import dev.keelson.features.SqlViewDefinition;
import dev.keelson.frame.ColumnType;
import dev.keelson.lineage.LineageWalk.Page;
import dev.keelson.lineage.RowFinder.FoundRow;
import dev.keelson.project.Project;
import dev.keelson.registry.Definition.Kind;
import dev.keelson.registry.DefinitionVersion;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.StoredReport;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.CatalogTransaction;
import dev.keelson.serve.AskedKeys;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.PredictionQuery;
import dev.keelson.train.ModelDefinition;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The graph over the catalogue, the dataset versions and the log of predictions. Nothing is kept between two questions, and
 * nothing is stored for it: it cannot be out of date. Rows are read one partition at a time.
 */
public final class StoredLineage implements Lineage {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Pattern UUID_TEXT = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
    private static final Pattern VERSIONED = Pattern.compile("(.+)@v([0-9]{1,9})");
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{4,64}");

    private final Project project;
    private final Catalog catalog;
    private final DatasetStore datasets;
    private final LoggedPredictions predictions;

    /** A graph over stores that others close. */
    public StoredLineage(Project project, Catalog catalog, DatasetStore datasets, LoggedPredictions predictions) {
        this.project = project;
        this.catalog = catalog;
        this.datasets = datasets;
        this.predictions = predictions;
    }

    @Override
    public LineageGraph graph(LineageQuery query) {
        Question question = new Question();
        return LineageWalk.walk(question.node(query.of().strip()), query, question);
    }

    /** One question; keeps what it has read. */
    private final class Question implements LineageWalk.Neighbours {
        private final RowFinder rows = new RowFinder(datasets);
        private final RunViews views = new RunViews(catalog);
        private final PredictionCells cells = new PredictionCells(project, datasets, rows);
        private final Map<String, FoundRow> shown = new HashMap<>();
        private final Map<String, List<DatasetVersion>> versions = new LinkedHashMap<>();
        private final Map<String, List<Load>> loads = new LinkedHashMap<>();
        private @Nullable List<Run> runs;

        // ---- finding the start

        private LineageNode node(String of) {
            int slash = of.indexOf('/');
            Optional<LineageKind> kind = slash < 0 ? Optional.empty() : LineageKind.of(of.substring(0, slash));
            if (kind.isPresent()) {
                return find(kind.get(), of.substring(slash + 1)).orElseThrow(() -> unknown(of));
            }
            for (LineageKind each : List.of(
                    LineageKind.PREDICTION,
                    LineageKind.MODEL,
                    LineageKind.VIEW,
                    LineageKind.SOURCE,
                    LineageKind.DATASET,
                    LineageKind.RUN,
                    LineageKind.FILE,
                    LineageKind.ROW)) {
                Optional<LineageNode> found = find(each, of);
                if (found.isPresent()) {
                    return found.get();
                }
            }
            throw unknown(of);
        }

        private Optional<LineageNode> find(LineageKind kind, String name) {
            return switch (kind) {
                case SOURCE -> sourceNames().contains(name) ? Optional.of(source(name)) : Optional.empty();
                case FILE -> HEX.matcher(name).matches()
                        ? sourceNames().stream()
                                .flatMap(source -> loads(source).stream())
                                .filter(load -> load.sha256().startsWith(name))
                                .findFirst()
                                .map(this::file)
                        : Optional.empty();
                case DATASET -> HEX.matcher(name).matches() ? datasets.get(name).map(this::dataset) : Optional.empty();
                case ROW -> findRow(name);
                case VIEW -> findView(name);
                case RUN -> HEX.matcher(name).matches() ? read(tx -> tx.run(name)).map(this::run) : Optional.empty();
                case MODEL -> findModel(name);
                case PREDICTION -> UUID_TEXT.matcher(name).matches()
                        ? predictions.find(UUID.fromString(name)).map(logged -> prediction(logged))
                        : Optional.empty();
            };
        }

        private Optional<LineageNode> findModel(String name) {
            Matcher versioned = VERSIONED.matcher(name);
            if (versioned.matches()) {
                int version = Integer.parseInt(versioned.group(2));
                return read(tx -> tx.version(versioned.group(1), version)).map(this::model);
            }
            return read(tx -> tx.alias(name, ModelVersion.CHAMPION)
                            .or(() -> tx.versions(name).stream().findFirst()))
                    .map(this::model);
        }

        private Optional<LineageNode> findView(String name) {
            Matcher versioned = VERSIONED.matcher(name);
            String view = versioned.matches() ? versioned.group(1) : name;
            return read(tx -> tx.definitions(Kind.VIEW, view)).stream()
                    .filter(each -> !versioned.matches() || each.version() == Integer.parseInt(versioned.group(2)))
                    .findFirst()
                    .map(this::view);
        }

        private Optional<LineageNode> findRow(String name) {
            int colon = name.indexOf(':');
            String source = colon < 0 ? "" : name.substring(0, colon);
            if (!sourceNames().contains(source)) {
                return Optional.empty();
            }
            return foundRow(source, name.substring(colon + 1)).map(this::row);
        }

        private Optional<FoundRow> foundRow(String source, String key) {
            return latest(source)
                    .flatMap(version -> rows
                            .newest(version, Set.of(), null, null, row -> row.key().equals(key), 1).stream()
                            .findFirst());
        }

        private KeelsonException unknown(String of) {
            Set<String> names = new LinkedHashSet<>(sourceNames());
            read(tx -> tx.definitions()).stream()
                    .filter(each -> each.kind() == Kind.VIEW)
                    .forEach(each -> names.add(each.name()));
            for (String model : read(tx -> tx.models())) {
                names.add(model);
                read(tx -> tx.versions(model)).forEach(version -> names.add(version.model() + "@v" + version.version()));
            }
            int colon = of.indexOf(':');
            String hint = colon > 0 && sourceNames().contains(of.substring(0, colon))
                    ? "Maybe the key is written otherwise; it is the values of %s, joined by `|`."
                            .formatted(project.sources().stream()
                                    .filter(each -> each.name().equals(of.substring(0, colon)))
                                    .map(SourceDefinition::key)
                                    .findFirst()
                                    .orElse(List.of()))
                    : Suggestion.sentence(of, names)
                            .orElse("Maybe one of these was meant: "
                                    + String.join(", ", names.stream().limit(8).toList()) + ".");
            return new KeelsonException(
                    ErrorCode.NOT_FOUND,
                    ("There is nothing (%s); expected the id of a dataset version, a run or a prediction, MODEL@v3, VIEW,"
                                    + " SOURCE or SOURCE:key.")
                            .formatted(of),
                    hint);
        }

        // ---- neighbours

        @Override
        public Page of(LineageNode node, boolean up, int offset, int limit) {
            return switch (node.kind()) {
                case SOURCE -> up ? none() : Page.of(ofSource(node.name()), offset, limit);
                case FILE -> Page.of(up ? sourcesOfFile(node.name()) : datasetsOfFile(node.name()), offset, limit);
                case DATASET -> Page.of(
                        datasets.get(node.name())
                                .map(version -> up ? beforeDataset(version) : afterDataset(version))
                                .orElse(List.of()),
                        offset,
                        limit);
                case ROW -> up ? beforeRow(node.name()) : afterRow(node.name(), offset, limit);
                case VIEW -> Page.of(up ? sourcesOfView(node.name()) : runsOfView(node.name()), offset, limit);
                case RUN -> Page.of(
                        read(tx -> tx.run(node.name()))
                                .map(run -> up ? beforeRun(run) : versionsOf(run))
                                .orElse(List.of()),
                        offset,
                        limit);
                case MODEL -> up ? Page.of(runOf(node.name()), offset, limit) : predictionsOf(node.name(), offset, limit);
                case PREDICTION -> up
                        ? predictions.find(UUID.fromString(node.name()))
                                .map(logged -> beforePrediction(logged.event(), offset, limit))
                                .orElse(none())
                        : none();
            };
        }

        private Page none() {
            return new Page(List.of(), false, List.of());
        }

        private List<LineageNode> ofSource(String source) {
            List<LineageNode> nodes = new ArrayList<>(distinct(
                    loads(source).stream().map(this::file).toList()));
            for (DefinitionVersion definition : read(tx -> tx.definitions())) {
                if (definition.kind() == Kind.VIEW) {
                    for (DefinitionVersion each : read(tx -> tx.definitions(Kind.VIEW, definition.name()))) {
                        if (!each.removed() && RunViews.sourcesOf(each).contains(source)) {
                            nodes.add(view(each));
                        }
                    }
                }
            }
            return nodes;
        }

        private List<LineageNode> sourcesOfFile(String sha256) {
            return sourceNames().stream()
                    .filter(source -> loads(source).stream().anyMatch(load -> load.sha256().equals(sha256)))
                    .map(this::source)
                    .toList();
        }

        private List<LineageNode> datasetsOfFile(String sha256) {
            return distinct(sourceNames().stream()
                    .flatMap(source -> loads(source).stream())
                    .filter(load -> load.sha256().equals(sha256))
                    .flatMap(load -> datasets.get(load.dataset()).stream())
                    .map(this::dataset)
                    .toList());
        }

        private List<LineageNode> beforeDataset(DatasetVersion version) {
            List<LineageNode> nodes = new ArrayList<>();
            String parent = version.parent();
            if (parent != null) {
                datasets.get(parent).map(this::dataset).ifPresent(nodes::add);
            }
            List<LineageNode> files = distinct(loads(version.source()).stream()
                    .filter(load -> load.dataset().equals(version.id()))
                    .map(this::file)
                    .toList());
            nodes.addAll(files);
            views().stream()
                    .filter(view -> view.dataset().equals(version.id()))
                    .flatMap(view -> view.sources().stream())
                    .flatMap(id -> datasets.get(id).stream())
                    .map(this::dataset)
                    .forEach(nodes::add);
            if (files.isEmpty() && sourceNames().contains(version.source())) {
                nodes.add(source(version.source()));
            }
            return nodes;
        }

        private List<LineageNode> afterDataset(DatasetVersion version) {
            List<LineageNode> nodes = new ArrayList<>();
            versions(version.source()).stream()
                    .filter(each -> version.id().equals(each.parent()))
                    .map(this::dataset)
                    .forEach(nodes::add);
            views().stream()
                    .filter(view -> view.sources().contains(version.id()))
                    .flatMap(view -> datasets.get(view.dataset()).stream())
                    .map(this::dataset)
                    .forEach(nodes::add);
            runs().stream()
                    .filter(run -> datasetsOf(run).contains(version.id()))
                    .map(this::run)
                    .forEach(nodes::add);
            return nodes;
        }

        private List<LineageNode> sourcesOfView(String name) {
            return viewVersion(name).stream()
                    .flatMap(view -> RunViews.sourcesOf(view).stream())
                    .map(this::source)
                    .toList();
        }

        private List<LineageNode> runsOfView(String name) {
            return runs().stream()
                    .filter(run -> views.of(run).stream().anyMatch(view -> viewName(view).equals(name)))
                    .map(this::run)
                    .toList();
        }

        private List<LineageNode> beforeRun(Run run) {
            List<LineageNode> nodes = new ArrayList<>();
            datasetsOf(run).stream()
                    .flatMap(id -> datasets.get(id).stream())
                    .map(this::dataset)
                    .forEach(nodes::add);
            views.of(run).forEach(view -> nodes.add(view(view)));
            return nodes;
        }

        private List<LineageNode> versionsOf(Run run) {
            return read(tx -> tx.versions(run.experiment())).stream()
                    .filter(version -> version.runId().equals(run.id()))
                    .map(this::model)
                    .toList();
        }

        private List<LineageNode> runOf(String name) {
            return modelVersion(name).flatMap(version -> read(tx -> tx.run(version.runId()))).stream()
                    .map(this::run)
                    .toList();
        }

        private Page predictionsOf(String name, int offset, int limit) {
            ModelVersion version = modelVersion(name).orElse(null);
            if (version == null) {
                return none();
            }
            List<LineageNode> found = predictions
                    .find(new PredictionQuery(
                            version.model(), version.version(), null, null, null, null, null, true, offset + limit + 1))
                    .stream()
                    .map(this::prediction)
                    .toList();
            return Page.of(found, offset, limit);
        }

        // ---- rows

        private Page beforeRow(String name) {
            FoundRow row = rowNamed(name).orElse(null);
            if (row == null) {
                return none();
            }
            DatasetVersion first = rows.first(versions(row.source()), row);
            return first == null ? none() : new Page(List.of(dataset(first)), false, List.of());
        }

        /** Predictions about an entity of the row, made for a moment after it was known. */
        private Page afterRow(String name, int offset, int limit) {
            FoundRow row = rowNamed(name).orElse(null);
            if (row == null) {
                return none();
            }
            List<String> notes = new ArrayList<>();
            Map<String, LineageNode> found = new LinkedHashMap<>();
            int wanted = offset + limit + 1;
            boolean cut = false;
            for (ModelDefinition model : project.models()) {
                for (String value : valuesSeen(model, row)) {
                    int most = Math.max(wanted, LineageQuery.MOST_NEIGHBOURS);
                    List<LoggedPrediction> candidates = predictions.find(new PredictionQuery(
                            model.name(), null, null, row.knownAt(), null, null, value, false, most));
                    cut |= candidates.size() == most;
                    for (LoggedPrediction logged : candidates) {
                        PredictionEvent event = logged.event();
                        if (event.asOf().isAfter(row.knownAt()) && asksFor(model, event, row.source(), value)) {
                            found.putIfAbsent(event.id().toString(), prediction(logged));
                        }
                    }
                }
            }
            List<LineageNode> ordered = new ArrayList<>(found.values());
            ordered.sort(Comparator.comparing(
                            LineageNode::at, Comparator.nullsLast(Comparator.naturalOrder()))
                    .thenComparing(LineageNode::name));
            Page page = Page.of(ordered, offset, limit);
            if (cut) {
                notes.add("Only the first %,d predictions after the row were looked at."
                        .formatted(LineageQuery.MOST_NEIGHBOURS));
            }
            return new Page(page.nodes(), page.more(), notes);
        }

        /** The keys under which a model's views keep what a row says. */
        private Set<String> valuesSeen(ModelDefinition model, FoundRow row) {
            Set<String> values = new LinkedHashSet<>();
            for (FeatureViewDefinition view : project.views()) {
                if (!view.source().equals(row.source()) || Keys.ofModel(project, model, view).isEmpty()) {
                    continue;
                }
                for (String key : Keys.ofView(project, view)) {
                    String value = Keys.value(key, withCells(row, Keys.columns(key)));
                    if (value != null) {
                        values.add(value);
                    }
                }
            }
            return values;
        }

        private Map<String, String> withCells(FoundRow row, List<String> columns) {
            if (row.cells().keySet().containsAll(columns)) {
                return row.cells();
            }
            return latest(row.source())
                    .flatMap(version -> rows
                            .newest(version, Set.copyOf(columns), null, month(row.eventTime()), each -> each.key().equals(row.key()), 1)
                            .stream()
                            .findFirst())
                    .map(FoundRow::cells)
                    .orElse(row.cells());
        }

        private boolean asksFor(ModelDefinition model, PredictionEvent event, String source, String value) {
            Map<String, String> own = cells.named(model, event);
            Map<String, String> asked = AskedKeys.of(event.keys());
            return project.views().stream()
                    .filter(view -> view.source().equals(source))
                    .flatMap(view -> Keys.ofModel(project, model, view).stream())
                    .anyMatch(column -> value.equals(Keys.value(column, asked, own)));
        }

        /** The version that answered, and the rows that its features could see. */
        private Page beforePrediction(PredictionEvent event, int offset, int limit) {
            List<LineageNode> nodes = new ArrayList<>();
            List<String> notes = new ArrayList<>();
            ModelVersion version = read(tx -> tx.version(event.model(), event.version())).orElse(null);
            Run run = version == null ? null : read(tx -> tx.run(version.runId())).orElse(null);
            if (version != null) {
                nodes.add(model(version));
            }
            ModelDefinition model = project.models().stream()
                    .filter(each -> each.name().equals(event.model()))
                    .findFirst()
                    .orElse(null);
            boolean more = false;
            if (run != null && model != null) {
                Map<String, String> asked = AskedKeys.of(event.keys());
                Map<String, String> own = cells.of(model, event, asked);
                Map<String, LineageNode> seen = new LinkedHashMap<>();
                List<SqlViewDefinition> queried = new ArrayList<>();
                for (Sight sight : sights(run, model, asked, own, queried, notes)) {
                    more |= see(sight, event, offset + limit, seen, notes);
                }
                for (SqlViewDefinition view : queried) {
                    for (String column : Keys.ofModel(project, model, view.entity())) {
                        String key = Keys.value(column, asked, own);
                        if (key != null) {
                            more |= see(view, key, event, offset + limit, seen, notes);
                        }
                    }
                }
                List<LineageNode> ordered = new ArrayList<>(seen.values());
                ordered.sort(Comparator.comparing(
                                LineageNode::at, Comparator.nullsLast(Comparator.reverseOrder()))
                        .thenComparing(LineageNode::name));
                Page page = Page.of(ordered, offset, limit);
                nodes.addAll(page.nodes());
                more |= page.more();
            } else if (model == null) {
                notes.add("The project has no model (%s) any more: the rows behind its predictions are not shown."
                        .formatted(event.model()));
            }
            return new Page(nodes, more, notes);
        }

        /** A view asked for one key. */
        private record Sight(FeatureViewDefinition view, String key, Reach reach) {}

        private List<Sight> sights(
                Run run,
                ModelDefinition model,
                Map<String, String> asked,
                Map<String, String> cells,
                List<SqlViewDefinition> queried,
                List<String> notes) {
            List<Sight> sights = new ArrayList<>();
            for (DefinitionVersion used : views.of(run)) {
                Optional<SqlViewDefinition> query = project.sqlViews().stream()
                        .filter(each -> each.name().equals(used.name()))
                        .findFirst();
                if (query.isPresent()) {
                    queried.add(query.get());
                    continue;
                }
                FeatureViewDefinition view = project.views().stream()
                        .filter(each -> each.name().equals(used.name()))
                        .findFirst()
                        .orElse(null);
                Reach reach = Reach.of(views.features(run, used.name()).stream().map(DefinitionVersion::text).toList());
                if (view == null) {
                    notes.add("The rows behind the view (%s) are not followed: the project has it no more."
                            .formatted(used.name()));
                    continue;
                }
                for (String column : Keys.ofModel(project, model, view)) {
                    String key = Keys.value(column, asked, cells);
                    if (key == null) {
                        notes.add("The key `%s` of the prediction is not known: its row was never loaded.".formatted(column));
                    } else if (!reach.isNothing()) {
                        sights.add(new Sight(view, key, reach));
                    }
                }
            }
            return sights;
        }

        /** The rows of a query's sources that name a key: which of them the query reads, only it can tell. */
        private boolean see(
                SqlViewDefinition view,
                String key,
                PredictionEvent event,
                int most,
                Map<String, LineageNode> seen,
                List<String> notes) {
            boolean more = false;
            for (String source : view.sources()) {
                DatasetVersion version = latest(source).orElse(null);
                if (version == null) {
                    continue;
                }
                Set<String> names = new LinkedHashSet<>();
                version.schema().columns().stream()
                        .filter(column -> !SystemColumns.NAMES.contains(column.name()))
                        .filter(column -> column.type() == ColumnType.STRING || column.type() == ColumnType.LONG)
                        .forEach(column -> names.add(column.name()));
                List<FoundRow> found = rows.newest(
                        version,
                        names,
                        event.asOf(),
                        null,
                        row -> names.stream().anyMatch(name -> key.equals(row.cells().get(name))),
                        most + 1);
                found.stream().limit(most).map(this::row).forEach(node -> seen.putIfAbsent(node.id(), node));
                more |= found.size() > most;
                notes.add("The query of `%s` may read every row of `%s` known before: those that name `%s` are shown."
                        .formatted(view.name(), source, key));
            }
            return more;
        }

        /**
         * Looks at rows, the newest first, and takes those of a key, and those of keys that it met later: what was known of these
         * went into its rating. Who these had met goes into it as well, ever more weakly, and is not followed.
         */
        private static final class Meetings implements Predicate<FoundRow> {
            private final List<String> keys;
            private final String key;
            private final Set<String> met = new LinkedHashSet<>();
            private final Map<FoundRow, String> through = new HashMap<>();

            Meetings(List<String> keys, String key) {
                this.keys = keys;
                this.key = key;
            }

            @Override
            public boolean test(FoundRow row) {
                List<String> sides = keys.stream()
                        .map(column -> Keys.value(column, row.cells()))
                        .filter(Objects::nonNull)
                        .toList();
                if (sides.contains(key)) {
                    met.addAll(sides);
                    return true;
                }
                Optional<String> opponent = sides.stream().filter(met::contains).findFirst();
                opponent.ifPresent(side -> through.put(row, side));
                return opponent.isPresent();
            }

            /** Whose rating the row went into first; null for the key itself. */
            @Nullable String through(FoundRow row) {
                return through.get(row);
            }
        }

        private boolean see(
                Sight sight, PredictionEvent event, int most, Map<String, LineageNode> seen, List<String> notes) {
            FeatureViewDefinition view = sight.view();
            DatasetVersion version = latest(view.source()).orElse(null);
            if (version == null) {
                return false;
            }
            List<String> keys = Keys.ofView(project, view);
            Set<String> columns = new LinkedHashSet<>();
            keys.forEach(key -> columns.addAll(Keys.columns(key)));
            Reach reach = sight.reach();
            Instant oldest = event.asOf().minus(reach.time());
            int enough = reach.everything() || !reach.time().isZero() ? most + 1 : Math.min(most + 1, reach.events());
            Meetings meetings = new Meetings(keys, sight.key());
            List<FoundRow> found = rows.newest(
                    version,
                    columns,
                    event.asOf(),
                    null,
                    reach.opponents()
                            ? meetings
                            : row -> keys.stream().anyMatch(key -> sight.key().equals(Keys.value(key, row.cells()))),
                    enough);
            if (reach.opponents()) {
                notes.add("The ratings of `%s` go on through the opponents of opponents: rows of these are not shown."
                        .formatted(view.name()));
            }
            Duration ttl = view.ttl();
            if (found.isEmpty() || (ttl != null && found.getFirst().eventTime().isBefore(event.asOf().minus(ttl)))) {
                return false; // nothing, or all too old to be served
            }
            int shown = 0;
            for (int i = 0; i < found.size(); i++) {
                FoundRow row = found.get(i);
                if (reach.everything() || i < reach.events() || !row.eventTime().isBefore(oldest)) {
                    if (shown++ == most) {
                        return true;
                    }
                    LineageNode node = row(row);
                    String through = reach.opponents() ? meetings.through(row) : null;
                    if (through != null) {
                        node = node.with("through", "the rating of " + through);
                    }
                    seen.putIfAbsent(node.id(), node);
                }
            }
            return false;
        }

        // ---- what the stores say

        private Set<String> sourceNames() {
            Set<String> names = new LinkedHashSet<>();
            project.sources().forEach(source -> names.add(source.name()));
            project.models().forEach(model -> names.add(model.source()));
            return names;
        }

        private Optional<SourceDefinition> definition(String source) {
            return project.sources().stream().filter(each -> each.name().equals(source)).findFirst();
        }

        private Optional<DatasetVersion> latest(String source) {
            return datasets.latest(source);
        }

        private List<DatasetVersion> versions(String source) {
            return versions.computeIfAbsent(source, datasets::versions);
        }

        private List<Load> loads(String source) {
            return loads.computeIfAbsent(source, name -> {
                List<Load> read = new ArrayList<>();
                for (StoredReport report : read(tx -> tx.reports("load", name, Integer.MAX_VALUE))) {
                    JsonNode document = parsed(report.document());
                    if (document.hasNonNull("from_sha256") && document.hasNonNull("dataset_version")) {
                        read.add(new Load(
                                report,
                                document.path("from_sha256").asText(),
                                document.path("dataset_version").asText(),
                                document));
                    }
                }
                return List.copyOf(read);
            });
        }

        /** What the rows of SQL views were made of. */
        private List<Computed> views() {
            List<Computed> read = new ArrayList<>();
            for (SqlViewDefinition view : project.sqlViews()) {
                for (StoredReport report : read(tx -> tx.reports("view", view.name(), Integer.MAX_VALUE))) {
                    JsonNode document = parsed(report.document());
                    List<String> sources = new ArrayList<>();
                    document.path("sources").forEach(source -> sources.add(source.asText()));
                    read.add(new Computed(document.path("dataset_version").asText(), sources));
                }
            }
            return read;
        }

        private List<Run> runs() {
            List<Run> known = runs;
            if (known == null) {
                known = read(tx -> tx.runs(null, Integer.MAX_VALUE));
                runs = known;
            }
            return known;
        }

        private Optional<ModelVersion> modelVersion(String name) {
            Matcher versioned = VERSIONED.matcher(name);
            return versioned.matches()
                    ? read(tx -> tx.version(versioned.group(1), Integer.parseInt(versioned.group(2))))
                    : Optional.empty();
        }

        private Optional<DefinitionVersion> viewVersion(String name) {
            Matcher versioned = VERSIONED.matcher(name);
            return versioned.matches()
                    ? read(tx -> tx.definitions(Kind.VIEW, versioned.group(1))).stream()
                            .filter(each -> each.version() == Integer.parseInt(versioned.group(2)))
                            .findFirst()
                    : Optional.empty();
        }

        private Optional<FoundRow> rowNamed(String name) {
            FoundRow before = shown.get(name);
            if (before != null) {
                return Optional.of(before);
            }
            int colon = name.indexOf(':');
            return foundRow(name.substring(0, colon), name.substring(colon + 1));
        }

        // ---- nodes

        private LineageNode source(String name) {
            Map<String, String> facts = new LinkedHashMap<>();
            definition(name).ifPresent(source -> {
                facts.put("from", source.file().text());
                facts.put("key", String.join(", ", source.key()));
                facts.put("event_time", source.eventTime());
            });
            latest(name).ifPresent(version -> facts.put("latest", version.id()));
            return new LineageNode(LineageKind.SOURCE, name, name, null, facts);
        }

        private LineageNode file(Load load) {
            Map<String, String> facts = new LinkedHashMap<>();
            facts.put("source", load.report().subject());
            facts.put("from", load.document().path("from").asText(""));
            facts.put("read", load.document().path("read").asText(""));
            facts.put("loaded", load.document().path("loaded").asText(""));
            facts.put("updated", load.document().path("updated").asText(""));
            facts.put("quarantined", load.document().path("quarantined").asText(""));
            String from = load.document().path("from").asText("");
            String name = from.substring(Math.max(from.lastIndexOf('/'), from.lastIndexOf('\\')) + 1);
            return new LineageNode(
                    LineageKind.FILE,
                    load.sha256(),
                    name.isEmpty() ? load.sha256().substring(0, 12) : name,
                    load.report().at(),
                    facts);
        }

        private LineageNode dataset(DatasetVersion version) {
            Map<String, String> facts = new LinkedHashMap<>();
            facts.put("source", version.source());
            facts.put("rows", Long.toString(version.rows()));
            facts.put("first_event", version.firstEvent().toString());
            facts.put("last_event", version.lastEvent().toString());
            String parent = version.parent();
            if (parent != null) {
                facts.put("parent", parent);
            }
            return new LineageNode(
                    LineageKind.DATASET,
                    version.id(),
                    version.source() + " " + version.shortId(),
                    version.createdAt(),
                    facts,
                    version.schema().columns());
        }

        private LineageNode row(FoundRow row) {
            Map<String, String> facts = new LinkedHashMap<>();
            facts.put("source", row.source());
            facts.put("key", row.key());
            facts.put("event_time", row.eventTime().toString());
            facts.put("known_at", row.knownAt().toString());
            DatasetVersion first = rows.first(versions(row.source()), row);
            if (first != null) {
                facts.put("dataset", first.id());
            }
            String name = row.source() + ":" + row.key();
            shown.putIfAbsent(name, row);
            return new LineageNode(LineageKind.ROW, name, row.key(), row.eventTime(), facts);
        }

        private static String viewName(DefinitionVersion view) {
            return view.name() + "@v" + view.version();
        }

        private LineageNode view(DefinitionVersion view) {
            Map<String, String> facts = new LinkedHashMap<>();
            facts.put("sha256", view.sha256());
            for (String line : view.text().lines().toList()) {
                if (line.startsWith("entity: ") || line.startsWith("ttl: ")) {
                    facts.put(line.substring(0, line.indexOf(':')), line.substring(line.indexOf(' ') + 1));
                }
            }
            facts.put("sources", String.join(", ", RunViews.sourcesOf(view)));
            if (view.removed()) {
                facts.put("removed", "true");
            }
            return new LineageNode(
                    LineageKind.VIEW, viewName(view), view.name() + " v" + view.version(), view.registeredAt(), facts);
        }

        private LineageNode run(Run run) {
            Map<String, String> facts = new LinkedHashMap<>();
            facts.put("model", run.experiment());
            facts.put("status", run.status().name().toLowerCase(Locale.ROOT));
            if (run.endedAt() != null) {
                facts.put("ended_at", run.endedAt().toString());
            }
            JsonNode provenance = parsed(run.provenance());
            for (String name : List.of("dataset_version", "feature_hash", "training_key", "seed", "rows", "code_version", "as_of")) {
                if (provenance.hasNonNull(name)) {
                    facts.put(name, provenance.path(name).asText());
                }
            }
            return new LineageNode(
                    LineageKind.RUN,
                    run.id(),
                    "run " + run.id().substring(0, Math.min(8, run.id().length())),
                    run.startedAt(),
                    facts);
        }

        private LineageNode model(ModelVersion version) {
            Map<String, String> facts = new LinkedHashMap<>();
            facts.put("sha256", version.sha256());
            facts.put("kind", version.kind().name().toLowerCase(Locale.ROOT));
            facts.put("run_id", version.runId());
            List<String> aliases = new ArrayList<>();
            for (String alias : List.of(ModelVersion.CHAMPION, ModelVersion.CHALLENGER)) {
                if (read(tx -> tx.alias(version.model(), alias)).filter(version::equals).isPresent()) {
                    aliases.add(alias);
                }
            }
            if (!aliases.isEmpty()) {
                facts.put("alias", String.join(", ", aliases));
            }
            return new LineageNode(
                    LineageKind.MODEL,
                    version.model() + "@v" + version.version(),
                    version.label(),
                    version.createdAt(),
                    facts);
        }

        private LineageNode prediction(LoggedPrediction logged) {
            PredictionEvent event = logged.event();
            Map<String, String> facts = new LinkedHashMap<>();
            facts.put("model", event.model());
            facts.put("version", Integer.toString(event.version()));
            facts.put("role", event.role());
            facts.put("entity", event.entity());
            if (!event.keys().isEmpty()) {
                facts.put("keys", event.keys());
            }
            facts.put("event_time", event.eventTime().toString());
            facts.put("as_of", event.asOf().toString());
            String outcome = logged.outcome();
            if (outcome != null) {
                facts.put("outcome", outcome);
            }
            return new LineageNode(
                    LineageKind.PREDICTION, event.id().toString(), event.entity(), event.at(), facts);
        }
    }

    /** A load that came to its end. */
    private record Load(StoredReport report, String sha256, String dataset, JsonNode document) {}

    /** Rows of a view, by the id of their version, and the versions that they were made of. */
    private record Computed(String dataset, List<String> sources) {}

    /** Every dataset version that a run read, that of its own source first. */
    private static Set<String> datasetsOf(Run run) {
        Set<String> ids = new LinkedHashSet<>();
        ids.add(datasetOf(run));
        parsed(run.provenance()).path("dataset_versions").forEach(id -> ids.add(id.asText()));
        return ids;
    }

    private static YearMonth month(Instant instant) {
        return YearMonth.from(instant.atOffset(ZoneOffset.UTC));
    }

    private static List<LineageNode> distinct(List<LineageNode> nodes) {
        Map<String, LineageNode> byId = new LinkedHashMap<>();
        nodes.forEach(node -> byId.putIfAbsent(node.id(), node));
        return List.copyOf(byId.values());
    }

    private static String datasetOf(Run run) {
        JsonNode version = parsed(run.provenance()).path("dataset_version");
        return version.asText(run.tags().getOrDefault("dataset_version", ""));
    }

    private <T> T read(Function<CatalogTransaction, T> work) {
        return catalog.read(work);
    }

    private static JsonNode parsed(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A stored document is not JSON.", e);
        }
    }
}
