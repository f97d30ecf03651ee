package dev.keelson.console.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One job.
 *
 * @param shell what every page shares
 * @param title what it does about what
 * @param job the job
 * @param facts names and values
 * @param expected how long such a job usually takes; empty when it has ended
 * @param log lines it told, oldest first
 * @param more whether it told more than is shown
 * @param result what came of it, as JSON; empty before its end
 * @param links where to go from here
 * @param live whether it goes on changing
 * @param cancel how to ask for its end, or null when that cannot be
 */
public record JobView(
        Shell shell,
        String title,
        JobRow job,
        List<Fact> facts,
        String expected,
        List<Line> log,
        boolean more,
        String result,
        List<Section.Link> links,
        boolean live,
        @Nullable Action cancel) {

    /** Copies the lists. */
    public JobView {
        facts = List.copyOf(facts);
        log = List.copyOf(log);
        links = List.copyOf(links);
    }

    /**
     * A line of the log.
     *
     * @param at when it was written
     * @param text what it says
     */
    public record Line(Moment at, String text) {}
}
