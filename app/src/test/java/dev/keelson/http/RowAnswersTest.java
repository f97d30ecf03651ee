package dev.keelson.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class RowAnswersTest {
    private final List<Integer> calls = new ArrayList<>();

    private static Prediction prediction(@Nullable Object entity) {
        return new Prediction(
                new UUID(0, 1), "m", 1, String.valueOf(entity), List.of("a", "b"), new double[] {0.5, 0.5}, Instant.EPOCH);
    }

    private static InputRow row(int number, Object value) {
        return new InputRow(number, number + 1L, Map.of("x", value), null);
    }

    private static KeelsonException wrong(int row) {
        return new KeelsonException(
                Problem.at(ErrorCode.BAD_REQUEST, new Location("rows[" + row + "].x", 0, 0), "It is bad.", null));
    }

    /** Refuses all rows that are bad, or only the first one. */
    private RowAnswers answers(boolean firstOnly) {
        return new RowAnswers(
                (model, rows, options) -> {
                    calls.add(rows.size());
                    List<Problem> problems = new ArrayList<>();
                    for (int i = 0; i < rows.size(); i++) {
                        if ("bad".equals(rows.get(i).get("x")) && (problems.isEmpty() || !firstOnly)) {
                            problems.addAll(wrong(i).problems());
                        }
                    }
                    if (!problems.isEmpty()) {
                        throw new KeelsonException(problems, null);
                    }
                    return rows.stream().map(each -> prediction(each.get("x"))).toList();
                },
                "m",
                PredictOptions.DEFAULT);
    }

    private static List<String> told(List<RowAnswers.Answer> answers) {
        return answers.stream()
                .map(each -> each.prediction() == null
                        ? each.problems().getFirst().location() + "!"
                        : each.prediction().entity())
                .toList();
    }

    @Test
    void goodRowsAreAnsweredTogetherAndInOrder() {
        assertThat(told(answers(false).answer(List.of(row(1, "a"), row(2, "bad"), row(3, "c"), row(4, "bad")))))
                .containsExactly("a", "x!", "c", "x!");
        assertThat(calls).containsExactly(4, 2);
    }

    @Test
    void rowsThatAreRefusedOneAfterTheOtherAreAskedAboutOneByOne() {
        List<InputRow> rows = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            rows.add(row(i + 1, i % 2 == 0 ? "bad" : "g" + i));
        }

        assertThat(told(answers(true).answer(rows))).startsWith("x!", "g1", "x!").hasSize(20);
        assertThat(calls).startsWith(20, 19, 18).hasSize(3 + 17);
    }

    @Test
    void whatIsNoRowIsNotAskedAbout() {
        InputRow broken = new InputRow(1, 2, Map.of(), Problem.of(ErrorCode.RAGGED_LINE, "It is ragged.", null));

        assertThat(answers(false).answer(List.of(broken)).getFirst().problems().getFirst().message())
                .isEqualTo("It is ragged.");
        assertThat(calls).isEmpty();
    }

    @Test
    void aFailureOfNoRowIsThatOfAll() {
        RowAnswers down = new RowAnswers(
                (model, rows, options) -> {
                    throw new KeelsonException(ErrorCode.NOT_READY, "It has no champion.", null);
                },
                "m",
                PredictOptions.DEFAULT);

        assertThatThrownBy(() -> down.answer(List.of(row(1, "a")))).hasMessageContaining("no champion");
    }
}
