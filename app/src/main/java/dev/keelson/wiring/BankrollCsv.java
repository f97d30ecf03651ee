package dev.keelson.wiring;

import dev.keelson.train.Backtest;
import dev.keelson.train.BacktestInput;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The bank day by day in the backtest over the untouched test period, with the stakes that the metrics are of. */
final class BankrollCsv {
    static final String FILE = "bankroll.csv";
    private static final int DATE = "2020-01-01".length();

    private BankrollCsv() {}

    /** The columns {@code day} and one for each of {@link Backtest#curves}, the start first. */
    static byte[] of(BacktestInput input) {
        Map<String, List<Backtest.Point>> curves = Backtest.curves(input);
        List<String> names = List.copyOf(curves.keySet());
        List<Backtest.Point> first = Objects.requireNonNull(curves.get(names.getFirst()));
        StringBuilder text = new StringBuilder("day,").append(String.join(",", names)).append('\n');
        for (int i = 0; i < first.size(); i++) {
            text.append(first.get(i).at(), 0, DATE);
            for (String name : names) {
                text.append(',').append(Objects.requireNonNull(curves.get(name)).get(i).bank());
            }
            text.append('\n');
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }
}
