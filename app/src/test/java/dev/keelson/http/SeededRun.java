package dev.keelson.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.registry.RunSlices;
import dev.keelson.train.BacktestDefinition;
import dev.keelson.train.BacktestInput;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a run of the football model keeps of its test period: forecasts, odds, threshold, slices. The same every time. */
final class SeededRun {
    private static final int ROWS = 400;
    private static final int DAYS = 120;
    private static final int FIRST_DAY = 18_000;
    private static final List<String> CLASSES = List.of("H", "D", "A");
    private static final List<String> ODDS = List.of("AvgH", "AvgD", "AvgA");
    private static final BacktestInput INPUT = input();

    private SeededRun() {}

    static BacktestInput backtest() {
        return INPUT;
    }

    private static BacktestInput input() {
        Random random = new Random(11);
        List<String> ids = new ArrayList<>();
        int[] day = new int[ROWS];
        long[] at = new long[ROWS];
        int[] known = new int[ROWS];
        int[] labels = new int[ROWS];
        double[] p = new double[ROWS * 3];
        double[][] odds = new double[3][ROWS];
        for (int i = 0; i < ROWS; i++) {
            ids.add("m" + i);
            day[i] = FIRST_DAY + i * DAYS / ROWS;
            at[i] = day[i] * 86_400_000_000L + i;
            known[i] = day[i] + 1;
            double[] weights = {
                Math.exp(0.3 + 0.6 * random.nextGaussian()), Math.exp(0.2 * random.nextGaussian()), Math.exp(0.6 * random.nextGaussian())
            };
            double sum = weights[0] + weights[1] + weights[2];
            double u = random.nextDouble();
            labels[i] = u < weights[0] / sum ? 0 : u < (weights[0] + weights[1]) / sum ? 1 : 2;
            for (int k = 0; k < 3; k++) {
                p[3 * i + k] = weights[k] / sum;
                odds[k][i] = Math.rint(100 * 0.97 / p[3 * i + k] * Math.exp(0.08 * random.nextGaussian())) / 100;
                odds[k][i] = Math.max(1.01, odds[k][i]);
            }
        }
        return new BacktestInput(
                BacktestDefinition.Stakes.of(
                        ODDS,
                        new BacktestDefinition.Stake.Kelly(0.25, BacktestDefinition.Stake.Kind.EXCLUSIVE),
                        1000),
                42,
                CLASSES,
                ids,
                ids,
                day,
                at,
                known,
                labels,
                p,
                Map.of("AvgH", odds[0], "AvgD", odds[1], "AvgA", odds[2]));
    }

    /** The files of the run by their names. */
    static SortedMap<String, byte[]> files() {
        SortedMap<String, byte[]> files = new TreeMap<>();
        files.put("outcome.json", bytes(outcome()));
        files.put("backtest_input.json", bytes(INPUT.toJson()));
        files.put(RunSlices.FILE, bytes(slices()));
        return files;
    }

    private static byte[] bytes(ObjectNode node) {
        return node.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static ObjectNode outcome() {
        ObjectNode outcome = JsonNodeFactory.instance.objectNode();
        ObjectNode parameters = outcome.putObject("parameters").put("temperature", 1.08);
        parameters
                .putObject("guidance")
                .putObject("threshold")
                .put("maximise", "profit")
                .put("class", 0)
                .put("odds", "AvgH")
                .put("threshold", 0.04);
        ObjectNode test = outcome.putObject("test").put("classes", 3);
        INPUT.rowIds().forEach(test.putArray("row_ids")::add);
        ArrayNode labels = test.putArray("labels");
        ArrayNode days = test.putArray("days");
        ArrayNode probabilities = test.putArray("probabilities");
        for (int i = 0; i < ROWS; i++) {
            labels.add(INPUT.labels()[i]);
            days.add(INPUT.day()[i]);
        }
        for (double each : INPUT.predictions()) {
            probabilities.add(each);
        }
        return outcome;
    }

    /** Metrics of the threshold. */
    static Map<String, Double> metrics() {
        return Map.of(
                "threshold", 0.04,
                "threshold_acts", 1.0,
                "oof_threshold_profit", 12.3,
                "oof_threshold_optimism", 4.5,
                "oof_threshold_bets", 210.0,
                "test_threshold_profit", -3.2,
                "test_threshold_profit_lower", -18.4,
                "test_threshold_profit_upper", 11.9,
                "test_threshold_bets", 101.0);
    }

    private static ObjectNode slices() {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("loss", "log_loss").put("rows", 1_240).put("days", 210);
        document.putObject("metrics").putObject("log_loss").put("value", 0.985).put("lower", 0.974).put("upper", 0.996);
        ArrayNode segments = document.putArray("segments");
        for (String league : List.of("E0", "E1")) {
            ObjectNode segment = segments.addObject().put("segment", "div").put("value", league).put("rows", 620).put("days", 190);
            segment.putObject("metrics")
                    .putObject("log_loss")
                    .put("value", league.equals("E0") ? 0.971 : 0.999)
                    .put("lower", 0.95)
                    .put("upper", 1.02);
        }
        ObjectNode search = document.putObject("search");
        search.put("of", "loss").put("searched", 84).put("worse", 1).put("verdict", "1 slice is worse than the rest: elo_gap < -120 & league <b>.");
        ObjectNode slice = search.putArray("slices").addObject();
        slice.putArray("conditions").add("elo_gap < -120").add("league = <b>");
        slice.put("rows", 140).put("days", 96).put("loss", 1.101).put("rest", 0.97);
        slice.put("difference", 0.131).put("difference_at_least", 0.04).put("p", 0.012).put("worse", true);
        return document;
    }
}
