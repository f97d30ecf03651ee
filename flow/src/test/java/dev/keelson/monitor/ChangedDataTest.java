package dev.keelson.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import dev.keelson.monitor.spi.DriftData;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ChangedDataTest {
    /** One column of numbers in which a missing value is not a number. */
    private record Numbers(double... values) implements DriftData {
        @Override
        public String name() {
            return "numbers";
        }

        @Override
        public Schema schema() {
            return new Schema(List.of(new Column("x", ColumnType.DOUBLE)));
        }

        @Override
        public int rows() {
            return values.length;
        }

        @Override
        public boolean aligned() {
            return true;
        }

        @Override
        public Vector column(String name) {
            return new Vector.Doubles(values.clone(), new boolean[values.length]);
        }
    }

    private static double[] stuck(double... values) {
        Vector vector = ChangedData.of(new Numbers(values), List.of(new DataChange.Stuck("x")), 1).column("x");
        return ColumnPair.numbers(vector);
    }

    @Test
    void rowsThatAreChangedStayAsTheyWere() {
        Vector whole = new Vector.Doubles(new double[] {1, 2, 3}, null);
        DriftData data = new DriftData() {
            @Override
            public String name() {
                return "whole";
            }

            @Override
            public Schema schema() {
                return new Schema(List.of(new Column("x", ColumnType.DOUBLE)));
            }

            @Override
            public int rows() {
                return 3;
            }

            @Override
            public boolean aligned() {
                return true;
            }

            @Override
            public Vector column(String name) {
                return whole;
            }
        };
        ChangedData changed = ChangedData.of(data, List.of(new DataChange.Scale("x", 2), new DataChange.Shift("x", 1)), 1);

        assertThat(ColumnPair.numbers(changed.column("x"))[2]).isGreaterThan(6);
        assertThat(ColumnPair.numbers(changed.column("x"))).containsExactly(ColumnPair.numbers(changed.column("x")));
        assertThat(ColumnPair.numbers(whole)).containsExactly(1, 2, 3);
    }

    @Test
    void stuckColumnHoldsTheFirstValueThatIsThere() {
        assertThat(stuck(Double.NaN, Double.NaN, 3, 4)).containsOnly(3);
        assertThat(stuck(Double.NaN, Double.NaN)).containsOnly(Double.NaN);
    }
}
