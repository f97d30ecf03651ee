package dev.keelson.wiring;

import dev.keelson.data.DatasetVersion;
import dev.keelson.data.SourceDefinition;
import dev.keelson.data.SystemColumns;
import dev.keelson.data.spi.DatasetStore;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Suggestion;
import dev.keelson.expression.Durations;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.frame.Vector;
import dev.keelson.http.LoggedModel;
import dev.keelson.monitor.FrameData;
import dev.keelson.monitor.TakenData;
import dev.keelson.monitor.spi.DriftData;
import dev.keelson.project.Project;
import dev.keelson.store.duckdb.DuckDb;
import dev.keelson.store.duckdb.TableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the tables that a comparison names: a file, {@code champion}, {@code served}, a baseline, a source or a dataset version, each with
 * {@code @7d}, {@code @FROM..TO} for a time of it; or such a time alone. What it opens is closed with it.
 */
final class DriftSides implements AutoCloseable {
    private static final Pattern LAST = Pattern.compile("[0-9]+[mhdw]");
    private static final String BETWEEN = "..";
    private static final Pattern VERSION = Pattern.compile("[0-9a-f]{6,64}");
    private static final String CHAMPION = "champion";
    private static final String SERVED = "served";
    private static final String BASELINE = "baseline:";

    private final Path folder;
    private final boolean anyFile;
    private final DuckDb engine;
    private final ZoneId zone;
    private final @Nullable ProjectTables tables;
    private final List<TableFile> opened = new ArrayList<>();

    /** What a project has. */
    record ProjectTables(Project project, DatasetStore datasets, ModelTables models) {}

    /** What models have. */
    interface ModelTables {
        /**
         * What the champion was trained on; of a model that others serve, the first predictions that were handed in.
         *
         * @throws KeelsonException MODEL_NOT_FOUND, NOT_READY
         */
        DriftSide training(String model);

        /**
         * What the model was asked; of a model that others serve, what was handed in.
         *
         * @param time of the events; null for the window of its monitor
         */
        DriftSide served(String model, @Nullable When time);

        /**
         * The rows of a baseline.
         *
         * @param id as baselines are listed; without the number at its end the newest of them
         * @throws KeelsonException NOT_FOUND
         */
        Rows baseline(String id);
    }

    /** Rows in order of time, which stands in the column {@link SystemColumns#EVENT_TIME}. */
    record Rows(String name, Frame frame) {}

    /**
     * A time.
     *
     * @param last length back from the newest row; null where the ends are given
     * @param from inclusive; null for the beginning
     * @param to exclusive; null for the end
     */
    record When(@Nullable Duration last, @Nullable Instant from, @Nullable Instant to) {}

    /**
     * @param folder where relative names of files start
     * @param anyFile whether files outside of the folder may be read
     * @param tables of the project; null without one
     */
    DriftSides(Path folder, boolean anyFile, DuckDb engine, ZoneId zone, @Nullable ProjectTables tables) {
        this.folder = folder;
        this.anyFile = anyFile;
        this.engine = engine;
        this.zone = zone;
        this.tables = tables;
    }

    /**
     * Finds a table.
     *
     * @param text what it is
     * @param model whose predictions are meant by a time alone, and whose champion where none is named; null for none
     * @param column of files by which their rows are in order, or null
     */
    DriftSide side(String text, @Nullable String model, @Nullable String column) {
        if (TableFile.reads(text)) {
            return file(text, null, column);
        }
        int at = text.lastIndexOf('@');
        String what = at < 0 ? text : text.substring(0, at);
        String of = at < 0 ? "" : text.substring(at + 1);
        if (at < 0 && time(text).isPresent()) {
            return model == null ? source(null, text) : models().served(model, time(text).get());
        }
        if (TableFile.reads(what)) {
            return file(what, requireTime(of, text), column);
        }
        if (what.equals(CHAMPION) || what.startsWith(CHAMPION + ":")) {
            return models().training(named(what, CHAMPION, model));
        }
        if (what.equals(SERVED) || what.startsWith(SERVED + ":")) {
            return models().served(named(what, SERVED, model), of.isEmpty() ? null : requireTime(of, text));
        }
        if (what.startsWith(BASELINE)) {
            return inTime(models().baseline(what.substring(BASELINE.length())), of.isEmpty() ? null : requireTime(of, text));
        }
        return source(what, of);
    }

