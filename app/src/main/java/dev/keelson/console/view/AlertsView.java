package dev.keelson.console.view;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The inbox.
 *
 * @param shell what every page shares
 * @param form filters
 * @param rows those that came last first
 * @param pages where the list stands
 * @param empty why there are no rows
 * @param channels where alerts are told
 * @param reader why nothing can be changed here, or empty when it can
 */
public record AlertsView(
        Shell shell, Action form, List<Row> rows, Pages pages, String empty, List<Channel> channels, String reader) {

    /** Copies the lists. */
    public AlertsView {
        rows = List.copyOf(rows);
        channels = List.copyOf(channels);
    }

    /**
     * What is asked for; an empty text asks for nothing.
     *
     * @param state {@code open}, {@code acknowledged}, {@code snoozed}, {@code resolved} or {@code all}; empty for those that are
     *     not resolved
     * @param kind such as {@code drift}
     * @param model about which model
     */
    public record Asked(String state, String kind, String model) {
        /** As parameters of the address. */
        public Map<String, String> parameters() {
            Map<String, String> all = new LinkedHashMap<>();
            all.put("state", state);
            all.put("kind", kind);
            all.put("model", model);
            return all;
        }
    }

    /**
     * An alert.
     *
     * @param id its id
     * @param href its page
     * @param severity how bad
     * @param state where it stands
     * @param silent until when it is silent, or who changed it last and why; empty when nobody did
     * @param title what happened
     * @param about kind and model
     * @param text sentences
     * @param command what helps, or empty
     * @param more page that shows more, or empty
     * @param count how many times its cause came
     * @param first when it was raised
     * @param last when its cause came last
     * @param changeable whether it is not resolved
     */
    public record Row(
            String id,
            String href,
            Badge severity,
            Badge state,
            String silent,
            String title,
            String about,
            String text,
            String command,
            String more,
            String count,
            Moment first,
            Moment last,
            boolean changeable) {}

    /**
     * A channel.
     *
     * @param name in the project file
     * @param kinds what it is told
     * @param last what became of the last message, or null when there was none
     */
    public record Channel(String name, String kinds, @Nullable Told last) {}

    /**
     * A message to a channel.
     *
     * @param state what became of it
     * @param what event and subject
     * @param at when it was made
     * @param tries how often it was tried
     * @param problem why the last try failed, or empty
     */
    public record Told(Badge state, String what, Moment at, String tries, String problem) {}
}
