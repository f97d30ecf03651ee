package dev.keelson.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.data.ReviewDecision.Action;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.error.Suggestion;
import dev.keelson.expression.FrameRow;
import dev.keelson.frame.Column;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import dev.keelson.id.Sha256;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Review of rows that were set aside or marked: the queue of what is open, and the decisions laid over the next reading.
 * Nothing in a source or a stored version is ever overwritten: a decision makes the next load produce another version.
 */
public final class Review {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Review() {}

    /** Names a row by its text, 32 hexadecimal digits: the same text is the same row in every reading. */
    public static String rowId(QuarantinedRow row) {
        return rowId(row.rawLine());
    }

    static String rowId(String rawLine) {
        return Sha256.ofBytes(rawLine.getBytes(StandardCharsets.UTF_8)).substring(0, 32);
    }

    /** Why a row is in the queue. */
    public enum Kind {
        /** It was set aside and is not in the dataset. */
        QUARANTINED,
        /** It is in the dataset and marked. */
        MARKED
    }

    /**
     * A row that was set aside or marked.
     *
     * @param source name of its source
     * @param id its {@link #rowId}
     * @param row what was found and where
     * @param decision what holds for it, or null
     * @param open whether a person still has to decide: nothing was decided, or what was decided did not help
     */
    public record Item(
            String source,
            String id,
            Kind kind,
            QuarantinedRow row,
            @Nullable ReviewDecision decision,
            boolean open) {}

    /** The decisions that hold: the latest of each row that was not reverted. */
    public static Map<String, ReviewDecision> inForce(List<ReviewDecision> decisions) {
        Set<String> reverted = new HashSet<>();
        decisions.forEach(decision -> {
            if (decision.reverts() != null) {
                reverted.add(decision.reverts());
            }
        });
        Map<String, ReviewDecision> inForce = new LinkedHashMap<>();
        for (ReviewDecision decision : decisions) {
            if (decision.action() != Action.REVERT && !reverted.contains(decision.id())) {
                inForce.put(decision.row(), decision);
            }
        }
        return inForce;
    }

    /**
     * The rows that a load set aside or marked, in that order, each once.
     *
     * @param source name of the source
     * @param decisions all decisions of the source, oldest first
     * @param loadedAt when the load happened: a later decision waits for the next one
     */
    public static List<Item> queue(
            String source,
            List<QuarantinedRow> quarantined,
            List<QuarantinedRow> marked,
            List<ReviewDecision> decisions,
            Instant loadedAt) {
        Map<String, ReviewDecision> inForce = inForce(decisions);
        Map<String, Item> items = new LinkedHashMap<>();
        for (QuarantinedRow row : quarantined) {
            String id = rowId(row);
            ReviewDecision decision = inForce.get(id);
            boolean settled = decision != null
                    && (decision.action() == Action.REJECT || decision.at().isAfter(loadedAt));
            items.putIfAbsent(id, new Item(source, id, Kind.QUARANTINED, row, decision, !settled));
        }
        for (QuarantinedRow row : marked) {
            String id = rowId(row);
            ReviewDecision decision = inForce.get(id);
            boolean settled = decision != null
                    && (decision.action() == Action.ACCEPT || decision.at().isAfter(loadedAt));
            items.putIfAbsent(id, new Item(source, id, Kind.MARKED, row, decision, !settled));
        }
        return List.copyOf(items.values());
    }

