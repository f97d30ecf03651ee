package dev.keelson.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FramesTest {
    private static Frame random(Random random, int rows) {
        @Nullable String[] texts = new @Nullable String[rows];
        double[] doubles = new double[rows];
        boolean[] nulls = new boolean[rows];
        long[] events = new long[rows];
        for (int i = 0; i < rows; i++) {
            texts[i] = random.nextInt(9) == 0 ? null : "t" + random.nextInt(4);
            doubles[i] = random.nextInt(5) == 0 ? Double.NaN : random.nextInt(3);
            nulls[i] = random.nextInt(9) == 0;
            events[i] = random.nextInt(4);
        }
        Schema schema = new Schema(List.of(
                new Column("text", ColumnType.STRING),
                new Column("number", ColumnType.DOUBLE),
                new Column(SystemColumns.EVENT_TIME, ColumnType.TIMESTAMP)));
        return new Frame(
                schema,
                List.of(
                        new Vector.Strings(texts),
                        new Vector.Doubles(doubles, nulls),
                        new Vector.Longs(ColumnType.TIMESTAMP, events, null)),
                rows);
    }

    @Test
    void keyOrderIsTheOrderOfComparingRows() {
        List<String> key = List.of("text", "number");
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            Frame frame = random(random, random.nextInt(200));

            int[] order = Frames.keyOrder(frame, key);

            assertThat(order)
                    .as("seed %d", seed)
                    .isEqualTo(Frames.order(frame.rows(), Frames.inKeyOrder(frame, key)));
        }
    }

    @Test
    void missingCellsAreCounted() {
        Vector texts = new Vector.Strings(new @Nullable String[] {"a", null, null});
        Vector doubles = new Vector.Doubles(new double[3], new boolean[] {true, false, false});
        Vector longs = new Vector.Longs(ColumnType.LONG, new long[3], null);

        assertThat(Frames.nulls(texts)).isEqualTo(2);
        assertThat(Frames.nulls(doubles)).isEqualTo(1);
        assertThat(Frames.nulls(longs)).isZero();
    }
}
