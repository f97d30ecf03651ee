package dev.keelson.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.Comparison.Row;
import dev.keelson.control.Replay.Scored;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ComparisonTest {

    @Test
    void fourMatchesByHand() {
        List<Scored> own = List.of(
                scored("a", 1, 0, 0.5, 0.3, 0.2),
                scored("b", 1, 2, 0.2, 0.2, 0.6),
                scored("c", 2, 1, 0.6, 0.3, 0.1),
                scored("d", 2, -1, 1, 0, 0));
        Map<String, double[]> odds = Map.of(
                "a", new double[] {2.2, 3.0, 5.0}, // edges 0.1, -0.1, 0: one unit on H, which wins 1.2
                "b", new double[] {4.0, 4.0, 1.5}, // edges -0.2, -0.2, -0.1: no bet
                "c", new double[] {2.0, 3.0, 4.0}); // edges 0.2, -0.1, -0.6: one unit on H, lost
        Map<String, double[]> frequencies = Map.of(
                "a", new double[] {0.4, 0.3, 0.3}, "b", new double[] {0.4, 0.3, 0.3}, "c", new double[] {0.4, 0.3, 0.3});

        Map<String, Row> rows = Comparison.of(
                3, Map.of("this_policy", own), new Comparison.Truth(odds, frequencies));

        Row row = row(rows, "this_policy");
        assertThat(row.n()).isEqualTo(3);
        assertThat(row.score("log_loss").estimate())
                .isCloseTo(-(Math.log(0.5) + Math.log(0.6) + Math.log(0.3)) / 3, within(1e-12));
        assertThat(row.score("brier").estimate()).isCloseTo((0.38 + 0.24 + 0.86) / 3, within(1e-12));
        assertThat(row.score("rps").estimate())
                .isCloseTo(((0.25 + 0.04) / 2 + (0.04 + 0.16) / 2 + (0.36 + 0.01) / 2) / 3, within(1e-12));
        assertThat(row.score("accuracy").estimate()).isCloseTo(2.0 / 3, within(1e-12));
        assertThat(row.bets()).isEqualTo(2);
        assertThat(row.profit()).isCloseTo(0.2, within(1e-12));
        assertThat(row.days()).containsExactly(1, 1, 2);
        assertThat(rows.keySet()).containsExactly("this_policy", "market", "frequencies");
        double marginA = 1 / 2.2 + 1 / 3.0 + 1 / 5.0;
        assertThat(row(rows, "market").losses()[0]).isCloseTo(Math.log(2.2 * marginA), within(1e-12));
        assertThat(row(rows, "frequencies").score("log_loss").estimate())
                .isCloseTo(-(Math.log(0.4) + 2 * Math.log(0.3)) / 3, within(1e-12));
    }

    @Test
    void numbersAreComparedBySquaredError() {
        List<Scored> own = List.of(scored("a", 1, 3, 2), scored("b", 1, 5, 6), scored("c", 2, 0, 0.5), scored("d", 2, -1, 9));
        List<Scored> never = List.of(scored("a", 1, 3, 0), scored("b", 1, 5, 8), scored("c", 2, 0, 2), scored("d", 2, -1, 9));
        Map<String, List<Scored>> policies = new LinkedHashMap<>();
        policies.put("this_policy", own);
        policies.put("never_retrain", never);
        Map<String, double[]> means = Map.of("a", new double[] {4}, "b", new double[] {4}); // none was known before c

        Map<String, Row> rows = Comparison.of(0, policies, new Comparison.Truth(Map.of(), means));

        Row row = row(rows, "this_policy");
        assertThat(row.n()).isEqualTo(3);
        assertThat(row.losses()).containsExactly(1, 1, 0.25);
        assertThat(row.score("rmse").estimate()).isCloseTo(Math.sqrt(0.75), within(1e-12));
        assertThat(row.score("mae").estimate()).isCloseTo(2.5 / 3, within(1e-12));
        assertThat(rows.keySet()).containsExactly("this_policy", "never_retrain", "mean");
        assertThat(row(rows, "mean").losses()).containsExactly(1, 1);
        assertThat(row.toJson().has("profit")).isFalse();
        assertThat(Comparison.verdict(rows)).contains(": squared error 0.7500 against 7.333 when never retraining, gain 6.58 [").endsWith(" an event over 3 events.");
        assertThat(Comparison.leakAlarm(rows)).isEmpty();
    }

    @Test
    void modelThatKnowsTheResultsRaisesALeakAlarmAndTheMarketItselfDoesNot() {
        List<Scored> leaked = new ArrayList<>();
        List<Scored> honest = new ArrayList<>();
        Map<String, double[]> odds = new LinkedHashMap<>();
        Random random = new Random(1);
        for (int i = 0; i < 300; i++) {
            int outcome = random.nextInt(3);
            double[] p = {0.25, 0.25, 0.25};
            p[outcome] = 0.5;
            leaked.add(scored("m" + i, i / 4, outcome, p[0], p[1], p[2]));
            honest.add(scored("m" + i, i / 4, outcome, 1 / 3.0, 1 / 3.0, 1 / 3.0));
            odds.put("m" + i, new double[] {2.9, 2.9, 2.9});
        }
        Comparison.Truth truth = new Comparison.Truth(odds, Map.of());

        assertThat(Comparison.leakAlarm(Comparison.of(3, Map.of("this_policy", leaked), truth)))
                .hasValueSatisfying(alarm -> assertThat(alarm).startsWith("Suspected leak: the model beats the market by 0.40"));
        assertThat(Comparison.leakAlarm(Comparison.of(3, Map.of("this_policy", honest), truth))).isEmpty();
    }

    @Test
    void withoutOddsThereIsNoMarket() {
        Map<String, Row> rows = Comparison.of(
                3,
                Map.of("this_policy", List.of(scored("a", 1, 0, 0.5, 0.3, 0.2))),
                new Comparison.Truth(Map.of(), Map.of("a", new double[] {0.4, 0.3, 0.3})));

        assertThat(rows.keySet()).containsExactly("this_policy", "frequencies");
        assertThat(row(rows, "this_policy").profit()).isZero();
    }

    @Test
    void jsonHasNullWhereThereIsNoNumber() {
        Row oneDay = row(
                Comparison.of(
                        3,
                        Map.of("p", List.of(scored("a", 1, 0, 0.5, 0.3, 0.2))),
                        new Comparison.Truth(Map.of(), Map.of())),
                "p");
        Row none = row(
                Comparison.of(3, Map.of("p", List.of()), new Comparison.Truth(Map.of(), Map.of())), "p");

        ObjectNode json = oneDay.toJson();

        assertThat(json.get("log_loss").asDouble()).isCloseTo(Math.log(2), within(1e-12));
        assertThat(json.get("log_loss_interval").toString()).isEqualTo("[null,null]");
        assertThat(none.toJson().get("log_loss").isNull()).isTrue();
        assertThat(none.toJson().get("n").asInt()).isZero();
        assertThat(none.toJson().toString()).doesNotContain("NaN").doesNotContain("Infinity");
    }

    @Test
    void verdictSaysWhetherRetrainingPaid() {
        assertThat(verdict(0.03))
                .startsWith("Retraining paid: log loss ")
                .contains(" against ")
                .endsWith(" an event over 400 events.");
        assertThat(verdict(0)).startsWith("No evidence that retraining paid: ").contains("gain ");
        assertThat(verdict(-0.03)).startsWith("Retraining did harm: ").contains("gain -0.0");
    }

    @Test
    void verdictNeedsBothPoliciesOnTheSameEvents() {
        Map<String, Row> one = Comparison.of(
                3,
                Map.of("this_policy", List.of(scored("a", 1, 0, 0.5, 0.3, 0.2))),
                new Comparison.Truth(Map.of(), Map.of()));
        Map<String, List<Scored>> different = new LinkedHashMap<>();
        different.put("this_policy", List.of(scored("a", 1, 0, 0.5, 0.3, 0.2)));
        different.put("never_retrain", List.of(scored("b", 2, 0, 0.5, 0.3, 0.2)));

        assertThat(Comparison.verdict(one)).isEqualTo("Whether retraining paid was not compared.");
        assertThat(Comparison.verdict(Comparison.of(3, different, new Comparison.Truth(Map.of(), Map.of()))))
                .isEqualTo("Whether retraining paid was not compared.");
    }

    /** Retrained predictions lie by so much nearer to the truth. */
    private static String verdict(double better) {
        Random random = new Random(3);
        List<Scored> own = new ArrayList<>();
        List<Scored> never = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            double p = 0.3 + 0.4 * random.nextDouble();
            int outcome = random.nextDouble() < p ? 0 : 2;
            double noise = 0.02 * random.nextGaussian();
            double toTruth = (outcome == 0 ? better : -better) + noise;
            never.add(scored("e" + i, i / 4, outcome, p, 0, 1 - p));
            own.add(scored("e" + i, i / 4, outcome, p + toTruth, 0, 1 - p - toTruth));
        }
        Map<String, List<Scored>> policies = new LinkedHashMap<>();
        policies.put("this_policy", own);
        policies.put("never_retrain", never);
        return Comparison.verdict(Comparison.of(3, policies, new Comparison.Truth(Map.of(), Map.of())));
    }

    private static Row row(Map<String, Row> rows, String name) {
        return Objects.requireNonNull(rows.get(name), name);
    }

    private static Scored scored(String entity, int day, int outcome, double... p) {
        return new Scored(entity, day, 1, p, outcome < 0 ? Double.NaN : outcome);
    }
}
