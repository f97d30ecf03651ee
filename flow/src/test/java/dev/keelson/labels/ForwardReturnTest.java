package dev.keelson.labels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class ForwardReturnTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private static Duration hours(long hours) {
        return Duration.ofHours(hours);
    }

    @Test
    void returnIsThatOfTheBarAtTheHorizonAndKnownWithIt() {
        Frame frame = new Rows()
                .add("BTC", hours(0), MINUTE, 100.0)
                .add("BTC", hours(3), MINUTE, 900.0)
                .add("BTC", hours(4), hours(2), 102.0)
                .frame();

        LabelTable labels = Rows.labels("forward_return(close, 4h)", frame);

        assertThat(labels.values()[0]).isEqualTo(0.02, within(1e-12));
        assertThat(labels.knownAt()[0]).isEqualTo(Micros.of(Rows.START.plus(hours(6))));
        assertThat(labels.isMissing(1)).isTrue();
        assertThat(labels.isMissing(2)).isTrue();
    }

    @Test
    void firstBarWithinTheToleranceStandsIn() {
        Frame frame = new Rows()
                .add("BTC", hours(0), MINUTE, 100.0)
                .add("BTC", hours(5), MINUTE, 110.0)
                .add("BTC", hours(6), MINUTE, 120.0)
                .frame();

        assertThat(Rows.labels("forward_return(close, 4h)", frame).isMissing(0)).isTrue();
        assertThat(Rows.labels("forward_return(close, 4h, within = 1h)", frame).values()[0])
                .isEqualTo(0.1, within(1e-12));
        assertThat(Rows.labels("forward_return(close, 4h, within = 59m)", frame).isMissing(0))
                .isTrue();
    }

    @Test
    void otherKeysDoNotStandIn() {
        Frame frame = new Rows()
                .add("BTC", hours(0), MINUTE, 100.0)
                .add("ETH", hours(4), MINUTE, 110.0)
                .frame();

        assertThat(Rows.labels("forward_return(close, 4h)", frame).isMissing(0)).isTrue();
    }

    @Test
    void thresholdMakesClassesAndMissingStaysMissing() {
        Frame frame = new Rows()
                .add("BTC", hours(0), MINUTE, 100.0)
                .add("BTC", hours(4), MINUTE, 100.4)
                .add("BTC", hours(8), MINUTE, 110.0)
                .frame();

        LabelTable labels = Rows.labels("forward_return(close, 4h) > 0.005", frame);

        assertThat(labels.classOf(0)).isEqualTo(0);
        assertThat(labels.classOf(1)).isEqualTo(1);
        assertThat(labels.classOf(2)).isEqualTo(-1);
    }

    @Test
    void missingBarLeavesNoLabelWhateverTheExpressionMakesOfIt() {
        Frame frame = new Rows().add("BTC", hours(0), MINUTE, 100.0).frame();

        LabelTable labels = Rows.labels("coalesce(forward_return(close, 4h), 0.0) > -1.0", frame);

        assertThat(labels.classOf(0)).isEqualTo(-1);
    }

    @Test
    void benchmarkCountsFromItsLastBarBeforeTheRow() {
        Frame frame = new Rows()
                .add("A", hours(1), MINUTE, 10.0)
                .add("A", hours(11), MINUTE, 12.0)
                .add("SPY", hours(0), hours(20), 100.0)
                .add("SPY", hours(2), MINUTE, 500.0)
                .add("SPY", hours(12), MINUTE, 105.0)
                .frame();

        LabelTable labels =
                Rows.labels("forward_return(close, 10h) - forward_return(SPY.close, 10h)", frame);

        assertThat(labels.values()[0]).isEqualTo(0.2 - 0.05, within(1e-12));
        assertThat(labels.knownAt()[0]).isEqualTo(Micros.of(Rows.START.plus(hours(20))));
    }

    @Test
    void unknownBenchmarkLeavesEveryRowWithoutALabel() {
        Frame frame = new Rows()
                .add("A", hours(0), MINUTE, 10.0)
                .add("A", hours(10), MINUTE, 12.0)
                .frame();

        LabelTable labels = Rows.labels("forward_return(close, 10h, of = 'S&P 500')", frame);

        assertThat(labels.values()).containsOnly(Double.NaN);
    }

    @Test
    void barWithoutAPriceIsNoBar() {
        Frame frame = new Rows()
                .add("A", hours(0), MINUTE, 10.0)
                .add("A", hours(10), MINUTE, null)
                .add("A", hours(11), MINUTE, 12.0)
                .add("A", hours(12), MINUTE, 0.0)
                .frame();

        LabelTable labels = Rows.labels("forward_return(close, 10h)", frame);

        assertThat(labels.values()[0]).isEqualTo(0.2, within(1e-12));
        assertThat(labels.isMissing(1)).isTrue();
    }

    @Test
    void volatilityIsThatOfTheChangesUpToTheHorizonAndKnownWithTheLastOfThem() {
        Frame frame = new Rows()
                .add("BTC", hours(0), MINUTE, 100.0)
                .add("BTC", hours(1), hours(9), 110.0)
                .add("ETH", hours(1), MINUTE, 500.0)
                .add("BTC", hours(2), MINUTE, 99.0)
                .add("BTC", hours(3), MINUTE, 99.0)
                .add("BTC", hours(4), MINUTE, 400.0)
                .frame();

        LabelTable labels = Rows.labels("forward_volatility(close, 3h)", frame);

        assertThat(labels.values()[0]).isEqualTo(0.1, within(1e-12)); // changes of 0.1, -0.1 and 0
        assertThat(labels.knownAt()[0]).isEqualTo(Micros.of(Rows.START.plus(hours(10))));
        assertThat(labels.isMissing(1)).isFalse();
        assertThat(labels.isMissing(3)).isTrue();
    }

    @Test
    void volatilityOfOneChangeIsMissing() {
        Frame frame = new Rows()
                .add("BTC", hours(0), MINUTE, 100.0)
                .add("BTC", hours(4), MINUTE, 110.0)
                .add("BTC", hours(5), MINUTE, 110.0)
                .frame();

        LabelTable labels = Rows.labels("forward_volatility(close, 4h)", frame);

        assertThat(labels.isMissing(0)).isTrue();
    }
}
