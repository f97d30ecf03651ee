package dev.keelson.registry.tracking;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.tracking.Search.SortKey;
import dev.keelson.registry.tracking.Search.Subject;
import dev.keelson.registry.tracking.SearchText.Unreadable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads the orders that clients of a tracking server write: {@code metrics.auc DESC}. Keys are those of {@link FilterParser}. */
public final class OrderParser {
    private OrderParser() {}

    /**
     * Reads an order.
     *
     * @param orderBy keys, each with {@code ASC}, {@code DESC} or nothing, which is {@code ASC}
     * @return the same, in order
     * @throws KeelsonException BAD_REQUEST, {@code Invalid clause(s) in filter string: ...}; also when a key comes twice
     */
    public static List<SortKey> parse(Subject subject, List<String> orderBy) {
        List<SortKey> order = new ArrayList<>();
        Set<SearchText.Key> seen = new HashSet<>();
        for (String each : orderBy) {
            SearchText text = new SearchText(each);
            try {
                SearchText.Key key = text.key(subject);
                boolean descending = text.takeWord("DESC");
                if (!descending) {
                    text.takeWord("ASC");
                }
                if (!text.atEnd()) {
                    throw new Unreadable("expected ASC, DESC or the end");
                }
                if (!SearchKeys.orders(subject, key.entity(), key.name())) {
                    throw new Unreadable("%s cannot be ordered by".formatted(key.name()));
                }
                if (!seen.add(key)) {
                    throw new Unreadable("%s is ordered by twice".formatted(key.name()));
                }
                order.add(new SortKey(key.entity(), key.name(), !descending));
            } catch (Unreadable e) {
                throw new KeelsonException(
                        ErrorCode.BAD_REQUEST,
                        "Invalid clause(s) in filter string: order_by '%s' (%s)."
                                .formatted(each.length() <= 200 ? each : each.substring(0, 200) + "...", e.getMessage()),
                        null);
            }
        }
        return order;
    }
}
