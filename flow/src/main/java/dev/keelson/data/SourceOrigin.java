package dev.keelson.data;

import dev.keelson.error.Located;
import org.jspecify.annotations.Nullable;

/** Where the rows of a source come from. The text of an origin holds no secret. */
public sealed interface SourceOrigin {
    /** What messages call it, with its place in the project file. */
    Located name();

    /**
     * Files.
     *
     * @param name a file, a folder, or a pattern with {@code *}, {@code ?}, {@code {a,b}} and {@code **}, absolute or
     *     relative to the project folder
     */
    record Files(Located name) implements SourceOrigin {}

    /**
     * A table, a view or a query of a PostgreSQL database.
     *
     * @param address {@code postgresql://user:password@host:port/database}; a secret
     * @param table name of a table or view, with its schema or without one; null when there is a query
     * @param query a {@code SELECT}, or null when there is a table
     */
    record Postgres(Located address, @Nullable Located table, @Nullable Located query) implements SourceOrigin {
        public Postgres {
            if ((table == null) == (query == null)) {
                throw new IllegalArgumentException("There must be either a table or a query.");
            }
        }

        @Override
        public Located name() {
            return table == null
                    ? new Located("postgres query", address.location())
                    : new Located("postgres:" + table.text(), table.location());
        }

        @Override
        public String toString() {
            return name().text();
        }
    }

    /**
     * A table behind Supabase's REST interface (PostgREST).
     *
     * @param address of the project, such as {@code https://xyz.supabase.co}
     * @param key the service's key; a secret
     * @param table name of the table or view, with its schema or without one
     */
    record Supabase(Located address, Located key, Located table) implements SourceOrigin {
        @Override
        public Located name() {
            return new Located("supabase:" + table.text(), table.location());
        }

        @Override
        public String toString() {
            return name().text();
        }
    }
}
