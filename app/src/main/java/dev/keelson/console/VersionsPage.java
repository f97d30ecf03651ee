package dev.keelson.console;

import dev.keelson.console.view.Badge;
import dev.keelson.console.view.Badge.Level;
import dev.keelson.console.view.DifferenceView;
import dev.keelson.console.view.Fact;
import dev.keelson.console.view.Markup;
import dev.keelson.console.view.Shell;
import dev.keelson.console.view.VersionView;
import dev.keelson.console.view.VersionsView;
import dev.keelson.data.ColumnStatistics;
import dev.keelson.data.DatasetDifference;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.SourceDefinition;
import dev.keelson.http.Backend;
import dev.keelson.http.DatasetDetails;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The versions of the data: all of them, one, and how two differ. */
final class VersionsPage {
    private static final int SHOWN = 100;

    private final Backend backend;
    private final ZoneId zone;

    VersionsPage(Backend backend) {
        this.backend = backend;
        this.zone = backend.project().zone();
    }

    // ---- all

    VersionsView view(Shell shell) {
        return new VersionsView(
                shell,
                backend.project().sources().stream()
                        .map(source -> source(source.name()))
                        .toList());
    }

    private VersionsView.Source source(String name) {
        List<DatasetVersion> versions = backend.data().versions(name);
        Map<String, String> tags = backend.data().tags(name);
        String latest = backend.data().latest(name).map(DatasetVersion::id).orElse("");
        Map<String, DatasetVersion> byId = new HashMap<>();
        versions.forEach(version -> byId.put(version.id(), version));
        List<VersionsView.Row> rows = new ArrayList<>();
        for (DatasetVersion version : versions.reversed().stream().limit(SHOWN).toList()) {
            DatasetVersion before = version.parent() == null ? null : byId.get(version.parent());
            rows.add(new VersionsView.Row(
                    version.shortId(),
                    Text.minute(version.createdAt(), zone),
                    Text.count(version.rows()),
                    before == null ? "" : String.format(Locale.ROOT, "%+,d", version.rows() - before.rows()),
                    Text.day(version.firstEvent(), zone),
                    Text.day(version.lastEvent(), zone),
                    Stream.concat(
                                    version.id().equals(latest) ? Stream.of("latest") : Stream.empty(),
                                    tags.entrySet().stream()
                                            .filter(tag -> tag.getValue().equals(version.id()))
                                            .map(Map.Entry::getKey))
                            .toList(),
                    before == null ? "" : before.shortId()));
        }
        List<String> choices = new ArrayList<>(tags.keySet());
        rows.forEach(row -> choices.add(row.id()));
        return new VersionsView.Source(
                name,
                rows,
                choices,
                versions.size() > SHOWN
                        ? "The newest %d of %s versions.".formatted(SHOWN, Text.count(versions.size()))
                        : "");
    }

    // ---- one

    VersionView one(Shell shell, String source, String name) {
        SourceDefinition definition = QualityPage.find(backend, source);
        DatasetVersion version = backend.data().version(definition.name(), name);
        DatasetDetails details = backend.data().details(version);
        String parent = version.parent();
        List<Fact> facts = new ArrayList<>();
        facts.add(Fact.of("Made", Text.minute(version.createdAt(), zone)));
        facts.add(Fact.of("Rows", Text.count(version.rows())));
        facts.add(Fact.of(
                "Events",
                Text.day(version.firstEvent(), zone) + " to " + Text.day(version.lastEvent(), zone)));
        facts.add(Fact.of("Last row known", Text.minute(version.watermark(), zone)));
        facts.add(Fact.of("Key", String.join(", ", version.key())));
        facts.add(Fact.of("Latest", details.latest() ? "yes" : "no"));
        facts.add(new Fact("Id", version.id(), true));
        return new VersionView(
                shell,
                source,
                version.shortId(),
                facts,
                tags(source, version),
                details.statistics().stream().map(VersionsPage::column).toList(),
                version.partitions().reversed().stream()
                        .map(part -> new VersionView.Month(
                                part.month().toString(),
                                Text.count(part.rows()),
                                part.digest().substring(0, 12)))
                        .toList(),
                parent == null ? null : compare(source, parent.substring(0, 12), version.shortId()));
    }

