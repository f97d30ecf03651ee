package dev.keelson.console.view;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Jobs, newest first.
 *
 * @param shell what every page shares
 * @param form filters
 * @param rows the jobs
 * @param pages where the list stands
 * @param empty why there are none
 */
public record JobsView(Shell shell, Action form, List<JobRow> rows, Pages pages, String empty) {

    /** Copies the list. */
    public JobsView {
        rows = List.copyOf(rows);
    }

    /**
     * What is asked for; an empty text asks for nothing.
     *
     * @param state a state's word
     * @param kind what ran
     * @param model about which model
     * @param schedule of which schedule
     */
    public record Asked(String state, String kind, String model, String schedule) {
        /** As parameters of the address. */
        public Map<String, String> parameters() {
            Map<String, String> all = new LinkedHashMap<>();
            all.put("state", state);
            all.put("kind", kind);
            all.put("model", model);
            all.put("schedule", schedule);
            return all;
        }
    }
}
