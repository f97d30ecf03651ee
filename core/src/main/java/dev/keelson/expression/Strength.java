package dev.keelson.expression;

import dev.keelson.frame.ColumnType;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Attack and defence strengths of the two sides of an event, from a pair of counts (goals, shots, corners), as factors
 * around 1: {@code attack} of how much more than average a side scores, {@code defence} of how much more than average
 * its opponents score, so that less is better. The expected count of a side is the mean of its group at that place
 * (home or away), times its attack, times the defence of the opponent. A side that was not seen has none.
 *
 * <p>Counts are taken as Poisson; each factor is the mean of its gamma posterior, with the other factors held at what they
 * were before the event: {@code attack = (prior * m + sum(w * scored)) / (prior * m + sum(w * m_place * defence of the
 * opponent))}, with m the mean count of a side and {@code w = 2^(-age / halfLife)}; defence likewise. So a side with
 * few or old events is pulled to 1, the average of its group, and without events for long it returns there. The means of
 * a group are decayed in the same way. Events count in the order in which they became known; a late one with the weight
 * that its age gives it. Those with a missing or negative count are left out.
 *
 * <p>The model is that of Maher, M. (1982), Modelling association football scores, with the time weights of Dixon, M.
 * and Coles, S. (1997), fitted by one pass of a discounted gamma-Poisson filter (West and Harrison, Bayesian Forecasting
 * and Dynamic Models) instead of all at once.
 *
 * @param home column with the key of the home side
 * @param away column with the key of the away side
 * @param homeCount column with the count of the home side
 * @param awayCount column with the count of the away side
 * @param group column whose values have means of their own (the league), or null for one mean
 * @param halfLife the age at which an event weighs half (default 180 days)
 * @param prior how many average events the pull to 1 weighs, above 0, at most 1,000 (default 6)
 */
public record Strength(
        String home,
        String away,
        String homeCount,
        String awayCount,
        @Nullable String group,
        Duration halfLife,
        double prior)
        implements FoldExpression {
    static final List<String> SUFFIXES = List.of("attack", "defence");
    static final Duration DEFAULT_HALF_LIFE = Duration.ofDays(180);
    static final double DEFAULT_PRIOR = 6;
    static final double MOST_PRIOR = 1_000;

    public Strength {
        if (!(prior > 0 && prior <= MOST_PRIOR)) {
            throw new IllegalArgumentException("prior (%s) must be above 0 and at most %s.".formatted(prior, MOST_PRIOR));
        }
        if (halfLife.isNegative() || halfLife.isZero()) {
            throw new IllegalArgumentException("halfLife (%s) must be positive.".formatted(halfLife));
        }
        NamedArguments.requireTwoSides(home, away);
    }

    @Override
    public List<String> suffixes() {
        return SUFFIXES;
    }

    @Override
    public List<String> columns() {
        Set<String> columns = new LinkedHashSet<>(List.of(home, away, homeCount, awayCount));
        if (group != null) {
            columns.add(group);
        }
        return List.copyOf(columns);
    }

    @Override
    public ColumnType type() {
        return ColumnType.DOUBLE;
    }

    /** With every argument that is not a default. */
    @Override
    public String text() {
        return new NamedArguments.Text()
                .column("home", home)
                .column("away", away)
                .column("home_count", homeCount)
                .column("away_count", awayCount)
                .column("group", group)
                .time("half_life", halfLife, DEFAULT_HALF_LIFE)
                .number("prior", prior, DEFAULT_PRIOR)
                .of("strength");
    }
}
