package dev.keelson.frame;

/** The type of a column. The name in project files and JSON is the lower-case constant. */
public enum ColumnType {
    /** IEEE 754 double. NaN is a value; a missing cell is null, kept apart from NaN. */
    DOUBLE,
    /** 64-bit integer. */
    LONG,
    /** True or false. */
    BOOLEAN,
    /** Text, also for declared enumerations. */
    STRING,
    /** A calendar day without a zone, stored as days since 1970-01-01. */
    DATE,
    /** An instant, stored as microseconds since 1970-01-01T00:00:00Z. */
    TIMESTAMP
}
