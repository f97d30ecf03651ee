package dev.keelson.simulate;

/**
 * How the strengths of the teams change with time.
 *
 * <p>Each team's latent quality and style follow a first-order autoregression with mean 0 and standard deviation 1:
 * {@code x' = r x + sqrt(1 - r^2) e}, one step a week during the season and one over the summer. So the spread of the
 * league stays the same while each team moves; with {@code r = 1} it does not move at all. After a summer in which
 * something changed, the division's latent strengths are set back to mean 0 and standard deviation 1, so that all
 * seasons are equally hard to predict.
 *
 * @param weekly autocorrelation of the latent strength from one week to the next, 0 to 1
 * @param summer autocorrelation from the end of one season to the start of the next, 0 to 1
 * @param relegated number of teams, 0 to 3, that leave a division after each season (fewest points, then goal difference, then
 *     goals) and are replaced by weaker teams with names not seen before
 */
public record StrengthDrift(double weekly, double summer, int relegated) {

    /** Strengths are constant and no team leaves. */
    public static final StrengthDrift NONE = new StrengthDrift(1, 1, 0);

    /** The default: a slow drift within the season, a step over the summer, three teams relegated. */
    public static final StrengthDrift TYPICAL = new StrengthDrift(0.998, 0.96, 3);

    public StrengthDrift {
        if (!(weekly >= 0 && weekly <= 1)) {
            throw new IllegalArgumentException("weekly (%s) must be between 0 and 1.".formatted(weekly));
        }
        if (!(summer >= 0 && summer <= 1)) {
            throw new IllegalArgumentException("summer (%s) must be between 0 and 1.".formatted(summer));
        }
        if (relegated < 0 || relegated > 3) {
            throw new IllegalArgumentException("relegated (%s) must be between 0 and 3.".formatted(relegated));
        }
    }
}
