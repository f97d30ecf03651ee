package dev.keelson.serve;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The keys that a prediction asked for, as one text: {@code {sport}_{market}=Soccer_1X2;institution_name=Pinnacle}. A backslash stands
 * before a semicolon, an equals sign or a backslash that belongs to a name or a value.
 */
public final class AskedKeys {
    private AskedKeys() {}

    /** Adds a key to a text of keys. */
    public static void add(StringBuilder keys, String name, String value) {
        if (!keys.isEmpty()) {
            keys.append(';');
        }
        escape(keys, name);
        keys.append('=');
        escape(keys, value);
    }

    /** A name or a value as it stands in a text of keys. */
    public static String escaped(String text) {
        StringBuilder escaped = new StringBuilder(text.length());
        escape(escaped, text);
        return escaped.toString();
    }

    private static void escape(StringBuilder to, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == ';' || c == '=' || c == '\\') {
                to.append('\\');
            }
            to.append(c);
        }
    }

    /** The keys of a text by name, in order. */
    public static Map<String, String> of(String keys) {
        Map<String, String> found = new LinkedHashMap<>();
        StringBuilder part = new StringBuilder();
        String name = "";
        for (int i = 0; i < keys.length(); i++) {
            char c = keys.charAt(i);
            switch (c) {
                case '=' -> {
                    name = part.toString();
                    part.setLength(0);
                }
                case ';' -> {
                    found.put(name, part.toString());
                    part.setLength(0);
                }
                case '\\' -> part.append(keys.charAt(++i));
                default -> part.append(c);
            }
        }
        if (!keys.isEmpty()) {
            found.put(name, part.toString());
        }
        return found;
    }
}
