package dev.keelson.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.data.AnomalyRule.Method;
import dev.keelson.data.AnomalyRule.Of;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AnomaliesTest {
    private static Frame series(double... values) {
        long[] times = new long[values.length];
        String[] groups = new String[values.length];
        for (int i = 0; i < values.length; i++) {
            times[i] = i;
            groups[i] = "A";
        }
        return frame(groups, times, values);
    }

    private static Frame frame(String[] groups, long[] times, double[] values) {
        return new Frame(
                new Schema(List.of(
                        new Column("g", ColumnType.STRING),
                        new Column("x", ColumnType.DOUBLE),
                        new Column(SystemColumns.EVENT_TIME, ColumnType.TIMESTAMP))),
                List.of(
                        new Vector.Strings(groups),
                        new Vector.Doubles(values, null),
                        new Vector.Longs(ColumnType.TIMESTAMP, times, null)),
                values.length);
    }

    private static List<Anomalies.Mark> find(Method method, Of of, double limit, Frame frame) {
        return Anomalies.find(new AnomalyRule("x", method, of, limit, List.of("g"), null), frame);
    }

    @Test
    void halvedPriceOfOneDayIsToldFromASplit() {
        List<Anomalies.Mark> marks =
                find(Method.JUMP, Of.VALUE, 0.4, series(100, 101, 50.4, 102, 103, 51, 52, 51, 53));

        assertThat(marks).extracting(Anomalies.Mark::row).containsExactly(2, 5);
        assertThat(marks.get(0).reason()).contains("-50.1 %", "one wrong row");
        assertThat(marks.get(1).reason()).contains("-50.5 %", "a split, a spin-off");
    }

    @Test
    void madIgnoresWhatItLooksFor() {
        Frame frame = series(1, 2, 3, 4, 5, 6, 7, 8, 9, 1_000, 1_000);

        assertThat(find(Method.MAD, Of.VALUE, 8, frame)).extracting(Anomalies.Mark::row).containsExactly(9, 10);
        assertThat(find(Method.ZSCORE, Of.VALUE, 3, frame)).isEmpty();
    }

    @Test
    void fencesAreThoseOfTheQuartiles() {
        // quartiles 3.25 and 7.75 of 1..9 and 30 (type 7), so the fences at 1.5 are -3.5 and 14.5
        assertThat(find(Method.IQR, Of.VALUE, 1.5, series(1, 2, 3, 4, 5, 6, 7, 8, 9, 30)))
                .extracting(Anomalies.Mark::row)
                .containsExactly(9);
        assertThat(find(Method.IQR, Of.VALUE, 1.5, series(1, 2, 3, 4, 5, 6, 7, 8, 9, 14.4))).isEmpty();
    }

    @Test
    void groupsAreJudgedByThemselves() {
        SplittableRandom random = new SplittableRandom(3);
        String[] groups = new String[200];
        long[] times = new long[200];
        double[] values = new double[200];
        for (int i = 0; i < 200; i++) {
            groups[i] = i % 2 == 0 ? "small" : "large";
            times[i] = 200L - i;
            values[i] = (i % 2 == 0 ? 1 : 1_000) + random.nextDouble();
        }
        values[20] = 1_000;

        List<Anomalies.Mark> marks = find(Method.MAD, Of.VALUE, 8, frame(groups, times, values));

        assertThat(marks).extracting(Anomalies.Mark::row).containsExactly(20);
        assertThat(marks.getFirst().reason()).contains("of small is unlikely");
    }

    @Test
    void changesAreJudgedInOrderOfTime() {
        double[] values = new double[40];
        for (int i = 0; i < values.length; i++) {
            values[i] = 100 * Math.pow(1.01, i) * (i % 2 == 0 ? 1 : 1.001);
        }
        values[30] *= 1.2;

        assertThat(find(Method.MAD, Of.CHANGE, 8, series(values)))
                .extracting(Anomalies.Mark::row)
                .containsExactly(30, 31);
    }

    @Test
    void fewOrEqualValuesSayNothing() {
        assertThat(find(Method.MAD, Of.VALUE, 3, series(1, 2, 100))).isEmpty();
        assertThat(find(Method.IQR, Of.VALUE, 3, series(1, 1, 1, 1, 1, 1, 1, 1, 9))).isEmpty();
        assertThat(find(Method.MAD, Of.VALUE, 8, series(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 9)))
                .extracting(Anomalies.Mark::row)
                .containsExactly(12);
    }
}
