package dev.keelson.console;

import dev.keelson.console.view.Badge;
import dev.keelson.console.view.Badge.Level;
import dev.keelson.console.view.ReviewView;
import dev.keelson.console.view.Shell;
import dev.keelson.data.ColumnDefinition;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.QuarantinedRow;
import dev.keelson.data.Review;
import dev.keelson.data.ReviewDecision;
import dev.keelson.data.SourceDefinition;
import dev.keelson.data.SystemColumns;
import dev.keelson.http.Backend;
import dev.keelson.http.DataBackend;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The queue of rows that were set aside or marked, and the decisions about them. */
final class ReviewPage {
    private static final String[] ROWS = {"row", "rows"};
    private static final int DECISIONS = 50;

    private final Backend backend;
    private final ZoneId zone;

    ReviewPage(Backend backend) {
        this.backend = backend;
        this.zone = backend.project().zone();
    }

    /**
     * Shows the queue of a source.
     *
     * @param source its name, or null for the first that something waits in
     * @param state {@code open}, {@code decided} or {@code all}
     * @param page from 1
     */
    ReviewView view(Shell shell, @Nullable String source, String state, int page) {
        List<String> names =
                backend.project().sources().stream().map(SourceDefinition::name).toList();
        if (names.isEmpty()) {
            return new ReviewView(
                    shell,
                    names,
                    "",
                    state,
                    List.of(),
                    List.of(),
                    Paging.pages(0, 1, ROWS, "/review", Map.of()),
                    List.of(),
                    "Nothing yet: the project file declares no source.",
                    "keelson validate");
        }
        DataBackend data = backend.data();
        String name = source != null
                ? QualityPage.find(backend, source).name()
                : names.stream()
                        .filter(each -> data.review(each).stream().anyMatch(Review.Item::open))
                        .findFirst()
                        .orElse(names.getFirst());
        List<Review.Item> all = data.review(name);
        List<Review.Item> chosen = all.stream()
                .filter(item -> state.equals("all") || item.open() == state.equals("open"))
                .toList();
        List<DatasetVersion> versions = data.versions(name);
        List<ReviewDecision> decisions = data.decisions(name);
        Set<String> inForce = new HashSet<>();
        Review.inForce(decisions).values().forEach(decision -> inForce.add(decision.id()));
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("source", name);
        parameters.put("state", state);
        boolean away = chosen.isEmpty() && !all.isEmpty();
        return new ReviewView(
                shell,
                names,
                name,
                state,
                columns(name, versions),
                Paging.slice(chosen, page).stream().map(this::item).toList(),
                Paging.pages(chosen.size(), page, ROWS, "/review", parameters),
                decisions.reversed().stream()
                        .limit(DECISIONS)
                        .map(decision -> decision(decision, inForce.contains(decision.id())))
                        .toList(),
                away
                        ? state.equals("open")
                                ? "Nothing waits: every row has been decided. The next load follows the decisions."
                                : "Filtered away: no row has been decided."
                        : versions.isEmpty()
                                ? "Nothing yet: the source has not been loaded."
                                : "Nothing waits: the latest load neither set aside nor marked a row.",
                away ? "keelson data load" : versions.isEmpty() ? "keelson run" : "");
    }

    private List<String> columns(String source, List<DatasetVersion> versions) {
        return versions.isEmpty()
                ? QualityPage.find(backend, source).columns().stream()
                        .map(ColumnDefinition::name)
                        .toList()
                : versions.getLast().schema().names().stream()
                        .filter(column -> !SystemColumns.NAMES.contains(column))
                        .toList();
    }

    private ReviewView.Item item(Review.Item item) {
        QuarantinedRow row = item.row();
        ReviewDecision decision = item.decision();
        return new ReviewView.Item(
                item.id(),
                QualityPage.badge(item.kind()),
                row.location().toString(),
                row.columnName() == null ? "" : row.columnName(),
                row.rawValue() == null ? "" : row.rawValue(),
                row.reason(),
                row.hint() == null ? "" : row.hint(),
                row.rawLine(),
                decision == null
                        ? ""
                        : "%s by %s, %s: %s%s"
                                .formatted(
                                        Text.sentence(badge(decision.action()).word()),
                                        decision.actor(),
                                        Text.minute(decision.at(), zone),
                                        decision.reason(),
                                        item.open() ? " It is in the queue all the same." : ""),
                item.open());
    }

    private ReviewView.Decision decision(ReviewDecision decision, boolean inForce) {
        String reverts = decision.reverts();
        List<String> cells = new ArrayList<>();
        decision.cells().forEach((column, text) ->
                cells.add("%s: %s → %s".formatted(column, decision.before().getOrDefault(column, ""), text)));
        return new ReviewView.Decision(
                decision.id(),
                Text.minute(decision.at(), zone),
                badge(decision.action()),
                decision.place(),
                cells.stream().collect(Collectors.joining(", ")),
                decision.actor(),
                decision.reason(),
                decision.finding(),
                reverts == null ? null : reverts.substring(0, Math.min(8, reverts.length())),
                inForce);
    }

    private static Badge badge(ReviewDecision.Action action) {
        return switch (action) {
            case ACCEPT -> new Badge(Level.OK, "accepted");
            case CORRECT -> new Badge(Level.MODERATE, "corrected");
            case REJECT -> new Badge(Level.HIGH, "rejected");
            case REVERT -> new Badge(Level.OFF, "reverted");
        };
    }
}
