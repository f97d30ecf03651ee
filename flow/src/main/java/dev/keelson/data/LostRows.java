package dev.keelson.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.data.DatasetVersion.Partition;
import dev.keelson.data.spi.DatasetStore;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Schema;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a dataset that its source does not have (any more): they were pushed, or stood in an earlier file. They are
 * found by reading the source again as it was declared when the dataset was made, so that the same row has the same key on
 * both sides; when the dataset is made anew, they are judged as the source is declared now. Immutable.
 */
public final class LostRows {
    private static final DateTimeFormatter MINUTES = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm", Locale.ROOT);

    private final DatasetVersion version;
    private final ZoneId zone;
    private final List<Frame> parts;

    private LostRows(DatasetVersion version, ZoneId zone, List<Frame> parts) {
        this.version = version;
        this.zone = zone;
        this.parts = List.copyOf(parts);
    }

    /**
     * Finds them.
     *
     * @param store where the version is
     * @param made the recipe by which the version was made
     * @param now the source as it is declared now
     * @param read loads a source into an empty store of its own, and gives the version in it, or null without any row
     * @param scratch that store
     * @throws KeelsonException what the store throws; BAD_VALUE when the rows cannot be told from those of the source, for
     *     that cannot be read as it was declared and has not the columns that the dataset has
     */
    public static LostRows of(
            DatasetStore store,
            DatasetVersion version,
            DatasetRecipe made,
            SourceDefinition now,
            Function<SourceDefinition, @Nullable DatasetVersion> read,
            DatasetStore scratch) {
        SourceDefinition was = made.over(now, version);
        DatasetVersion again;
        try {
            again = read.apply(was);
        } catch (KeelsonException e) {
            if (e.code() == ErrorCode.DISK_FULL
                    || e.code() == ErrorCode.NOT_WRITABLE
                    || e.code() == ErrorCode.SOURCE_NOT_FOUND) {
                throw e;
            }
            if (!version.schema().names().containsAll(DatasetRecipe.roles(now))) {
                throw new KeelsonException(
                        List.of(Problem.at(
                                ErrorCode.BAD_VALUE,
                                now.location(),
                                "The rows of the source (%s) cannot be told from those that were pushed: as it was declared before, it cannot be read any more. %s"
                                        .formatted(now.name(), e.problems().getFirst().message()),
                                "Maybe give the source another name: its dataset starts anew then; views and models name it, too.")),
                        e);
            }
            again = null; // told apart by the keys that they have now
        }
        return new LostRows(version, was.zone(), missing(store, version, scratch, again, was));
    }

    private static List<Frame> missing(
            DatasetStore store,
            DatasetVersion version,
            DatasetStore scratch,
            @Nullable DatasetVersion again,
            SourceDefinition was) {
        Map<String, Partition> same = new HashMap<>();
        if (again != null) {
            again.partitions().forEach(partition -> same.put(partition.month().toString(), partition));
        }
        boolean monthly = version.key().contains(was.eventTime()); // a key has its rows in one month
        RowIndex all = null;
        List<Frame> lost = new ArrayList<>();
        for (Partition partition : version.partitions()) {
            Partition twin = same.get(partition.month().toString());
            if (twin != null && twin.digest().equals(partition.digest())) {
                continue;
            }
            RowIndex present;
            if (again == null || (monthly && twin == null)) {
                present = new RowIndex(1);
            } else if (monthly) {
                present = keys(scratch, again, List.of(twin), version);
            } else {
                all = all == null ? keys(scratch, again, again.partitions(), version) : all;
                present = all;
            }
            Frame rows = store.read(version, List.of(partition), version.schema().names());
            long[] keys = new RowDigests().ofRows(rows, version.key());
            int[] missing = IntStream.range(0, rows.rows())
                    .filter(row -> present.find(keys[2 * row], keys[2 * row + 1]) < 0)
                    .toArray();
            if (missing.length > 0) {
                lost.add(rows.take(missing));
            }
        }
        return lost;
    }

    private static RowIndex keys(
            DatasetStore store, DatasetVersion again, List<Partition> partitions, DatasetVersion version) {
        Schema wanted = new Schema(
                version.key().stream().map(version.schema()::column).toList());
        RowIndex index = new RowIndex(1024);
        for (Partition partition : partitions) {
            Frame rows = store.read(again, List.of(partition), version.key());
            long[] keys = new RowDigests().ofRows(Frames.conform(rows, wanted), version.key());
            for (int row = 0; row < rows.rows(); row++) {
                index.put(keys[2 * row], keys[2 * row + 1], 0, 0, row);
            }
        }
        return index;
    }

    /** Whether there is none. */
    public boolean isEmpty() {
        return parts.isEmpty();
    }

    /**
     * Rows as text, to be judged as those of the source are.
     *
     * @param place what messages call the text
     * @param csv the rows, with a header
     * @param times columns whose cells are ISO dates and instants, whatever the source's formats say
     */
    public record Text(String place, String csv, Set<String> times) {
        public Text {
            times = Collections.unmodifiableSet(new TreeSet<>(times));
        }

        /**
         * Of a reading with these rows besides, those of them that were set aside; empty when there are none.
         *
         * @param newPlace what messages call these
         * @param seen rows that are left out; the others are added
         */
        public Optional<Text> setAside(SourceRows reading, String newPlace, Set<String> seen) {
            StringBuilder text = new StringBuilder(
                    line(CsvText.decode(place, csv.getBytes(StandardCharsets.UTF_8)).header()));
            int header = text.append('\n').length();
            reading.quarantined().stream()
                    .filter(row -> row.file().equals(place) && seen.add(row.rawLine()))
                    .forEach(row -> text.append(row.rawLine()).append('\n'));
            return text.length() == header ? Optional.empty() : Optional.of(new Text(newPlace, text.toString(), times));
        }

