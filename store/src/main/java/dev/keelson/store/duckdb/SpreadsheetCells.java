package dev.keelson.store.duckdb;

import java.util.regex.Pattern;

/**
 * The rule for texts in CSV files that Keelson hands out: one that a spreadsheet would run as a formula gets an
 * apostrophe in front. That is a text beginning with {@code = + - @}, a tab or a line end, also in their full-width
 * forms, unless it is a number. Parquet files hold every text as it is.
 *
 * <p>Source: OWASP, CSV Injection (https://owasp.org/www-community/attacks/CSV_Injection).
 */
final class SpreadsheetCells {
    private static final String START = "[=+\\-@\\t\\r\\n\uFF1D\uFF0B\uFF0D\uFF20]";
    private static final String NUMBER = "[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?";
    private static final Pattern RUN = Pattern.compile("(?!" + NUMBER + "\\z)" + START + ".*", Pattern.DOTALL);

    private SpreadsheetCells() {}

    /** A text as it is written. */
    static String safe(String text) {
        return RUN.matcher(text).matches() ? "'" + text : text;
    }

    /** The same in the engine's SQL, for an expression that is a text. */
    static String safeSql(String expression) {
        return "CASE WHEN regexp_matches(%1$s, %2$s) AND NOT regexp_full_match(%1$s, %3$s) THEN '''' || %1$s ELSE %1$s END"
                .formatted(expression, ParquetFiles.text("^" + START), ParquetFiles.text(NUMBER));
    }
}
