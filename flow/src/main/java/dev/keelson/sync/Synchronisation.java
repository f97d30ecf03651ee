package dev.keelson.sync;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.SourceDefinition;
import dev.keelson.data.spi.DatasetStore;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.error.Suggestion;
import dev.keelson.id.Sha256;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.serve.spi.PredictionLog;
import dev.keelson.sync.spi.SyncTargets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows back to tables elsewhere, each row once: by batches that are inserted or replaced by their key, with a mark
 * kept in the catalogue after each batch. So a second run writes only what is new, a run that was killed goes on where it
 * was, and what it had written without keeping the mark is replaced by the same.
 *
 * <p>A table that is declared otherwise than when it was written (another target, other columns, another key) is written
 * from the beginning. Safe for use by several threads; one writes at a time.
 */
public final class Synchronisation {
    static final int PAGE = 1_000;

    private static final int EXAMPLES = 3;
    private static final String STEP = "sync";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Catalog catalog;
    private final DatasetStore datasets;
    private final Supplier<? extends PredictionLog> log;
    private final List<SourceDefinition> sources;
    private final Function<String, List<String>> classes;
    private final List<? extends SyncTargets> targets;
    private final InstantSource clock;
    private final ReentrantLock writing = new ReentrantLock();

    /**
     * @param log opened when it is asked for the first time
     * @param sources those of the project
     * @param classes the classes of a model in the order of its probabilities; empty when it is not known any more
     * @param targets what can be written to
     */
    public Synchronisation(
            Catalog catalog,
            DatasetStore datasets,
            Supplier<? extends PredictionLog> log,
            List<SourceDefinition> sources,
            Function<String, List<String>> classes,
            List<? extends SyncTargets> targets,
            InstantSource clock) {
        this.catalog = catalog;
        this.datasets = datasets;
        this.log = log;
        this.sources = List.copyOf(sources);
        this.classes = classes;
        this.targets = List.copyOf(targets);
        this.clock = clock;
    }

    /** Told how far a table got. */
    @FunctionalInterface
    public interface Listener {
        /** {@code rows} of a table are written, of {@code total}, at least 1. */
        void at(String table, long rows, long total);
    }

    /**
     * What is to be done.
     *
     * @param dryRun whether to look only: at what would be written, and at whether the target would take it
     * @param full whether to write everything again
     */
    public record Request(boolean dryRun, boolean full) {
        /** Writes what is new. */
        public static final Request NEW = new Request(false, false);
    }

    /** What is known of a table that was written. */
    private record State(String declaration, ObjectNode mark, long rows, @Nullable Instant updatedAt, boolean complete,
            @Nullable String problem) {}

    /**
     * Writes tables one after the other. One that fails does not stop the others.
     *
     * @throws KeelsonException with the problems of all that failed, as {@link SyncTargets} says; UNKNOWN_REFERENCE for a
     *     column that the dataset does not have; PROJECT_IN_USE when another run writes meanwhile
     */
    public List<SyncOutcome> run(List<SyncDefinition> tables, Request request, Listener listener) {
        if (!writing.tryLock()) {
            throw new KeelsonException(
                    ErrorCode.PROJECT_IN_USE,
                    "A synchronisation of this project is under way.",
                    "Maybe wait for its end; `keelson sync --status` shows how far it is.");
        }
        try {
            if (tables.stream().anyMatch(table -> OwnTable.of(table.from().text()).isPresent())) {
                log.get().catchUp();
            }
            List<SyncOutcome> outcomes = new ArrayList<>();
            List<Problem> problems = new ArrayList<>();
            KeelsonException first = null;
            for (SyncDefinition table : tables) {
                try {
                    outcomes.add(run(table, request, listener));
                } catch (KeelsonException e) {
                    first = first == null ? e : first;
                    problems.addAll(e.problems());
                }
            }
            if (first != null) {
                throw new KeelsonException(problems, first);
            }
            return outcomes;
        } finally {
            writing.unlock();
        }
    }

