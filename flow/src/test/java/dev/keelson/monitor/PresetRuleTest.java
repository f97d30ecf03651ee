package dev.keelson.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.monitor.DriftMonitorDefinition.Policy;
import dev.keelson.monitor.DriftReport.Verdict;
import dev.keelson.monitor.FeatureDrift.Severity;
import dev.keelson.stats.Histogram;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PresetRuleTest {

    @Test
    void acisSampleOf45FeaturesReadsAsItsReportsDo() {
        List<FeatureDrift> features = new ArrayList<>();
        for (int i = 0; i < 45; i++) {
            features.add(feature("f%02d".formatted(i), i < 12 ? 0.01 : 0.4, i >= 5 && i < 20 ? 0.31 : 0.02));
        }
        DriftReport report = new DriftReport(
                "growth", 3, QuietWorld.at(1), QuietWorld.at(0), QuietWorld.at(1), Policy.ACIS, 50_000, 500,
                Verdict.ALARM, "", 0, 0.1, features);

        ObjectNode json = report.toAcisJson(0.30);

        assertThat(json.properties()).extracting(java.util.Map.Entry::getKey).containsExactly(
                "timestamp", "n_features", "n_samples_reference", "n_samples_current", "drift_threshold", "summary", "ks_test", "psi");
        assertThat(json.get("timestamp").asText()).isEqualTo("2018-08-08T00:00:00Z");
        assertThat(json.get("n_features").asInt()).isEqualTo(45);
        assertThat(json.get("n_samples_reference").asInt()).isEqualTo(50_000);
        assertThat(json.get("n_samples_current").asInt()).isEqualTo(500);
        assertThat(json.get("summary").toString())
                .isEqualTo("{\"drifted_features_ks\":12,\"drifted_features_psi\":15,\"drift_detected\":true}");
        assertThat(json.get("ks_test").size()).isEqualTo(45);
        assertThat(json.get("ks_test").get("f11").toString()).isEqualTo("{\"p_value\":0.01,\"drifted\":true}");
        assertThat(json.get("ks_test").get("f12").get("drifted").asBoolean()).isFalse();
        assertThat(json.get("psi").get("f19").toString()).isEqualTo("{\"psi_value\":0.31,\"drifted\":true}");
        assertThat(report.toAcisJson(0.34).get("summary").get("drift_detected").asBoolean()).isFalse();
    }

    @Test
    void acisRatioTakesTheLargerCount() {
        assertThat(PresetRule.acisRatio(12, 15, 45)).isEqualTo(15.0 / 45);
        assertThat(PresetRule.alarms(Policy.ACIS, 0.30, 12, 15, 0, 45)).isTrue();
        assertThat(PresetRule.alarms(Policy.ACIS, 0.30, 12, 13, 0, 45)).isFalse();
    }

    @Test
    void acisAlarmsFromItsShareOn() {
        for (int features = 10; features <= 200; features += 10) {
            int needed = features * 3 / 10;

            assertThat(PresetRule.alarms(Policy.ACIS, 0.3, needed, 0, 0, features)).isTrue();
            assertThat(PresetRule.alarms(Policy.ACIS, 0.3, needed - 1, 0, 0, features)).isFalse();
        }
        assertThat(PresetRule.alarms(Policy.ACIS, 0.3, 0, 0, 0, 0)).isFalse();
    }

    @Test
    void acisJudgesPlainRowsByKsAndClassicPsi() {
        // reference 0..99; the window lies in its lower half: five bins hold 0.2 instead of 0.1, five are empty (0.0001)
        double byHand = 5 * (0.2 - 0.1) * Math.log(2) + 5 * (1e-4 - 0.1) * Math.log(1e-4 / 0.1);
        double[] reference = IntStream.range(0, 100).mapToDouble(i -> i).toArray();
        double[] lower = IntStream.range(0, 50).mapToDouble(i -> i).toArray();

        DriftReport report = check(Policy.ACIS, new double[][] {reference}, new double[][] {lower});

        FeatureDrift feature = report.features().getFirst();
        assertThat(feature.psi()).isCloseTo(byHand, within(1e-12)).isCloseTo(3.797, within(1e-3));
        assertThat(feature.ks()).isEqualTo(0.5);
        assertThat(feature.psiExpected()).isCloseTo(9 * (1 / 100.0 + 1 / 50.0), within(1e-12));
        assertThat(report.verdict()).isEqualTo(Verdict.ALARM);
        assertThat(report.reason()).isEqualTo("acis: 100.0 % of 1 features drifted (1 by KS, 1 by PSI); drift from 30 %.");
    }

    @Test
    void pikkitAlarmsFromThreeFeaturesOn() {
        double[][] reference = new double[5][];
        for (int c = 0; c < 5; c++) {
            reference[c] = IntStream.range(0, 400).mapToDouble(i -> i * 37 % 400).toArray();
        }

        DriftReport two = check(Policy.PIKKIT, reference, window(5, 2));
        DriftReport three = check(Policy.PIKKIT, reference, window(5, 3));

        assertThat(two.verdict()).isEqualTo(Verdict.NONE);
        assertThat(two.reason()).isEqualTo("pikkit: 2 of 5 numeric features have KS p < 0.05; drift from 3.");
        assertThat(three.verdict()).isEqualTo(Verdict.ALARM);
        assertThat(three.features().getFirst().severity()).isEqualTo(Severity.WARNING);
    }

    @Test
    void pikkitAlarmsFromOneHighColumnOfCategoriesOrThreeModerateOnes() {
        assertThat(PresetRule.high(true, 0.25)).isTrue();
        assertThat(PresetRule.high(true, 0.249)).isFalse();
        assertThat(PresetRule.high(false, 5)).isFalse();
        assertThat(PresetRule.driftsByTest(Policy.PIKKIT, true, 1, 0.1)).isTrue();
        assertThat(PresetRule.driftsByTest(Policy.PIKKIT, true, 0, 0.09)).isFalse();
        assertThat(PresetRule.alarms(Policy.PIKKIT, 0.3, 1, 0, 1, 45)).isTrue();
        assertThat(PresetRule.alarms(Policy.PIKKIT, 0.3, 2, 2, 0, 45)).isFalse();
    }

    @Test
    void presetsSayHowOftenTheyWouldHaveAlarmedOnQuietData() {
        Random random = new Random(3);
        double[][] quiet = new double[40][];
        for (int c = 0; c < 40; c++) {
            quiet[c] = random.doubles(3_000).toArray();
        }
        double[][] window = new double[40][];
        for (int c = 0; c < 40; c++) {
            window[c] = random.doubles(100).toArray();
        }

        DriftReport pikkit = check(Policy.PIKKIT, quiet, window);
        DriftReport acis = check(Policy.ACIS, quiet, window);

        assertThat(pikkit.falseAlarmShare()).isBetween(0.02, 0.7);
        assertThat(acis.falseAlarmShare()).isBetween(0.0, 0.2);
    }

    @Test
    void reportSurvivesJson() {
        Random random = new Random(3);
        double[][] reference = {random.doubles(500).toArray(), new double[500], random.ints(500, 0, 4).asDoubleStream().toArray()};
        double[] gone = new double[120];
        java.util.Arrays.fill(gone, Double.NaN);
        double[][] window = {random.doubles(120).toArray(), gone, random.ints(120, 0, 4).asDoubleStream().toArray()};
        for (Policy policy : Policy.values()) {
            DriftReport report = check(policy, reference, window);

            DriftReport read = DriftReport.fromJson(report.toJson().toString());

            assertThat(read).isEqualTo(report);
            assertThat(read.toJson()).isEqualTo(report.toJson());
        }
    }

    @Test
    void jsonHoldsNoNumberThatJsonCannotHold() {
        double[] gone = new double[120];
        java.util.Arrays.fill(gone, Double.NaN);

        JsonNode json = check(Policy.RECOMMENDED, new double[][] {new double[500]}, new double[][] {gone}).toJson();

        assertThat(json.get("features").get(0).get("effect").isNull()).isTrue();
        assertThat(json.get("false_alarm_share").isNull()).isTrue();
        assertThat(json.toString()).doesNotContain("NaN").doesNotContain("Infinity");
    }

    @Test
    void worstColumnComesFirst() {
        List<FeatureDrift> features = List.of(
                feature("quiet", 0.9, 0), feature("b", 0.01, 0.5), feature("a", 0.01, 0.5));

        DriftReport report = new DriftReport(
                "m", 1, QuietWorld.at(1), QuietWorld.at(0), QuietWorld.at(1), Policy.ACIS, 500, 100, Verdict.ALARM, "", 0, 0, features);

        assertThat(report.features()).extracting(FeatureDrift::name).containsExactly("a", "b", "quiet");
    }

    private static double[][] window(int columns, int moved) {
        double[][] window = new double[columns][];
        for (int c = 0; c < columns; c++) {
            int scale = c < moved ? 2 : 4;
            window[c] = IntStream.range(0, 100).mapToDouble(i -> scale * i).toArray();
        }
        return window;
    }

    private static DriftReport check(Policy policy, double[][] reference, double[][] window) {
        List<String> names = IntStream.range(0, reference.length).mapToObj(c -> "f" + c).toList();
        return DriftCheck.check(
                "m",
                1,
                ReferenceProfile.of(names, reference, new double[reference.length]),
                new DriftCheck.Window(window, QuietWorld.at(0), QuietWorld.at(3)),
                QuietWorld.monitor(policy, 20, 0.3),
                QuietWorld.at(3),
                List.of());
    }

    private static FeatureDrift feature(String name, double p, double psi) {
        Severity severity = p < 0.05 || psi >= 0.2 ? Severity.WARNING : Severity.NONE;
        return new FeatureDrift(
                name, 0, 0.1, 0.2, 0.1, p, p, psi, 0.05, 0, 0, 0, 1, 1, 100, severity, new Histogram(List.of(), 0, 0), null, 0.1, null);
    }
}
