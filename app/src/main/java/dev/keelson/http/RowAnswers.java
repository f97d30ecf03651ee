package dev.keelson.http;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Answers rows each for itself: those that are wrong are told, the others predicted together. Immutable.
 *
 * @param predictor what predicts
 * @param model its name
 * @param options how to answer
 */
public record RowAnswers(Predictor predictor, String model, PredictOptions options) {
    /** Rows that are best predicted together. */
    public static final int BATCH = 500;

    private static final Pattern PLACE = Pattern.compile("rows\\[(\\d{1,9})](?:\\.(.*))?", Pattern.DOTALL);
    /** After so many refusals of a batch its rows are asked about one by one. */
    private static final int MOST_TRIES = 3;

    /** What predicts rows, all or none, as {@link Backend#predict}. */
    @FunctionalInterface
    public interface Predictor {
        /**
         * Predicts.
         *
         * @throws KeelsonException with the place of each problem as {@code rows[i].column}
         */
        List<Prediction> predict(String model, List<Map<String, @Nullable Object>> rows, PredictOptions options);
    }

    /**
     * The answer to a row.
     *
     * @param row which one
     * @param prediction null when it was refused
     * @param problems why; each has at most the column as its place
     */
    public record Answer(InputRow row, @Nullable Prediction prediction, List<Problem> problems) {
        public Answer {
            problems = List.copyOf(problems);
        }
    }

    /**
     * Answers rows.
     *
     * @return one answer for each row, in order
     * @throws KeelsonException when it is not a row that is wrong: MODEL_NOT_FOUND, NOT_READY and the like
     */
    public List<Answer> answer(List<InputRow> rows) {
        Map<Integer, Answer> answers = new TreeMap<>();
        List<Integer> left = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            Problem problem = rows.get(i).problem();
            if (problem == null) {
                left.add(i);
            } else {
                answers.put(i, new Answer(rows.get(i), null, List.of(problem)));
            }
        }
        for (int tries = 0; !left.isEmpty() && tries < MOST_TRIES; tries++) {
            left = attempt(rows, left, answers);
        }
        for (int each : left) {
            attempt(rows, List.of(each), answers);
        }
        return List.copyOf(answers.values());
    }

    /** Asks about some rows; those that are left when others among them were refused. */
    private List<Integer> attempt(List<InputRow> rows, List<Integer> asked, Map<Integer, Answer> answers) {
        List<Prediction> predictions;
        try {
            predictions = predictor.predict(
                    model, asked.stream().map(i -> rows.get(i).cells()).toList(), options);
        } catch (KeelsonException e) {
            Map<Integer, List<Problem>> refused = refused(e, asked.size());
            List<Integer> left = new ArrayList<>();
            for (int at = 0; at < asked.size(); at++) {
                List<Problem> problems = refused.get(at);
                if (problems == null) {
                    left.add(asked.get(at));
                } else {
                    answers.put(asked.get(at), new Answer(rows.get(asked.get(at)), null, problems));
                }
            }
            return left;
        }
        for (int at = 0; at < asked.size(); at++) {
            answers.put(asked.get(at), new Answer(rows.get(asked.get(at)), predictions.get(at), List.of()));
        }
        return List.of();
    }

    /** Problems by the position of their rows; throws what is the problem of no row. */
    private static Map<Integer, List<Problem>> refused(KeelsonException failure, int rows) {
        Map<Integer, List<Problem>> refused = new TreeMap<>();
        for (Problem problem : failure.problems()) {
            Location location = problem.location();
            Matcher place = PLACE.matcher(location == null ? "" : location.toString());
            int row = place.matches() ? Integer.parseInt(place.group(1)) : -1;
            if (row < 0 || row >= rows || problem.code().kind() != ErrorCode.Kind.USER) {
                throw failure;
            }
            String column = place.group(2);
            refused.computeIfAbsent(row, none -> new ArrayList<>())
                    .add(
                            column == null
                                    ? Problem.of(problem.code(), problem.message(), problem.hint())
                                    : Problem.at(
                                            problem.code(), new Location(column, 0, 0), problem.message(), problem.hint()));
        }
        return refused;
    }
}
