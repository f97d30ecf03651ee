package dev.keelson.data;

import com.fasterxml.jackson.core.JsonToken;
import dev.keelson.frame.ColumnType;
import org.jspecify.annotations.Nullable;

/**
 * Which kinds of JSON values a column has: only texts make it STRING and only truth values BOOLEAN, so that a code
 * written as the text {@code "007"} stays one; numbers are left to their digits, and a mixture is STRING.
 */
final class JsonKinds {
    private boolean texts;
    private boolean numbers;
    private boolean booleans;

    void see(JsonToken token) {
        switch (token) {
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> numbers = true;
            case VALUE_TRUE, VALUE_FALSE -> booleans = true;
            case VALUE_NULL -> {}
            default -> texts = true;
        }
    }

    /** The type, or null when the numbers' digits are to tell, or there is no value. */
    @Nullable
    ColumnType type() {
        if (texts || (numbers && booleans)) {
            return ColumnType.STRING;
        }
        return booleans ? ColumnType.BOOLEAN : null;
    }
}
