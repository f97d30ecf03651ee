package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.expression.FrameRow;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import java.util.List;
import org.junit.jupiter.api.Test;

class RowConditionTest {
    private static final Schema REQUEST = new Schema(List.of(new Column("strategy", ColumnType.STRING)));

    private static boolean holds(String text, double... features) {
        Frame frame = new Frame(REQUEST, List.of(new Vector.Strings(new String[] {"value"})), 1);
        RowCondition condition = RowCondition.of(text, REQUEST, List.of("prices.rsi", "growth"), List.of("stock"), List.of("won"));
        return condition.holds(new FrameRow(frame).at(0), features);
    }

    @Test
    void columnsAndFeaturesAreRead() {
        assertThat(holds("strategy = 'value' and growth = 1", 50, 1)).isTrue();
        assertThat(holds("strategy = 'value' and growth = 1", 50, 0)).isFalse();
        assertThat(holds("strategy = 'growth'", 50, 1)).isFalse();
    }

    @Test
    void featureMayBeCalledWithItsRole() {
        assertThat(holds("stock.prices.rsi > 40", 50, 1)).isTrue();
        assertThat(holds("prices.rsi > 60", 50, 1)).isFalse();
    }

    @Test
    void outcomesAndWhatIsNoConditionAreRefused() {
        Schema schema = new Schema(List.of(new Column("won", ColumnType.BOOLEAN), new Column("odds", ColumnType.DOUBLE)));

        assertThatThrownBy(() -> RowCondition.of("won = true", schema, List.of(), List.of(), List.of("won")))
                .hasMessageContaining("reads `won` of its own row");
        assertThatThrownBy(() -> RowCondition.of("odds + 1", schema, List.of(), List.of(), List.of("won")))
                .hasMessageContaining("is double, and a condition was expected");
    }

    @Test
    void rowOfWhichItCannotBeToldIsNotTaken() {
        assertThat(holds("growth = 1", 50, Double.NaN)).isFalse();
        assertThat(holds("not (growth = 1)", 50, Double.NaN)).isFalse();
    }
}
