package dev.keelson.console;

import dev.keelson.console.view.Markup;
import dev.keelson.registry.governance.ServingTimeline;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.TreeSet;

/** Which version of a model served when: a row for each version, a bar for each time it served. */
final class ServingChart {
    /** As many versions are drawn, the latest ones. */
    static final int ROWS = 24;

    private static final double WIDTH = 900;
    private static final double LEFT = 64;
    private static final double RIGHT = WIDTH - 24;
    private static final double TOP = 30;
    private static final double PITCH = 24;
    private static final int TICKS = 5;
    private static final long DAYS_WITH_HOURS = 6;

    private ServingChart() {}

    /**
     * The chart; empty when nothing served.
     *
     * @param now where the bar of what serves ends
     */
    static Markup of(ServingTimeline timeline, Instant now, ZoneId zone) {
        if (timeline.spans().isEmpty()) {
            return Markup.EMPTY;
        }
        TreeSet<Integer> versions = new TreeSet<>();
        timeline.spans().reversed().stream()
                .map(ServingTimeline.Span::version)
                .distinct()
                .limit(ROWS)
                .forEach(versions::add);
        List<Integer> rows = List.copyOf(versions.descendingSet());
        List<ServingTimeline.Span> drawn = timeline.spans().stream()
                .filter(span -> versions.contains(span.version()))
                .toList();
        Instant from = drawn.getFirst().from();
        Instant last = drawn.getLast().from();
        Instant until = now.isAfter(last) ? now : last.plus(Duration.ofMinutes(1));
        double bottom = TOP + PITCH * rows.size();
        Axis x = new Axis(0, Math.max(1, Duration.between(from, until).toMillis()), LEFT, RIGHT, 1);
        Svg svg = new Svg(WIDTH, bottom + 30, "serving broad", "Which version of %s served when".formatted(timeline.model()));
        svg.text("heading", LEFT, 16, "start", "Which version served when");
        for (int row = 0; row < rows.size(); row++) {
            double base = TOP + PITCH * (row + 1);
            svg.text("name", LEFT - 10, base - 7, "end", "v" + rows.get(row)).line("grid", LEFT, base, RIGHT, base);
        }
        for (ServingTimeline.Span span : drawn) {
            Instant end = span.to() == null ? until : span.to();
            double start = x.at((double) Duration.between(from, span.from()).toMillis());
            double stop = x.at((double) Duration.between(from, end).toMillis());
            double y = TOP + PITCH * rows.indexOf(span.version()) + 5;
            String title = "v%d: %s to %s, by %s: %s"
                    .formatted(
                            span.version(),
                            Text.minute(span.from(), zone),
                            span.to() == null ? "now" : Text.minute(end, zone),
                            span.people(),
                            span.decision().reason());
            String kind = span.to() == null ? "now" : span.decision().action();
            svg.rect("span " + kind + (span.forced() ? " forced" : ""), start, y, Math.max(2, stop - start), PITCH - 10, title);
        }
        boolean hours = Duration.between(from, until).toDays() < DAYS_WITH_HOURS;
        for (int i = 0; i <= TICKS; i++) {
            Instant at = from.plus(Duration.between(from, until).multipliedBy(i).dividedBy(TICKS));
            double place = LEFT + (RIGHT - LEFT) * i / TICKS;
            svg.line("tick", place, bottom, place, bottom + 4);
            String anchor = i == 0 ? "start" : i == TICKS ? "end" : "middle";
            svg.text("label", place, bottom + 18, anchor, hours ? Text.minute(at, zone) : Text.day(at, zone));
        }
        return svg.done();
    }
}