    private SyncOutcome run(SyncDefinition definition, Request request, Listener listener) {
        SyncTargets adapter = adapter(definition);
        Feed feed = feed(definition);
        if (feed == null) {
            return outcome(definition, 0, request.dryRun(), List.of(), List.of());
        }
        Map<String, String> columns = columns(definition, feed);
        List<String> wanted = List.copyOf(columns.keySet());
        SyncTable table = table(definition, feed, columns);
        State state = request.full() ? start(definition, table) : state(definition, table);
        List<List<@Nullable String>> examples = new ArrayList<>();
        long[] total = {0};
        ObjectNode[] end = {state.mark()};
        feed.read(wanted, state.mark(), (rows, mark) -> {
            total[0] += rows.size();
            end[0] = mark;
            rows.stream().limit(Math.max(0, EXAMPLES - examples.size())).map(SyncOutcome::example).forEach(examples::add);
        });
        if (request.dryRun()) {
            adapter.open(table).close();
            return outcome(definition, total[0], true, table.names(), examples);
        }
        if (total[0] == 0) { // nothing to ask the target for
            keep(definition, state, new State(state.declaration(), end[0], state.rows(), state.updatedAt(), true, null));
            return outcome(definition, 0, false, table.names(), List.of());
        }
        long written;
        try {
            written = write(adapter, definition, table, feed, wanted, state, total[0], listener);
        } catch (KeelsonException e) {
            State at = state(definition, table);
            String problem = e.problems().getFirst().message();
            keep(definition, at, new State(at.declaration(), at.mark(), at.rows(), at.updatedAt(), false, problem));
            throw e;
        }
        return outcome(definition, written, false, table.names(), List.of());
    }

    private long write(
            SyncTargets adapter,
            SyncDefinition definition,
            SyncTable table,
            Feed feed,
            List<String> wanted,
            State state,
            long total,
            Listener listener) {
        try (SyncTargets.Open open = adapter.open(table)) {
            Batch batch = new Batch(definition, table, open, state, total, listener);
            feed.read(wanted, state.mark(), batch::add);
            batch.end();
            return batch.written;
        }
    }

    /** Rows that wait to be written together, and the mark behind them. */
    private final class Batch {
        private final SyncDefinition definition;
        private final SyncTable table;
        private final SyncTargets.Open open;
        private final State before;
        private final long total;
        private final Listener listener;
        private final List<Integer> key;
        private List<@Nullable String[]> rows = new ArrayList<>();
        private ObjectNode mark;
        private long written;

        Batch(
                SyncDefinition definition,
                SyncTable table,
                SyncTargets.Open open,
                State before,
                long total,
                Listener listener) {
            this.definition = definition;
            this.table = table;
            this.open = open;
            this.before = before;
            this.total = total;
            this.listener = listener;
            this.mark = before.mark();
            this.key = table.key().stream().map(table.names()::indexOf).toList();
        }

        void add(List<@Nullable String[]> page, ObjectNode after) {
            if (rows.size() + page.size() > PAGE) {
                put(false);
            }
            rows.addAll(page);
            mark = after;
        }

        void end() {
            put(true);
        }

        private void put(boolean complete) {
            if (!rows.isEmpty()) {
                open.put(distinct());
            }
            written += rows.size();
            rows = new ArrayList<>();
            keep(definition, before, new State(
                    before.declaration(), mark, before.rows() + written, clock.instant(), complete, null));
            listener.at(definition.name(), written, Math.max(total, written));
        }

        /** The last row of each key, which is the newest. */
        private List<@Nullable String[]> distinct() {
            Map<List<@Nullable String>, @Nullable String[]> last = new LinkedHashMap<>();
            for (@Nullable String[] row : rows) {
                List<@Nullable String> of = new ArrayList<>();
                for (int column : key) {
                    if (row[column] == null) {
                        throw new KeelsonException(Problem.at(
                                ErrorCode.TARGET_REFUSED,
                                definition.location(),
                                "`sync.%s`: a row has no value in the key column (%s) of the table (%s)."
                                        .formatted(definition.name(), table.names().get(column), table.name()),
                                "Maybe another column identifies a row: name it in `key`."));
                    }
                    of.add(row[column]);
                }
                last.remove(of); // so that it stands where its last row does
                last.put(of, row);
            }
            return List.copyOf(last.values());
        }
    }

    private static SyncOutcome outcome(
            SyncDefinition definition,
            long rows,
            boolean dryRun,
            List<String> columns,
            List<List<@Nullable String>> examples) {
        return new SyncOutcome(
                definition.name(), definition.from().text(), definition.target().name().text(), rows, dryRun, columns, examples);
    }

    // ---- what is written

    private SyncTargets adapter(SyncDefinition definition) {
        return targets.stream()
                .filter(each -> each.writes(definition.target()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "Nothing writes to (%s).".formatted(definition.target())));
    }

