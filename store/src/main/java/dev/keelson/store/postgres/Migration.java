package dev.keelson.store.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * One step of the schema of the catalogue.
 *
 * @param version its number, which the database keeps when it was taken
 * @param step what it does, within a transaction that it leaves open
 */
record Migration(int version, Step step) {
    private static final String FOLDER = "/db/postgres/catalog/";

    /** What a migration does. */
    interface Step {
        void take(Connection connection) throws SQLException;
    }

    /** A script among the resources, numbered by its name. */
    static Migration script(String name) {
        return new Migration(Integer.parseInt(name.substring(1, name.indexOf("__"))), connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute(text(name));
            }
        });
    }

    private static String text(String name) {
        try (InputStream stream = Migration.class.getResourceAsStream(FOLDER + name)) {
            if (stream == null) {
                throw new IllegalStateException("The program lacks its migration (%s).".formatted(name));
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
