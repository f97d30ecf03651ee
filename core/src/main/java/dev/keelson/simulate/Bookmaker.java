package dev.keelson.simulate;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The bookmakers of the simulated market. */
enum Bookmaker {
    B365("B365", 0.049, 0.008, 0.050, 0.0005),
    BW("BW", 0.055, 0.007, 0.055, 0.0005),
    IW("IW", 0.064, 0.009, 0.090, 0.0025),
    LB("LB", 0.060, 0.009, 0.055, 0.001),
    PS("PS", 0.024, 0.004, 0.040, 0.001),
    WH("WH", 0.056, 0.008, 0.050, 0.0005),
    VC("VC", 0.040, 0.010, 0.060, 0.0005);

    private final String code;
    private final double margin;
    private final double marginSpread;
    private final double noise;
    private final double missing;
    private final int homeColumn;

    Bookmaker(String code, double margin, double marginSpread, double noise, double missing) {
        this.code = code;
        this.margin = margin;
        this.marginSpread = marginSpread;
        this.noise = noise;
        this.missing = missing;
        homeColumn = QuotedOdds.position(code + "H");
    }

    static Optional<Bookmaker> byCode(String code) {
        return Arrays.stream(values()).filter(b -> b.code.equals(code)).findFirst();
    }

    static List<String> codes() {
        return Arrays.stream(values()).map(Bookmaker::code).toList();
    }

    /** Prefix of its columns. */
    String code() {
        return code;
    }

    /** Position of its odds for a home win before the match; draw and away win follow. */
    int homeColumn() {
        return homeColumn;
    }

    /** Mean of (sum of inverse odds - 1). */
    double margin() {
        return margin;
    }

    /** Standard deviation of the margin from match to match. */
    double marginSpread() {
        return marginSpread;
    }

    /** Standard deviation of its own opinion, beside the market's, in log-odds of home against away. */
    double noise() {
        return noise;
    }

    /** Share of matches it does not quote. */
    double missing() {
        return missing;
    }

    /** Whether the real files carry it in the season that starts in this year. */
    boolean coveredIn(int seasonStart) {
        return switch (this) {
            case LB -> seasonStart <= 2017;
            case PS -> seasonStart >= 2012;
            case B365, BW, IW, WH, VC -> true;
        };
    }

    /** Prefix of its over/under columns, if the files have them. */
    Optional<String> overUnderPrefix() {
        return switch (this) {
            case B365 -> Optional.of("B365");
            case PS -> Optional.of("P");
            case BW, IW, LB, WH, VC -> Optional.empty();
        };
    }
}
