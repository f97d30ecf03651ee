package dev.keelson.project;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.Located;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VariablesTest {
    private final Variables variables = new Variables(Map.of("DATA", "/srv/data", "EMPTY", "", "NESTED", "${DATA}"));
    private final Problems problems = new Problems();

    @ParameterizedTest
    @CsvSource({
        "plain, plain",
        "${DATA}/x.csv, /srv/data/x.csv",
        "${DATA:-other}, /srv/data",
        "${NONE:-other}, other",
        "${EMPTY:-other}, other",
        "${NONE:-}, ''",
        "$${DATA}, ${DATA}",
        "$DATA, $DATA",
        "${NESTED}, ${DATA}",
        "${DATA}${DATA}, /srv/data/srv/data"
    })
    void variableIsFilledIn(String text, String filled) {
        assertThat(variables.fill(Located.of(text), problems)).isEqualTo(filled);
        assertThat(problems.inFileOrder()).isEmpty();
    }

    @Test
    void missingVariableIsReportedWhereItStands() {
        variables.fill(new Located("a/${DATTA}/b", new Location("f", 3, 10)), problems);

        Problem problem = problems.inFileOrder().getFirst();

        assertThat(problem.code()).isEqualTo(ErrorCode.VARIABLE_NOT_SET);
        assertThat(problem.location()).isEqualTo(new Location("f", 3, 12));
        assertThat(problem.hint()).isEqualTo("Maybe `DATA` was meant.");
    }

    @Test
    void openBracketIsReported() {
        variables.fill(new Located("a/${DATA", new Location("f", 3, 10)), problems);

        assertThat(problems.inFileOrder()).extracting(Problem::code).containsExactly(ErrorCode.BAD_VALUE);
    }
}
