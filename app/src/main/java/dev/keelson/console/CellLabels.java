package dev.keelson.console;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes the header of its column on each cell of each table, as {@code data-label}. On a narrow screen the style sheet makes a
 * card of each row, where the cells stand below each other and need their names; a header of a row that stands first is the title
 * of its card and has none. A cell of few words is marked {@code data-short}: two of them stand side by side.
 */
final class CellLabels {
    private static final Pattern TABLE = Pattern.compile("<table\\b.*?</table>", Pattern.DOTALL);
    private static final Pattern HEADER = Pattern.compile("<th\\b[^>]*>(.*?)</th>", Pattern.DOTALL);
    private static final Pattern ROW_OR_CELL = Pattern.compile("<(tr|th|td)\\b");
    private static final Pattern TAG = Pattern.compile("<[^>]*>");
    private static final Pattern BLOCK = Pattern.compile("<(p|div|small|details|form|input|select|button|code)\\b");
    private static final int SHORT = 16;
    private static final String HEAD_END = "</thead>";

    private CellLabels() {}

    /**
     * The same page with labels.
     *
     * @param html as a template writes it: texts are escaped, so that each tag in it is one; no table stands in another
     */
    static String on(String html) {
        return TABLE.matcher(html).replaceAll(table -> Matcher.quoteReplacement(table(table.group())));
    }

    private static String table(String table) {
        int body = table.indexOf(HEAD_END);
        if (body < 0) {
            return table;
        }
        List<String> headers = headers(table.substring(0, body));
        StringBuilder labelled = new StringBuilder(table.length() * 5 / 4).append(table, 0, body);
        Matcher tags = ROW_OR_CELL.matcher(table).region(body, table.length());
        int written = body;
        int column = 0;
        while (tags.find()) {
            if (tags.group(1).equals("tr")) {
                column = 0;
            } else {
                String header = column < headers.size() ? headers.get(column) : "";
                labelled.append(table, written, tags.end());
                boolean title = column == 0 && tags.group(1).equals("th");
                if (!header.isEmpty() && !title) {
                    labelled.append(" data-label=\"").append(header).append('"');
                    if (isShort(table, tags.end())) {
                        labelled.append(" data-short");
                    }
                }
                written = tags.end();
                column++;
            }
        }
        return labelled.append(table, written, table.length()).toString();
    }

    /** Whether a cell has a word or two and nothing else. */
    private static boolean isShort(String table, int tag) {
        int from = table.indexOf('>', tag) + 1;
        String inner = table.substring(from, Math.max(from, table.indexOf("</t", from)));
        return !BLOCK.matcher(inner).find() && TAG.matcher(inner).replaceAll("").strip().length() <= SHORT;
    }

    private static List<String> headers(String head) {
        List<String> headers = new ArrayList<>();
        Matcher header = HEADER.matcher(head);
        while (header.find()) {
            headers.add(TAG.matcher(header.group(1)).replaceAll("").strip().replace("\"", "&#34;"));
        }
        return headers;
    }
}
