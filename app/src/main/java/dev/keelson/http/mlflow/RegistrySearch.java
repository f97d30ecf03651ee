package dev.keelson.http.mlflow;

import dev.keelson.registry.tracking.FilterParser;
import dev.keelson.registry.tracking.Lifecycle;
import dev.keelson.registry.tracking.OrderParser;
import dev.keelson.registry.tracking.Search;
import dev.keelson.registry.tracking.Search.Clause;
import dev.keelson.registry.tracking.Search.Comparison;
import dev.keelson.registry.tracking.Search.Entity;
import dev.keelson.registry.tracking.Search.Page;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A search for models or versions. Prompts, which clients of MLflow 3 keep in the registry too, are found only by who asks for
 * them: those clients add {@code != 'true'} to every other search, which by the rules of filters no model without the tag
 * would match.
 */
record RegistrySearch(Search search, boolean prompts) {

    /**
     * What was found.
     *
     * @param next so many rows are before the next page
     * @param more whether there is one
     */
    record Found<T>(List<T> items, long next, boolean more) {}

    /**
     * Reads what a request asks.
     *
     * @param byDefault so many rows when it does not say
     */
    static RegistrySearch of(Search.Subject subject, Fields fields, int byDefault, int most) {
        List<Clause> clauses = new ArrayList<>();
        boolean prompts = false;
        for (Clause clause : FilterParser.parse(subject, fields.text("filter"))) {
            if (clause.entity() == Entity.TAG && clause.key().equals(RegistryRules.PROMPT)) {
                prompts |= asksForPrompts(clause);
            } else {
                clauses.add(clause);
            }
        }
        if (prompts) {
            clauses.add(Clause.text(Entity.TAG, RegistryRules.PROMPT, Comparison.ILIKE, "true"));
        }
        return new RegistrySearch(
                new Search(
                        clauses,
                        OrderParser.parse(subject, fields.texts("order_by")),
                        Lifecycle.View.ACTIVE_ONLY,
                        fields.count("max_results", byDefault, most),
                        PageToken.offset(fields)),
                prompts);
    }

    private static boolean asksForPrompts(Clause clause) {
        String value = clause.texts().getFirst();
        return (clause.comparison() == Comparison.EQUAL && value.equalsIgnoreCase("true"))
                || (clause.comparison() == Comparison.NOT_EQUAL && value.equalsIgnoreCase("false"));
    }

    /**
     * Runs it.
     *
     * @param find searches the store
     * @param tags of what was found
     */
    <T> Found<T> run(Function<Search, Page<T>> find, Function<T, Map<String, String>> tags) {
        List<T> items = new ArrayList<>();
        long offset = search.offset();
        while (true) {
            Page<T> page = find.apply(
                    new Search(search.clauses(), search.order(), search.view(), search.limit(), offset));
            for (T item : page.items()) {
                if (items.size() == search.limit()) {
                    return new Found<>(items, offset, true);
                }
                offset++;
                if (prompts || !"true".equalsIgnoreCase(tags.apply(item).get(RegistryRules.PROMPT))) {
                    items.add(item);
                }
            }
            if (!page.more() || items.size() == search.limit()) {
                return new Found<>(items, offset, page.more());
            }
        }
    }
}
