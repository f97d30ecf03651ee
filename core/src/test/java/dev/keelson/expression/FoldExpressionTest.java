package dev.keelson.expression;

import static dev.keelson.expression.Rows.offsets;
import static dev.keelson.expression.Rows.problems;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.error.Located;
import dev.keelson.error.Problem;
import dev.keelson.expression.FoldExpression.Aggregate;
import dev.keelson.expression.FoldExpression.DaysSinceLastEvent;
import dev.keelson.expression.FoldExpression.Elo;
import dev.keelson.expression.FoldExpression.RequestExpression;
import dev.keelson.expression.FoldExpression.RequestTransform;
import dev.keelson.expression.FoldExpression.Streak;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Schema;
import dev.keelson.metrics.OddsMargin;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FoldExpressionTest {
    private static final Schema MATCHES = Rows.schema(
            "date DATE",
            "HomeTeam STRING",
            "AwayTeam STRING",
            "FTR STRING",
            "FTHG LONG",
            "FTAG LONG",
            "AvgH DOUBLE",
            "AvgD DOUBLE",
            "AvgA DOUBLE",
            "goals_for LONG",
            "points LONG",
            "mean DOUBLE");

    private static FoldExpression parse(String text) {
        return FoldExpression.parse(Located.of(text), MATCHES);
    }

    @Test
    void aggregatesHaveAFunctionAnArgumentAndAWindow() {
        FoldExpression form = parse("mean(goals_for) over last 5 events");
        FoldExpression sum = parse("sum(points * 2) over 30d");

        assertThat(form).isEqualTo(new Aggregate(
                Aggregate.Function.MEAN, expression("goals_for"), new Window.LastEvents(5)));
        assertThat(sum).isEqualTo(new Aggregate(
                Aggregate.Function.SUM, expression("points * 2"), new Window.Last(Duration.ofDays(30))));
        assertThat(sum.columns()).containsExactly("points");
        assertThat(sum.type()).isEqualTo(ColumnType.DOUBLE);
        assertThat(sum.atRequest()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            textBlock =
                    """
                    mean(goals_for) over last 5 events        ; mean(goals_for) over last 5 events         ; DOUBLE
                    SUM( points )  OVER LAST 10 EVENTS        ; sum(points) over last 10 events            ; DOUBLE
                    std(AvgH) over 4w                         ; std(AvgH) over 28d                         ; DOUBLE
                    max(FTHG) over last 12h                   ; max(FTHG) over 12h                         ; LONG
                    min(1/AvgH) over 1h30m                    ; min(1 / AvgH) over 1h30m                   ; DOUBLE
                    last(FTR) over last 1 events              ; last(FTR) over last event                  ; STRING
                    first(date) over last event               ; first(date) over last event                ; DATE
                    distinct(AwayTeam) over 90d               ; distinct(AwayTeam) over 90d                ; LONG
                    count(*) over 90d                         ; count(*) over 90d                          ; LONG
                    count(true) over 90d                      ; count(*) over 90d                          ; LONG
                    count(AvgH) over 90d                      ; count(AvgH) over 90d                       ; LONG
                    rate(FTR == 'H') over 90d                 ; rate(FTR = 'H') over 90d                   ; DOUBLE
                    mean(1/AvgH + 1/AvgD + 1/AvgA - 1) over 30d ; mean(1 / AvgH + 1 / AvgD + 1 / AvgA - 1) over 30d ; DOUBLE
                    streak(points = 3)                        ; streak(points = 3)                         ; LONG
                    days since last event                     ; days since last event                      ; DOUBLE
                    implied(AvgH,AvgD,AvgA)                   ; implied(AvgH, AvgD, AvgA)                  ; DOUBLE
                    overround(AvgH, AvgD, AvgA)               ; overround(AvgH, AvgD, AvgA)                ; DOUBLE
                    median(AvgH) over 30d                     ; median(AvgH) over 30d                      ; DOUBLE
                    pct_change(AvgH) over 14d                 ; pct_change(AvgH) over 14d                  ; DOUBLE
                    momentum(points) over last 4 events       ; momentum(points) over last 4 events        ; DOUBLE
                    zscore(AvgH) over 1w                      ; zscore(AvgH) over 7d                       ; DOUBLE
                    volatility(AvgH) over 50d                 ; volatility(AvgH) over 50d                  ; DOUBLE
                    sma(AvgH, 7)                              ; mean(AvgH) over last 7 events              ; DOUBLE
                    EMA(AvgH, 12)                             ; ema(AvgH, 12)                              ; DOUBLE
                    rsi(AvgH - 1,14)                          ; rsi(AvgH - 1, 14)                          ; DOUBLE
                    macd(AvgH, 12, 26, 9)                     ; macd(AvgH, 12, 26, 9)                      ; DOUBLE
                    ewm(points, half_life = 5 events)         ; ewm(points, half_life = 5 events)          ; DOUBLE
                    ewm(points, half_life == 1 events)        ; ewm(points, half_life = 1 event)           ; DOUBLE
                    ewm(points, half_life = 4w) over last 9 events ; ewm(points, half_life = 28d) over last 9 events ; DOUBLE
                    ewm(points, half_life = 30d) over 600d    ; ewm(points, half_life = 30d)               ; DOUBLE
                    lag(points, 2)                            ; lag(points, 2)                             ; LONG
                    lag(FTR = 'H', 1)                         ; lag(FTR = 'H', 1)                          ; BOOLEAN
                    days since points = 3                     ; days since points = 3                      ; DOUBLE
                    ratio(points, 1 + FTHG) over 90d          ; ratio(points, 1 + FTHG) over 90d           ; DOUBLE
                    spread(AvgH, AvgA) over last event        ; spread(AvgH, AvgA) over last event         ; DOUBLE
                    corr(AvgH, SPY.AvgA) over 30d             ; corr(AvgH, SPY.AvgA) over 30d              ; DOUBLE
                    corr(AvgH, "BTC/USDT.AvgA") over 30d      ; corr(AvgH, "BTC/USDT.AvgA") over 30d       ; DOUBLE
                    sum(points) over 90d BY HomeTeam          ; sum(points) over 90d by HomeTeam           ; DOUBLE
                    ratio(points, FTHG) over last 9 events by FTR ; ratio(points, FTHG) over last 9 events by FTR ; DOUBLE
                    ewm(points, half_life = 5d) by FTR        ; ewm(points, half_life = 5d) by FTR         ; DOUBLE
                    transitions(FTR, 'H', 'D') over 9d by FTR ; transitions(FTR, 'H', 'D') over 9d by FTR  ; DOUBLE
                    transitions(FTR, 'H', 'D', 'A') over 90d  ; transitions(FTR, 'H', 'D', 'A') over 90d   ; DOUBLE
                    transitions(FTR, 'H', 'A', smoothing = 0, from = 'A') over last 9 events ; transitions(FTR, 'H', 'A', from = 'A', smoothing = 0) over last 9 events ; DOUBLE
                    pi_rating(home = HomeTeam, away = AwayTeam, home_goals = FTHG, away_goals = FTAG, rate = 0.06) ; pi_rating(home = HomeTeam, away = AwayTeam, home_goals = FTHG, away_goals = FTAG) ; DOUBLE
                    pi_rating(home = HomeTeam, away = AwayTeam, home_goals = FTHG, away_goals = FTAG, rate = 0.1, carry_over = 0) ; pi_rating(home = HomeTeam, away = AwayTeam, home_goals = FTHG, away_goals = FTAG, rate = 0.1, carry_over = 0) ; DOUBLE
                    strength(home = HomeTeam, away = AwayTeam, home_count = FTHG, away_count = FTAG) ; strength(home = HomeTeam, away = AwayTeam, home_count = FTHG, away_count = FTAG) ; DOUBLE
                    strength(home = HomeTeam, away = AwayTeam, home_count = FTHG, away_count = FTAG, prior = 3, half_life = 1w, group = FTR) ; strength(home = HomeTeam, away = AwayTeam, home_count = FTHG, away_count = FTAG, group = FTR, half_life = 7d, prior = 3) ; DOUBLE
                    implied(AvgH, AvgA, margin = shin)        ; implied(AvgH, AvgA, margin = shin)         ; DOUBLE
                    implied(AvgH, AvgA, margin = proportional) ; implied(AvgH, AvgA)                       ; DOUBLE
                    AvgH                                      ; AvgH                                       ; DOUBLE
                    mean + 1                                  ; mean + 1                                   ; DOUBLE
                    1/AvgH - 1/AvgA                           ; 1 / AvgH - 1 / AvgA                        ; DOUBLE
                    elo(home = HomeTeam, away = AwayTeam, result = FTR, k = 20, home_advantage = 65) ; elo(home = HomeTeam, away = AwayTeam, result = FTR, k = 20, home_advantage = 65) ; DOUBLE
                    elo(result = FTR, away = AwayTeam, home = "HomeTeam", carry = .75, initial = 1000, season_gap = 60d, home_goals = FTHG, away_goals = FTAG) ; elo(home = HomeTeam, away = AwayTeam, result = FTR, k = 20, home_advantage = 65, home_goals = FTHG, away_goals = FTAG, carry = 0.75, season_gap = 60d, initial = 1000) ; DOUBLE
                    """)
    void canonicalTextParsesToAnEqualFold(String text, String canonical, ColumnType type) {
        FoldExpression fold = parse(text);

        assertThat(fold.text()).isEqualTo(canonical);
        assertThat(parse(fold.text())).isEqualTo(fold);
        assertThat(fold.type()).isEqualTo(type);
    }

    @Test
    void eachKindOfFoldIsRecognised() {
        assertThat(parse("streak(points = 3)")).isInstanceOf(Streak.class);
        assertThat(parse("days since last event")).isEqualTo(new DaysSinceLastEvent());
        assertThat(parse("goals_for")).isEqualTo(new RequestExpression(expression("goals_for")));
        assertThat(parse("goals_for").atRequest()).isTrue();
        assertThat(parse("implied(AvgH, AvgA)").columns()).containsExactly("AvgH", "AvgA");
    }

    @Test
    void eloHasDefaultsAndReadsItsColumns() {
        Elo elo = (Elo) parse("elo(home = HomeTeam, away = AwayTeam, result = FTR)");

        assertThat(elo.k()).isEqualTo(20);
        assertThat(elo.homeAdvantage()).isEqualTo(65);
        assertThat(elo.carry()).isEqualTo(1);
        assertThat(elo.initial()).isEqualTo(1500);
        assertThat(elo.homeGoals()).isNull();
        assertThat(elo.columns()).containsExactly("HomeTeam", "AwayTeam", "FTR");
        assertThat(parse("elo(home = HomeTeam, away = AwayTeam, result = FTR, home_goals = FTHG, away_goals = FTAG)")
                        .columns())
                .containsExactly("HomeTeam", "AwayTeam", "FTR", "FTHG", "FTAG");
    }

    @Test
    void foldsWithSeveralValuesNameThem() {
        assertThat(parse("macd(AvgH, 2, 3, 2)").names("trend")).containsExactly("trend_line", "trend_signal", "trend_histogram");
        assertThat(parse("mean(AvgH) over 3d").names("form")).containsExactly("form");
        assertThat(parse("transitions(FTR, 'H', 'A') over 3d").names("next")).containsExactly("next_H", "next_A");
        assertThat(((RequestTransform) parse("implied(AvgH, AvgA, margin = power)")).outputs())
                .containsExactly("implied_power_AvgH", "implied_power_AvgA");
    }

    @Test
    void otherMarginsAreThoseOfTheOdds() {
        RequestTransform shin = (RequestTransform) parse("implied(AvgH, AvgD, AvgA, margin = shin)");
        ArrayRow row = new ArrayRow(MATCHES);
        row.set(MATCHES.indexOf("AvgH"), 2.0).set(MATCHES.indexOf("AvgD"), 4.0).set(MATCHES.indexOf("AvgA"), 2.5);
        double[] values = new double[3];

        shin.evaluate(row, values);

        assertThat(values).containsExactly(OddsMargin.shin(2, 4, 2.5));
        shin.evaluate(row.setNull(MATCHES.indexOf("AvgD")), values);
        assertThat(values).containsOnly(Double.NaN);
    }

    @Test
    void impliedProbabilitiesAddUpToOneAndOverroundIsTheMargin() {
        RequestTransform implied = (RequestTransform) parse("implied(AvgH, AvgD, AvgA)");
        RequestTransform overround = (RequestTransform) parse("overround(AvgH, AvgD, AvgA)");
        ArrayRow row = new ArrayRow(MATCHES);
        row.set(MATCHES.indexOf("AvgH"), 2.0).set(MATCHES.indexOf("AvgD"), 4.0).set(MATCHES.indexOf("AvgA"), 2.5);
        double[] probabilities = new double[3];
        double[] margin = new double[1];

        implied.evaluate(row, probabilities);
        overround.evaluate(row, margin);

        assertThat(implied.outputs()).containsExactly("implied_AvgH", "implied_AvgD", "implied_AvgA");
        assertThat(overround.outputs()).containsExactly("overround");
        assertThat(margin[0]).isCloseTo(0.15, within(1e-15));
        assertThat(probabilities[0]).isCloseTo(0.5 / 1.15, within(1e-15));
        assertThat(probabilities[0] + probabilities[1] + probabilities[2]).isCloseTo(1, within(1e-15));
    }

    @Test
    void withoutEveryPriceNothingIsImplied() {
        RequestTransform implied = (RequestTransform) parse("implied(AvgH, AvgD, AvgA)");
        ArrayRow row = new ArrayRow(MATCHES);
        double[] values = new double[3];
        for (double bad : new double[] {1, 0, -2, Double.NaN, Double.POSITIVE_INFINITY}) {
            row.set(MATCHES.indexOf("AvgH"), bad).set(MATCHES.indexOf("AvgD"), 4.0).set(MATCHES.indexOf("AvgA"), 2.5);

            implied.evaluate(row, values);

            assertThat(values).as("price %s", bad).containsExactly(Double.NaN, Double.NaN, Double.NaN);
        }
        implied.evaluate(row.setNull(MATCHES.indexOf("AvgD")), values);
        assertThat(values).containsOnly(Double.NaN);
        assertThatThrownBy(() -> implied.evaluate(row, new double[1])).hasMessageContaining("length 3");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            textBlock =
                    """
                    mean(goals_for)                        ; 15 ; The expression ends where a window
                    mean(goals_for) over                   ; 20 ; The expression ends where a window
                    mean(goals_for) over last 0 events     ; 26 ; The number of events (0) must be
                    mean(goals_for) over last 1.5 events   ; 26 ; The number of events (1.5) must be
                    mean(goals_for) over last 5            ; 27 ; The expression ends where `events`
                    mean(goals_for) over 5 events          ; 21 ; Found (5) where a window
                    mean(goals_for) over 30x               ; 21 ; The duration (30x) is not understood
                    mean(goals_for) over 0d                ; 21 ; The window (0d) is empty
                    mean(goals_for) over 30d + 1           ; 25 ; Found (+) where the end
                    mean(FTR) over 30d                     ; 5  ; The argument of mean is string; a number
                    mean(*) over 30d                       ; 5  ; Found (*) where an expression
                    mean(goal_for) over 30d                ; 5  ; There is no column (goal_for)
                    rate(points) over 30d                  ; 5  ; The argument of rate is long; a condition
                    streak(points)                         ; 7  ; The argument of streak is long; a condition
                    streak(points = 3) over 30d            ; 19 ; Found (over) where the end
                    days since event                       ; 11 ; Found (event) where `last`
                    avg(points) over 30d                   ; 0  ; There is no aggregate (avg)
                    days since points                      ; 11 ; is long; a condition, or `last event`
                    days since                             ; 10 ; The expression ends where `last event` or
                    zscore(FTR) over 30d                   ; 7  ; The argument of zscore is string
                    rsi(points)                            ; 10 ; Found ()) where `,` and the period of rsi
                    rsi(points, 0)                         ; 12 ; The period (0) of rsi must be a whole number from 1 to 1000
                    macd(points, 26, 12, 9)                ; 0  ; The fast period (26) of macd must be less than
                    ema(FTR, 3)                            ; 4  ; The argument of ema is string; a number
                    ewm(points, 5)                         ; 12 ; Found (5) where `half_life = 5 events`
                    ewm(points, half_life = 5)             ; 25 ; Found ()) where `events`
                    ewm(points, half_life = 0d)            ; 24 ; half_life (0d) must be positive
                    lag(points)                            ; 10 ; Found ()) where `,` before the number of events
                    lag(FTR, 1)                            ; 4  ; The argument of lag is string; a number or a condition
                    lag(points, 1.5)                       ; 12 ; The event (1.5) of lag must be a whole number
                    ratio(points) over 30d                 ; 12 ; Found ()) where `,` before the second argument
                    ratio(points, FTR) over 30d            ; 14 ; The argument of ratio is string
                    corr(points, SPY.pionts) over 30d      ; 17 ; There is no column (pionts)
                    corr(points, SPY.FTR) over 30d         ; 13 ; The column (SPY.FTR) is string; a number
                    corr(points, AvgH)                     ; 18 ; The expression ends where a window
                    transitions(points, 'W', 'L') over 9d  ; 12 ; The argument of transitions is long; a text
                    transitions(FTR, 'H') over 9d          ; 0  ; transitions has 1 states; 2 to 50
                    transitions(FTR, 'H', 'H', 'A') over 9d ; 22 ; The state (H) stands twice
                    transitions(FTR, 'H', 'A b') over 9d   ; 22 ; The state ('A b') must be of letters
                    transitions(FTR, 'H', 'A', from = 'X') over 9d ; 34 ; from (X) is not among the states
                    transitions(FTR, 'H', 'A', smoothing = -1) over 9d ; 39 ; smoothing (-1) must be at least 0
                    implied(AvgH, AvgA, margin = shni)     ; 29 ; The margin (shni) is taken out in none of
                    overround(AvgH, AvgA, margin = shin)   ; 31 ; overround takes no margin
                    pi_rating(home = HomeTeam, away = AwayTeam, home_goals = FTHG) ; 0 ; The argument (away_goals) of pi_rating is missing
                    strength(home = HomeTeam, away = AwayTeam, home_count = FTHG, away_count = FTAG, prior = 0) ; 89 ; prior (0) must be above 0
                    sum(points) over 90d by Home           ; 24 ; no column (Home)
                    sum(points) over 90d by 3              ; 24 ; Found (3) where the name of a column
                    corr(AvgH, SPY.AvgA) over 30d by FTR   ; 0  ; is of another key, and the window is of a group
                    streak(points = 3) by FTR              ; 19 ; Found (by) where the end
                    goals_for over 30d                     ; 10 ; Found (over) where the end
                    2 * mean(points)                       ; 4  ; There is no function (mean)
                    implied(AvgH)                          ; 0  ; implied has one column
                    implied(AvgH, FTR)                     ; 14 ; The column (FTR) is string; a number
                    implied(AvgH, AvgH)                    ; 14 ; The column (AvgH) stands twice
                    implied(AvgH, 2)                       ; 14 ; Found (2) where the name of a column
                    elo(HomeTeam, AwayTeam, FTR)           ; 4  ; Found (HomeTeam) where a named argument
                    elo(home = HomeTeam, away = AwayTeam)  ; 0  ; The argument (result) of elo is missing
                    elo(home = HomeTeam, away = HomeTeam, result = FTR) ; 0 ; are the same column (HomeTeam)
                    elo(home = HomeTeam, away = AwayTeam, result = FTHG) ; 47 ; The column (FTHG) is long; a text
                    elo(home = AvgH, away = AwayTeam, result = FTR) ; 11 ; The column (AvgH) is double; a key
                    elo(home = HomeTeam, away = AwayTeam, result = FTR, k = 0) ; 56 ; k (0) must be above 0 and at most 400.
                    elo(home = HomeTeam, away = AwayTeam, result = FTR, carry = 1.5) ; 60 ; carry (1.5) must be at least 0 and at most 1.
                    elo(home = HomeTeam, away = AwayTeam, result = FTR, home_goals = FTHG) ; 0 ; only one of home_goals
                    elo(home = HomeTeam, away = AwayTeam, result = FTR, kk = 2) ; 52 ; elo has no argument (kk)
                    elo(home = HomeTeam, away = AwayTeam, result = FTR, season_gap = 30) ; 65 ; Found (30) where a duration
                    """)
    void problemsStandAtTheOffendingToken(String text, int offset, String message) {
        List<Problem> problems = problems(() -> FoldExpression.parse(Rows.inFile(text), MATCHES));

        assertThat(problems).hasSize(1);
        assertThat(problems.getFirst().message()).contains(message);
        assertThat(offsets(problems)).containsExactly(offset);
    }

    @Test
    void remediesNameWhatWasProbablyMeant() {
        assertThat(hint("avg(points) over 30d")).isEqualTo("Maybe `mean` was meant.");
        assertThat(hint("meen(points) over 30d")).isEqualTo("Maybe `mean` was meant.");
        assertThat(hint("mean(points) over 5 events")).contains("over last 5 events");
        assertThat(hint("mean(points) over 5")).contains("5d");
        assertThat(hint("mean(points = 3) over 5d")).contains("rate(…)");
        assertThat(hint("elo(home = HomeTeam, awya = AwayTeam, result = FTR)")).contains("`away`");
    }

    @Test
    void allProblemsOfEloAreReportedAtOnce() {
        List<Problem> problems = problems(() -> FoldExpression.parse(
                Rows.inFile("elo(home = HomeTaem, away = AwayTeam, result = FTHG, k = 1000, home = HomeTeam)"), MATCHES));

        assertThat(offsets(problems)).containsExactly(11, 47, 57, 63);
    }

    @Test
    void recordsCheckThemselves() {
        assertThatThrownBy(() -> new Window.LastEvents(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Window.Last(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Streak(expression("points"))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Aggregate(
                        Aggregate.Function.RATE, expression("points"), new Window.LastEvents(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static String hint(String text) {
        return String.valueOf(problems(() -> FoldExpression.parse(Rows.inFile(text), MATCHES))
                .getFirst()
                .hint());
    }

    private static Expression expression(String text) {
        return Expression.parse(Located.of(text), MATCHES);
    }
}