    private String named(String what, String kind, @Nullable String model) {
        if (what.length() > kind.length()) {
            return what.substring(kind.length() + 1);
        }
        if (model != null) {
            return model;
        }
        Project known = project().project();
        if (known.models().size() == 1) {
            return known.models().getFirst().name();
        }
        List<String> all = LoggedModel.all(known).stream().map(LoggedModel::name).toList();
        if (all.size() == 1) {
            return all.getFirst();
        }
        throw new KeelsonException(
                ErrorCode.BAD_REQUEST,
                "`%s` names no model; there are %s.".formatted(what, String.join(", ", all)),
                all.isEmpty() ? null : "Maybe `%s:%s`.".formatted(kind, all.getFirst()));
    }

    private ModelTables models() {
        return project().models();
    }

    private ProjectTables project() {
        if (tables == null) {
            throw new KeelsonException(
                    ErrorCode.PROJECT_NOT_FOUND,
                    "There is no project here; without one, two files can be compared.",
                    "Maybe name a file that ends with .csv, .csv.gz or .parquet, or add -C for the project's folder.");
        }
        return tables;
    }

    // ---- times

    private Optional<When> time(String text) {
        try {
            if (LAST.matcher(text).matches()) {
                return Optional.of(new When(Durations.parse(text), null, null));
            }
            int dots = text.indexOf(BETWEEN);
            if (dots < 0 || text.equals(BETWEEN)) {
                return Optional.empty();
            }
            Instant from = instant(text.substring(0, dots));
            Instant to = instant(text.substring(dots + BETWEEN.length()));
            if (from != null && to != null && !from.isBefore(to)) {
                throw new KeelsonException(
                        ErrorCode.BAD_REQUEST,
                        "The time (%s) ends before it begins, or when it does; FROM..TO was expected, TO exclusive.".formatted(text),
                        from.isAfter(to) ? "Maybe they were exchanged." : "Maybe the day after was meant.");
            }
            return Optional.of(new When(null, from, to));
        } catch (DateTimeException e) {
            return Optional.empty(); // it is no time; who needs one says so
        }
    }

    private @Nullable Instant instant(String text) {
        if (text.isEmpty()) {
            return null;
        }
        return text.length() == 10 ? LocalDate.parse(text).atStartOfDay(zone).toInstant() : Instant.parse(text);
    }

    private When requireTime(String text, String whole) {
        return time(text).orElseThrow(() -> new KeelsonException(
                ErrorCode.BAD_REQUEST,
                "`%s` ends with `%s`, and a time was expected there.".formatted(whole, text),
                "Maybe `7d`, or `2024-01-01..2024-02-01`."));
    }

    // ---- files

