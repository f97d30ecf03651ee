package dev.keelson.store.catalog;

import dev.keelson.registry.tracking.Search;
import dev.keelson.registry.tracking.Search.Clause;
import dev.keelson.registry.tracking.Search.SortKey;
import dev.keelson.store.catalog.Conditions.Column;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A search of what has attributes and tags, of which there are not many. */
final class TaggedSearch {
    private final String select;
    private final Map<String, Column> attributes;
    private final String tags;
    private final String ties;

    /**
     * A kind of search.
     *
     * @param select columns and tables
     * @param attributes by name
     * @param tags table of the tags as {@code t} and what ties it to the subject
     * @param ties the order of what is equal otherwise
     */
    TaggedSearch(String select, Map<String, Column> attributes, String tags, String ties) {
        this.select = select;
        this.attributes = attributes;
        this.tags = tags;
        this.ties = ties;
    }

    /** One more than the page has, if there is one. */
    <T> List<T> find(CatalogSession session, Sql where, Search search, CatalogSession.Mapper<T> mapper) {
        Conditions conditions = new Conditions(session.dialect());
        Sql sql = new Sql(select + " where 1 = 1").add(where);
        for (Clause clause : search.clauses()) {
            switch (clause.entity()) {
                case ATTRIBUTE -> sql.add(" and ")
                        .add(conditions.attribute(Conditions.column(attributes, clause.key()), clause));
                case TAG -> sql.add(" and exists (select 1 from " + table() + " where " + tie() + " and t.name = ? and ",
                                clause.key())
                        .add(conditions.text("t.value", clause))
                        .add(")");
                case METRIC, PARAM, DATASET -> throw Conditions.wrong(clause);
            }
        }
        sql.add(" order by ");
        for (SortKey key : search.order()) {
            Sql expression = expression(key);
            sql.add("case when ").add(expression).add(" is null then 1 else 0 end, ");
            sql.add(expression).add(Conditions.direction(key) + ", ");
        }
        return session.list(sql.add(ties + " limit ? offset ?", search.limit() + 1L, search.offset()), mapper);
    }

    private Sql expression(SortKey key) {
        return switch (key.entity()) {
            case ATTRIBUTE -> new Sql(Conditions.column(attributes, key.key()).expression());
            case TAG -> new Sql("(select t.value from " + table() + " where " + tie() + " and t.name = ?)", key.key());
            case METRIC, PARAM, DATASET -> throw Conditions.wrong((@Nullable Object) key);
        };
    }

    private String table() {
        return tags.substring(0, tags.indexOf(" on "));
    }

    private String tie() {
        return tags.substring(tags.indexOf(" on ") + " on ".length());
    }
}
