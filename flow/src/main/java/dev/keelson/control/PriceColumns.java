package dev.keelson.control;

import dev.keelson.train.BacktestDefinition;
import dev.keelson.train.ModelDefinition;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Where the decimal odds are at which flat bets on the classes of a model are counted: those that its backtest stakes at, or else
 * those of its baseline {@code market(...)}.
 *
 * @param names of the columns: one for each class in their order, or the one of {@code target}
 * @param target the only class that has odds; -1 where each has its own
 * @param classes how many the model has
 */
public record PriceColumns(List<String> names, int target, int classes) {
    public PriceColumns {
        names = List.copyOf(names);
    }

    /** Those of a model; empty where it names none, or predicts a number. */
    public static Optional<PriceColumns> of(ModelDefinition model) {
        int classes = model.classes().size();
        if (model.backtest() instanceof BacktestDefinition.Stakes stakes) {
            return Optional.of(new PriceColumns(stakes.odds(), stakes.target(), classes));
        }
        return model.baselines().stream()
                .filter(ModelDefinition.Baseline.Market.class::isInstance)
                .map(each -> new PriceColumns(((ModelDefinition.Baseline.Market) each).odds(), -1, classes))
                .findFirst();
    }

    /**
     * Odds in the order of the classes.
     *
     * @param values of the columns, in their order
     * @return {@code NaN} for a class without odds, on which nobody bets
     */
    public double[] odds(double[] values) {
        if (target < 0) {
            return values.clone();
        }
        double[] odds = new double[classes];
        Arrays.fill(odds, Double.NaN);
        odds[target] = values[0];
        return odds;
    }
}