    private DriftSide file(String name, @Nullable When time, @Nullable String column) {
        TableFile table = TableFile.open(engine, path(name), name);
        opened.add(table);
        boolean named = column != null && table.schema().contains(column);
        if (time != null && !named) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    column == null
                            ? "A time of the file (%s) is asked for, but not by which column.".formatted(name)
                            : "The file (%s) has no column (%s) by which to take a time; its columns are %s."
                                    .formatted(name, column, String.join(", ", table.schema().names())),
                    "Maybe `time` names the column.");
        }
        return named && column != null ? inTime(table, table.column(column), column, time, name) : DriftSide.of(table);
    }

    private Path path(String name) {
        try {
            Path path = folder.resolve(name).normalize();
            if (!anyFile) {
                Path root = folder.toRealPath();
                Path real = Files.exists(path) ? path.toRealPath() : path.toAbsolutePath().normalize();
                if (!real.startsWith(root)) {
                    throw new KeelsonException(
                            ErrorCode.UNSAFE_PATH,
                            "The file (%s) lies outside of the project's folder; only files in it are read for a request."
                                    .formatted(name),
                            "Maybe copy it there, or use the command line while no server runs.");
                }
            }
            return path;
        } catch (InvalidPathException | IOException e) {
            throw new KeelsonException(
                    ErrorCode.SOURCE_NOT_FOUND, "There is no file (%s).".formatted(name), "Maybe its name is misspelt.", e);
        }
    }

    /** A file that is to be written; there must be none of that name. */
    Path newFile(String name) {
        if (!TableFile.reads(name)) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "`out` is `%s`, and a file ending with .csv, .csv.gz or .parquet was expected.".formatted(name),
                    "Maybe `changed.csv`.");
        }
        Path path = path(name);
        if (Files.exists(path)) {
            throw new KeelsonException(
                    ErrorCode.ALREADY_EXISTS, "There is a file (%s) already.".formatted(name), "Maybe choose another name.");
        }
        return path;
    }

    // ---- sources

    private DriftSide source(@Nullable String what, String of) {
        ProjectTables known = project();
        DatasetStore store = known.datasets();
        DatasetVersion version;
        String when = of;
        if (what != null && known.project().sources().stream().noneMatch(each -> each.name().equals(what))) {
            version = (VERSION.matcher(what).matches() ? store.get(what) : Optional.<DatasetVersion>empty())
                    .orElseThrow(() -> unknown(what));
        } else {
            SourceDefinition source = Datasets.source(known.project(), what);
            boolean versioned = !of.isEmpty() && time(of).isEmpty();
            version = (versioned ? store.get(of) : store.latest(source.name()))
                    .orElseThrow(() -> versioned
                            ? new KeelsonException(
                                    ErrorCode.DATASET_NOT_FOUND,
                                    "There is no dataset version (%s), or several begin so, and it is no time.".formatted(of),
                                    "Maybe `keelson data versions` lists it.")
                            : Datasets.notLoaded(known.project(), source.name()));
            when = versioned ? "" : of;
        }
        String name = version.source() + "@" + version.id();
        return inTime(new Rows(name, store.read(version)), when.isEmpty() ? null : requireTime(when, name));
    }

    private KeelsonException unknown(String what) {
        List<String> names = new ArrayList<>(List.of(CHAMPION, SERVED));
        project().project().sources().forEach(each -> names.add(each.name()));
        return new KeelsonException(
                ErrorCode.UNKNOWN_REFERENCE,
                "`%s` is no file, no source, no dataset version and no time; known are %s and baseline:ID."
                        .formatted(what, String.join(", ", names)),
                Suggestion.sentence(what, names).orElse("Maybe a file ends with .csv, .csv.gz or .parquet, or `keelson data versions` lists the version."));
    }

    // ---- rows of a time, in order

    private static DriftSide inTime(Rows rows, @Nullable When time) {
        List<String> columns = rows.frame().schema().names().stream()
                .filter(name -> !SystemColumns.NAMES.contains(name))
                .toList();
        return inTime(
                new FrameData(rows.name(), rows.frame().select(columns)),
                rows.frame().vector(SystemColumns.EVENT_TIME),
                SystemColumns.EVENT_TIME,
                time,
                rows.name());
    }

    private static DriftSide inTime(DriftData data, Vector times, String column, @Nullable When time, String name) {
        if (!(times instanceof Vector.Longs longs) || longs.type() == ColumnType.LONG || !data.aligned()) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    data.aligned()
                            ? "The column (%s) of %s is no time: it is of the type %s."
                                    .formatted(column, name, times.type().name().toLowerCase(java.util.Locale.ROOT))
                            : "%s is too large to put its rows in order.".formatted(name),
                    data.aligned() ? "Maybe another column tells when its rows happened." : "Maybe leave `time` away: its rows are taken to be in order.");
        }
        long scale = longs.type() == ColumnType.DATE ? Duration.ofDays(1).toNanos() / 1_000 : 1;
        long[] micros = IntStream.range(0, longs.size())
                .mapToLong(i -> longs.isNull(i) ? Long.MIN_VALUE : longs.values()[i] * scale)
                .toArray();
        long newest = Arrays.stream(micros).max().orElse(0);
        long from = Long.MIN_VALUE + 1;
        long to = Long.MAX_VALUE;
        if (time != null) {
            to = time.to() == null ? Long.MAX_VALUE : Micros.of(time.to());
            from = time.last() != null
                    ? newest - time.last().toNanos() / 1_000 + 1
                    : time.from() == null ? from : Micros.of(time.from());
        }
        long least = from;
        long limit = to;
        int[] positions = IntStream.range(0, micros.length)
                .filter(i -> micros[i] >= least && micros[i] < limit)
                .boxed()
                .sorted(Comparator.comparingLong(i -> micros[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        String said = time == null || positions.length == 0
                ? name
                : "%s from %s to %s".formatted(name, at(micros[positions[0]]), at(micros[positions[positions.length - 1]]));
        return new DriftSide(
                new TakenData(said, data, positions),
                positions.length == 0 ? null : at(micros[positions[0]]),
                positions.length == 0 ? null : at(micros[positions[positions.length - 1]] + 1));
    }

    private static Instant at(long micros) {
        return Micros.toInstant(micros).atOffset(ZoneOffset.UTC).toInstant();
    }

    @Override
    public void close() {
        opened.forEach(TableFile::close);
    }
}
