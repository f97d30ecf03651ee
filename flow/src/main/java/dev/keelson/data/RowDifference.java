package dev.keelson.data;

import dev.keelson.frame.Frame;
import dev.keelson.frame.Vector;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** In which cells two rows of the same source differ, in words. */
final class RowDifference {
    private static final int SHOWN = 3;

    private RowDifference() {}

    /** Columns whose cells differ, in the order of the second frame; columns of the system do not count. */
    static List<String> columns(Frame before, int beforeRow, Frame after, int afterRow) {
        List<String> names = new ArrayList<>();
        for (String name : RowDigests.contentColumns(after.schema())) {
            Vector old = before.vector(name);
            Vector now = after.vector(name);
            if (!Objects.equals(old.get(beforeRow), now.get(afterRow))) {
                names.add(name);
            }
        }
        return names;
    }

    /** {@code AvgH is 1.31, not 1.41}, for the first few columns. */
    static String describe(Frame before, int beforeRow, Frame after, int afterRow) {
        return describe(
                columns(before, beforeRow, after, afterRow),
                name -> show(before.vector(name).get(beforeRow)),
                name -> show(after.vector(name).get(afterRow)));
    }

    /** As {@link #describe(Frame, int, Frame, int)}, of columns whose cells are told by functions. */
    static String describe(List<String> names, UnaryOperator<String> before, UnaryOperator<String> after) {
        String shown = names.stream()
                .limit(SHOWN)
                .map(name -> "%s is %s, not %s".formatted(name, before.apply(name), after.apply(name)))
                .collect(Collectors.joining(", "));
        return names.size() <= SHOWN ? shown : shown + ", and %d more columns differ".formatted(names.size() - SHOWN);
    }

    /** The key's values, as a person reads them. */
    static String key(Frame frame, List<String> key, int row) {
        return key.stream().map(name -> show(frame.vector(name).get(row))).collect(Collectors.joining(", "));
    }

    static String show(@Nullable Object value) {
        return value == null ? "empty" : value.toString();
    }
}
