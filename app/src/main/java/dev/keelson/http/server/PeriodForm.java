package dev.keelson.http.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.common.uri.UriQuery;
import java.util.List;
import java.util.regex.Pattern;

/** A form about a period of history as the body that the API takes; what is left empty is left out. */
final class PeriodForm {
    private static final Pattern PART = Pattern.compile("[^\\s,;]+");

    private final UriQuery form;
    private final ObjectNode body = Json.object();

    PeriodForm(UriQuery form) {
        this.form = form;
    }

    private String text(String name) {
        return form.first(name).orElse("").strip();
    }

    PeriodForm texts(String... names) {
        for (String name : names) {
            if (!text(name).isEmpty()) {
                body.put(name, text(name));
            }
        }
        return this;
    }

    /** What is no number stays as it was typed, and is refused as such. */
    PeriodForm numbers(String... names) {
        for (String name : names) {
            String text = text(name);
            if (text.matches("[+-]?[0-9]{1,9}")) {
                body.put(name, Integer.parseInt(text));
            } else if (text.matches("[+-]?[0-9]*\\.?[0-9]+([eE][+-]?[0-9]{1,3})?")) {
                body.put(name, Double.parseDouble(text));
            } else if (!text.isEmpty()) {
                body.put(name, text);
            }
        }
        return this;
    }

    /** Each box that was ticked. */
    PeriodForm ticked(String name) {
        List<String> ticked = form.contains(name) ? form.all(name) : List.of();
        ArrayNode list = body.putArray(name);
        ticked.forEach(list::add);
        return this;
    }

    PeriodForm flag(String name) {
        body.put(name, text(name).equals("true"));
        return this;
    }

    /** Parts between commas or blanks. */
    PeriodForm separated(String name) {
        ArrayNode list = body.putArray(name);
        PART.matcher(text(name)).results().forEach(part -> list.add(part.group()));
        return this;
    }

    ObjectNode body() {
        return body;
    }
}
