package dev.keelson.http.mlflow;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Where the next page starts. Clients hand it back as they got it. */
final class PageToken {
    private static final String NAME = "page_token";
    private static final int MOST = 16_000;

    private PageToken() {}

    /** So many rows are before the page that is asked for. */
    static long offset(Fields fields) {
        String token = fields.text(NAME);
        return token == null || token.isEmpty() ? 0 : offset(token);
    }

    private static long offset(String token) {
        JsonNode offset = read(token).path("offset");
        if (offset.isIntegralNumber() && offset.canConvertToLong() && offset.longValue() >= 0) {
            return offset.longValue();
        }
        throw bad(token);
    }

    /** The name after which the page that is asked for begins; null for the first. */
    static @Nullable String after(Fields fields) {
        String token = fields.text(NAME);
        if (token == null || token.isEmpty()) {
            return null;
        }
        JsonNode after = read(token).path("after");
        if (!after.isTextual() || !Texts.storable(after.textValue())) {
            throw bad(token);
        }
        return after.textValue();
    }

    private static JsonNode read(String token) {
        try {
            if (token.length() <= MOST) {
                return Call.tree(Base64.getDecoder().decode(token.getBytes(StandardCharsets.ISO_8859_1)));
            }
        } catch (IllegalArgumentException | MlflowFailure e) {
            throw bad(token);
        }
        throw bad(token);
    }

    private static MlflowFailure bad(String token) {
        return MlflowFailure.invalid(
                "Invalid value %s for parameter 'page_token' supplied: it is none that a page came with."
                        .formatted(Texts.shown(token)));
    }

    /** Writes the token of the next page, if there is one. */
    static void write(JsonGenerator json, long offset, int shown, boolean more) throws IOException {
        Call.optional(json, "next_page_token", more ? of(offset + shown) : null);
    }

    /** The token of the page after a name. */
    static String of(String after) {
        return encoded(JsonNodeFactory.instance.objectNode().put("after", after));
    }

    private static String of(long offset) {
        return encoded(JsonNodeFactory.instance.objectNode().put("offset", offset));
    }

    private static String encoded(ObjectNode token) {
        return Base64.getEncoder().encodeToString(token.toString().getBytes(StandardCharsets.UTF_8));
    }
}