    /**
     * Decides about a row.
     *
     * @param header the columns of the row's file, for a correction
     * @param cells column to new text; only for CORRECT
     * @throws KeelsonException BAD_REQUEST when a correction names no column, an unknown one, or changes nothing; when a
     *     decision cannot help the row; or when the reason is blank
     */
    public static ReviewDecision decide(
            String source,
            QuarantinedRow row,
            Action action,
            List<String> header,
            Map<String, String> cells,
            String actor,
            String reason,
            Instant at) {
        if (reason.isBlank()) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST, "The reason is missing; expected one sentence.", "Maybe add `--reason`.");
        }
        if (action == Action.REVERT) {
            throw new IllegalArgumentException("A decision is reverted by its id.");
        }
        Map<String, String> before = new TreeMap<>();
        if (action == Action.CORRECT) {
            Map<String, String> texts = texts(row.file(), row.rawLine(), header)
                    .orElseThrow(() -> new KeelsonException(
                            ErrorCode.BAD_REQUEST,
                            "The cells of the row cannot be told apart: it has not one for each of the %d columns."
                                    .formatted(header.size()),
                            "Maybe reject it, and correct it where it comes from."));
            if (cells.isEmpty()) {
                throw new KeelsonException(
                        ErrorCode.BAD_REQUEST, "A correction names no cell.", "Maybe add `--set COLUMN=VALUE`.");
            }
            cells.forEach((column, text) -> {
                if (!header.contains(column)) {
                    throw new KeelsonException(
                            ErrorCode.BAD_REQUEST,
                            "The source (%s) has no column (%s).".formatted(source, column),
                            Suggestion.sentence(column, header).orElse(null));
                }
                before.put(column, texts.getOrDefault(column, ""));
            });
            if (before.equals(cells)) {
                throw new KeelsonException(ErrorCode.BAD_REQUEST, "The correction changes nothing.", null);
            }
        }
        return ReviewDecision.of(
                source, row, action, action == Action.CORRECT ? new TreeMap<>(cells) : Map.of(), before, actor, reason, at);
    }

    /**
     * Undoes a decision; the row counts again as the decisions before it say, at the next load.
     *
     * @param decisions all decisions of the source
     * @param id of the decision, or a unique beginning of it
     * @throws KeelsonException REVIEW_NOT_FOUND when there is no such decision, several begin so, or it holds no longer;
     *     BAD_REQUEST when the reason is blank
     */
    public static ReviewDecision revert(
            List<ReviewDecision> decisions, String id, String actor, String reason, Instant at) {
        if (reason.isBlank()) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST, "The reason is missing; expected one sentence.", "Maybe add `--reason`.");
        }
        List<ReviewDecision> found = decisions.stream()
                .filter(decision -> !id.isEmpty() && decision.id().startsWith(id) && decision.action() != Action.REVERT)
                .toList();
        if (found.size() != 1) {
            throw noSuchDecision(
                    found.isEmpty()
                            ? "There is no decision (%s) that could be reverted.".formatted(id)
                            : "%d decisions begin with (%s).".formatted(found.size(), id));
        }
        ReviewDecision decision = found.getFirst();
        if (decisions.stream().anyMatch(each -> decision.id().equals(each.reverts()))) {
            throw noSuchDecision("The decision (%s) was reverted already.".formatted(decision.id()));
        }
        return ReviewDecision.reverting(decision, actor, reason, at);
    }

    private static KeelsonException noSuchDecision(String message) {
        return new KeelsonException(
                ErrorCode.REVIEW_NOT_FOUND, message, "Maybe `keelson data review history` shows its id.");
    }

    /**
     * Lays decisions over a reading: corrected rows take the place of those in the source, accepted ones are good, and
     * rejected ones are set aside. A dataset loses the rows that it has by decisions that hold no longer, and those whose
     * rows in the source were rejected.
     *
     * @param decisions all decisions of the source, oldest first
     */
    public static SourceRows apply(SourceRows rows, List<ReviewDecision> decisions) {
        return decisions.isEmpty() ? rows : new Overlay(rows, decisions).apply();
    }

    /**
     * The decisions of which a dataset is to know: all but those that were reverted before a load ever laid them over.
     *
     * @param decisions all decisions of the source, oldest first
     * @param laid ids of the decisions that loads laid over the source
     */
    public static List<ReviewDecision> effective(List<ReviewDecision> decisions, Set<String> laid) {
        Set<String> idle = new HashSet<>();
        decisions.forEach(decision -> {
            if (decision.reverts() != null && !laid.contains(decision.reverts())) {
                idle.add(decision.id());
                idle.add(decision.reverts());
            }
        });
        return decisions.stream().filter(decision -> !idle.contains(decision.id())).toList();
    }

    /**
     * Judges a correction by the source's types, limits and rules, as the next load will.
     *
     * @param rows the source as it is now, no decision laid over it
     * @param decisions all decisions of the source so far, oldest first
     * @param row what is corrected
     * @throws KeelsonException BAD_CELL, BROKEN_RULE or another code of what would set the row aside, with every problem
     */
    public static void judge(
            SourceRows rows, List<ReviewDecision> decisions, QuarantinedRow row, ReviewDecision correction) {
        List<ReviewDecision> with = new ArrayList<>(decisions);
        with.add(correction);
        Overlay overlay = new Overlay(rows, with);
        List<Problem> problems = overlay.problems(row, correction);
        if (problems.isEmpty()) {
            problems = overlay.apply().quarantined().stream()
                    .filter(each -> each.rawLine().equals(row.rawLine()))
                    .limit(1)
                    .map(each -> Problem.of(each.code(), each.reason(), each.hint()))
                    .toList();
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
    }

    /** The texts of the cells of a row by column; empty when the row has not one for each. */
    static Optional<Map<String, String>> texts(String file, String rawLine, List<String> header) {
        Map<String, String> texts = new LinkedHashMap<>();
        if (SourceReader.isJson(file)) {
            return object(rawLine).map(json -> {
                json.properties().forEach(field -> texts.put(
                        field.getKey().strip(),
                        field.getValue().isNull()
                                ? ""
                                : field.getValue().isContainerNode()
                                        ? field.getValue().toString()
                                        : field.getValue().asText()));
                return texts;
            });
        }
        CsvCells cells = new CsvCells(CsvText.decode("row", rawLine.getBytes(StandardCharsets.UTF_8)));
        if (!cells.next() || cells.count() != header.size()) {
            return Optional.empty();
        }
        for (int i = 0; i < header.size(); i++) {
            texts.put(header.get(i), cells.text(i));
        }
        return Optional.of(texts);
    }

    private static Optional<ObjectNode> object(String rawLine) {
        try {
            return JSON.readTree(rawLine) instanceof ObjectNode object ? Optional.of(object) : Optional.empty();
        } catch (JsonProcessingException e) {
            return Optional.empty(); // such a row can be rejected only
        }
    }

    /** A row of texts as a line of CSV. */
    static String line(List<String> texts) {
        List<String> cells = new ArrayList<>();
        for (String text : texts) {
            boolean quote = text.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
            cells.add(quote ? '"' + text.replace("\"", "\"\"") + '"' : text);
        }
        return String.join(",", cells);
    }

    /** One application of decisions. */
    private static final class Overlay {
        private final SourceRows rows;
        private final Map<String, ReviewDecision> inForce;
        private final Set<String> decided = new HashSet<>();
        private final Map<String, ReviewDecision> byText = new HashMap<>();
        private final Map<String, List<ReviewDecision>> corrections = new HashMap<>();
        private final Set<String> applied = new LinkedHashSet<>();
        private final Set<String> accepted = new HashSet<>();
        private final BitSet dropped = new BitSet();
        private final BitSet reviewed = new BitSet();
        private final List<QuarantinedRow> aside = new ArrayList<>();
        private final List<Long> asideKnown = new ArrayList<>();
        private final BitSet released = new BitSet();
        private final List<Again> again = new ArrayList<>();
        private final List<long[]> gone = new ArrayList<>();

        /** A row to be read again: where it stands, and the texts it is to have. */
        private record Again(SourceRows.Origin origin, ReviewDecision decision, String text) {}

        Overlay(SourceRows rows, List<ReviewDecision> decisions) {
            this.rows = rows;
            this.inForce = inForce(decisions);
            decisions.forEach(decision -> decided.add(decision.rawLine()));
            inForce.values().forEach(decision -> byText.put(decision.rawLine(), decision));
            decisions.stream()
                    .filter(decision -> decision.action() == Action.CORRECT)
                    .forEach(decision -> corrections
                            .computeIfAbsent(decision.rawLine(), raw -> new ArrayList<>())
                            .add(decision));
        }

        SourceRows apply() {
            for (int row = 0; row < rows.frame().rows(); row++) {
                String raw = rows.raw(row);
                if (decided.contains(raw)) {
                    reviewed.set(row);
                    good(row, raw, byText.get(raw));
                    goneCorrected(rows.file(row), raw);
                }
            }
            List<QuarantinedRow> quarantined = rows.quarantined();
            for (int i = 0; i < quarantined.size(); i++) {
                QuarantinedRow row = quarantined.get(i);
                if (!decided.contains(row.rawLine())) {
                    continue;
                }
                ReviewDecision decision = byText.get(row.rawLine());
                if (decision == null || decision.action() != Action.ACCEPT) {
                    gone(row.file(), row.rawLine(), Map.of()); // an acceptance that holds no longer may have let it in
                }
                goneCorrected(row.file(), row.rawLine());
                if (decision != null) {
                    bad(i, row, decision);
                }
            }
            List<SourceRows.Part> parts = new ArrayList<>();
            for (Action action : List.of(Action.ACCEPT, Action.CORRECT)) {
                read(action, false).ifPresent(parts::add);
                read(action, true).ifPresent(parts::add);
            }
            return rows.reviewed(
                    dropped,
                    released,
                    reviewed,
                    parts,
                    aside,
                    asideKnown,
                    List.copyOf(applied),
                    accepted,
                    gone);
        }

        /** Names the rows that corrections made, whether they hold or not. */
        private void goneCorrected(String file, String raw) {
            corrections
                    .getOrDefault(raw, List.of())
                    .forEach(correction -> gone(file, raw, correction.cells()));
        }

        /** Names a row that a dataset is to lose unless the source still has a good one of its key. */
        private void gone(String file, String raw, Map<String, String> cells) {
            if (rows.source().operation() != null) {
                return; // other rows of the key, which this reading may not have, may have made it
            }
            texts(file, raw, rows.header(file)).ifPresent(texts -> {
                texts.putAll(cells);
                key(texts).ifPresent(gone::add);
            });
        }

        /** Hash of the key of a row; empty when it has none. */
        private Optional<long[]> key(Map<String, String> texts) {
            SourceDefinition source = declared(true);
            List<String> names = source.key();
            List<Column> columns = new ArrayList<>();
            List<Vector> cells = new ArrayList<>();
            for (String name : names) {
                ColumnDefinition column = source.columns().stream()
                        .filter(each -> each.name().equals(name))
                        .findFirst()
                        .orElseThrow();
                String text = texts.getOrDefault(name, "");
                ColumnReader reader = new ColumnReader(CellRule.of(column, source.zone(), true));
                if (reader.read(text.toCharArray(), 0, text.length(), 0) != null) {
                    return Optional.empty();
                }
                columns.add(new Column(name, column.type()));
                cells.add(reader.vector(1));
            }
            return Optional.of(new RowDigests().ofRows(new Frame(new Schema(columns), cells, 1), names));
        }

        /** What is wrong with the cells of a corrected row; if nothing is, with the row as a whole. */
        List<Problem> problems(QuarantinedRow row, ReviewDecision correction) {
            boolean json = SourceReader.isJson(row.file());
            String text = corrected(row.file(), row.rawLine(), correction);
            Map<String, String> cells =
                    texts(row.file(), text, rows.header()).orElseThrow(); // a row whose cells cannot be told apart has no correction
            SourceDefinition source = declared(false);
            Set<String> roles = SourceParser.roles(source);
            List<Problem> problems = new ArrayList<>();
            for (ColumnDefinition column : source.columns()) {
                CellRule rule = CellRule.of(column, source.zone(), roles.contains(column.name()));
                String value = cells.getOrDefault(column.name(), "");
                String problem = new ColumnReader(rule).read(value.toCharArray(), 0, value.length(), 0);
                boolean made = rule.nullOnFail() && !correction.cells().containsKey(column.name());
                if (problem != null && !made) { // a cell that nobody corrected is made missing where the source says so
                    problems.add(wrong(
                            ErrorCode.BAD_CELL,
                            rule.told(value, problem) + ".",
                            Suggestion.sentence(value, rule.values()).orElse(null)));
                }
            }
            if (!problems.isEmpty()) {
                return problems;
            }
            SourceRows read = parse(source.with().rules(List.of()).build(), text + "\n", json);
            read.quarantined().forEach(bad -> problems.add(wrong(bad.code(), bad.reason(), bad.hint())));
            BitSet given = new BitSet();
            given.set(0, read.schema().columns().size());
            for (int i = 0; i < read.frame().rows(); i++) {
                for (RowSchema.Broken broken :
                        RowSchema.of(source, read.schema()).check(new FrameRow(read.frame()).at(i), given)) {
                    boolean refused =
                            switch (broken.effect()) {
                                case REFUSE, BLOCK -> true;
                                case WARN -> false;
                                case NULL -> broken.columns().stream()
                                        .map(column -> read.schema().columns().get(column).name())
                                        .anyMatch(correction.cells()::containsKey);
                            };
                    if (refused) {
                        problems.add(wrong(ErrorCode.BROKEN_RULE, broken.reason(), broken.hint()));
                    }
                }
            }
            return problems;
        }

        private static Problem wrong(ErrorCode code, String reason, @Nullable String hint) {
            return Problem.of(code, "After its correction: " + reason, hint);
        }

        private SourceRows parse(SourceDefinition source, String text, boolean json) {
            return SourceReader.parse(
                    source,
                    json ? "reviewed.jsonl" : "reviewed.csv",
                    (json ? text : line(rows.header()) + "\n" + text).getBytes(StandardCharsets.UTF_8),
                    null);
        }

        private void good(int row, String raw, @Nullable ReviewDecision decision) {
            if (decision == null) {
                return;
            }
            applied.add(decision.id());
            switch (decision.action()) {
                case ACCEPT -> accepted.add(decision.row());
                case REJECT -> {
                    dropped.set(row);
                    gone.add(new long[] {rows.keyHigh(row), rows.keyLow(row)});
                    aside.add(rows.setAside(
                            row,
                            ErrorCode.REJECTED_ROW,
                            rows.source().key().getFirst(),
                            "The row was rejected by %s: %s".formatted(decision.actor(), decision.reason()),
                            "Maybe `keelson data review revert %s` brings it back.".formatted(decision.id())));
                    asideKnown.add(rows.frame().longs(SystemColumns.KNOWN_AT).values()[row]);
                }
                case CORRECT -> {
                    dropped.set(row);
                    gone.add(new long[] {rows.keyHigh(row), rows.keyLow(row)}); // its key may be another one
                    again.add(new Again(
                            new SourceRows.Origin(rows.file(row), rows.line(row), raw),
                            decision,
                            corrected(rows.file(row), raw, decision)));
                }
                case REVERT -> throw new IllegalStateException("A revert is never in force.");
            }
        }

        private void bad(int position, QuarantinedRow row, ReviewDecision decision) {
            if (decision.action() == Action.REJECT) {
                applied.add(decision.id());
                return;
            }
            released.set(position);
            again.add(new Again(
                    new SourceRows.Origin(row.file(), row.line(), row.rawLine()),
                    decision,
                    corrected(row.file(), row.rawLine(), decision)));
        }

        /** The row as it is to be read; the row itself when its cells cannot be told apart. */
        private String corrected(String file, String raw, ReviewDecision decision) {
            if (SourceReader.isJson(file)) {
                return object(raw)
                        .map(json -> {
                            rows.header().stream()
                                    .filter(name -> !json.has(name))
                                    .forEach(json::putNull);
                            decision.cells().forEach(json::put);
                            return json.toString();
                        })
                        .orElse(raw);
            }
            List<String> own = rows.header(file);
            if (decision.cells().isEmpty() && own.equals(rows.header())) {
                return raw;
            }
            return texts(file, raw, own)
                    .map(texts -> {
                        texts.putAll(decision.cells());
                        return line(rows.header().stream()
                                .map(name -> texts.getOrDefault(name, ""))
                                .toList());
                    })
                    .orElse(raw);
        }

        /** Reads the rows of one kind of decision again; what is still wrong with them is set aside. */
        private Optional<SourceRows.Part> read(Action action, boolean json) {
            List<Again> mine = again.stream()
                    .filter(each -> each.decision().action() == action
                            && SourceReader.isJson(each.origin().file()) == json)
                    .toList();
            if (mine.isEmpty()) {
                return Optional.empty();
            }
            StringBuilder text = new StringBuilder();
            Map<Integer, Again> byLine = new HashMap<>();
            int line = json ? 1 : 2;
            for (Again each : mine) {
                byLine.put(line, each);
                text.append(each.text()).append('\n');
                line += 1 + (int) each.text().chars().filter(c -> c == '\n').count();
            }
            SourceRows read = parse(declared(action == Action.ACCEPT), text.toString(), json);
            for (QuarantinedRow row : read.quarantined()) {
                Again origin = byLine.get(row.line());
                if (origin != null) {
                    aside.add(new QuarantinedRow(
                            row.code(),
                            origin.origin().file(),
                            origin.origin().line(),
                            0,
                            row.columnName(),
                            row.rawValue(),
                            (action == Action.ACCEPT ? "The row was accepted, but cannot be read. " : "After its correction: ")
                                    + row.reason(),
                            row.hint(),
                            origin.origin().rawLine()));
                    asideKnown.add(Long.MIN_VALUE);
                }
            }
            List<SourceRows.Origin> origins = new ArrayList<>();
            for (int row = 0; row < read.frame().rows(); row++) {
                Again origin = byLine.get(read.line(row));
                if (origin == null) {
                    throw new IllegalStateException("A row was read that was not written.");
                }
                origins.add(origin.origin());
                applied.add(origin.decision().id());
                if (action == Action.ACCEPT) {
                    accepted.add(origin.decision().row());
                }
            }
            return Optional.of(new SourceRows.Part(read, origins));
        }

        /** The source with the types of this reading; without limits and rules when a person vouches for the row. */
        private SourceDefinition declared(boolean vouched) {
            Map<String, ColumnDefinition> declared = new HashMap<>();
            rows.source().columns().forEach(column -> declared.put(column.name(), column));
            List<ColumnDefinition> columns = new ArrayList<>();
            Frame frame = rows.frame();
            for (Column column : frame.schema().columns()) {
                if (SystemColumns.NAMES.contains(column.name())) {
                    continue;
                }
                ColumnDefinition known = declared.get(column.name());
                columns.add(
                        known == null || vouched
                                ? typed(column, known == null ? List.of() : known.formats())
                                : new ColumnDefinition(
                                        column.name(),
                                        column.type(),
                                        known.formats(),
                                        known.required(),
                                        known.min(),
                                        known.max(),
                                        known.values(),
                                        known.pattern(),
                                        known.onFail(),
                                        known.location()));
            }
            SourceDefinition source = rows.source().withColumns(columns);
            return vouched ? source.with().rules(List.of()).build() : source;
        }

        private static ColumnDefinition typed(Column column, List<String> formats) {
            return new ColumnDefinition(
                    column.name(),
                    column.type(),
                    formats,
                    false,
                    null,
                    null,
                    List.of(),
                    null,
                    ColumnDefinition.OnFail.QUARANTINE,
                    null);
        }
    }
}
