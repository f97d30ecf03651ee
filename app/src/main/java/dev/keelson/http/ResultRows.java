package dev.keelson.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.error.Suggestion;
import dev.keelson.monitor.performance.Bet;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.PredictionQuery;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Results in the order in which they happened, taken from the log of predictions, from bets or from a table.
 *
 * @param subject whose results they are
 * @param of what a result is, in words
 * @param rows in order
 * @param categories that come first, in this order; the others follow
 * @param notes what one must know of them
 */
public record ResultRows(String subject, String of, List<Row> rows, List<String> categories, List<String> notes) {
    /** Of longer sequences the newest so many results are looked at. */
    public static final int MOST = 20_000;

    private static final int MOST_PROBLEMS = 20;
    private static final int PAGE = 1_000;
    private static final String RIGHT = "right";
    private static final String WRONG = "wrong";
    private static final String WON = "won";
    private static final String LOST = "lost";
    private static final String BET = "whether the bet was won";

    public ResultRows {
        rows = List.copyOf(rows);
        categories = List.copyOf(categories);
        notes = List.copyOf(notes);
    }

    /**
     * A result.
     *
     * @param result its category
     * @param at when it happened; null where nothing is known of it
     * @param chance stated chance of the first category, or NaN
     * @param odds decimal odds at which it was bet, or NaN
     */
    public record Row(String result, @Nullable Instant at, double chance, double odds) {}

    /** What of a model is a result. */
    public enum Of {
        /** Whether the predicted class came true. */
        HITS,
        /** The class that came true. */
        OUTCOMES,
        /** Whether the bet that it predicted was won. */
        BETS;

        /** In lower case, as parameters spell it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** The one of a word; hits for none. */
        public static Optional<Of> of(@Nullable String word) {
            return word == null ? Optional.of(HITS) : Arrays.stream(values()).filter(each -> each.word().equals(word)).findFirst();
        }
    }

    /**
     * Which predictions. Null means any.
     *
     * @param version by this version
     * @param from of events at or after
     * @param to of events before
     * @param text part of the entity or of its keys
     */
    public record Asked(Of of, @Nullable Integer version, @Nullable Instant from, @Nullable Instant to, @Nullable String text) {}

    /**
     * The results of a model, by the log of a running product or its bets.
     *
     * @throws KeelsonException MODEL_NOT_FOUND; BAD_REQUEST for a model of numbers; as {@link Bets#settled}
     */
    public static ResultRows ofModel(Backend backend, String name, Asked asked) {
        LoggedModel model = LoggedModel.of(backend.project(), name);
        return asked.of() == Of.BETS && !model.elsewhere()
                ? ofBets(name, asked, backend.bets())
                : ofPredictions(model, asked, backend::predictions);
    }

