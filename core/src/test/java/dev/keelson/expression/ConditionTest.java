package dev.keelson.expression;

import static dev.keelson.expression.Rows.offsets;
import static dev.keelson.expression.Rows.problems;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.Located;
import dev.keelson.error.Problem;
import dev.keelson.expression.Condition.Op;
import dev.keelson.expression.Condition.Unit;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConditionTest {

    private static Condition parse(String text) {
        return Condition.parse(Located.of(text));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            textBlock =
                    """
                    row_count >= 100             ; row_count >= 100            ; 100    ; NONE
                    duplicate_keys = 0           ; duplicate_keys == 0         ; 0      ; NONE
                    missing(AvgH)<2%             ; missing(AvgH) < 2%          ; 0.02   ; PERCENT
                    missing( a , b.c ) <= 2.5 %  ; missing(a, b.c) <= 2.5%     ; 0.025  ; PERCENT
                    freshness < 8d               ; freshness < 8d              ; 691200 ; DURATION
                    freshness < 4w               ; freshness < 28d             ; 2419200 ; DURATION
                    better_than_champion >= 3%   ; better_than_champion >= 3%  ; 0.03   ; PERCENT
                    p99 > 100ms                  ; p99 > 100ms                 ; 0.1    ; DURATION
                    unique(match_id) > 99%       ; unique(match_id) > 99%      ; 0.99   ; PERCENT
                    accuracy > 0.70              ; accuracy > 0.7              ; 0.7    ; NONE
                    profit > -0.5                ; profit > -0.5               ; -0.5   ; NONE
                    days <> 7                    ; days != 7                   ; 7      ; NONE
                    "odd name"("a>b") > 1e-9     ; "odd name"("a>b") > 0.000000001 ; 1e-9 ; NONE
                    gaps( 60m , symbol ) = 0     ; gaps(1h, symbol) == 0       ; 0      ; NONE
                    change(mean(AvgH)) < 20%     ; change(mean(AvgH)) < 20%    ; 0.2    ; PERCENT
                    change( row_count ) < 20%    ; change(row_count) < 20%     ; 0.2    ; PERCENT
                    x > 1e250                    ; x > 1E+250                  ; 1e250  ; NONE
                    """)
    void conditionsAreParsedAndWrittenCanonically(String text, String canonical, double value, Unit unit) {
        Condition condition = parse(text);

        assertThat(condition.text()).isEqualTo(canonical);
        assertThat(condition.value()).isEqualTo(value);
        assertThat(condition.unit()).isEqualTo(unit);
        assertThat(parse(condition.text())).isEqualTo(condition);
    }

    @Test
    void partsAreTakenApart() {
        assertThat(parse("missing(AvgH, AvgD) < 2%"))
                .isEqualTo(new Condition("missing", List.of("AvgH", "AvgD"), Op.LESS, 0.02, Unit.PERCENT));
        assertThat(parse("change(mean(AvgH)) < 20%"))
                .isEqualTo(new Condition(true, "mean", List.of("AvgH"), Op.LESS, 0.2, Unit.PERCENT));
        assertThat(parse("p99 > 1s500ms").duration()).isEqualTo(Duration.ofMillis(1500));
        assertThatThrownBy(() -> parse("x > 1").duration()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void operatorsTestAndNothingHoldsForWhatIsNotKnown() {
        assertThat(parse("x >= 2").test(2)).isTrue();
        assertThat(parse("x > 2").test(2)).isFalse();
        assertThat(parse("x == 2").test(2)).isTrue();
        assertThat(parse("x != 2").test(2)).isFalse();
        assertThat(parse("x <= 2").test(2)).isTrue();
        assertThat(parse("x < 2").test(1.9)).isTrue();
        for (Op op : Op.values()) {
            assertThat(op.test(Double.NaN, 1)).isFalse();
            assertThat(op.test(1, Double.NaN)).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            textBlock =
                    """
                    row_count            ; 9  ; The expression ends where a comparison
                    row_count 100        ; 10 ; Found (100) where a comparison
                    row_count >= many    ; 13 ; Found (many) where a number, a percentage or a duration
                    >= 100               ; 0  ; Found (>=) where the name of a measurement
                    missing( < 2%        ; 9  ; Found (<) where a name
                    missing(a < 2%       ; 10 ; Found (<) where `)`
                    change(mean(a) < 2%  ; 15 ; Found (<) where `)`
                    p99 > 100mss         ; 6  ; The duration (100mss) is not understood
                    p99 > 100ms fast     ; 12 ; Found (fast) where the end
                    p99 > -100ms         ; 7  ; Found (100ms) where a number
                    x > 1e301            ; 4  ; The number (1e301) is out of range
                    """)
    void problemsStandAtTheOffendingToken(String text, int offset, String message) {
        List<Problem> problems = problems(() -> Condition.parse(Rows.inFile(text)));

        assertThat(problems).hasSize(1);
        assertThat(problems.getFirst().code()).isEqualTo(ErrorCode.EXPRESSION_SYNTAX);
        assertThat(problems.getFirst().message()).contains(message);
        assertThat(offsets(problems)).containsExactly(offset);
    }

    @Test
    void everyLimitSurvivesItsText() {
        SplittableRandom random = new SplittableRandom(11);
        for (int i = 0; i < 2_000; i++) {
            double value = Math.scalb(random.nextDouble(), random.nextInt(-200, 200));
            Condition plain = new Condition("x", List.of(), Op.LESS, value, Unit.NONE);
            Condition share = new Condition("x", List.of(), Op.LESS, random.nextDouble(), Unit.PERCENT);
            Condition duration = parse("x < " + random.nextLong(1_000_000_000L) + "us");

            assertThat(parse(plain.text())).isEqualTo(plain);
            assertThat(parse(share.text())).isEqualTo(share);
            assertThat(parse(duration.text())).isEqualTo(duration);
        }
    }

    @Test
    void quantitiesHaveAValueAndAUnit() {
        assertThat(Quantity.parse(Located.of("0.005 log_loss"))).isEqualTo(new Quantity(0.005, "log_loss"));
        assertThat(Quantity.parse(Located.of("5%"))).isEqualTo(new Quantity(0.05, "%"));
        assertThat(Quantity.parse(Located.of("-12"))).isEqualTo(new Quantity(-12, ""));
        assertThat(new Quantity(0.05, "%").text()).isEqualTo("5%");
        assertThat(new Quantity(0.005, "log_loss").text()).isEqualTo("0.005 log_loss");
        assertThat(new Quantity(3, "").text()).isEqualTo("3");
        assertThat(offsets(problems(() -> Quantity.parse(Rows.inFile("log_loss 2"))))).containsExactly(0);
        assertThat(offsets(problems(() -> Quantity.parse(Rows.inFile("2 log loss"))))).containsExactly(6);
        assertThatThrownBy(() -> new Quantity(Double.NaN, "")).isInstanceOf(IllegalArgumentException.class);
    }
}
