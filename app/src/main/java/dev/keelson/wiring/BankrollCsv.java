package dev.keelson.wiring;

import dev.keelson.metrics.Staking;
import dev.keelson.metrics.StakingRule;
import dev.keelson.train.HoldoutForecast;
import dev.keelson.train.ModelDefinition;
import dev.keelson.train.TrainingTable;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The bank day by day in the backtest over the untouched test period, with the stakes that the metrics are of. */
final class BankrollCsv {
    static final String FILE = "bankroll.csv";

    private BankrollCsv() {}

    /**
     * The columns {@code day,flat} and, with a Kelly fraction, {@code kelly}, beginning with the bank on the day before the
     * first one; empty where there is no backtest.
     */
    static byte[] of(ModelDefinition definition, TrainingTable table, @Nullable HoldoutForecast test) {
        ModelDefinition.Backtest backtest = definition.backtest();
        if (backtest == null || test == null || test.rowIds().isEmpty()) {
            return new byte[0];
        }
        Map<String, Integer> positions = new HashMap<>();
        for (int i = 0; i < table.rows(); i++) {
            positions.put(table.rowIds().get(i), i);
        }
        int[] rows = test.rowIds().stream()
                .mapToInt(row -> Objects.requireNonNull(positions.get(row)))
                .toArray();
        double[] odds = table.odds(backtest.odds(), rows);
        if (odds == null) {
            return new byte[0];
        }
        List<Staking.DayBank> flat = curve(new StakingRule.Flat(1, 0, true), backtest, test, odds);
        Double fraction = backtest.kellyFraction();
        List<Staking.DayBank> kelly = fraction == null
                ? List.of()
                : curve(new StakingRule.FractionalKelly(fraction, 0, 1), backtest, test, odds);
        StringBuilder text = new StringBuilder(fraction == null ? "day,flat\n" : "day,flat,kelly\n");
        String start = "," + backtest.bankroll();
        text.append(LocalDate.ofEpochDay(flat.getFirst().day() - 1L)).append(start);
        text.append(fraction == null ? "" : start).append('\n');
        for (int i = 0; i < flat.size(); i++) {
            text.append(LocalDate.ofEpochDay(flat.get(i).day())).append(',').append(flat.get(i).bank());
            if (fraction != null) {
                text.append(',').append(kelly.get(i).bank());
            }
            text.append('\n');
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static List<Staking.DayBank> curve(
            StakingRule rule, ModelDefinition.Backtest backtest, HoldoutForecast test, double[] odds) {
        return Staking.simulate(
                        rule, backtest.bankroll(), test.probabilities(), test.classes(), odds, test.labels(), test.day())
                .curve();
    }
}
