package dev.keelson.http.inference;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.frame.ColumnType;
import dev.keelson.http.PredictSignature;
import dev.keelson.http.PredictSignature.Column;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tensors as rows: one input for each column, of shape [n] or [n, 1], and at most one matrix of shape [n, f] with the columns
 * of numbers that no other input names, in their order. What a row is about comes as its key columns, as an input {@code
 * entity} with the values of the keys joined by {@code |}, or, of one row, as the parameter {@code entity}.
 */
final class Inputs {
    static final String ENTITY = "entity";
    static final int MAX_ROWS = 10_000;

    private final PredictSignature signature;
    private final List<Problem> problems = new ArrayList<>();

    private Inputs(PredictSignature signature) {
        this.signature = signature;
    }

    /**
     * The rows of a request.
     *
     * @throws KeelsonException BAD_REQUEST with every problem
     */
    static List<Map<String, @Nullable Object>> rows(PredictSignature signature, InferRequest request) {
        return new Inputs(signature).read(request);
    }

    private List<Map<String, @Nullable Object>> read(InferRequest request) {
        if (request.inputs().isEmpty()) {
            throw wrong("inputs", "There are no inputs; expected one for each column, or a matrix.");
        }
        long n = request.inputs().getFirst().shape().isEmpty() ? -1 : request.inputs().getFirst().shape().getFirst();
        if (n < 1 || n > MAX_ROWS) {
            throw wrong(
                    request.inputs().getFirst().name(),
                    "The first input has the shape %s; expected from 1 to %d rows as the first dimension."
                            .formatted(request.inputs().getFirst().shape(), MAX_ROWS));
        }
        List<Map<String, @Nullable Object>> rows = new ArrayList<>((int) n);
        for (int i = 0; i < n; i++) {
            rows.add(new LinkedHashMap<>());
        }
        Set<String> named = new HashSet<>();
        for (Tensor input : request.inputs()) {
            if (!named.add(input.name())) {
                problem(input.name(), "The input (%s) stands there twice; expected once.".formatted(input.name()));
            }
        }
        for (Tensor input : request.inputs()) {
            if (input.shape().isEmpty() || input.shape().getFirst() != n) {
                problem(
                        input.name(),
                        "The input (%s) has the shape %s and the first one %d rows; expected as many of each."
                                .formatted(input.name(), input.shape(), n));
            } else if (isColumn(input)) {
                column(input, rows);
            } else if (input.name().equals(ENTITY) && input.shape().size() <= 2 && input.values().size() == n) {
                entities(input, rows);
            } else {
                matrix(input, rows, named);
            }
        }
        if (request.parameters().get(ENTITY) instanceof String entity) {
            if (n == 1) {
                entity(entity, 0, rows.getFirst());
            } else {
                problem(ENTITY, "The parameter (entity) names one row, and there are %d; expected an input (entity).".formatted(n));
            }
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
        return rows;
    }

    private boolean isColumn(Tensor input) {
        boolean single = input.shape().size() == 1 || (input.shape().size() == 2 && input.shape().get(1) == 1);
        if (!single) {
            return false;
        }
        if (signature.column(input.name()) != null) {
            return true;
        }
        // of another name: a matrix of the only column, or a column that is not there, which is told with the nearest
        return !input.name().equals(ENTITY) && (input.shape().size() == 1 || signature.values().size() != 1);
    }

    private void column(Tensor input, List<Map<String, @Nullable Object>> rows) {
        Column column = signature.column(input.name());
        for (int i = 0; i < rows.size(); i++) {
            rows.get(i).put(input.name(), value(input.values().get(i), column == null ? null : column.type()));
        }
    }

    private void entities(Tensor input, List<Map<String, @Nullable Object>> rows) {
        for (int i = 0; i < rows.size(); i++) {
            if (input.values().get(i) instanceof String entity) {
                entity(entity, i, rows.get(i));
            } else {
                problem("rows[%d].entity".formatted(i), "The entity is no text; expected %s.".formatted(keys()));
            }
        }
    }

    private void entity(String entity, int row, Map<String, @Nullable Object> cells) {
        Map<String, Object> keys = signature.entity(entity);
        if (keys == null) {
            problem(
                    "rows[%d].entity".formatted(row),
                    "The entity (%s) is wrong; expected %s.".formatted(entity, keys()));
        } else {
            cells.putAll(keys);
        }
    }

    private String keys() {
        return "the values of %s joined by |".formatted(String.join("|", signature.keys()));
    }

    private void matrix(Tensor input, List<Map<String, @Nullable Object>> rows, Set<String> named) {
        List<Column> columns = signature.values().stream()
                .filter(column -> column.isNumeric() && !named.contains(column.name()))
                .toList();
        if (input.shape().size() != 2 || input.shape().get(1) != columns.size() || input.type() == DataType.BYTES) {
            problem(
                    input.name(),
                    "The input (%s) is %s of the shape %s; expected a column as [%d], or a matrix [%d, %d] of numbers with %s."
                            .formatted(
                                    input.name(),
                                    input.type(),
                                    input.shape(),
                                    rows.size(),
                                    rows.size(),
                                    columns.size(),
                                    PredictSignature.names(columns)));
            return;
        }
        for (int i = 0; i < rows.size(); i++) {
            for (int j = 0; j < columns.size(); j++) {
                Column column = columns.get(j);
                rows.get(i).put(column.name(), value(input.values().get(i * columns.size() + j), column.type()));
            }
        }
    }

    /** An element as a cell of a column; what does not fit stays as it is and is refused with its place. */
    private static @Nullable Object value(@Nullable Object element, @Nullable ColumnType type) {
        if (element instanceof Double number) {
            if (number.isNaN()) {
                return null;
            }
            boolean whole = number == Math.rint(number) && Math.abs(number) <= 1L << 53;
            if (type == ColumnType.LONG && whole) {
                return number.longValue();
            }
            if (type == ColumnType.BOOLEAN && (number == 0 || number == 1)) {
                return number == 1;
            }
        }
        if (element instanceof Long number && type == ColumnType.BOOLEAN && (number == 0 || number == 1)) {
            return number == 1;
        }
        return element;
    }

    private void problem(String field, String message) {
        problems.add(Problem.at(ErrorCode.BAD_REQUEST, new Location(field, 0, 0), message, null));
    }

    static KeelsonException wrong(String field, String message) {
        return new KeelsonException(Problem.at(ErrorCode.BAD_REQUEST, new Location(field, 0, 0), message, null));
    }
}
