package dev.keelson.http.mlflow;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Texts as they come in addresses and documents. */
final class Texts {
    private static final int SHOWN = 100;

    private Texts() {}

    /** The parameters of a query, in order; a name without a value has the empty text. */
    static Map<String, List<String>> query(String raw) {
        Map<String, List<String>> parameters = new LinkedHashMap<>();
        int start = 0;
        while (start < raw.length()) {
            int end = raw.indexOf('&', start);
            end = end < 0 ? raw.length() : end;
            int equal = raw.indexOf('=', start);
            if (end > start) {
                boolean valued = equal >= 0 && equal < end;
                String name = percentDecoded(raw.substring(start, valued ? equal : end), true);
                String value = valued ? percentDecoded(raw.substring(equal + 1, end), true) : "";
                parameters.computeIfAbsent(name, n -> new ArrayList<>()).add(value);
            }
            start = end + 1;
        }
        return parameters;
    }

    /**
     * Takes percent signs away, once.
     *
     * @param plus whether {@code +} is a space, as in queries
     * @throws MlflowFailure when what is left is no UTF-8
     */
    static String percentDecoded(String raw, boolean plus) {
        if (raw.indexOf('%') < 0 && !(plus && raw.indexOf('+') >= 0) && isAscii(raw)) {
            return raw;
        }
        ByteBuffer bytes = ByteBuffer.allocate(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '%') {
                int high = i + 2 < raw.length() ? Character.digit(raw.charAt(i + 1), 16) : -1;
                int low = i + 2 < raw.length() ? Character.digit(raw.charAt(i + 2), 16) : -1;
                if (high < 0 || low < 0) {
                    throw new MlflowFailure(MlflowCode.BAD_REQUEST, "The address (%s) is not percent-encoded.".formatted(shown(raw)));
                }
                bytes.put((byte) (16 * high + low));
                i += 2;
            } else if (c == '+' && plus) {
                bytes.put((byte) ' ');
            } else if (c < 0x80) {
                bytes.put((byte) c);
            } else {
                throw new MlflowFailure(MlflowCode.BAD_REQUEST, "The address (%s) is not percent-encoded.".formatted(shown(raw)));
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
        } catch (CharacterCodingException e) {
            throw new MlflowFailure(MlflowCode.BAD_REQUEST, "The address (%s) is not UTF-8.".formatted(shown(raw)));
        }
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }

    /** Whether every store can hold it: no NUL and no half of a pair of characters. */
    static boolean storable(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) {
                return false;
            }
            if (Character.isSurrogate(c)) {
                if (Character.isLowSurrogate(c) || i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    /** As much of it as belongs into a message. */
    static String shown(String text) {
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
    }
}
