package dev.keelson.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.keelson.console.StudyCharts.Trial;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StudyChartsTest {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private static Trial trial(int number, double loss, JsonNode depth) {
        return new Trial(number, Double.isNaN(loss) ? "pruned" : "complete", loss, Map.of("depth", depth));
    }

    private static StudyCharts charts(double... losses) {
        List<Trial> trials = new ArrayList<>();
        for (int i = 0; i < losses.length; i++) {
            trials.add(trial(i, losses[i], JSON.numberNode(1 + i)));
        }
        return new StudyCharts(trials, "log loss");
    }

    @Test
    void theBestSoFarGoesDownInSteps() {
        String svg = charts(0.9, 0.8, 0.85, 0.7).history(Double.NaN).html();

        assertThat(svg).contains("best 0.70000").contains("trial 3: 0.70000, depth 4");
        assertThat(svg.split("<path class=\"line\" d=\"", -1)[1]).matches("(?s)M[0-9. ]+(H[0-9.]+V[0-9.]+){2}H.*");
    }

    @Test
    void aVeryBadTrialDoesNotPressTheOthersTogether() {
        double[] losses = IntStream.range(0, 40).mapToDouble(i -> 0.5 + 0.001 * i).toArray();
        losses[7] = 1000;
        StudyCharts charts = charts(losses);

        assertThat(charts.history(Double.NaN).html()).contains("point beyond").doesNotContain(">1000<");
        assertThat(charts.historyNote(Double.NaN)).contains("1 far worse ones lie at the upper edge");
    }

    @Test
    void trialsWithoutALossAreMarkedBelowAndExplained() {
        StudyCharts charts = charts(0.5, Double.NaN, Double.NaN);

        assertThat(charts.history(0.6).html().split("class=\"pruned\"", -1)).hasSize(3);
        assertThat(charts.historyNote(0.6)).contains("2 stopped early").contains("Dashed: the settings of the project file");
        assertThat(charts.parallel(Map.of("depth", "1..9")).isEmptyContent()).isTrue();
    }

    @Test
    void nothingIsDrawnOfNothingAndAllEqualIsDrawn() {
        StudyCharts none = new StudyCharts(List.of(), "log loss");
        StudyCharts unjudged = charts(Double.NaN);
        StudyCharts equal = charts(0.5, 0.5, 0.5);

        assertThat(none.history(0.5).isEmptyContent()).isTrue();
        assertThat(none.slice("depth", "").isEmptyContent()).isTrue();
        assertThat(unjudged.history(0.5).html()).contains("no trial has come to its end yet");
        assertThat(equal.history(0.5).html()).doesNotContain("NaN");
        assertThat(equal.parallel(Map.of("depth", "1..9")).html()).doesNotContain("NaN");
        assertThat(equal.slice("depth", "1..9").html()).doesNotContain("NaN");
    }

    @Test
    void aSettingThatIsNotActiveIsPassedBelowItsAxis() {
        Map<String, String> domains = new LinkedHashMap<>();
        domains.put("depth", "1..9");
        domains.put("rate_drop", "0.0..0.3 when booster = dart");
        List<Trial> trials = List.of(
                trial(0, 0.5, JSON.numberNode(3)),
                new Trial(1, "complete", 0.4, Map.of("depth", JSON.numberNode(4), "rate_drop", JSON.numberNode(0.1))));
        StudyCharts charts = new StudyCharts(trials, "log loss");

        assertThat(charts.parallel(domains).html()).contains(">none<");
        assertThat(charts.parallelNote(domains)).contains("The best one has depth 4, rate_drop 0.1.");
    }

    @Test
    void ofVeryManyTrialsSomeAreDrawnTheBestAmongThem() {
        double[] losses = IntStream.range(0, 20_000).mapToDouble(i -> 0.5 + (i * 7919 % 20_000) * 1e-6).toArray();
        StudyCharts charts = charts(losses);
        String svg = charts.history(Double.NaN).html();

        assertThat(svg.split("<circle", -1)).hasSizeBetween(1900, 2100);
        assertThat(svg).contains("class=\"best\"");
        assertThat(svg.length()).isLessThan(600_000);
        assertThat(charts.parallel(Map.of("depth", "1..30000")).html().length()).isLessThan(400_000);
    }

    @Test
    void scalesFollowTheDomain() {
        List<JsonNode> rates = List.of(JSON.numberNode(0.001), JSON.numberNode(0.1));
        List<JsonNode> words = List.of(JSON.textNode("gbtree"), JSON.textNode("dart"));
        SettingAxis log = SettingAxis.of("rate", "0.001..0.1 log when booster = dart", rates, 0, 100);
        SettingAxis choice = SettingAxis.of("booster", "[gbtree, dart]", words, 0, 100);
        SettingAxis one = SettingAxis.of("depth", "3..3", List.of(JSON.numberNode(3)), 0, 100);

        assertThat(log.at(JSON.numberNode(0.01))).isCloseTo(50, org.assertj.core.api.Assertions.within(1e-9));
        assertThat(log.ticks()).extracting(SettingAxis.Tick::label).containsExactly("0.001", "0.01", "0.1");
        assertThat(choice.ticks()).extracting(SettingAxis.Tick::label).containsExactly("dart", "gbtree");
        assertThat(choice.at(JSON.textNode("gbtree"))).isEqualTo(75);
        assertThat(one.at(JSON.numberNode(3))).isEqualTo(50);
        assertThat(SettingAxis.label(0.012345)).isEqualTo("0.0123");
        assertThat(SettingAxis.label(0.00001)).isEqualTo("1e-05");
        assertThat(SettingAxis.label(12345)).isEqualTo("12345");
    }
}