        /** As a JSON object. */
        public ObjectNode toJson() {
            ObjectNode json = JsonNodeFactory.instance.objectNode().put("place", place).put("csv", csv);
            times.forEach(json.putArray("times")::add);
            return json;
        }

        /** Reads what {@link #toJson} wrote. */
        public static Text fromJson(JsonNode json) {
            Set<String> times = new LinkedHashSet<>();
            json.path("times").forEach(each -> times.add(each.asText()));
            return new Text(json.required("place").asText(), json.required("csv").asText(), times);
        }
    }

    /** These rows as text with the columns of a reading of the source; those whose key the reading has are left out. */
    public Text text(SourceRows reading) {
        SourceDefinition source = reading.source();
        Map<String, ColumnType> types = types(reading);
        StringBuilder text = new StringBuilder(line(List.copyOf(types.keySet()))).append('\n');
        RowIndex read = keys(reading);
        for (Frame rows : parts) {
            long[] keys = read == null ? new long[0] : new RowDigests().ofRows(rows, source.key());
            for (int row = 0; row < rows.rows(); row++) {
                if (read != null && read.find(keys[2 * row], keys[2 * row + 1]) >= 0) {
                    continue;
                }
                List<String> cells = new ArrayList<>();
                for (Map.Entry<String, ColumnType> column : types.entrySet()) {
                    Object value = rows.schema().contains(column.getKey())
                            ? rows.vector(column.getKey()).get(row)
                            : null;
                    cells.add(value == null ? "" : cell(value, column.getValue()));
                }
                text.append(line(cells)).append('\n');
            }
        }
        Set<String> times = new LinkedHashSet<>();
        for (Column column : version.schema().columns()) {
            if (column.type() == ColumnType.DATE || column.type() == ColumnType.TIMESTAMP) {
                times.add(column.name());
            }
        }
        return new Text(source.name() + "@" + version.shortId(), text.toString(), times);
    }

    /** The keys of a reading, deletes and rows that are to be lost among them; null when the version cannot have keys like these. */
    private @Nullable RowIndex keys(SourceRows reading) {
        Schema schema = version.schema();
        for (String name : reading.source().key()) {
            if (!schema.contains(name)
                    || schema.column(name).type() != reading.schema().column(name).type()) {
                return null;
            }
        }
        long[] gone = reading.review().rejectedKeys();
        RowIndex index = new RowIndex(reading.frame().rows() + gone.length / 2);
        for (int row = 0; row < reading.frame().rows(); row++) {
            index.put(reading.keyHigh(row), reading.keyLow(row), 0, 0, row);
        }
        for (int i = 0; i < gone.length; i += 2) {
            index.put(gone[i], gone[i + 1], 0, 0, 0);
        }
        return index;
    }

    /** A reading of the source with rows besides that were judged likewise; a row whose key the reading has is left out. */
    public static SourceRows beside(SourceRows reading, Text rows) {
        if (rows.csv().indexOf('\n') == rows.csv().length() - 1) {
            return reading; // a header alone
        }
        byte[] csv = rows.csv().getBytes(StandardCharsets.UTF_8);
        List<String> header = CsvText.decode(rows.place(), csv).header();
        List<ColumnDefinition> columns = new ArrayList<>();
        Set<String> declared = new LinkedHashSet<>();
        for (ColumnDefinition column : reading.source().columns()) {
            declared.add(column.name());
            columns.add(rows.times().contains(column.name()) ? column.withFormats(List.of()) : column);
        }
        for (Column column : reading.schema().columns()) {
            if (!declared.contains(column.name()) && header.contains(column.name())) {
                columns.add(DatasetRecipe.typed(column));
            }
        }
        SourceDefinition source =
                reading.source().withColumns(columns).with().operation(null).build();
        return reading.and(SourceReader.parse(source, rows.place(), csv, null));
    }

    /** The columns of a reading and those that are declared, with their types. */
    private static Map<String, ColumnType> types(SourceRows reading) {
        Map<String, ColumnType> types = new LinkedHashMap<>();
        for (String name : RowDigests.contentColumns(reading.schema())) {
            types.put(name, reading.schema().column(name).type());
        }
        reading.source().columns().forEach(column -> types.putIfAbsent(column.name(), column.type()));
        return types;
    }

    /** A cell as text of the type that it is to have: days of instants are those of the zone the dataset was made in. */
    private String cell(Object value, ColumnType type) {
        return switch (value) {
            case Double number when Double.isFinite(number) -> new BigDecimal(Double.toString(number))
                    .stripTrailingZeros()
                    .toPlainString();
            case LocalDate date when type == ColumnType.TIMESTAMP -> date.atStartOfDay().format(MINUTES);
            case Instant at when type == ColumnType.DATE -> at.atZone(zone).toLocalDate().toString();
            default -> value.toString();
        };
    }

    private static String line(List<String> cells) {
        List<String> quoted = new ArrayList<>();
        for (String cell : cells) {
            quoted.add(cell.isEmpty() ? "" : '"' + cell.replace("\"", "\"\"") + '"');
        }
        return String.join(",", quoted);
    }
}
