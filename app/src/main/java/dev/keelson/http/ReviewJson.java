package dev.keelson.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.data.Review;
import java.util.Locale;

/** Rows of the review queue as documents. */
public final class ReviewJson {
    private ReviewJson() {}

    /** The row with its source and id, why it is in the queue, whether it is open, and what was decided. */
    public static ObjectNode of(Review.Item item) {
        ObjectNode json = item.row().toJson();
        json.put("source", item.source());
        json.put("row", item.id());
        json.put("kind", item.kind().name().toLowerCase(Locale.ROOT));
        json.put("open", item.open());
        if (item.decision() != null) {
            json.set("decision", item.decision().toJson());
        }
        return json;
    }
}
