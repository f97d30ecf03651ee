package dev.keelson.project;

import dev.keelson.error.Located;
import dev.keelson.project.Value.Scalar;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A word with columns in brackets, such as {@code market(AvgH, AvgD, AvgA)}.
 *
 * @param columns the columns with their places, at least one
 */
record ColumnCall(List<Located> columns) {
    private static final Pattern CALL = Pattern.compile("([A-Za-z_]+)\\s*\\(([^()]*)\\)");
    private static final Pattern ARGUMENT = Pattern.compile("[^,]+");

    ColumnCall {
        columns = List.copyOf(columns);
    }

    /** The call of that word; empty when the text is something else. */
    static Optional<ColumnCall> parse(Scalar text, String word) {
        Matcher call = CALL.matcher(text.text().strip());
        if (!call.matches() || !call.group(1).equals(word)) {
            return Optional.empty();
        }
        int lead = text.text().length() - text.text().stripLeading().length();
        List<Located> columns = new ArrayList<>();
        Matcher argument = ARGUMENT.matcher(call.group(2));
        while (argument.find()) {
            String name = argument.group().strip();
            if (!name.isEmpty()) {
                int blanks = argument.group().length()
                        - argument.group().stripLeading().length();
                columns.add(new Located(name, text.located().at(lead + call.start(2) + argument.start() + blanks)));
            }
        }
        return columns.isEmpty() ? Optional.empty() : Optional.of(new ColumnCall(columns));
    }
}
