package dev.keelson.data;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.keelson.data.ColumnEvidence.Finding;
import dev.keelson.error.Located;
import dev.keelson.frame.ColumnType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a file looks like as a source: a type for each column, a key and an event time, each with its evidence. A
 * suggestion for a person to check; which columns are outcomes no file can tell. Immutable.
 */
public final class InferredSource {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]*( [A-Za-z0-9_.-]+)*");
    private static final Set<String> RESERVED = Set.of("y", "n", "yes", "no", "true", "false", "on", "off", "null");
    private static final List<String> EVENT_NAMES =
            List.of("event_time", "timestamp", "event_timestamp", "datetime", "date", "time", "day");
    private static final List<String> CREATED_NAMES =
            List.of("created", "created_at", "inserted_at", "known_at", "recorded_at", "filed", "published_at");
    private static final int MOST_KEY_COLUMNS = 4;
    private static final int KEY_CANDIDATES = 12;
    private static final int KEY_ROWS = 1_000_000;

    private final String name;
    private final String file;
    private final long rows;
    private final Map<String, Finding> columns;
    private final List<String> key;
    private final List<String> times;
    private final @Nullable String created;

    private InferredSource(
            String name,
            String file,
            long rows,
            Map<String, Finding> columns,
            List<String> key,
            List<String> times,
            @Nullable String created) {
        this.name = name;
        this.file = file;
        this.rows = rows;
        this.columns = columns;
        this.key = key;
        this.times = times;
        this.created = created;
    }

    /**
     * Looks at all rows of a file, or of the files of a folder or pattern.
     *
     * @param name name for the source
     * @throws dev.keelson.error.KeelsonException as {@link SourceReader#read} does for files that cannot be read
     */
    public static InferredSource of(SourceReader reader, String file, String name) {
        SourceDefinition open = SourceDefinition.of(name, Located.of(file)).key(List.of("none")).eventTime("none").build();
        SourceText text = reader.open(open, null).text();
        List<String> header = text.header();
        List<ColumnEvidence> evidence = header.stream().map(_ -> new ColumnEvidence()).toList();
        long rows = 0;
        Records records = text.records();
        while (records.next()) {
            if (records.broken() != null || records.count() != header.size()) {
                continue;
            }
            rows++;
            for (int i = 0; i < header.size(); i++) {
                evidence.get(i).see(records.chars(), records.start(i), records.end(i));
            }
        }
        Map<String, Finding> columns = new LinkedHashMap<>();
        for (int i = 0; i < header.size(); i++) {
            if (!header.get(i).isEmpty()) {
                columns.put(header.get(i), evidence.get(i).conclude(text.type(i)));
            }
        }
        String created = columns.entrySet().stream()
                .filter(column -> column.getValue().time() && column.getValue().missing() == 0)
                .map(Map.Entry::getKey)
                .filter(column -> CREATED_NAMES.contains(column.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElse(null);
        List<String> times = times(columns, created);
        return new InferredSource(name, file, rows, columns, key(text, columns, times, rows), times, created);
    }

    /** Columns that could be the event time, the likeliest first. */
    private static List<String> times(Map<String, Finding> columns, @Nullable String created) {
        List<String> times = columns.entrySet().stream()
                .filter(column -> column.getValue().time() && column.getValue().missing() == 0)
                .map(Map.Entry::getKey)
                .filter(column -> !column.equals(created))
                .sorted(Comparator.comparingInt(column -> {
                    int at = EVENT_NAMES.indexOf(column.toLowerCase(Locale.ROOT));
                    return at < 0 ? EVENT_NAMES.size() : at;
                }))
                .collect(Collectors.toCollection(ArrayList::new));
        if (times.isEmpty() && created != null) {
            times.add(created);
        }
        return times;
    }

    /** The fewest columns that are different in every row; empty when none of those looked at are. */
    private static List<String> key(SourceText text, Map<String, Finding> columns, List<String> times, long rows) {
        List<String> candidates = columns.entrySet().stream()
                .filter(column -> column.getValue().missing() == 0 && column.getValue().type() != ColumnType.DOUBLE)
                .filter(column -> column.getValue().type() != ColumnType.BOOLEAN)
                .map(Map.Entry::getKey)
                .limit(KEY_CANDIDATES)
                .toList();
        for (String candidate : candidates) {
            if (!times.contains(candidate) && isKey(text, List.of(candidate), rows)) {
                return List.of(candidate);
            }
        }
        for (int size = 1; size < MOST_KEY_COLUMNS; size++) {
            for (String time : times.isEmpty() ? List.<String>of() : List.of(times.getFirst())) {
                List<String> others = candidates.stream()
                        .filter(column -> !times.contains(column))
                        .toList();
                Optional<List<String>> found = grown(text, others, List.of(), size, time, rows);
                if (found.isPresent()) {
                    return found.get();
                }
            }
        }
        return List.of();
    }

    private static Optional<List<String>> grown(
            SourceText text, List<String> others, List<String> taken, int size, String time, long rows) {
        if (taken.size() == size) {
            List<String> key = new ArrayList<>(taken);
            key.add(time);
            return isKey(text, key, rows) ? Optional.of(key) : Optional.empty();
        }
        int from = taken.isEmpty() ? 0 : others.indexOf(taken.getLast()) + 1;
        for (int i = from; i < others.size(); i++) {
            List<String> more = new ArrayList<>(taken);
            more.add(others.get(i));
            Optional<List<String>> found = grown(text, others, more, size, time, rows);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    /** Whether no two rows are the same in some columns; the first repetition ends the search. */
    private static boolean isKey(SourceText text, List<String> key, long rows) {
        int[] cells = key.stream().mapToInt(text.header()::indexOf).toArray();
        Set<List<String>> seen = new HashSet<>();
        Records records = text.records();
        while (records.next() && seen.size() < KEY_ROWS) {
            if (records.broken() != null || records.count() != text.header().size()) {
                continue;
            }
            List<String> values = new ArrayList<>(cells.length);
            for (int cell : cells) {
                values.add(records.text(cell).strip());
            }
            if (!seen.add(values)) {
                return false;
            }
        }
        return rows > 0;
    }

    /** Whether there is a column for the event time and a key, so that the block can be loaded as it is. */
    public boolean complete() {
        return !times.isEmpty() && !key.isEmpty();
    }

    /** The source as a block of a project file, with the evidence as comments. */
    public String yaml() {
        StringBuilder yaml = new StringBuilder();
        yaml.append("# Inferred from %s: %s and %s. Check it: what is an outcome, no file can tell.%n"
                .formatted(file, count(rows, "row"), count(columns.size(), "column"))
                .replace("\r\n", "\n"));
        yaml.append("sources:\n  ").append(quoted(name)).append(":\n    file: ").append(quoted(file)).append('\n');
        if (key.isEmpty()) {
            yaml.append("    # No key was found: no column, nor up to ")
                    .append(MOST_KEY_COLUMNS)
                    .append(" of them with the event time, differ in every row.\n    # key: [...]\n");
        } else {
            yaml.append("    key: ")
                    .append(list(key))
                    .append(rows <= KEY_ROWS
                            ? "  # different in every row\n"
                            : String.format(Locale.ROOT, "  # different in each of the first %,d rows%n", KEY_ROWS)
                                    .replace("\r\n", "\n"));
        }
        if (times.isEmpty()) {
            yaml.append("    # No column without gaps is a date or a time; one is needed.\n    # event_time: ...\n");
        } else {
            yaml.append("    event_time: ").append(quoted(times.getFirst()));
            List<String> others = times.subList(1, times.size());
            yaml.append(others.isEmpty() ? "\n" : "  # or " + String.join(", ", others) + "\n");
            time(yaml, times.getFirst());
        }
        List<String> naive = columns.entrySet().stream()
                .filter(column -> column.getValue().naive())
                .map(Map.Entry::getKey)
                .toList();
        if (!naive.isEmpty()) {
            yaml.append("    # zone: Europe/London  # of ")
                    .append(String.join(", ", naive))
                    .append(", which have no offset; without it the project's `timezone` counts\n");
        }
        yaml.append("    columns:\n");
        columns.forEach((column, finding) -> yaml.append("      ")
                .append(quoted(column))
                .append(": ")
                .append(declaration(finding))
                .append("  # ")
                .append(evidence(finding))
                .append('\n'));
        return yaml.toString();
    }

    private void time(StringBuilder yaml, String eventTime) {
        Finding finding = columns.get(eventTime);
        if (created != null && !created.equals(eventTime)) {
            yaml.append("    created: ").append(quoted(created)).append("  # by its name: when a row became known\n");
        } else if (finding != null && finding.type() == ColumnType.DATE) {
            yaml.append("    known_after: 1d  # a day has no time: its rows count from the next one on\n");
        }
    }

    private static String declaration(Finding finding) {
        String type = finding.values().isEmpty() ? finding.type().name().toLowerCase(Locale.ROOT) : "enum";
        if (!finding.values().isEmpty()) {
            return "{ type: enum, values: " + list(finding.values()) + " }";
        }
        if (finding.formats().isEmpty()) {
            return type;
        }
        return finding.formats().size() == 1
                ? "{ type: %s, format: %s }".formatted(type, quoted(finding.formats().getFirst()))
                : "{ type: %s, formats: %s }".formatted(type, list(finding.formats()));
    }

    private static String evidence(Finding finding) {
        List<String> parts = new ArrayList<>();
        if (finding.present() == 0) {
            return "no value in any row";
        }
        if (finding.type() != ColumnType.STRING) {
            parts.add(percent(finding.parsed(), finding.present()) + " parse"
                    + (finding.odd() == null ? "" : ", not " + comment(finding.odd())));
        }
        if (finding.formats().size() > 1) {
            parts.add("mixed formats");
        }
        if (!finding.others().isEmpty()) {
            parts.add("day and month may be exchanged: " + String.join(", ", finding.others()) + " reads as many");
        }
        parts.add(finding.missing() == 0 ? "none missing" : percent(finding.missing(), finding.rows()) + " missing");
        parts.add(
                finding.distinct() < 0
                        ? "more than " + count(ColumnEvidence.MOST_DISTINCT, "distinct value")
                        : count(finding.distinct(), "distinct value"));
        if (finding.min() != null && finding.max() != null) {
            parts.add(finding.min() + " to " + finding.max());
        }
        return String.join("; ", parts);
    }

    private static String comment(String text) {
        String line = TextNode.valueOf(text).toString();
        return line.length() <= 42 ? line : line.substring(0, 40) + "...";
    }

    private static String percent(long part, long whole) {
        double share = 100.0 * part / whole;
        return part == whole
                ? "100%"
                : part == 0 ? "0%" : String.format(Locale.ROOT, "%.2f%%", Math.clamp(share, 0.01, 99.99));
    }

    private static String count(long number, String what) {
        return String.format(Locale.ROOT, "%,d %s%s", number, what, number == 1 ? "" : "s");
    }

    private static String list(List<String> texts) {
        return texts.stream().map(InferredSource::quoted).collect(Collectors.joining(", ", "[", "]"));
    }

    /** A YAML scalar that is read back as the same text. */
    private static String quoted(String text) {
        boolean path = text.matches("[A-Za-z0-9_][A-Za-z0-9_./-]*") && text.matches(".*[A-Za-z].*");
        boolean plain = !text.isEmpty() && (PLAIN.matcher(text).matches() || path)
                && !RESERVED.contains(text.toLowerCase(Locale.ROOT))
                && !Character.isDigit(text.charAt(0));
        return plain ? text : TextNode.valueOf(text.replace("${", "$${")).toString();
    }

    /** The findings as a JSON object, with the block as {@code yaml}. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("name", name);
        json.put("file", file);
        json.put("rows", rows);
        json.put("complete", complete());
        key.forEach(json.putArray("key")::add);
        times.forEach(json.putArray("event_times")::add);
        json.put("created", created);
        ArrayNode list = json.putArray("columns");
        columns.forEach((column, finding) -> {
            ObjectNode node = list.addObject();
            node.put("name", column);
            node.put("type", finding.type().name().toLowerCase(Locale.ROOT));
            finding.formats().forEach(node.putArray("formats")::add);
            finding.values().forEach(node.putArray("values")::add);
            node.put("missing", finding.missing());
            node.put("parsed", finding.parsed());
            node.put("present", finding.present());
            if (finding.distinct() >= 0) {
                node.put("distinct", finding.distinct());
            }
            node.put("min", finding.min());
            node.put("max", finding.max());
            node.put("odd", finding.odd());
            node.put("without_zone", finding.naive());
            finding.others().forEach(node.putArray("ambiguous_with")::add);
        });
        json.put("yaml", yaml());
        return json;
    }
}
