package dev.keelson.train;

import dev.keelson.learn.ensemble.EnsembleKind;
import dev.keelson.learn.spi.LearnerProvider;
import dev.keelson.train.ModelDefinition.LearnerDefinition;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Learners with settings that stand under one name. */
public final class LearnerPresets {
    /** Everything there is, bagged and weighed. */
    public static final String BEST = "best";
    /** Two quick learners, blended. */
    public static final String FAST = "fast";
    /** Boosted trees of two libraries, and a neural network where there is one, under a logistic regression. */
    public static final String N1V1 = "n1v1";

    /** The names. */
    public static final List<String> NAMES = List.of(BEST, FAST, N1V1);

    private static final long PATIENCE = 20;
    private static final LearnerDefinition MLP = new LearnerDefinition("mlp", Map.of());

    private LearnerPresets() {}

    /**
     * The learners of a preset; several are blended.
     *
     * <p>{@code best} bags a portfolio over 5 blocks of time and picks from it greedily, in up to 100 rounds: boosted
     * trees of two libraries, shallow and deep, a forest, and linear models with a weak and a strong penalty. The recipe
     * is AutoGluon's (Erickson, N. et al. (2020), AutoGluon-Tabular, arXiv 2003.06505), with folds that keep the order of
     * time.
     *
     * @param name one of {@link #NAMES}
     * @param number whether a number is predicted instead of classes
     * @param available names of the learners there are; members that are not among them are left out
     */
    public static List<LearnerDefinition> of(String name, boolean number, Set<String> available) {
        return switch (name) {
            case BEST ->
                List.of(new LearnerDefinition(
                        EnsembleKind.GREEDY.key(),
                        Map.of("bagged", true, "folds", 5L, "rounds", 100L),
                        among(portfolio(number), available)));
            case FAST ->
                among(
                        List.of(
                                boosted("xgboost", Map.of("eta", 0.08, "max_depth", 3L, "rounds", 400L)),
                                linear(number, 1)),
                        available);
            case N1V1 -> List.of(n1v1(available));
            default ->
                throw new IllegalArgumentException("The preset (%s) must be one of %s.".formatted(name, NAMES));
        };
    }

    private static List<LearnerDefinition> portfolio(boolean number) {
        return List.of(
                boosted("xgboost", Map.of("eta", 0.05, "max_depth", 3L, "rounds", 500L)),
                boosted("xgboost", Map.of("eta", 0.05, "max_depth", 6L, "rounds", 500L)),
                boosted("lightgbm", Map.of("eta", 0.05, "num_leaves", 31L, "rounds", 500L)),
                new LearnerDefinition("random_forest", Map.of("trees", 100L)),
                linear(number, 1),
                linear(number, 100),
                MLP);
    }

    private static LearnerDefinition n1v1(Set<String> available) {
        List<LearnerDefinition> members = among(
                List.of(
                        new LearnerDefinition("lightgbm", Map.of("eta", 0.05, "num_leaves", 31L, "rounds", 100L)),
                        new LearnerDefinition("xgboost", Map.of("eta", 0.1, "max_depth", 6L, "rounds", 100L)),
                        MLP),
                available);
        String weights = members.contains(MLP) ? "1, 0.9, 0.8" : "1, 0.9";
        return new LearnerDefinition(EnsembleKind.STACKING.key(), Map.of("folds", 5L, "weights", weights), members);
    }

    private static LearnerDefinition boosted(String name, Map<String, Object> settings) {
        Map<String, Object> all = new TreeMap<>(settings);
        all.put(LearnerProvider.EARLY_STOPPING, PATIENCE);
        return new LearnerDefinition(name, all);
    }

    /** @param strength how many times as strong the penalty is as a weak one */
    private static LearnerDefinition linear(boolean number, double strength) {
        return number
                ? new LearnerDefinition("linear", Map.of("alpha", 1e-3 * strength))
                : new LearnerDefinition("logistic", Map.of("l2", 10 * strength));
    }

    private static List<LearnerDefinition> among(List<LearnerDefinition> members, Set<String> available) {
        return members.stream()
                .filter(member -> available.contains(member.name()))
                .toList();
    }
}
