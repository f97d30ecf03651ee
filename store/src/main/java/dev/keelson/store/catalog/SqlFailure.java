package dev.keelson.store.catalog;

import java.sql.SQLException;

/** A failure of the database within the work of a transaction; who runs the transaction tells what it means. */
public final class SqlFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SqlFailure(SQLException cause) {
        super(cause);
    }
}
