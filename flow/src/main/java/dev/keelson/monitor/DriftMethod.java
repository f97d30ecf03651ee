package dev.keelson.monitor;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A test or distance by which a column can be judged. The first eight are ours: distances have the noise of sampling taken
 * off, tests count effective rows, categories are pooled. The others compute what the tool does that they are named after.
 */
public enum DriftMethod {
    /** Kolmogorov-Smirnov test of quantities. */
    KS(Takes.QUANTITIES, true, 0.05),
    /** Two-sample chi-square test, of quantities over bins at reference quantiles. */
    CHI_SQUARE(Takes.BOTH, true, 0.05),
    /** Mann-Whitney test of quantities. */
    MANN_WHITNEY(Takes.QUANTITIES, true, 0.05),
    /** Anderson-Darling test of quantities. */
    ANDERSON_DARLING(Takes.QUANTITIES, true, 0.05),
    /** Population stability index less what chance makes of it. */
    PSI(Takes.BOTH, false, 0.2),
    /** Jensen-Shannon distance, base 2, less what chance makes of it. */
    JENSEN_SHANNON(Takes.BOTH, false, 0.1),
    /** Hellinger distance less what chance makes of it. */
    HELLINGER(Takes.BOTH, false, 0.1),
    /** Wasserstein distance in reference standard deviations. */
    WASSERSTEIN(Takes.QUANTITIES, false, 0.1),
    /** Population stability index of ten quantile bins, empty ones 0.0001, nothing taken off. */
    PSI_CLASSIC(Takes.BOTH, false, 0.2),
    /** What Evidently chooses by itself: by the reference's rows and the column's different values. */
    EVIDENTLY(Takes.BOTH, false, Double.NaN),
    /** Evidently's population stability index. */
    EVIDENTLY_PSI(Takes.BOTH, false, 0.1),
    /** Evidently's Jensen-Shannon distance, natural logarithm. */
    EVIDENTLY_JENSEN_SHANNON(Takes.BOTH, false, 0.1),
    /** Evidently's normed Wasserstein distance. */
    EVIDENTLY_WASSERSTEIN(Takes.QUANTITIES, false, 0.1),
    /** Evidently's chi-square test, which takes the reference for exact. */
    EVIDENTLY_CHI_SQUARE(Takes.CATEGORIES, true, 0.05),
    /** NannyML's Kolmogorov-Smirnov distance against that of ten chunks of the reference. */
    NANNYML_KS(Takes.QUANTITIES, false, Double.NaN),
    /** NannyML's Jensen-Shannon distance against that of ten chunks of the reference. */
    NANNYML_JENSEN_SHANNON(Takes.BOTH, false, Double.NaN),
    /** NannyML's Wasserstein distance, in the unit of the values, against that of ten chunks of the reference. */
    NANNYML_WASSERSTEIN(Takes.QUANTITIES, false, Double.NaN),
    /** NannyML's chi-square test, with Yates' correction of a two by two table. */
    NANNYML_CHI_SQUARE(Takes.CATEGORIES, true, 0.05);

    private enum Takes {
        QUANTITIES,
        CATEGORIES,
        BOTH
    }

    private final Takes takes;
    private final boolean test;
    private final double threshold;

    DriftMethod(Takes takes, boolean test, double threshold) {
        this.takes = takes;
        this.test = test;
        this.threshold = threshold;
    }

    /** Lower-case word, for project files, commands and JSON. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The method of that word. */
    public static Optional<DriftMethod> of(String word) {
        return Arrays.stream(values()).filter(each -> each.word().equals(word)).findFirst();
    }

    /** All words, in order. */
    public static List<String> words() {
        return Arrays.stream(values()).map(DriftMethod::word).toList();
    }

    /** Whether its value is a p-value, so that less is more; else a distance. */
    public boolean isTest() {
        return test;
    }

    /** Where a column drifts if nothing else is said; NaN where the method finds its threshold itself. */
    public double threshold() {
        return threshold;
    }

    /** Why a number cannot be its threshold; empty where it can. */
    Optional<String> outOfRange(double number) {
        double most = switch (this) {
            case JENSEN_SHANNON, HELLINGER, NANNYML_KS, NANNYML_JENSEN_SHANNON -> 1;
            case EVIDENTLY_JENSEN_SHANNON -> Math.sqrt(Math.log(2));
            case KS, CHI_SQUARE, MANN_WHITNEY, ANDERSON_DARLING, EVIDENTLY_CHI_SQUARE, NANNYML_CHI_SQUARE -> 1;
            case PSI, WASSERSTEIN, PSI_CLASSIC, EVIDENTLY, EVIDENTLY_PSI, EVIDENTLY_WASSERSTEIN, NANNYML_WASSERSTEIN ->
                Double.POSITIVE_INFINITY;
        };
        boolean sound = number >= 0 && number <= most && !(test && number == 0);
        return sound
                ? Optional.empty()
                : Optional.of("the threshold %s does not suit %s, whose value is %s"
                        .formatted(
                                number,
                                word(),
                                test
                                        ? "a p-value: a number above 0 and at most 1 was expected"
                                        : Double.isInfinite(most)
                                                ? "never below 0"
                                                : "never above %s: a number from 0 to that was expected".formatted(Math.round(1e4 * most) / 1e4)));
    }

    /** Whether it can judge columns of quantities, or of categories. */
    public boolean takes(boolean categories) {
        return takes == Takes.BOTH || (takes == Takes.CATEGORIES) == categories;
    }

    /** Whether its p-values are adjusted for all columns tested: only of our own tests. */
    boolean adjusts() {
        return test && ordinal() <= ANDERSON_DARLING.ordinal();
    }
}
