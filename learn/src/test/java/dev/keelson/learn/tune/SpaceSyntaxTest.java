package dev.keelson.learn.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpaceSyntaxTest {

    @Test
    void formsOfTheProjectFileAreRead() {
        assertThat(SpaceSyntax.domain("3..10")).isEqualTo(IntegerDomain.of(3, 10));
        assertThat(SpaceSyntax.domain("50..200 step 10")).isEqualTo(new IntegerDomain(50, 200, 10, false));
        assertThat(SpaceSyntax.domain("1..1024 log")).isEqualTo(new IntegerDomain(1, 1024, 1, true));
        assertThat(SpaceSyntax.domain("0.01..0.3 log")).isEqualTo(RealDomain.log(0.01, 0.3));
        assertThat(SpaceSyntax.domain("1e-8 .. 10 log")).isEqualTo(RealDomain.log(1e-8, 10));
        assertThat(SpaceSyntax.domain("-2..2.0")).isEqualTo(RealDomain.of(-2, 2));
        assertThat(SpaceSyntax.domain("0..1 step 0.25")).isEqualTo(new RealDomain(0, 1, 0.25, false));
        assertThat(SpaceSyntax.domain("[gbtree, dart]")).isEqualTo(ChoiceDomain.of("gbtree", "dart"));
        assertThat(SpaceSyntax.domain("[1, 2.5, true, 'a, b', \"log\"]"))
                .isEqualTo(ChoiceDomain.of(1L, 2.5, true, "a, b", "log"));
    }

    @Test
    void conditionsAreRead() {
        assertThat(SpaceSyntax.parameter("rate_drop", "0.0..0.5 when booster = dart"))
                .isEqualTo(Parameter.of("rate_drop", RealDomain.of(0, 0.5)).when("booster", "dart"));
        assertThat(SpaceSyntax.parameter("x", "1..9 step 2 when depth in [3, 4]"))
                .isEqualTo(Parameter.of("x", new IntegerDomain(1, 9, 2, false)).when("depth", 3L, 4L));
        assertThat(SpaceSyntax.parameter("x", "[a] when flag == true"))
                .isEqualTo(Parameter.of("x", ChoiceDomain.of("a")).when("flag", true));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"3..10", "50..200 step 10", "1..8 log", "0.01..0.3 log", "0.0..1.0 step 0.25", "[a, b, 3]"})
    void textOfADomainIsReadBack(String text) {
        assertThat(SpaceSyntax.domain(text).text()).isEqualTo(text);
    }

    @Test
    void textOfAConditionIsReadBack() {
        Parameter parameter = Parameter.of("x", IntegerDomain.of(1, 2)).when("b", "u", "v");

        assertThat(SpaceSyntax.parameter("x", parameter.text())).isEqualTo(parameter);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock = """
            3-10            | at character 2: two bounds have .. between them
            3               | at character 2: two bounds have .. between them
            ''              | at character 1: a range must begin with a number
            3..             | at character 4: a range must have an upper bound
            1..5 lgo        | at character 6: a range may be followed by log, step or when; maybe log was meant
            1..5 step       | at character 10: step must be followed by a number
            1..5 step 0.0   | at character 11: a step must be positive
            [a, b           | at character 6: a list ends with ]
            [a,]            | at character 4: a value is missing
            1..5 when b     | at character 12: a condition is either name = value or name in [value, ...]
            1..5 when = 3   | at character 11: when must be followed by the name
            1..5 ; 6        | at character 5: this cannot be read
            1..5 7          | at character 6: nothing more was expected
            10bp..3         | at character 1: this cannot be read
            1..99999999999999999999 | at character 4: a whole number must be smaller than 2^63
            5..3            | The lower bound (5) must not be above the upper one (3).
            0..1 log        | The lower bound (0) of a log range must be at least 1.
            -1.0..1 log     | The lower bound (-1.0) of a log range must be positive.
            50..205 step 10 | such as 200
            0.0..1 step 0.3 | such as 0.9
            0.1..1 log step 0.1 | A log range has no step
            [a, a]          | The choice (a) is listed twice.
            """)
    void mistakeIsExplained(String text, String expected) {
        assertThatThrownBy(() -> SpaceSyntax.parameter("x", text))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining(expected);
    }

    @Test
    void everyMistakeOfASpaceIsReportedWithItsParameter() {
        KeelsonException exception = catchThrowableOfType(
                KeelsonException.class,
                () -> SpaceSyntax.space(Map.of("depth", "10..3", "rate", "0..1 log", "trees", 100, "ok", "1..2")));

        assertThat(exception.problems())
                .extracting(Problem::message)
                .satisfiesExactly(
                        message -> assertThat(message).startsWith("space.depth: The lower bound (10)"),
                        message -> assertThat(message).startsWith("space.rate: The lower bound (0)"),
                        message -> assertThat(message).startsWith("space.trees: The domain (100) must be"));
    }

    @Test
    void choicesMayComeAsAList() {
        SearchSpace space = SpaceSyntax.space(Map.of("b", List.of("x", 3, true), "a", "1..2 when b = 3"));

        assertThat(space.parameters())
                .containsExactly(
                        Parameter.of("a", IntegerDomain.of(1, 2)).when("b", 3L),
                        Parameter.of("b", ChoiceDomain.of("x", 3L, true)));
    }
}