    private List<String> tags(String source, DatasetVersion version) {
        return backend.data().tags(source).entrySet().stream()
                .filter(tag -> tag.getValue().equals(version.id()))
                .map(Map.Entry::getKey)
                .toList();
    }

    static String compare(String source, String before, String after) {
        return "/data/" + source + "/diff?before=" + Paging.encoded(before) + "&after=" + Paging.encoded(after);
    }

    private static VersionView.Column column(ColumnStatistics column) {
        return new VersionView.Column(
                column.column(),
                column.type().name().toLowerCase(Locale.ROOT),
                Text.percent(column.missingShare()),
                Text.count(column.distinct()),
                Spread.of(column),
                column.least() == null ? Text.NONE : column.least(),
                column.quantiles().isEmpty() ? Text.NONE : Text.short3(column.quantiles().get(3)),
                Text.short3(column.mean()),
                Text.short3(column.std()),
                column.greatest() == null ? Text.NONE : column.greatest());
    }

    // ---- two

    DifferenceView difference(Shell shell, String source, String before, String after) {
        SourceDefinition definition = QualityPage.find(backend, source);
        DatasetDifference difference = backend.data().difference(definition.name(), before, after);
        List<Fact> facts = new ArrayList<>();
        facts.add(Fact.of("Rows before", Text.count(difference.before().rows())));
        facts.add(Fact.of("Rows after", Text.count(difference.after().rows())));
        facts.add(Fact.of("Added", Text.count(difference.added())));
        facts.add(Fact.of("Removed", Text.count(difference.removed())));
        facts.add(Fact.of("Changed", Text.count(difference.changed())));
        return new DifferenceView(
                shell,
                source,
                before,
                after,
                facts,
                difference.same(),
                difference.columnChanges(),
                difference.examples().stream().map(VersionsPage::example).toList(),
                difference.statistics().stream()
                        .map(pair -> pair(
                                pair, difference.changedCells().getOrDefault(pair.column(), 0L)))
                        .toList());
    }

    private static DifferenceView.Example example(DatasetDifference.Example example) {
        List<String> cells = new ArrayList<>();
        example.cells()
                .forEach((column, texts) -> cells.add("%s: %s → %s".formatted(column, texts.getFirst(), texts.getLast())));
        Badge kind =
                switch (example.kind()) {
                    case ADDED -> new Badge(Level.OK, "added");
                    case REMOVED -> new Badge(Level.HIGH, "removed");
                    case CHANGED -> new Badge(Level.MODERATE, "changed");
                };
        return new DifferenceView.Example(kind, example.key(), cells);
    }

    private static DifferenceView.Pair pair(DatasetDifference.Pair pair, long changed) {
        ColumnStatistics before = pair.before();
        ColumnStatistics after = pair.after();
        double low = Math.min(end(before, true), end(after, true));
        double high = Math.max(end(before, false), end(after, false));
        return new DifferenceView.Pair(
                pair.column(),
                Text.count(changed),
                change(before, after, column -> Text.percent(column.missingShare())),
                change(before, after, column -> Text.count(column.distinct())),
                change(before, after, column -> Text.short3(column.mean())),
                picture(before, low, high),
                picture(after, low, high));
    }

    /** The lower or the upper end of what is drawn of a column; never the one that decides when nothing is drawn. */
    private static double end(@Nullable ColumnStatistics column, boolean lower) {
        if (column == null || column.quantiles().isEmpty()) {
            return lower ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
        }
        return lower ? column.quantiles().getFirst() : column.quantiles().getLast();
    }

    private static Markup picture(@Nullable ColumnStatistics column, double low, double high) {
        if (column == null) {
            return Markup.EMPTY;
        }
        return column.quantiles().isEmpty() ? Spread.of(column) : Spread.box(column, low, high);
    }

    private static String change(
            @Nullable ColumnStatistics before,
            @Nullable ColumnStatistics after,
            Function<ColumnStatistics, String> value) {
        String was = before == null ? Text.NONE : value.apply(before);
        String is = after == null ? Text.NONE : value.apply(after);
        return was.equals(is) ? is : was + " → " + is;
    }
}
