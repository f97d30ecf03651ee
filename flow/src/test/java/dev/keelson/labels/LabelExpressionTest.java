package dev.keelson.labels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.data.SystemColumns;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.error.Location;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class LabelExpressionTest {
    private static final Schema BETS = new Schema(List.of(
            new Column("status", ColumnType.STRING),
            new Column("odds", ColumnType.DOUBLE),
            new Column("stake", ColumnType.DOUBLE),
            new Column("home", ColumnType.LONG),
            new Column("away", ColumnType.LONG)));

    private static LabelExpression parse(String text) {
        return LabelExpression.parse(new Located(text, new Location("keelson.yaml", 3, 10)), BETS);
    }

    private static double[] values(String text, List<String> classes, String... statuses) {
        int n = statuses.length;
        Schema schema = new Schema(java.util.stream.Stream.concat(
                        BETS.columns().stream(),
                        SystemColumns.NAMES.stream().map(name -> new Column(name, ColumnType.TIMESTAMP)))
                .toList());
        Frame frame = new Frame(
                schema,
                List.of(
                        new Vector.Strings(statuses),
                        new Vector.Doubles(IntStream.range(0, n).mapToDouble(i -> 3.0).toArray(), null),
                        new Vector.Doubles(IntStream.range(0, n).mapToDouble(i -> 10.0).toArray(), null),
                        new Vector.Longs(ColumnType.LONG, IntStream.range(0, n).mapToLong(i -> i).toArray(), null),
                        new Vector.Longs(ColumnType.LONG, IntStream.range(0, n).mapToLong(i -> 1).toArray(), null),
                        new Vector.Longs(ColumnType.TIMESTAMP, new long[n], null),
                        new Vector.Longs(ColumnType.TIMESTAMP, new long[n], null)),
                n);
        LabelDefinition definition = new LabelDefinition("prices", "label", text, classes, Duration.ZERO);
        return Label.compile(definition, Rows.SOURCE, schema).compute(frame).values();
    }

    @Test
    void returnedBetIsNeitherWonNorLost() {
        double[] won = values(
                "bet_won(status)", List.of("lost", "won"), "won", "Half_Won", "lost", "half_lost", "void", "pending");

        assertThat(won).containsExactly(1, 1, 0, 0, Double.NaN, Double.NaN);
    }

    @Test
    void profitSettlesHalfAndReturnedBets() {
        double[] profit = values(
                "profit(status, odds, stake)", List.of(), "won", "half_won", "lost", "half_lost", "push", "pending");

        assertThat(profit).containsExactly(20, 10, -10, -5, 0, Double.NaN);
        assertThat(values("profit(status, odds)", List.of(), "won", "lost")).containsExactly(2, -1);
    }

    @Test
    void resultHasItsClassesByItself() {
        LabelExpression result = parse("match_result(home, away)");

        assertThat(result.ownClasses()).contains(List.of("H", "D", "A"));
        assertThat(values("match_result(home, away)", List.of("H", "D", "A"), "a", "b", "c"))
                .containsExactly(2, 1, 0);
    }

    @Test
    void conditionOverOutcomesHasTwoClasses() {
        LabelExpression won = parse("status in ('won', 'half_won')");

        assertThat(won.ownClasses()).contains(List.of("false", "true"));
        assertThat(won.columns()).containsExactly("status");
        assertThat(won.looksAhead()).isFalse();
        assertThat(values("status in ('won', 'half_won')", List.of("no", "yes"), "won", "lost"))
                .containsExactly(1, 0);
    }

    @Test
    void columnsOfCallsAreRead() {
        assertThat(parse("profit(status, odds) > 0 and home = 1").columns()).containsExactly("status", "odds", "home");
    }

    @Test
    void horizonIsTheLongestWithItsTolerance() {
        assertThat(LabelExpression.horizon(Located.of("forward_return(c, 10h) - forward_return(c, 2d, within = 1d)")))
                .isEqualTo(Duration.ofDays(3));
        assertThat(LabelExpression.horizon(Located.of("status = 'forward_return(c, 9d)'"))).isEqualTo(Duration.ZERO);
    }

    @Test
    void problemBehindACallIsToldAtItsPlace() {
        assertThatThrownBy(() -> parse("forward_return(odds, 4h) > stak"))
                .isInstanceOfSatisfying(KeelsonException.class, e -> assertThat(
                                e.problems().getFirst().location())
                        .isEqualTo(new Location("keelson.yaml", 3, 10 + 27)));
    }

    @Test
    void misspeltSettingIsRefusedWithTheOneMeant() {
        assertThatThrownBy(() -> parse("forward_return(odds, 4h, withn = 1h)"))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("withn")
                .hasMessageContaining("within");
    }

    @Test
    void wrongCallsAreRefused() {
        for (String wrong : List.of(
                "forward_return(odds)",
                "forward_return(odds, 0h)",
                "forward_return(odds + 1, 4h)",
                "forward_return(A.odds, 4h, of = 'B')",
                "bet_won()",
                "profit(status)",
                "match_result(home, away",
                "bet_won(status) + 'x")) {
            assertThatThrownBy(() -> parse(wrong)).as(wrong).isInstanceOf(KeelsonException.class);
        }
    }
}
