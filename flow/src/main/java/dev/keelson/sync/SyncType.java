package dev.keelson.sync;

import dev.keelson.frame.ColumnType;

/** What the cells of a column that is written back are. */
public enum SyncType {
    TEXT("text"),
    LONG("bigint"),
    DOUBLE("double precision"),
    BOOLEAN("boolean"),
    DATE("date"),
    /** An instant. */
    TIMESTAMP("timestamptz"),
    UUID("uuid"),
    JSON("jsonb");

    private final String sql;

    SyncType(String sql) {
        this.sql = sql;
    }

    /** The type that PostgreSQL has for it. */
    public String sql() {
        return sql;
    }

    /** That of a column of a dataset. */
    static SyncType of(ColumnType type) {
        return switch (type) {
            case DOUBLE -> DOUBLE;
            case LONG -> LONG;
            case BOOLEAN -> BOOLEAN;
            case STRING -> TEXT;
            case DATE -> DATE;
            case TIMESTAMP -> TIMESTAMP;
        };
    }
}
