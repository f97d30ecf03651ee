package dev.keelson.store.supabase;

import dev.keelson.data.SourceOrigin;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Names of tables, {@code schema.table}, and where they are. */
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

    /** Where a table answers, without a query. */
    static String endpoint(SourceOrigin.Supabase table) {
        String base = table.address().text().replaceAll("/+$", "");
        return (base.endsWith("/rest/v1") ? base : base + "/rest/v1") + "/" + encoded(table(table.table().text()));
    }

    /** A text as a part of an address. */
    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /**
     * An address as one.
     *
     * @throws KeelsonException BAD_VALUE when what the project file has is none
     */
    static URI uri(SourceOrigin.Supabase table, String address) {
        URI uri = null;
        try {
            uri = URI.create(address);
        } catch (IllegalArgumentException e) {
            uri = null; // said below
        }
        if (uri == null || uri.getHost() == null || !("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))) {
            throw new KeelsonException(Problem.at(
                    ErrorCode.BAD_VALUE,
                    table.address().location(),
                    "The address (%s) of the service is none.".formatted(table.address().text()),
                    "Maybe write it as https://PROJECT.supabase.co."));
        }
        return uri;
    }
}
