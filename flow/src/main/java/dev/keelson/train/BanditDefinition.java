package dev.keelson.train;

import dev.keelson.error.Location;
import dev.keelson.labels.LabelDefinition;
import dev.keelson.learn.bandit.BanditSettings;
import dev.keelson.metrics.Kelly;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A bandit that sizes stakes: its actions are shares of the Kelly stake. Immutable.
 *
 * @param name its name
 * @param source whose rows are the bets
 * @param probability column with the chance of winning
 * @param odds column with the decimal odds
 * @param profit what a stake of 1 brought
 * @param context columns that decide, at least one
 * @param actions shares of the Kelly stake, from 0 to 1, ascending, at least two
 * @param settings how it chooses and learns
 * @param reward what is made as great as can be
 * @param cap the greatest Kelly stake, as a share of the bank, above 0 and below 1
 * @param current position of the action that is taken now, while there is no champion; null when the log's own policy is
 *     the current one
 * @param log where decisions come from
 * @param test share of the decisions, the latest, that judge, above 0 and below 1
 * @param clip the greatest weight when it is judged, above 0
 * @param seed of everything drawn
 * @param location where it is declared
 */
public record BanditDefinition(
        String name,
        String source,
        String probability,
        String odds,
        LabelDefinition profit,
        List<String> context,
        List<Double> actions,
        BanditSettings settings,
        Reward reward,
        double cap,
        @Nullable Integer current,
        DecisionLog log,
        double test,
        double clip,
        long seed,
        @Nullable Location location) {

    /** What is made as great as can be. */
    public enum Reward {
        /** The logarithm of the bank's growth. */
        GROWTH,
        /** The profit as a share of the bank. */
        PROFIT;

        /** As in project files. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Where decisions come from. */
    public sealed interface DecisionLog {
        /** As in documents. */
        String key();
    }

    /** An even draw of an action for each bet of the source, by the seed: what it would have brought is known. */
    public record Simulated() implements DecisionLog {
        @Override
        public String key() {
            return "simulated";
        }
    }

    /** What was decided by {@code decide}. */
    public record Decided() implements DecisionLog {
        @Override
        public String key() {
            return "decisions";
        }
    }

    /**
     * Columns of the source.
     *
     * @param action the share of the Kelly stake that was staked, one of the actions
     * @param propensity how likely it was
     * @param reward what came of it, or null to make it of the action and the profit
     */
    public record Columns(String action, String propensity, @Nullable String reward) implements DecisionLog {
        @Override
        public String key() {
            return "columns";
        }
    }

    /** Copies the lists. */
    public BanditDefinition {
        context = List.copyOf(context);
        actions = List.copyOf(actions);
    }

    /** The actions. */
    public double[] shares() {
        return actions.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /** The Kelly stake as a share of the bank, at most the cap; 0 where there is no edge, or a value is missing. */
    public double kelly(double chance, double price) {
        return chance >= 0 && chance <= 1 ? Math.min(cap, Kelly.single(chance, price)) : 0;
    }

    /**
     * What an action brings.
     *
     * @param kelly stake of the whole Kelly stake, a share of the bank
     * @param brought by a stake of 1, at least -1
     */
    public double reward(int action, double kelly, double brought) {
        double gain = actions.get(action) * kelly * brought;
        return reward == Reward.GROWTH ? Math.log1p(gain) : gain;
    }
}
