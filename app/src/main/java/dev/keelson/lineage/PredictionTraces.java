package dev.keelson.lineage;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.RowPlaces;
import dev.keelson.data.SourceDefinition;
import dev.keelson.data.SourceOrigin;
import dev.keelson.data.spi.DatasetStore;
import dev.keelson.error.KeelsonException;
import dev.keelson.features.FeatureStatus;
import dev.keelson.features.FeatureViewDefinition;
import dev.keelson.features.SqlViewDefinition;
import dev.keelson.frame.Micros;
import dev.keelson.lineage.PredictionTrace.Feature;
import dev.keelson.lineage.PredictionTrace.Input;
import dev.keelson.lineage.PredictionTrace.SourceRow;
import dev.keelson.lineage.RowFinder.FoundRow;
import dev.keelson.project.PredictionLogDefinition;
import dev.keelson.project.Project;
import dev.keelson.registry.DefinitionVersion;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.StoredReport;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.serve.AskedKeys;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.train.ModelDefinition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Follows logged predictions back to the rows of the sources. The log keeps values; status, age and rows are found from what
 * is stored, by what was known before the prediction asked. Safe for use by several threads.
 */
public final class PredictionTraces {
    private static final Pattern WORD = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_.]*");
    private static final double MICROS = 1e6;

    private final Project project;
    private final Catalog catalog;
    private final DatasetStore datasets;
    private final Function<Run, List<String>> features;
    private final Places places;

    /** Looks into the files of a source. */
    @FunctionalInterface
    public interface Places {
        /**
         * Where rows stand.
         *
         * @param keys of the rows that are looked for
         * @throws KeelsonException as reading a source does
         */
        RowPlaces find(SourceDefinition source, DatasetVersion latest, Set<String> keys);
    }

    /**
     * Over stores that others close.
     *
     * @param features names of the features that the version of a run reads, in order
     */
    public PredictionTraces(
            Project project, Catalog catalog, DatasetStore datasets, Function<Run, List<String>> features, Places places) {
        this.project = project;
        this.catalog = catalog;
        this.datasets = datasets;
        this.features = features;
        this.places = places;
    }

    /**
     * Follows a prediction.
     *
     * @param rows so many rows of each feature at most, at least 1
     */
    public PredictionTrace trace(PredictionEvent event, int rows) {
        Optional<PredictionLogDefinition.Elsewhere> elsewhere = project.predictionLog().elsewhere().stream()
                .filter(each -> each.name().equals(event.model()))
                .findFirst();
        if (elsewhere.isPresent()) {
            return handedIn(event, elsewhere.get().features());
        }
        Optional<Run> run = catalog.read(tx -> tx.version(event.model(), event.version())
                .map(ModelVersion::runId)
                .flatMap(tx::run));
        if (run.isEmpty()) {
            return new PredictionTrace(null, Map.of(), List.of(), List.of(), List.of(
                    "No run is known here that made version %d of %s: its features are not named."
                            .formatted(event.version(), event.model())));
        }
        Optional<ModelDefinition> model =
                project.models().stream().filter(each -> each.name().equals(event.model())).findFirst();
        List<String> names = features.apply(run.get());
        List<String> notes = new ArrayList<>();
        if (names.size() != event.features().length) {
            notes.add("The prediction was logged with %d features, its version has %d: they are not named."
                    .formatted(event.features().length, names.size()));
        } else if (model.isEmpty()) {
            notes.add("The project has no model (%s) any more: the rows behind its predictions are not shown.".formatted(event.model()));
        } else {
            return new Question(event, run.get(), model.get(), rows, notes).trace(names);
        }
        return new PredictionTrace(run.get().id(), trainedOn(run.get()), List.of(), List.of(), notes);
    }

    /** A prediction of a model that others serve: its features are what was handed in. */
    private static PredictionTrace handedIn(PredictionEvent event, List<String> names) {
        List<Feature> told = new ArrayList<>();
        for (int i = 0; i < Math.min(names.size(), event.features().length); i++) {
            double value = event.features()[i];
            FeatureStatus status = Double.isNaN(value) ? FeatureStatus.NULL : FeatureStatus.PRESENT;
            told.add(new Feature(names.get(i), value, status, Double.NaN, "", List.of()));
        }
        return new PredictionTrace(null, Map.of(), told, List.of(), List.of(
                "Others serve %s: its features are as they were handed in; run, training data and source rows are not known here."
                        .formatted(event.model())));
    }

    private static Map<String, String> trainedOn(Run run) {
        JsonNode provenance = RunViews.provenance(run);
        Map<String, String> versions = new TreeMap<>();
        provenance.path("dataset_versions").properties().forEach(each -> versions.put(each.getKey(), each.getValue().asText()));
        if (versions.isEmpty() && provenance.path("dataset_version").isTextual()) {
            versions.put(
                    provenance.path("configuration").path("source").asText(run.experiment()),
                    provenance.path("dataset_version").asText());
        }
        return versions;
    }

    /** One question; keeps what it has read. */
    private final class Question {
        private final PredictionEvent event;
        private final Run run;
        private final ModelDefinition model;
        private final int most;
        private final List<String> notes;
        private final RowFinder finder = new RowFinder(datasets);
        private final RunViews pinned = new RunViews(catalog);
        private final Map<String, DefinitionVersion> views = new LinkedHashMap<>();
        private final Map<String, String> asked;
        private final Map<String, String> cells;
        private final Map<String, String> derived = new LinkedHashMap<>();
        private final Map<String, Seen> seen = new HashMap<>();
        private final Map<String, FoundRow> shown = new LinkedHashMap<>();

        Question(PredictionEvent event, Run run, ModelDefinition model, int most, List<String> notes) {
            this.event = event;
            this.run = run;
            this.model = model;
            this.most = most;
            this.notes = notes;
            this.asked = AskedKeys.of(event.keys());
            this.cells = new PredictionCells(project, datasets, finder).of(model, event, asked);
            pinned.of(run).forEach(view -> views.put(view.name(), view));
            JsonNode own = RunViews.provenance(run).path("configuration").path("derive");
            own.forEach(each -> each.properties().forEach(one -> derived.put(one.getKey(), one.getValue().asText())));
            if (own.isMissingNode()) {
                model.derive().forEach((name, text) -> derived.put(name, text.text()));
            }
        }

        PredictionTrace trace(List<String> names) {
            List<Feature> told = new ArrayList<>();
            for (int i = 0; i < names.size(); i++) {
                told.add(feature(names.get(i), event.features()[i]));
            }
            List<FoundRow> rows = new ArrayList<>(shown.values());
            rows.sort(Comparator.comparing(FoundRow::eventTime).reversed().thenComparing(FoundRow::key));
            return new PredictionTrace(run.id(), trainedOn(run), told, placed(rows), notes.stream().distinct().toList());
        }

        /** A feature of an entity. */
        private record State(String role, String view, String feature) {
            String name() {
                return role + "." + view + "." + feature;
            }
        }

        /** What a view knew of a key: its newest rows, one more than are told. */
        private record Seen(@Nullable String key, List<FoundRow> rows, @Nullable Duration ttl) {}

        private Feature feature(String name, double value) {
            List<Input> inputs = new ArrayList<>();
            double age = Double.NaN;
            FeatureStatus status = Double.isNaN(value) ? FeatureStatus.NULL : FeatureStatus.PRESENT;
            for (State each : states(name, new LinkedHashSet<>())) {
                String view = each.view();
                Seen known = seen.computeIfAbsent(each.role() + "." + view, none -> see(each.role(), view));
                Optional<DefinitionVersion> feature = definition(view, each.feature());
                Reach reach = feature.map(found -> Reach.of(List.of(found.text()))).orElse(new Reach(Duration.ZERO, 1, false, false));
                boolean stale = isStale(known);
                List<FoundRow> window = stale ? List.of() : window(known.rows(), reach);
                window.stream().limit(most).forEach(row -> shown.putIfAbsent(row.source() + ":" + row.key(), row));
                inputs.add(new Input(
                        each.name(),
                        views.containsKey(view) ? view + "@v" + Objects.requireNonNull(views.get(view)).version() : view,
                        known.key(),
                        window.stream().limit(most).map(row -> row.source() + ":" + row.key()).toList(),
                        window.size() > most));
                if (!known.rows().isEmpty()) {
                    double seconds = (Micros.of(event.asOf()) - Micros.of(known.rows().getFirst().eventTime())) / MICROS;
                    age = Double.isNaN(age) ? seconds : Math.max(age, seconds);
                }
                if (Double.isNaN(value) && each.equals(state(name))) {
                    status = known.key() == null
                            ? FeatureStatus.NULL_KEY
                            : known.rows().isEmpty()
                                    ? FeatureStatus.NOT_FOUND
                                    : stale ? FeatureStatus.STALE : FeatureStatus.NULL;
                }
                if (reach.opponents()) {
                    notes.add("The ratings of `%s` go on through opponents: their rows are not shown; `keelson lineage` shows them.".formatted(view));
                }
            }
            return new Feature(name, value, status, age, text(name), inputs);
        }

        private boolean isStale(Seen known) {
            Duration ttl = known.ttl();
            return ttl != null
                    && !known.rows().isEmpty()
                    && known.rows().getFirst().eventTime().isBefore(event.asOf().minus(ttl));
        }

        /** What of the rows of a key a feature looks at. */
        private List<FoundRow> window(List<FoundRow> rows, Reach reach) {
            Instant oldest = event.asOf().minus(reach.time());
            List<FoundRow> window = new ArrayList<>();
            for (int i = 0; i < rows.size(); i++) {
                if (reach.everything() || i < reach.events() || !rows.get(i).eventTime().isBefore(oldest)) {
                    window.add(rows.get(i));
                }
            }
            return window;
        }

        /** The features of entities behind one: itself, or those that its expression names. */
        private Set<State> states(String name, Set<String> met) {
            Set<State> found = new LinkedHashSet<>();
            State state = state(name);
            if (state != null) {
                found.add(state);
            } else if (derived.containsKey(name) && met.add(name)) {
                Matcher word = WORD.matcher(derived.get(name));
                while (word.find()) {
                    found.addAll(states(word.group(), met));
                }
            }
            return found;
        }

        /** The feature of an entity that has a name, in full or, where the role is clear, without it; null for another. */
        private @Nullable State state(String name) {
            String[] parts = name.split("\\.", -1);
            if (parts.length == 3 && model.entities().containsKey(parts[0]) && views.containsKey(parts[1])) {
                return new State(parts[0], parts[1], parts[2]);
            }
            if (parts.length == 2 && views.containsKey(parts[0])) {
                return model.entities().keySet().stream()
                        .filter(role -> column(role, parts[0]) != null)
                        .findFirst()
                        .map(role -> new State(role, parts[0], parts[1]))
                        .orElse(null);
            }
            return null;
        }

        private String text(String name) {
            String expression = derived.get(name);
            State state = state(name);
            return expression != null
                    ? expression
                    : state == null ? "" : definition(state.view(), state.feature()).map(each -> each.text().strip()).orElse("");
        }

        /** The definition that a feature comes of; one such as {@code strength} makes several, named after it. */
        private Optional<DefinitionVersion> definition(String view, String feature) {
            return pinned.features(run, view).stream()
                    .filter(each -> {
                        String own = each.name().substring(view.length() + 1);
                        return feature.equals(own) || feature.startsWith(own + "_");
                    })
                    .max(Comparator.comparingInt(each -> each.name().length()));
        }

        /** The entity of a view; empty where the project has it no more. */
        private String entity(String view) {
            return project.sqlViews().stream()
                    .filter(each -> each.name().equals(view))
                    .findFirst()
                    .map(SqlViewDefinition::entity)
                    .or(() -> project.views().stream()
                            .filter(each -> each.name().equals(view))
                            .findFirst()
                            .map(FeatureViewDefinition::entity))
                    .orElse("");
        }

        /** The column, or text with columns, by which a role names the key of a view; null where it does not. */
        private @Nullable String column(String role, String view) {
            String entity = entity(view);
            Map<String, String> columns = model.entities().getOrDefault(role, Map.of());
            return columns.getOrDefault(project.entities().getOrDefault(entity, entity), columns.get(entity));
        }

        /** The newest rows of the key that a role has in a view. */
        private Seen see(String role, String name) {
            Optional<SqlViewDefinition> query =
                    project.sqlViews().stream().filter(each -> each.name().equals(name)).findFirst();
            Optional<FeatureViewDefinition> view =
                    project.views().stream().filter(each -> each.name().equals(name)).findFirst();
            String entityKey = project.entities().getOrDefault(entity(name), entity(name));
            String column = column(role, name);
            String key = column == null ? null : Keys.value(column, asked, cells);
            if (key == null) {
                if (column != null) {
                    notes.add("The key `%s` of the prediction is not known: its row was never loaded.".formatted(column));
                }
                return new Seen(null, List.of(), null);
            }
            if (query.isPresent()) {
                notes.add("The rows of `%s` are computed by its query from %s."
                        .formatted(name, String.join(", ", query.get().sources())));
                return new Seen(key, rows(query.get().dataset(), List.of(entityKey), key), query.get().ttl());
            }
            if (view.isEmpty()) {
                notes.add("The rows behind the view (%s) are not followed: the project has it no more.".formatted(name));
                return new Seen(key, List.of(), null);
            }
            return new Seen(key, rows(view.get().source(), Keys.ofView(project, view.get()), key), view.get().ttl());
        }

        private List<FoundRow> rows(String source, List<String> keys, String key) {
            DatasetVersion version = datasets.latest(source).orElse(null);
            if (version == null) {
                return List.of();
            }
            Set<String> columns = new LinkedHashSet<>();
            keys.forEach(each -> columns.addAll(Keys.columns(each)));
            return finder.newest(
                    version,
                    columns,
                    event.asOf(),
                    null,
                    row -> keys.stream().anyMatch(each -> key.equals(Keys.value(each, row.cells()))),
                    most + 1);
        }

        /** Rows with their places: each source is read once. */
        private List<SourceRow> placed(List<FoundRow> rows) {
            Map<String, RowPlaces> found = new HashMap<>();
            Map<String, Set<String>> loaded = new HashMap<>();
            for (SourceDefinition source : project.sources()) {
                Set<String> keys = new LinkedHashSet<>();
                rows.stream().filter(row -> row.source().equals(source.name())).forEach(row -> keys.add(row.key()));
                DatasetVersion latest = datasets.latest(source.name()).orElse(null);
                if (!keys.isEmpty() && latest != null && source.origin() instanceof SourceOrigin.Files) {
                    try {
                        found.put(source.name(), places.find(source, latest, keys));
                    } catch (KeelsonException e) {
                        notes.add("The lines of `%s` cannot be told: %s".formatted(source.name(), e.problems().getFirst().message()));
                    }
                    loaded.put(source.name(), hashes(source.name()));
                }
            }
            List<SourceRow> placed = new ArrayList<>();
            for (FoundRow row : rows) {
                RowPlaces file = found.get(row.source());
                RowPlaces.Place place = file == null ? null : file.places().get(row.key());
                if (file != null && place == null) {
                    notes.add("Some rows of `%s` are not in its file as it is now: they were pushed, or the file changed.".formatted(row.source()));
                }
                DatasetVersion first = finder.first(datasets.versions(row.source()), row);
                placed.add(new SourceRow(
                        row.source(),
                        row.key(),
                        row.eventTime(),
                        row.knownAt(),
                        first == null ? null : first.id(),
                        place != null ? place.toString() : table(row.source()),
                        place != null && loaded.getOrDefault(row.source(), Set.of()).contains(Objects.requireNonNull(file).sha256())));
            }
            return placed;
        }

        /** The table of a source, empty when it has none. */
        private String table(String source) {
            return project.sources().stream()
                    .filter(each -> each.name().equals(source) && !(each.origin() instanceof SourceOrigin.Files))
                    .map(each -> each.origin().name().text())
                    .findFirst()
                    .orElse("");
        }

        /** The hashes of what was loaded of a source. */
        private Set<String> hashes(String source) {
            Set<String> hashes = new LinkedHashSet<>();
            for (StoredReport report : catalog.read(tx -> tx.reports("load", source, Integer.MAX_VALUE))) {
                hashes.add(RunViews.read(report.document()).path("from_sha256").asText());
            }
            return hashes;
        }
    }
}
