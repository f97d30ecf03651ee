package dev.keelson.features;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.Located;
import dev.keelson.error.Problem;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Finds expressions over a request that read an outcome of that very row. An outcome is known only after the event, so
 * such a value is there in history and missing when it counts: the model would learn from its own answer.
 */
public final class OwnOutcomeCheck {
    private OwnOutcomeCheck() {}

    /**
     * Checks one expression.
     *
     * @param reader what reads, as the message shall name it: {@code the feature (elo_gap) of the model (football-1x2)}
     * @param text the expression and its place
     * @param columnsRead the names it reads
     * @param source the source of the request's row
     * @return a problem (FEATURE_READS_OWN_OUTCOME) for each outcome column read, in order of first use; empty when all
     *     is well
     */
    public static List<Problem> problems(
            String reader, Located text, Collection<String> columnsRead, SourceSchema source) {
        List<Problem> problems = new ArrayList<>();
        for (String column : columnsRead) {
            if (source.outcomes().contains(column)) {
                problems.add(Problem.at(
                        ErrorCode.FEATURE_READS_OWN_OUTCOME,
                        text.location(),
                        ("%s (%s) reads the column (%s) of its own row, an outcome of the source (%s),"
                                        + " which is known only after the event.")
                                .formatted(capitalised(reader), text.text(), column, source.name()),
                        "Maybe a feature view over earlier rows was meant, such as last(%s) over last event."
                                .formatted(column)));
            }
        }
        return problems;
    }

    private static String capitalised(String text) {
        return text.isEmpty() ? text : Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }
}
