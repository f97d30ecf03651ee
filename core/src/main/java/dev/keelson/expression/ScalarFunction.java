package dev.keelson.expression;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The scalar functions of the language. */
enum ScalarFunction {
    ABS(1, 1),
    SIGN(1, 1),
    FLOOR(1, 1),
    CEIL(1, 1),
    ROUND(1, 2),
    LN(1, 1),
    LOG10(1, 1),
    EXP(1, 1),
    SQRT(1, 1),
    POW(2, 2),
    GREATEST(2, 100),
    LEAST(2, 100),
    COALESCE(1, 100),
    NULLIF(2, 2),
    LOWER(1, 1),
    UPPER(1, 1),
    LENGTH(1, 1),
    CONCAT(1, 100),
    YEAR(1, 2),
    MONTH(1, 2),
    DAY(1, 2),
    DAY_OF_YEAR(1, 2),
    DAY_OF_WEEK(1, 2),
    HOUR(1, 2),
    MINUTE(1, 2),
    CYCLIC_SIN(2, 2),
    CYCLIC_COS(2, 2);

    private static final Map<String, ScalarFunction> ALIASES = Map.of("power", POW, "ceiling", CEIL);

    /** What others call our functions. */
    private static final Map<String, String> SYNONYMS = Map.ofEntries(
            Map.entry("log", "ln` or `log10"),
            Map.entry("ifnull", "coalesce"),
            Map.entry("nvl", "coalesce"),
            Map.entry("isnull", "x is null"),
            Map.entry("if", "case when … then … else … end"),
            Map.entry("iif", "case when … then … else … end"),
            Map.entry("len", "length"),
            Map.entry("dayofweek", "day_of_week"),
            Map.entry("isodow", "day_of_week"),
            Map.entry("dayofyear", "day_of_year"),
            Map.entry("doy", "day_of_year"),
            Map.entry("lcase", "lower"),
            Map.entry("ucase", "upper"),
            Map.entry("mod", "%"),
            Map.entry("avg", "mean"),
            Map.entry("average", "mean"),
            Map.entry("stddev", "std"));

    private final int fewest;
    private final int most;

    ScalarFunction(int fewest, int most) {
        this.fewest = fewest;
        this.most = most;
    }

    int fewest() {
        return fewest;
    }

    int most() {
        return most;
    }

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    static @Nullable ScalarFunction of(String name) {
        String wanted = name.toLowerCase(Locale.ROOT);
        for (ScalarFunction function : values()) {
            if (function.text().equals(wanted)) {
                return function;
            }
        }
        return ALIASES.get(wanted);
    }

    /** What another dialect's function is called here, or null. */
    static @Nullable String synonym(String name) {
        return SYNONYMS.get(name.toLowerCase(Locale.ROOT));
    }

    static List<String> names() {
        return Arrays.stream(values()).map(ScalarFunction::text).toList();
    }
}
