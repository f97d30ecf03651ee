package dev.keelson.http;

import dev.keelson.error.Problem;
import dev.keelson.learn.conformal.PredictionRange;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Answers as lines of CSV, one for each row: {@code row}, {@code entity}, {@code predicted}, {@code confidence} and a probability
 * for each class as {@code p_CLASS}, or {@code value}; {@code set} with its classes joined by {@code |}, or {@code
 * interval_lower} and {@code interval_upper}; {@code version}, {@code as_of}, {@code id}, {@code warnings}, {@code error}. A text
 * that a spreadsheet would run as a formula begins with an apostrophe. Immutable.
 */
public final class PredictionCsv {
    private static final String FORMULAS = "=+-@\t\r";

    private final List<String> outputs;

    /** @param outputs the classes of the model; the one name of a number */
    public PredictionCsv(List<String> outputs) {
        this.outputs = List.copyOf(outputs);
    }

    private boolean isNumber() {
        return outputs.size() == 1;
    }

    /** The columns in order, each with its type in SQL. */
    public Map<String, String> columns() {
        Map<String, String> columns = new LinkedHashMap<>();
        columns.put("row", "BIGINT");
        columns.put("entity", "VARCHAR");
        if (isNumber()) {
            columns.put("value", "DOUBLE");
            columns.put("interval_lower", "DOUBLE");
            columns.put("interval_upper", "DOUBLE");
        } else {
            columns.put("predicted", "VARCHAR");
            columns.put("confidence", "DOUBLE");
            outputs.forEach(each -> columns.put("p_" + each, "DOUBLE"));
            columns.put("set", "VARCHAR");
        }
        columns.put("version", "INTEGER");
        columns.put("as_of", "TIMESTAMP WITH TIME ZONE");
        columns.put("id", "VARCHAR");
        columns.put("warnings", "VARCHAR");
        columns.put("error", "VARCHAR");
        return columns;
    }

    /** The first line. */
    public String header() {
        return line(new ArrayList<>(columns().keySet()));
    }

    /** The line of an answer. */
    public String line(RowAnswers.Answer answer) {
        Prediction prediction = answer.prediction();
        List<@Nullable String> cells = new ArrayList<>();
        cells.add(Long.toString(answer.row().number()));
        if (prediction == null) {
            while (cells.size() < columns().size() - 1) {
                cells.add(null);
            }
            cells.add(error(answer));
            return line(cells);
        }
        cells.add(prediction.entity());
        if (isNumber()) {
            PredictionRange range = prediction.advice() == null ? null : prediction.advice().range();
            cells.add(number(prediction.probabilities()[0]));
            cells.add(range == null ? null : number(range.lower()));
            cells.add(range == null ? null : number(range.upper()));
        } else {
            cells.add(prediction.classes().get(prediction.predicted()));
            cells.add(number(prediction.probabilities()[prediction.predicted()]));
            for (double each : prediction.probabilities()) {
                cells.add(number(each));
            }
            cells.add(set(prediction));
        }
        cells.add(Integer.toString(prediction.version()));
        cells.add(prediction.asOf().toString());
        cells.add(prediction.id().toString());
        cells.add(String.join(" ", prediction.warnings()));
        cells.add(null);
        return line(cells);
    }

    private static @Nullable String set(Prediction prediction) {
        boolean[] set = prediction.advice() == null ? null : prediction.advice().set();
        if (set == null) {
            return null;
        }
        List<String> classes = new ArrayList<>();
        for (int k = 0; k < set.length; k++) {
            if (set[k]) {
                classes.add(prediction.classes().get(k));
            }
        }
        return String.join("|", classes);
    }

    private static @Nullable String number(double value) {
        return Double.isFinite(value) ? Double.toString(value) : null;
    }

    /** Every problem of a refused row in one text. */
    public static String error(RowAnswers.Answer answer) {
        return answer.problems().stream().map(PredictionCsv::text).collect(Collectors.joining(" "));
    }

    /** A problem with its column. */
    public static String text(Problem problem) {
        return (problem.location() == null ? "" : problem.location() + ": ") + problem.message();
    }

    /** Cells as a line with its end. */
    public static String line(List<? extends @Nullable String> cells) {
        return cells.stream().map(PredictionCsv::cell).collect(Collectors.joining(",", "", "\n"));
    }

    private static String cell(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return "";
        }
        boolean number = text.matches("-?[0-9][0-9.eE+-]*");
        String safe = !number && FORMULAS.indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
        return safe.matches("[^\",\r\n]*") ? safe : "\"" + safe.replace("\"", "\"\"") + "\"";
    }
}
