package dev.keelson.expression;

import static dev.keelson.expression.Rows.offsets;
import static dev.keelson.expression.Rows.problems;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.Problem;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpressionProblemsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            textBlock =
                    """
                    x +                        ; 3  ; The expression ends where a value was expected
                    * 2                        ; 0  ; Found (*)
                    (x + 1                     ; 6  ; The expression ends where `)`
                    x y                        ; 2  ; Found (y) where the end was expected
                    x = 'abc                   ; 4  ; The quote (') is not closed
                    x ! y                      ; 2  ; The character (!) has no meaning
                    x ^ 2                      ; 2  ; The character (^)
                    1 < x < 3                  ; 6  ; cannot follow another one
                    x > 1 is null              ; 6  ; The test (is) cannot follow
                    x is 3                     ; 5  ; Found (3) where `null`
                    x between 1 or 2           ; 12 ; Found (or) where `and`
                    x in 3                     ; 5  ; Found (3) where `(`
                    x in ()                    ; 6  ; Found ()) where a value
                    s like t                   ; 7  ; Found (t) where a pattern
                    x not 3                    ; 6  ; Found (3) where `between`
                    case x end                 ; 7  ; Found (end) where `when`
                    case when p then 1         ; 18 ; The expression ends where `end`
                    case when p 1 end          ; 12 ; Found (1) where `then`
                    cast(x double)             ; 7  ; Found (double) where `as`
                    abs(x                      ; 5  ; The expression ends where `)`
                    30d                        ; 0  ; The number (30d) has letters behind it
                    5. + 1                     ; 0  ; The number (5.) ends with a point
                    home. + 1                  ; 0  ; The name (home.) has a point
                    and                        ; 0  ; Found (and) where a value
                    x, y                       ; 1  ; Found (,) where the end
                    """)
    void syntaxErrorsStandAtTheOffendingToken(String text, int offset, String message) {
        List<Problem> problems = problems(text);

        assertThat(problems).hasSize(1);
        assertThat(problems.getFirst().code()).isEqualTo(ErrorCode.EXPRESSION_SYNTAX);
        assertThat(problems.getFirst().message()).contains(message);
        assertThat(offsets(problems)).containsExactly(offset);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            textBlock =
                    """
                    x + s                      ; 4  ; A side of `+` is string; a number was expected
                    p * 2                      ; 0  ; A side of `*` is boolean
                    -s                         ; 1  ; is string; a number
                    x = 'a'                    ; 2  ; different types (double and string)
                    date > '2018-08-01'        ; 5  ; different types (date and string)
                    date = at                  ; 5  ; different types (date and timestamp)
                    p and x                    ; 6  ; What stands beside `and` is double
                    not i                      ; 4  ; What stands beside `not` is long
                    x in (1, 'a')              ; 2  ; The sides of `in`
                    i like 'a'                 ; 0  ; The left side of `like` is long
                    s || i                     ; 5  ; A side of `||` is long
                    case when x then 1 end     ; 10 ; What stands beside `when`
                    case when p then 1 else 'a' end ; 0 ; The results of `case`
                    case s when 1 then 2 end   ; 0  ; The sides of `case`
                    abs(s)                     ; 4  ; The argument of abs is string
                    lower(i)                   ; 6  ; The argument of lower is long
                    year(s)                    ; 5  ; a date or a timestamp was expected
                    round(x, i)                ; 9  ; The decimals of round (i)
                    pow(x)                     ; 0  ; has 1 arguments; 2 are expected
                    abs(x, y)                  ; 0  ; has 2 arguments; 1 is expected
                    coalesce()                 ; 0  ; has 0 arguments; 1 to 100
                    cast(date as long)         ; 5  ; A value of type date cannot become long
                    cast(x as number)          ; 10 ; There is no type (number)
                    date * 2                   ; 7  ; `*` has no meaning between date and long
                    date + date                ; 7  ; `+` has no meaning
                    date + 1.5                 ; 7  ; between date and double
                    1 - date                   ; 0  ; `-` has no meaning
                    null                       ; 0  ; The type of null cannot be told
                    coalesce(null, null)       ; 0  ; The type of null cannot be told
                    date '2018-13-01'          ; 5  ; is not a date
                    timestamp 'now'            ; 10 ; is not a timestamp
                    99999999999999999999       ; 0  ; is larger than 9223372036854775807
                    1e999                      ; 0  ; is larger than
                    """)
    void typeErrorsStandAtTheOffendingToken(String text, int offset, String message) {
        List<Problem> problems = problems(text);

        assertThat(problems).hasSize(1);
        assertThat(problems.getFirst().code()).isEqualTo(ErrorCode.EXPRESSION_TYPE);
        assertThat(problems.getFirst().message()).contains(message);
        assertThat(offsets(problems)).containsExactly(offset);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            textBlock =
                    """
                    home.rating.elo + 1   ; Maybe `home.ratings.elo` was meant.
                    coalesc(x, 1)         ; Maybe `coalesce` was meant.
                    log(x)                ; Maybe `ln` or `log10` was meant.
                    ifnull(x, 0)          ; Maybe `coalesce` was meant.
                    max(x, y)             ; Maybe `least` or `greatest` was meant
                    mean(x) + 1           ; Maybe it stands in the wrong place
                    s = H                 ; Maybe the text 'H' was meant
                    s = "away team"       ; Maybe the text 'away team' was meant
                    unheard_of_name       ; Maybe one of the columns was meant: i, j, x,
                    end + 1               ; must be quoted, "end"
                    date > '2018-08-01'   ; date '2018-08-01'
                    date = at             ; cast(… as date)
                    x && y                ; Maybe `and` was meant.
                    1 < x < 3             ; Maybe `a < b and b < c` was meant
                    cast(x as dubble)     ; Maybe `double` was meant.
                    """)
    void theRemedyNamesWhatWasProbablyMeant(String text, String hint) {
        assertThat(problems(text).getFirst().hint()).contains(hint);
    }

    @Test
    void allUnknownNamesAndWrongTypesAreReportedAtOnce() {
        List<Problem> problems = problems("unknown1 + abs(s) * unheard(x) > foo.bar and p + 1 > 0");

        assertThat(offsets(problems)).containsExactly(0, 15, 20, 33, 45);
        assertThat(problems).allMatch(problem -> problem.code() == ErrorCode.EXPRESSION_TYPE);
    }

    @Test
    void anUnknownNameIsNotReportedAgainByWhatSurroundsIt() {
        assertThat(problems("not (abs(foobar) + 1 > case when foobaz then 1 else 'a' end)")).hasSize(3);
        assertThat(problems("-foobar || s between foobaz and 'z'")).hasSize(2);
    }

    @Test
    void placesCountCharactersNotCodeUnits() {
        assertThat(offsets(problems("'\uD83D\uDE00' = foo"))).containsExactly(6);
    }

    @Test
    void withoutAFileTheMessageSaysWhere() {
        assertThatThrownBy(() -> Rows.parse("x + foobar"))
                .hasMessageContaining("There is no column (foobar).")
                .hasMessageContaining("At character 5 of `x + foobar`");
    }

    @Test
    void whatIsTooLongOrTooDeepIsRefusedWithoutOverflowingTheStack() {
        assertThat(problems("(".repeat(500) + "x" + ")".repeat(500)).getFirst().message())
                .contains("nested more than 100 deep");
        assertThat(problems("x" + " + x".repeat(400)).getFirst().message()).contains("more than 300 operators");
        assertThat(problems("x" + " + x".repeat(50_000)).getFirst().message()).contains("more than 2000 parts");
        assertThat(problems("not ".repeat(900) + "p").getFirst().message()).contains("more than 300 operators");
        assertThat(problems("-".repeat(900) + "x").getFirst().message()).contains("signs in a row");
        assertThat(Rows.parse("x" + " + x".repeat(250)).asDouble(Rows.row())).isEqualTo(251 * 2.5);
    }

    @Test
    void anEmptyTextIsNoExpression() {
        assertThat(problems(" ").getFirst().message()).contains("The expression ends where a value was expected");
    }
}
