package dev.keelson.expression;

import static dev.keelson.expression.Rows.SCHEMA;
import static dev.keelson.expression.Rows.parse;
import static dev.keelson.expression.Rows.row;
import static dev.keelson.expression.Rows.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpressionTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            textBlock =
                    """
                    1 + 2 * 3                       ; 7
                    (1 + 2) * 3                     ; 9
                    10 - 4 - 3                      ; 3
                    12 / 4 / 3                      ; 1.0
                    -i + 1                          ; -6
                    2 - -1                          ; 3
                    --i                             ; 7
                    -i % 4                          ; -3
                    not p or p                      ; true
                    not (p or p)                    ; false
                    p or q and q                    ; true
                    (p or q) and q                  ; false
                    not i = 7                       ; false
                    not q and q                     ; false
                    1 + 1 = 2                       ; true
                    i between 1 and 7 and q         ; false
                    i not between 1 and 7 or p      ; true
                    s || t = 'homeAway'             ; true
                    'a' || cast(1 + 2 as string)    ; a3
                    NOT p IS NULL AND TRUE          ; true
                    """)
    void operatorsBindAsInSql(String text, String expected) {
        Object value = value(text);

        assertThat(String.valueOf(value)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            nullValues = "null",
            textBlock =
                    """
                    true  ; true  ; true  ; true
                    true  ; false ; false ; true
                    true  ; null  ; null  ; true
                    false ; true  ; false ; true
                    false ; false ; false ; false
                    false ; null  ; false ; null
                    null  ; true  ; null  ; true
                    null  ; false ; false ; null
                    null  ; null  ; null  ; null
                    """)
    void andAndOrFollowThreeValuedLogic(Boolean left, Boolean right, Boolean and, Boolean or) {
        ArrayRow row = new ArrayRow(SCHEMA);
        Rows.set(row, "p", left);
        Rows.set(row, "q", right);

        assertThat(parse("p and q").asBoolean(row)).isEqualTo(and);
        assertThat(parse("p or q").asBoolean(row)).isEqualTo(or);
        assertThat(parse("not (not p or not q)").asBoolean(row)).isEqualTo(and);
        assertThat(parse(left + " and " + right).asBoolean(row)).isEqualTo(and);
        assertThat(parse(left + " or " + right).asBoolean(row)).isEqualTo(or);
        assertThat(parse("p and q").isTrue(row)).isEqualTo(Boolean.TRUE.equals(and));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            nullValues = "NULL",
            textBlock =
                    """
                    not null                          ; NULL
                    null = 1                          ; NULL
                    nothing = nothing                 ; NULL
                    null != null                      ; NULL
                    nothing is null                   ; true
                    nothing is not null               ; false
                    i is null                         ; false
                    nothing + 1                       ; NULL
                    1 - nothing                       ; NULL
                    -nothing                          ; NULL
                    null || 'a'                       ; NULL
                    i between nothing and 5           ; false
                    i between 5 and nothing           ; NULL
                    i not between nothing and 5       ; true
                    nothing between 1 and 2           ; NULL
                    i in (1, 7, null)                 ; true
                    i in (1, null)                    ; NULL
                    i not in (1, null)                ; NULL
                    i not in (7, null)                ; false
                    null in (1, 2)                    ; NULL
                    nullif(s, 'home') like 'h%'       ; NULL
                    abs(nothing)                      ; NULL
                    greatest(1, nothing, 3)           ; 3.0
                    least(null, 2)                    ; 2
                    greatest(nothing, nothing)        ; NULL
                    coalesce(nothing, i)              ; 7.0
                    coalesce(null, null, 'x')         ; x
                    nullif(i, 7)                      ; NULL
                    nullif(i, 8)                      ; 7
                    nullif(i, nothing)                ; 7
                    concat('a', null, 'b')            ; ab
                    case when null then 1 else 2 end  ; 2
                    case when q then 1 end            ; NULL
                    case nothing when null then 1 else 2 end ; 2
                    year(null)                        ; NULL
                    cast(null as long)                ; NULL
                    cast(nothing as string)           ; NULL
                    length(null)                      ; NULL
                    """)
    void missingValuesPropagate(String text, String expected) {
        Object value = value(text);

        assertThat(value == null ? null : value.toString()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            nullValues = "NULL",
            textBlock =
                    """
                    1 / 0                              ; NULL
                    x / 0.0                            ; NULL
                    1 / -0.0                           ; NULL
                    i % 0                              ; NULL
                    x % 0                              ; NULL
                    ln(0)                              ; NULL
                    ln(-1)                             ; NULL
                    log10(0)                           ; NULL
                    sqrt(-1)                           ; NULL
                    pow(-8, 1 / 3)                     ; NULL
                    pow(0, -1)                         ; NULL
                    9223372036854775807 + 1            ; NULL
                    -9223372036854775807 - 1           ; NULL
                    9223372036854775807 * 2            ; NULL
                    9223372036854775807 * -1           ; -9223372036854775807
                    cast('x' as double)                ; NULL
                    cast('1e400' as double)            ; Infinity
                    cast('99999999999999999999' as long) ; NULL
                    cast('2018-02-30' as date)         ; NULL
                    cast('maybe' as boolean)           ; NULL
                    cast(exp(1000) as long)            ; NULL
                    date + 9223372036854775807         ; NULL
                    exp(1000)                          ; Infinity
                    exp(1000) - exp(1000)              ; NaN
                    exp(1000) - exp(1000) is null      ; false
                    """)
    void valuesOutsideTheDomainGiveNull(String text, String expected) {
        Object value = value(text);

        assertThat(value == null ? null : value.toString()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            textBlock =
                    """
                    abs(j)                     ; 2
                    abs(-x)                    ; 2.5
                    sign(j)                    ; -1
                    sign(-x)                   ; -1.0
                    floor(-x)                  ; -3.0
                    ceil(x)                    ; 3.0
                    CEILING(x)                 ; 3.0
                    floor(i)                   ; 7
                    round(x)                   ; 3.0
                    round(-x)                  ; -3.0
                    round(0.49999999999999994) ; 0.0
                    round(2.675, 2)            ; 2.68
                    round(-1.005, 2)           ; -1.01
                    round(i, 2)                ; 7
                    ln(1)                      ; 0.0
                    log10(1000)                ; 3.0
                    exp(0)                     ; 1.0
                    sqrt(6.25)                 ; 2.5
                    pow(2, 10)                 ; 1024.0
                    power(x, 2)                ; 6.25
                    greatest(i, 9, j)          ; 9
                    least(i, x)                ; 2.5
                    greatest(s, t)             ; home
                    lower(t)                   ; away
                    upper(s)                   ; HOME
                    length(s || t)             ; 8
                    concat(s, '-', t)          ; home-Away
                    i / 2                      ; 3.5
                    i % 4                      ; 3
                    5.5 % 2                    ; 1.5
                    i * 1.0                    ; 7.0
                    x * y                      ; 1.25
                    """)
    void functionsAndOperatorsGiveTheirValues(String text, String expected) {
        assertThat(String.valueOf(value(text))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            textBlock =
                    """
                    year(date)                                       ; 2018
                    month(date)                                      ; 8
                    day(at)                                          ; 10
                    day_of_week(date)                                ; 5
                    day_of_week(date '2018-08-12')                   ; 7
                    day_of_year(date)                                ; 222
                    day_of_year(date '2020-12-31')                   ; 366
                    hour(timestamp '2018-08-10T23:45:10Z')           ; 23
                    minute(timestamp '2018-08-10T23:45:10Z')         ; 45
                    hour(timestamp '1969-12-31T23:45:10Z')           ; 23
                    hour(timestamp '2018-08-10T23:45:10Z', 'Europe/London') ; 0
                    day(timestamp '2018-08-10T23:45:10Z', 'Europe/London') ; 11
                    day(timestamp '2018-01-10T23:45:10Z', 'Europe/London') ; 10
                    hour(timestamp '2018-08-10T23:45:10Z', 'America/New_York') ; 19
                    minute(timestamp '2018-08-10T23:45:10Z', 'Asia/Kolkata') ; 15
                    cyclic_sin(0, 12)                                ; 0.0
                    cyclic_cos(12, 12)                               ; 1.0
                    round(cyclic_sin(3, 12), 12)                     ; 1.0
                    date + 7                                         ; 2018-08-17
                    7 + date                                         ; 2018-08-17
                    date - 10                                        ; 2018-07-31
                    date - date '2018-08-01'                         ; 9
                    date >= date '2018-08-01'                        ; true
                    cast(at as date) = date                          ; true
                    cast(date as timestamp)                          ; 2018-08-10T00:00:00Z
                    at > timestamp '2018-08-10T15:00:00Z'            ; true
                    cast('2018-08-01' as date)                       ; 2018-08-01
                    cast('2018-08-01T00:00:00Z' as timestamp)        ; 2018-08-01T00:00:00Z
                    cast(date as string)                             ; 2018-08-10
                    cast(at as string)                               ; 2018-08-10T15:30:00Z
                    year(timestamp '1969-12-31T23:59:59Z')           ; 1969
                    cast(2.5 as long)                                ; 2
                    cast(3.5 as int)                                 ; 4
                    cast(' 12 ' as long)                             ; 12
                    cast('-1.5e1' as double)                         ; -15.0
                    cast(0.1 as string)                              ; 0.1
                    cast(p as long)                                  ; 1
                    cast(q as double)                                ; 0.0
                    cast(x as boolean)                               ; true
                    cast('FALSE' as boolean)                         ; false
                    cast(p as string)                                ; true
                    """)
    void timesAndCasts(String text, String expected) {
        assertThat(String.valueOf(value(text))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            textBlock =
                    """
                    case when i > 5 then 'many' when i > 1 then 'some' else 'few' end ; many
                    case when i > 9 then 'many' when i > 1 then 'some' else 'few' end ; some
                    case s when 'away' then 1 when 'home' then 2 else 3 end           ; 2
                    case when p then 1 else 2.5 end                                   ; 1.0
                    case i when 7.0 then p else q end                                 ; true
                    case when p then date else null end                               ; 2018-08-10
                    case when x > 2 then case when y > 2 then 1 else 2 end end        ; 2
                    """)
    void caseTakesTheFirstTrueBranch(String text, String expected) {
        assertThat(String.valueOf(value(text))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            textBlock =
                    """
                    home  ; home   ; true
                    home  ; h%     ; true
                    home  ; %m%    ; true
                    home  ; _ome   ; true
                    home  ; __     ; false
                    home  ; H%     ; false
                    home  ; %      ; true
                    aXbXc ; a%b%c  ; true
                    aXbXc ; a%b%d  ; false
                    ab    ; a%%b_% ; false
                    \uD83D\uDE00x ; _x ; true
                    """)
    void likeKnowsAnyTextAndAnyCharacter(String text, String pattern, boolean expected) {
        Expression like = parse("s like '" + pattern + "'");
        ArrayRow row = row();
        Rows.set(row, "s", text);

        assertThat(like.asBoolean(row)).isEqualTo(expected);
        assertThat(parse("s not like '" + pattern + "'").asBoolean(row)).isEqualTo(!expected);
    }

    @Test
    void nanIsAValueThatEqualsItselfAndIsGreatest() {
        ArrayRow row = row();
        Rows.set(row, "x", Double.NaN);

        assertThat(parse("x = x").asBoolean(row)).isTrue();
        assertThat(parse("x > 1e308").asBoolean(row)).isTrue();
        assertThat(parse("1 < x").asBoolean(row)).isTrue();
        assertThat(parse("x < 1").asBoolean(row)).isFalse();
        assertThat(parse("x is null").asBoolean(row)).isFalse();
        assertThat(parse("x + 1").value(row)).isEqualTo(Double.NaN);
        assertThat(parse("greatest(x, 1)").value(row)).isEqualTo(Double.NaN);
        assertThat(parse("least(x, 1)").value(row)).isEqualTo(1.0);
        assertThat(parse("sqrt(x)").value(row)).isEqualTo(Double.NaN);
        assertThat(parse("cast(x as long)").value(row)).isNull();
        assertThat(parse("cast(x as string)").value(row)).isEqualTo("NaN");
    }

    @Test
    void noNanOfTheDataPassesForAMissingValue() {
        ArrayRow row = row();
        Rows.set(row, "x", Code.NULL_DOUBLE);

        assertThat(parse("x is null").asBoolean(row)).isFalse();
        assertThat(parse("x").value(row)).isEqualTo(Double.NaN);
    }

    @Test
    void zerosAreEqualAndTextsCompareByCodePoint() {
        ArrayRow row = row();
        Rows.set(row, "x", -0.0);
        Rows.set(row, "s", "\uFFFD");
        Rows.set(row, "t", "\uD83D\uDE00");

        assertThat(parse("x = 0").asBoolean(row)).isTrue();
        assertThat(parse("s < t").asBoolean(row)).isTrue();
        assertThat(parse("length(t)").value(row)).isEqualTo(1L);
    }

    @Test
    void namesWithPointsKeywordsAndQuotesAreColumns() {
        assertThat(value("home.ratings.elo - 1500")).isEqualTo(10.0);
        assertThat(value("\"B365>2.5\" * 2")).isEqualTo(3.8);
        assertThat(value("\"end\" + 0")).isEqualTo(90L);
        assertThat(value("cast(AS as double)")).isEqualTo(11.0);
        assertThat(value("date")).isEqualTo(LocalDate.parse("2018-08-10"));
        assertThat(value("'it''s'")).isEqualTo("it's");
    }

    @Test
    void columnsAreDistinctInOrderOfFirstUse() {
        Expression expression = parse("case s when t then y else x + y end");

        assertThat(expression.columns()).containsExactly("s", "t", "y", "x");
        assertThat(expression.type()).isEqualTo(ColumnType.DOUBLE);
        assertThat(parse("1").columns()).isEmpty();
    }

    @Test
    void numbersAreReadWithoutBoxing() {
        ArrayRow row = row();

        assertThat(parse("i + j").asDouble(row)).isEqualTo(5.0);
        assertThat(parse("p").asDouble(row)).isEqualTo(1.0);
        assertThat(parse("nothing").asDouble(row)).isNaN();
        assertThat(parse("i / 0").asDouble(row)).isNaN();
        assertThat(parse("null and p").asDouble(row)).isNaN();
        assertThatThrownBy(() -> parse("s").asDouble(row)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> parse("x").asBoolean(row)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aFrameMayHoldTheColumnsInAnotherOrder() {
        Frame frame = new Frame(
                Rows.schema("z DOUBLE", "x DOUBLE", "i LONG"),
                List.of(
                        new Vector.Doubles(new double[] {0, 0, 0}, null),
                        new Vector.Doubles(new double[] {1.5, Double.NaN, 3}, new boolean[] {false, false, true}),
                        new Vector.Longs(ColumnType.LONG, new long[] {2, 0, 4}, null)),
                3);

        Vector product = parse("x * i").evaluate(frame);
        Vector unknown = parse("x > 2").evaluate(frame);
        Vector text = parse("case when i = 2 then 'two' end").evaluate(frame);
        Vector day = parse("date '2020-01-01' + i").evaluate(frame);

        assertThat(product.type()).isEqualTo(ColumnType.DOUBLE);
        assertThat(product.get(0)).isEqualTo(3.0);
        assertThat(product.get(1)).isEqualTo(Double.NaN);
        assertThat(product.get(2)).isNull();
        assertThat(unknown.get(0)).isEqualTo(false);
        assertThat(unknown.get(2)).isNull();
        assertThat(text.get(0)).isEqualTo("two");
        assertThat(text.get(1)).isNull();
        assertThat(day.get(2)).isEqualTo(LocalDate.parse("2020-01-05"));
    }

    @Test
    void aFrameWithoutTheColumnOrWithAnotherTypeIsRefused() {
        Frame without = new Frame(Rows.schema("z LONG"), List.of(longs(1)), 1);
        Frame otherType = new Frame(Rows.schema("x LONG"), List.of(longs(1)), 1);
        Expression expression = parse("x + 1");

        assertThatThrownBy(() -> expression.evaluate(without)).hasMessageContaining("(x)");
        assertThatThrownBy(() -> expression.evaluate(otherType)).hasMessageContaining("must be DOUBLE");
        assertThatThrownBy(() -> new FrameRow(otherType, SCHEMA)).hasMessageContaining("must be DOUBLE");
        assertThatThrownBy(() -> expression.asDouble(new FrameRow(without, SCHEMA).at(0)))
                .hasMessageContaining("no column (x)");
        assertThatThrownBy(() -> new FrameRow(without).at(1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void anEmptyFrameGivesAnEmptyVector() {
        Frame frame = new Frame(Rows.schema("x DOUBLE"), List.of(new Vector.Doubles(new double[0], null)), 0);

        assertThat(parse("x + 1").evaluate(frame).size()).isZero();
    }

    @Test
    void anArrayRowTakesWhatVectorsGiveAndRefusesTheRest() {
        ArrayRow row = new ArrayRow(SCHEMA);
        Rows.set(row, "x", 3L);
        Rows.set(row, "i", 4);
        Rows.set(row, "at", Instant.EPOCH);

        assertThat(parse("x + i").value(row)).isEqualTo(7.0);
        assertThat(parse("at").value(row)).isEqualTo(Instant.EPOCH);
        assertThat(parse("s").value(row)).isNull();
        assertThat(parse("x is null").value(row.clear())).isEqualTo(true);
        assertThatThrownBy(() -> Rows.set(row, "i", 1.5)).hasMessageContaining("(i) is LONG");
        assertThatThrownBy(() -> Rows.set(row, "i", LocalDate.EPOCH)).hasMessageContaining("(i) is LONG");
        assertThatThrownBy(() -> Rows.set(row, "i", 'c')).hasMessageContaining("cannot hold");
    }

    @Test
    void theSmallestLongOfAColumnCountsAsMissing() {
        ArrayRow row = row();
        Rows.set(row, "i", Long.MIN_VALUE);

        assertThat(parse("i").value(row)).isNull();
        assertThat(parse("i is null").asBoolean(row)).isTrue();
        assertThat(parse("abs(i) + -i").value(row)).isNull();
    }

    @Test
    void equalMeaningOverEqualColumnsIsEqual() {
        Schema other = Rows.schema("x DOUBLE");

        assertThat(parse("X".toLowerCase(java.util.Locale.ROOT) + "  +1")).isEqualTo(parse("(x) + 1"));
        assertThat(parse("x + 1").hashCode()).isEqualTo(parse("x+1").hashCode());
        assertThat(parse("x + 1")).isNotEqualTo(parse("x + 1.0"));
        assertThat(parse("x")).isNotEqualTo(Expression.parse(dev.keelson.error.Located.of("x"), other));
    }

    private static Vector longs(long value) {
        return new Vector.Longs(ColumnType.LONG, new long[] {value}, null);
    }
}