    /** The rows, or null when nothing was ever loaded. */
    private @Nullable Feed feed(SyncDefinition definition) {
        String from = definition.from().text();
        SourceDefinition source = sources.stream()
                .filter(each -> each.name().equals(from))
                .findFirst()
                .orElse(null);
        if (source != null) {
            DatasetVersion latest = datasets.latest(from).orElse(null);
            return latest == null ? null : new DatasetFeed(datasets, latest, source.key(), PAGE);
        }
        OwnTable own = OwnTable.of(from)
                .orElseThrow(() -> new IllegalArgumentException("There is no source or table (%s).".formatted(from)));
        return switch (own) {
            case PREDICTIONS -> new PredictionFeed(log, false, classes, PAGE);
            case EVALUATIONS -> new PredictionFeed(log, true, classes, PAGE);
            case CHECK_RESULTS -> new CheckFeed(catalog);
        };
    }

    private static Map<String, String> columns(SyncDefinition definition, Feed feed) {
        if (!definition.columns().isEmpty()) {
            return definition.columns();
        }
        Map<String, String> columns = new LinkedHashMap<>();
        feed.standardColumns().forEach(name -> columns.put(name, name));
        return columns;
    }

    private static SyncTable table(SyncDefinition definition, Feed feed, Map<String, String> columns) {
        Map<String, SyncType> types =
                feed.columns().stream().collect(Collectors.toMap(SyncTable.Column::name, SyncTable.Column::type));
        List<SyncTable.Column> written = new ArrayList<>();
        columns.forEach((ours, theirs) -> {
            SyncType type = types.get(ours);
            if (type == null) {
                throw new KeelsonException(Problem.at(
                        ErrorCode.UNKNOWN_REFERENCE,
                        definition.location(),
                        "`sync.%s`: the rows of `%s` have no column `%s`."
                                .formatted(definition.name(), definition.from().text(), ours),
                        Suggestion.sentence(ours, types.keySet())
                                .orElse("Maybe load the source again, or leave it out of `columns`.")));
            }
            written.add(new SyncTable.Column(theirs, type));
        });
        List<String> key = definition.key().isEmpty() ? feed.key() : definition.key();
        return new SyncTable(
                definition.target(),
                written,
                key.stream().map(ours -> Objects.requireNonNull(columns.get(ours), ours)).toList());
    }

    // ---- how far it got

    /** How far each table got, in their order. */
    public List<SyncStatus> status(List<SyncDefinition> tables) {
        return tables.stream().map(this::status).toList();
    }

    private SyncStatus status(SyncDefinition definition) {
        Feed feed = feed(definition);
        if (feed == null) {
            return SyncStatus.none(definition);
        }
        State state = state(definition, table(definition, feed, columns(definition, feed)));
        return new SyncStatus(
                definition.name(),
                definition.from().text(),
                definition.target().name().text(),
                state.updatedAt() == null
                        ? SyncStatus.State.NEW
                        : state.complete() ? SyncStatus.State.COMPLETE : SyncStatus.State.INCOMPLETE,
                state.rows(),
                state.updatedAt(),
                state.problem());
    }

    private State start(SyncDefinition definition, SyncTable table) {
        Sha256 sha = new Sha256().add("keelson sync 1").add(definition.from().text());
        sha.add(adapter(definition).identity(definition.target()));
        table.columns().forEach(column -> sha.add(column.name()).add(column.type().name()));
        definition.columns().keySet().forEach(sha::add);
        table.key().forEach(sha::add);
        return new State(sha.hex(), JsonNodeFactory.instance.objectNode(), 0, null, false, null);
    }

    private State state(SyncDefinition definition, SyncTable table) {
        State start = start(definition, table);
        String stored = catalog.read(tx -> tx.step(step(definition))).orElse(null);
        if (stored == null) {
            return start;
        }
        JsonNode document = parsed(stored);
        String at = document.path("updated_at").asText("");
        String problem = document.path("problem").asText("");
        return document.path("declaration").asText().equals(start.declaration())
                ? new State(
                        start.declaration(),
                        document.path("mark") instanceof ObjectNode mark ? mark : start.mark(),
                        document.path("rows").asLong(),
                        at.isEmpty() ? null : Instant.parse(at),
                        document.path("complete").asBoolean(),
                        problem.isEmpty() ? null : problem)
                : start;
    }

    private void keep(SyncDefinition definition, State before, State state) {
        if (state.equals(before)) {
            return;
        }
        ObjectNode document = JsonNodeFactory.instance
                .objectNode()
                .put("declaration", state.declaration())
                .put("rows", state.rows())
                .put("updated_at", Objects.toString(state.updatedAt(), null))
                .put("complete", state.complete())
                .put("problem", state.problem());
        document.set("mark", state.mark());
        String text = document.toString();
        catalog.update(tx -> tx.putStep(step(definition), STEP, text));
    }

    private static String step(SyncDefinition definition) {
        return STEP + ":" + definition.name();
    }

    private static JsonNode parsed(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("What is kept of a synchronisation is not JSON.", e);
        }
    }
}
