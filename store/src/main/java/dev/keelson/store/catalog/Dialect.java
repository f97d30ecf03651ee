package dev.keelson.store.catalog;

/** Where databases differ in what the catalogue asks of them. */
public enum Dialect {
    /** Needs {@code pragma case_sensitive_like}; joins tables in the order that a query states. */
    SQLITE(" like ?", "lower(%s) like lower(?)"),
    /** Plans by statistics; the backslash of a pattern is a character like others. */
    POSTGRES(" like ? escape ''", "lower(%s) like lower(?) escape ''");

    private final String like;
    private final String anyCaseLike;

    Dialect(String like, String anyCaseLike) {
        this.like = like;
        this.anyCaseLike = anyCaseLike;
    }

    /** A condition with one parameter, the pattern. */
    String like(String column) {
        return column + like;
    }

    /** The same, whatever the case. */
    String anyCaseLike(String column) {
        return anyCaseLike.formatted(column);
    }

    /** Whether a table is in the order of its key, so that what is written together should have keys next to each other. */
    boolean ordersRows() {
        return this == SQLITE;
    }

    /** Whether tables are joined in the order of the query when it says so. */
    boolean ordersJoins() {
        return this == SQLITE;
    }
}
