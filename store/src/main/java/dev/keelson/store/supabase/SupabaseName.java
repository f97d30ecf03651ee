package dev.keelson.store.supabase;

import org.jspecify.annotations.Nullable;

/** The parts of {@code schema.table}. */
final class SupabaseName {
    private SupabaseName() {}

    /** The schema, or null when there is none. */
    static @Nullable String schema(String name) {
        int dot = name.indexOf('.');
        return dot < 0 ? null : name.substring(0, dot);
    }

    /** The table without its schema. */
    static String table(String name) {
        return name.substring(name.indexOf('.') + 1);
    }
}
