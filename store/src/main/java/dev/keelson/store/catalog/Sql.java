package dev.keelson.store.catalog;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A statement that is put together, with the values of its parameters in their order. Values never become its text. */
final class Sql {
    private final StringBuilder text = new StringBuilder();
    private final List<@Nullable Object> values = new ArrayList<>();

    Sql() {}

    Sql(String text, @Nullable Object... more) {
        add(text, more);
    }

    Sql add(String more, @Nullable Object... itsValues) {
        text.append(more);
        for (Object value : itsValues) {
            values.add(value);
        }
        return this;
    }

    Sql add(Sql other) {
        text.append(other.text);
        values.addAll(other.values);
        return this;
    }

    String text() {
        return text.toString();
    }

    @Nullable
    Object[] values() {
        return values.toArray();
    }
}
