package dev.keelson.data;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.keelson.data.ColumnEvidence.Finding;
import dev.keelson.data.RowEvidence.Lag;
import dev.keelson.error.Located;
import dev.keelson.frame.ColumnType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

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
    private static final Pattern LATER_NAME = Pattern.compile(
            ".*(settl|publish|fil(ed|ing)|updat|modif|record|insert|creat|known|report|releas|clos|result|grad|resolv|complet|finish|end).*");
    private static final Pattern OUTCOME_NAME = Pattern.compile(
            "(.*[_.-])?(status|result|outcome|profit|pnl|payout|returned|won|winner|wins|lost|settled|score|closing|final)([_.-].*)?"
                    + "|(ft|ht)(r|hg|ag)|[ha](s|st|f|c|y|r)");
    private static final int MOST_KEY_COLUMNS = 4;
    private static final int KEY_CANDIDATES = 12;
    private static final long SAMPLE = 64L << 20;
    private static final long HOUR = 3_600_000_000L;
    private static final long DAY = 24 * HOUR;

    /** After how many records progress is told. */
    static final int TELL_EVERY = 1 << 13;

    private final String name;
    private final String file;
    private final boolean whole;
    private final long rows;
    private final long left;
    private final int files;
    private final Map<String, Finding> columns;
    private final Map<String, Integer> lacking;
    private final List<String> times;
    private final RowEvidence evidence;
    private final Key key;
    private final List<Later> later;

    private InferredSource(
            String name,
            String file,
            boolean whole,
            long rows,
            long left,
            SourceText text,
            Map<String, Finding> columns,
            List<String> times,
            RowEvidence evidence,
            Key key) {
        this.name = name;
        this.file = file;
        this.whole = whole;
        this.rows = rows;
        this.left = left;
        this.files = text.files();
        this.columns = columns;
        this.lacking = new LinkedHashMap<>();
        columns.keySet().forEach(column -> lacking.put(column, text.lacking(column).size()));
        this.times = times;
        this.evidence = evidence;
        this.key = key;
        this.later = times.isEmpty() ? List.of() : later(columns, times.getFirst(), evidence);
    }

    /**
     * The columns that come nearest to a key.
     *
     * @param repeated how many of the rows looked at repeat an earlier one in them
     */
    private record Key(List<String> columns, int repeated) {}

    /** A time that is later than the event time on nearly every row; the likeliest first. */
    private record Later(String column, Lag lag, boolean named, boolean full) {}

    /** Told how far the work is. */
    @FunctionalInterface
    public interface Progress {
        /** {@code done} of {@code of} parts of the work are finished. */
        void at(int done, int of);
    }

    /** As {@link #of(SourceReader, String, String, Progress)}, told to nobody. */
    public static InferredSource of(SourceReader reader, String file, String name) {
        return of(reader, file, name, (_, _) -> {});
    }

    /**
     * Looks at a file, or at the files of a folder or pattern: at their first 64 MiB of text, less in a small process.
     *
     * @param name name for the source
     * @param progress told from time to time
     * @throws dev.keelson.error.KeelsonException as {@link SourceReader#read} does for files that cannot be read
     */
    public static InferredSource of(SourceReader reader, String file, String name, Progress progress) {
        SourceDefinition open = SourceDefinition.of(name, Located.of(file)).key(List.of("none")).eventTime("none").build();
        SourceReader.Read read = reader.open(open, null, Math.min(SAMPLE, SourceBytes.limit() / 2));
        SourceText text = read.text();
        List<String> header = text.header();
        List<ColumnEvidence> evidence =
                header.stream().map(_ -> new ColumnEvidence(header.size())).toList();
        int lines = text.lines();
        long rows = 0;
        long left = 0;
        int done = 0;
        Records records = text.records();
        while (records.next()) {
            if (++done % TELL_EVERY == 0) {
                progress.at(records.line(), 2 * lines);
            }
            if (!isRow(records, header.size())) {
                left++;
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
                columns.putIfAbsent(header.get(i), evidence.get(i).conclude(text.type(i)));
            }
        }
        List<String> times = times(columns);
        List<String> keys = keyCandidates(columns, times);
        RowEvidence between = RowEvidence.of(text, columns, keys, line -> progress.at(lines + line, 2 * lines));
        columns.replaceAll((column, finding) ->
                finding.time() ? finding.ranging(between.first(column), between.last(column)) : finding);
        Key key = key(between, keys, times);
        progress.at(2 * lines, 2 * lines);
        return new InferredSource(name, file, read.whole(), rows, left, text, columns, times, between, key);
    }

    /** Whether a record has as many cells as it should, and not all of them empty. */
    static boolean isRow(Records records, int columns) {
        if (records.broken() != null || records.count() != records.width()) {
            return false;
        }
        for (int cell = 0; cell < columns; cell++) {
            if (!CellNumbers.blank(records.chars(), records.start(cell), records.end(cell))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isCreated(String column) {
        return CREATED_NAMES.contains(column.toLowerCase(Locale.ROOT));
    }

    /** Columns that may be part of a key. */
    private static List<String> keyCandidates(Map<String, Finding> columns, List<String> times) {
        List<String> candidates = columns.entrySet().stream()
                .filter(column -> column.getValue().missing() == 0 && column.getValue().type() != ColumnType.DOUBLE)
                .filter(column -> column.getValue().type() != ColumnType.BOOLEAN)
                .map(Map.Entry::getKey)
                .filter(column -> !times.contains(column) && !isCreated(column))
                .limit(KEY_CANDIDATES)
                .collect(Collectors.toCollection(ArrayList::new));
        times.stream().limit(1).forEach(candidates::add);
        return candidates;
    }

    private static List<Later> later(Map<String, Finding> columns, String event, RowEvidence evidence) {
        List<Later> found = new ArrayList<>();
        columns.forEach((column, finding) -> {
            if (!finding.time() || column.equals(event)) {
                return;
            }
            Lag lag = evidence.lag(event, column);
            if (lag.later()) {
                boolean named = LATER_NAME.matcher(column.toLowerCase(Locale.ROOT)).matches();
                found.add(new Later(column, lag, named, finding.missing() == 0));
            }
        });
        found.sort(Comparator.comparing((Later each) -> !isCreated(each.column()))
                .thenComparing(each -> !each.named())
                .thenComparingLong(each -> -each.lag().median()));
        return found;
    }

    /** Columns that could be the event time, the likeliest first. */
    private static List<String> times(Map<String, Finding> columns) {
        return columns.entrySet().stream()
                .filter(column -> column.getValue().time() && column.getValue().missing() == 0)
                .map(Map.Entry::getKey)
                .sorted(Comparator.comparingInt(column -> {
                    int at = EVENT_NAMES.indexOf(column.toLowerCase(Locale.ROOT));
                    return at >= 0 ? at : EVENT_NAMES.size() + (isCreated(column) ? 1 : 0);
                }))
                .toList();
    }

    /** The fewest columns that are different in every row, else those with the fewest repetitions. */
    private static Key key(RowEvidence evidence, List<String> candidates, List<String> times) {
        List<String> others = candidates.stream()
                .filter(column -> !times.contains(column))
                .toList();
        Key best = new Key(List.of(), Integer.MAX_VALUE);
        for (String candidate : others) {
            best = better(best, evidence, List.of(candidate));
        }
        for (int size = 1; size < MOST_KEY_COLUMNS && !times.isEmpty(); size++) {
            best = grown(best, evidence, others, List.of(), size, times.getFirst());
        }
        return best;
    }

    private static Key better(Key best, RowEvidence evidence, List<String> columns) {
        if (best.repeated() == 0) {
            return best;
        }
        int repeated = evidence.repeats(columns, best.repeated());
        return repeated < best.repeated() ? new Key(columns, repeated) : best;
    }

    private static Key grown(
            Key best, RowEvidence evidence, List<String> others, List<String> taken, int size, String time) {
        if (taken.size() == size) {
            List<String> columns = new ArrayList<>(taken);
            columns.add(time);
            return better(best, evidence, columns);
        }
        Key found = best;
        int from = taken.isEmpty() ? 0 : others.indexOf(taken.getLast()) + 1;
        for (int i = from; i < others.size() && found.repeated() > 0; i++) {
            List<String> more = new ArrayList<>(taken);
            more.add(others.get(i));
            found = grown(found, evidence, others, more, size, time);
        }
        return found;
    }

    private boolean hasKey() {
        return key.repeated() == 0 && rows > 0;
    }

    /** Whether there is a column for the event time and a key, so that the block can be loaded as it is. */
    public boolean complete() {
        return !times.isEmpty() && hasKey();
    }

    /** The source as a block of a project file, with the evidence as comments. */
    public String yaml() {
        StringBuilder yaml = new StringBuilder();
        yaml.append("# Inferred from %s: %s%s and %s%s. Check it: what is an outcome, no file can tell.\n"
                .formatted(
                        file,
                        whole ? "" : "the first ",
                        count(rows, "row"),
                        count(columns.size(), "column"),
                        files == 1 ? "" : " of " + count(files, "file")));
        if (left > 0) {
            yaml.append("# %s without values, or with more or fewer cells than the header, left aside.\n"
                    .formatted(count(left, "line")));
        }
        yaml.append("sources:\n  ").append(quoted(name)).append(":\n    file: ").append(quoted(file)).append('\n');
        key(yaml);
        if (times.isEmpty()) {
            yaml.append("    # No column without gaps is a date or a time; one is needed.\n    # event_time: ...\n");
        } else {
            String event = times.getFirst();
            yaml.append("    event_time: ").append(quoted(event));
            List<String> others = times.stream()
                    .filter(column -> !column.equals(event)
                            && later.stream().noneMatch(each -> each.column().equals(column)))
                    .toList();
            yaml.append(others.isEmpty() ? "\n" : "  # or " + String.join(", ", others) + "\n");
            created(yaml, event);
            outcomes(yaml, event);
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
                .append(inFiles(column))
                .append(evidence(finding))
                .append('\n'));
        return yaml.toString();
    }

    private void key(StringBuilder yaml) {
        String looked = count(evidence.rows(), "row");
        String of = whole && evidence.rows() == rows ? looked : "the first " + looked;
        if (hasKey()) {
            yaml.append("    key: %s  # different in each of %s\n".formatted(list(key.columns()), of));
            return;
        }
        yaml.append("    # No key was found: no column, nor up to %d of them with the event time, differ in every row.\n"
                .formatted(MOST_KEY_COLUMNS));
        yaml.append(
                key.columns().isEmpty()
                        ? "    # key: [...]\n"
                        : "    # key: %s  # the nearest: different in %s, %s of %s repeated\n"
                                .formatted(
                                        list(key.columns()),
                                        percent(evidence.rows() - (long) key.repeated(), evidence.rows()),
                                        number(key.repeated()),
                                        of));
    }

    /** When a row became known: a column whose name says it, or one that is later on nearly every row. */
    private void created(StringBuilder yaml, String event) {
        Finding finding = columns.get(event);
        boolean day = finding != null && finding.type() == ColumnType.DATE;
        List<Later> full = later.stream().filter(Later::full).toList();
        boolean byName = !full.isEmpty() && isCreated(full.getFirst().column());
        if (day && !byName) {
            yaml.append("    known_after: 1d  # a day has no time: its rows count from the next one on\n");
        }
        for (int i = 0; i < full.size(); i++) {
            Later each = full.get(i);
            boolean given = i == 0 && byName;
            yaml.append("    %screated: %s  # %s%s%s\n"
                    .formatted(
                            given ? "" : "# ",
                            quoted(each.column()),
                            i > 0 ? "or: " : given ? "by its name: when a row became known; " : "",
                            behind(each.lag(), event),
                            !given && day ? "; instead of known_after" : ""));
        }
        later.stream()
                .filter(each -> !each.full())
                .forEach(each -> yaml.append("    # %s is %s, but missing in %s: no `created`\n"
                        .formatted(each.column(), behind(each.lag(), event), missing(each.column()))));
    }

    private String missing(String column) {
        Finding finding = columns.get(column);
        return finding == null ? "" : count(finding.missing(), "row");
    }

    private static String behind(Lag lag, String event) {
        return "%s after %s: %s of %s earlier%s, median %s"
                .formatted(
                        lag.earlier() == 0 && lag.same() == 0 ? "always" : "nearly always",
                        event,
                        number(lag.earlier()),
                        number(lag.rows()),
                        lag.same() == 0 ? "" : ", " + number(lag.same()) + " the same",
                        duration(lag.median()));
    }

    /** Columns whose names say that they tell how it ended, and those that are empty as long as a later time is. */
    private void outcomes(StringBuilder yaml, String event) {
        List<String> named = columns.entrySet().stream()
                .filter(column -> !column.getValue().time() && column.getValue().present() > 0)
                .map(Map.Entry::getKey)
                .filter(column -> !key.columns().contains(column))
                .filter(column -> OUTCOME_NAME.matcher(column.toLowerCase(Locale.ROOT)).matches())
                .toList();
        Set<String> all = new LinkedHashSet<>();
        List<String> reasons = new ArrayList<>();
        for (Later each : later) {
            List<String> with = evidence.emptyWith(each.column());
            if (!with.isEmpty() && all.addAll(with)) {
                reasons.add("%s missing in the same %s as %s"
                        .formatted(String.join(", ", with), missing(each.column()), each.column()));
            }
        }
        if (all.addAll(named)) {
            reasons.add(reasons.isEmpty() ? "by their names" : "the others by their names");
        }
        if (all.isEmpty()) {
            return;
        }
        Lag longest = later.isEmpty() ? null : later.getFirst().lag();
        String after = longest == null
                ? "1d"
                : longest.most() <= 4 * DAY && !isDay(event)
                        ? Math.ceilDiv(longest.most(), HOUR) + "h"
                        : Math.ceilDiv(longest.most(), DAY) + "d";
        String known = longest == null
                ? "when they are known, no column tells"
                : "%s is at most so long after %s".formatted(later.getFirst().column(), event);
        yaml.append("    # outcomes: { columns: %s, known_after: %s }  # %s; %s%s\n"
                .formatted(
                        list(List.copyOf(all)),
                        after,
                        String.join("; ", reasons),
                        known,
                        isDay(event) && !after.equals("1d") ? "; instead of known_after above" : ""));
    }

    private boolean isDay(String column) {
        Finding finding = columns.get(column);
        return finding != null && finding.type() == ColumnType.DATE;
    }

    private static String duration(long micros) {
        double hours = micros / (double) HOUR;
        return hours < 1
                ? String.format(Locale.ROOT, "%.1f min", 60 * hours)
                : hours < 48
                        ? String.format(Locale.ROOT, "%.1f h", hours)
                        : String.format(Locale.ROOT, "%.1f d", hours / 24);
    }

    private static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private String inFiles(String column) {
        int without = lacking.getOrDefault(column, 0);
        return without == 0 ? "" : "in %s of %s; ".formatted(number(files - without), count(files, "file"));
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
            parts.add(percent(finding.parsed(), finding.tried()) + " parse"
                    + (finding.odd() == null ? "" : ", not " + comment(finding.odd())));
        }
        if (finding.formats().size() > 1) {
            parts.add("mixed formats");
        }
        if (!finding.others().isEmpty()) {
            parts.add("day and month may be exchanged: " + String.join(", ", finding.others()) + " reads as many");
        }
        parts.add(finding.missing() == 0 ? "none missing" : percent(finding.missing(), finding.rows()) + " missing");
        parts.add((finding.more() ? "more than " : "") + count(finding.distinct(), "distinct value"));
        if (finding.min() != null && finding.max() != null) {
            parts.add(finding.min() + " to " + finding.max());
        }
        if (finding.least() >= 0 && finding.present() >= 100) {
            parts.add(finding.greatest() <= 1 ? "maybe min: 0, max: 1" : "maybe min: 0");
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
        json.put("left_aside", left);
        json.put("whole", whole);
        json.put("files", files);
        json.put("complete", complete());
        if (hasKey()) {
            key.columns().forEach(json.putArray("key")::add);
        } else {
            json.putArray("key");
        }
        times.forEach(json.putArray("event_times")::add);
        json.put(
                "created",
                later.stream()
                        .filter(each -> each.full() && isCreated(each.column()))
                        .map(Later::column)
                        .findFirst()
                        .orElse(null));
        ArrayNode after = json.putArray("later_times");
        later.forEach(each -> after.addObject()
                .put("column", each.column())
                .put("rows", each.lag().rows())
                .put("earlier", each.lag().earlier())
                .put("same", each.lag().same())
                .put("median_seconds", each.lag().median() / 1e6)
                .put("most_seconds", each.lag().most() / 1e6));
        ArrayNode list = json.putArray("columns");
        columns.forEach((column, finding) -> {
            ObjectNode node = list.addObject();
            node.put("name", column);
            node.put("type", finding.type().name().toLowerCase(Locale.ROOT));
            finding.formats().forEach(node.putArray("formats")::add);
            finding.values().forEach(node.putArray("values")::add);
            node.put("files", files - lacking.getOrDefault(column, 0));
            node.put("missing", finding.missing());
            node.put("parsed", finding.parsed());
            node.put("present", finding.present());
            if (!finding.more()) {
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
