package dev.keelson.console.view;

import java.util.List;

/**
 * A validation report as a file of its own.
 *
 * @param source name of the source
 * @param verdict in one word
 * @param summary what was looked at, in a sentence
 * @param problems why nothing could be judged
 * @param checks in declared order
 * @param rows examples of rows set aside or marked
 * @param policy the content security policy
 * @param css its style sheet
 */
public record ValidationView(
        String source,
        String verdict,
        String summary,
        List<String> problems,
        List<Check> checks,
        List<Row> rows,
        String policy,
        Markup css) {

    /** A check and what became of it. */
    public record Check(String result, String condition, String observed, String detail) {}

    /** A row with what was found. */
    public record Row(String place, String reason, String raw) {}
}