    /**
     * The settled answers of a model, or the bets handed in with them, by the time of their events.
     *
     * @param model one of {@link LoggedModel#all} that predicts classes
     * @param find predictions of the log
     * @throws KeelsonException BAD_REQUEST for a model of numbers
     */
    public static ResultRows ofPredictions(LoggedModel model, Asked asked, Function<PredictionQuery, List<LoggedPrediction>> find) {
        if (model.isNumber()) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "The model (%s) predicts numbers; streaks are of classes.".formatted(model.name()),
                    "Maybe analyse a column of a file, such as whether the move went the predicted way: `keelson streaks --file FILE --result COLUMN`.");
        }
        List<LoggedPrediction> settled = find.apply(new PredictionQuery(
                model.name(), asked.version(), null, true, asked.from(), asked.to(), true, null, null, null, asked.text(), null, true, MOST));
        List<Row> rows = new ArrayList<>();
        int unknown = 0;
        for (LoggedPrediction each : settled.reversed()) {
            PredictionEvent event = each.event();
            int happened = model.classes().indexOf(Objects.requireNonNull(each.outcome(), "settled"));
            if (happened < 0 || event.probabilities().length != model.classes().size()) {
                unknown++;
            } else if (asked.of() == Of.BETS) {
                Bet bet = LoggedBet.of(event, model.classes());
                if (bet.taken()) {
                    rows.add(new Row(bet.on() == happened ? WON : LOST, event.eventTime(), event.probabilities()[bet.on()], bet.odds()));
                }
            } else if (asked.of() == Of.OUTCOMES) {
                rows.add(new Row(each.outcome(), event.eventTime(), event.probabilities()[0], Double.NaN));
            } else {
                boolean right = event.predicted() == happened;
                rows.add(new Row(right ? RIGHT : WRONG, event.eventTime(), event.probabilities()[event.predicted()], Double.NaN));
            }
        }
        List<String> notes = new ArrayList<>();
        if (unknown > 0) {
            notes.add("%,d outcomes are none that %s can have; they are left out.".formatted(unknown, model.name()));
        }
        if (settled.size() == MOST) {
            notes.add("Only the %,d newest settled predictions are looked at; ask for a shorter time to see others.".formatted(MOST));
        }
        return switch (asked.of()) {
            case OUTCOMES -> new ResultRows(model.name(), "outcomes of its events", rows, model.classes(), notes);
            case BETS -> new ResultRows(model.name(), BET, rows, List.of(WON), notes);
            case HITS -> new ResultRows(model.name(), "whether the predicted class came true", rows, List.of(RIGHT, WRONG), notes);
        };
    }

    /** Settled bets that a model predicted, by the time at which they were placed. */
    public static ResultRows ofBets(String subject, Asked asked, Bets bets) {
        Bets.Question question = new Bets.Question(List.of("all"), Map.of(), asked.from(), asked.to(), subject);
        List<Row> rows = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        JsonNode answer;
        do {
            answer = bets.settled(question, rows.size(), PAGE);
            for (JsonNode bet : answer.path("bets")) {
                rows.add(new Row(
                        bet.path("result").asText(), Instant.parse(bet.path("placed_at").asText()),
                        number(bet.path("chance")), number(bet.path("odds"))));
            }
        } while (answer.path("next_cursor").isTextual() && rows.size() < MOST);
        if (answer.path("next_cursor").isTextual()) {
            notes.add("Only the %,d newest of %,d settled bets are looked at.".formatted(rows.size(), answer.path("total").asInt()));
        }
        return new ResultRows(subject, BET, rows.reversed(), List.of(WON), notes);
    }

    private static double number(JsonNode node) {
        return node.isNumber() ? node.asDouble() : Double.NaN;
    }

    /**
     * Columns of a table. Null where it has none.
     *
     * @param result what came of it; at most as many different values as {@link ResultAnalysis#MOST_CATEGORIES}
     * @param chance of the success, 0 to 1
     * @param odds decimal, above 1
     * @param time a day or instant; rows are put in its order, equal ones as they stand
     * @param success value of {@code result} that is the success; null for what the words say, such as won or W
     * @param only values that other columns must have
     */
    public record Columns(
            String result,
            @Nullable String chance,
            @Nullable String odds,
            @Nullable String time,
            @Nullable String success,
            Map<String, String> only) {
        public Columns {
            only = Map.copyOf(only);
        }
    }

    /**
     * Rows of a table, as objects of texts or numbers.
     *
     * @param zone of times without one
     * @throws KeelsonException BAD_REQUEST with a problem for each cell that is wrong, up to {@value #MOST_PROBLEMS}
     */
    public static ResultRows ofTable(String subject, List<JsonNode> table, Columns columns, ZoneId zone) {
        requireColumns(table, columns);
        List<Problem> problems = new ArrayList<>();
        List<Row> rows = new ArrayList<>();
        int missing = 0;
        int other = 0;
        for (int i = 0; i < table.size(); i++) {
            JsonNode row = table.get(i);
            if (!columns.only().entrySet().stream().allMatch(each -> row.path(each.getKey()).asText("").equals(each.getValue()))) {
                other++;
                continue;
            }
            String result = row.path(columns.result()).asText("").strip();
            if (result.isEmpty()) {
                missing++;
                continue;
            }
            double chance = cell(row, columns.chance(), i, 0, 1, "a chance from 0 to 1", problems);
            double odds = cell(row, columns.odds(), i, Math.nextUp(1), Double.MAX_VALUE, "decimal odds above 1", problems);
            rows.add(new Row(result, time(row, columns.time(), i, zone, problems), chance, odds));
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems.subList(0, Math.min(MOST_PROBLEMS, problems.size())), null);
        }
        List<String> notes = new ArrayList<>();
        if (columns.time() != null) {
            rows.sort(Comparator.comparing(Row::at, Comparator.nullsFirst(Comparator.naturalOrder())));
        } else {
            notes.add("Rows are taken to be in the order in which they happened; name the column of times if they are not.");
        }
        if (missing > 0) {
            notes.add("%,d rows without a result are left out.".formatted(missing));
        }
        if (other > 0) {
            notes.add("%,d rows with other values in %s are left out."
                    .formatted(other, String.join(", ", new TreeSet<>(columns.only().keySet()))));
        }
        List<Row> newest = rows.size() <= MOST ? rows : rows.subList(rows.size() - MOST, rows.size());
        if (newest.size() < rows.size()) {
            notes.add("Only the last %,d of %,d results are looked at.".formatted(MOST, rows.size()));
        }
        String success = columns.success();
        if (success != null && rows.stream().noneMatch(row -> row.result().equals(success))) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "No result is the success (%s); the results are %s."
                            .formatted(success, String.join(", ", rows.stream().map(Row::result).distinct().limit(10).toList())),
                    null);
        }
        return new ResultRows(subject, columns.result(), newest, success == null ? List.of() : List.of(success), notes);
    }

    private static void requireColumns(List<JsonNode> table, Columns columns) {
        TreeSet<String> there = new TreeSet<>();
        table.forEach(row -> row.fieldNames().forEachRemaining(there::add));
        List<String> asked = new ArrayList<>(columns.only().keySet());
        asked.add(columns.result());
        for (String column : new String[] {columns.chance(), columns.odds(), columns.time()}) {
            if (column != null) {
                asked.add(column);
            }
        }
        List<Problem> problems = asked.stream()
                .filter(column -> !there.contains(column))
                .sorted()
                .map(column -> Problem.of(
                        ErrorCode.BAD_REQUEST,
                        "There is no column (%s); the columns are %s.".formatted(column, String.join(", ", there)),
                        Suggestion.sentence(column, List.copyOf(there)).orElse(null)))
                .toList();
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
    }

    private static double cell(
            JsonNode row, @Nullable String column, int index, double low, double high, String expected, List<Problem> problems) {
        if (column == null || row.path(column).asText("").isBlank()) {
            return Double.NaN;
        }
        String text = row.path(column).asText().strip();
        try {
            double value = Double.parseDouble(text);
            if (value >= low && value <= high) {
                return value;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        problems.add(wrong(index, column, text, expected));
        return Double.NaN;
    }

    private static @Nullable Instant time(
            JsonNode row, @Nullable String column, int index, ZoneId zone, List<Problem> problems) {
        if (column == null) {
            return null;
        }
        String text = row.path(column).asText("").strip();
        try {
            if (text.length() == 10) {
                return LocalDate.parse(text).atStartOfDay(zone).toInstant();
            }
            return text.endsWith("Z") || text.matches(".*[+-]\\d\\d:?\\d\\d")
                    ? Instant.parse(text)
                    : LocalDateTime.parse(text.replace(' ', 'T')).atZone(zone).toInstant();
        } catch (DateTimeException e) {
            problems.add(wrong(index, column, text, "a day such as 2020-05-01 or a time such as 2020-05-01T12:00:00Z"));
            return null;
        }
    }

    private static Problem wrong(int index, String column, String text, String expected) {
        return Problem.at(
                ErrorCode.BAD_REQUEST,
                new Location("rows[%d].%s".formatted(index, column), 0, 0),
                "The value (%s) of %s in row %d is wrong; expected %s.".formatted(text, column, index + 1, expected),
                null);
    }
}
