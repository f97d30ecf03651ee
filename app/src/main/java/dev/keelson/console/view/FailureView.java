package dev.keelson.console.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page that could not be shown.
 *
 * @param shell what every page shares
 * @param status HTTP status
 * @param problems what was wrong
 * @param back the page that was left, or null
 */
public record FailureView(Shell shell, int status, List<Item> problems, @Nullable String back) {

    /**
     * One problem.
     *
     * @param code its stable code
     * @param message what was wrong
     * @param hint one likely remedy, or null
     */
    public record Item(String code, String message, @Nullable String hint) {}
}
