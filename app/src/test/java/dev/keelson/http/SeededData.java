package dev.keelson.http;

import dev.keelson.data.ColumnDefinition;
import dev.keelson.data.DataLoad;
import dev.keelson.data.DatasetDifference;
import dev.keelson.data.DatasetGarbage;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.LoadReport;
import dev.keelson.data.Review;
import dev.keelson.data.ReviewDecision;
import dev.keelson.data.RowRule;
import dev.keelson.data.SourceDefinition;
import dev.keelson.data.Sources;
import dev.keelson.data.Validation;
import dev.keelson.data.ValidationReport;
import dev.keelson.data.spi.DatasetStore;
import dev.keelson.data.spi.InMemoryDatasetStore;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.StoredReport;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** A source of four rows, one of which was set aside and one marked, with two versions; held in memory. */
final class SeededData implements DataBackend {
    private static final Instant NOW = Instant.parse("2020-07-06T09:00:00Z");
    private static final String CSV =
            """
            id,date,odds
            a,2020-01-01,2.5
            b,2020-01-02,0.5
            c,2020-01-03,3
            d,2020-01-03,90
            """;

    private final SourceDefinition source = Sources.dated()
            .least("odds", 1.01, ColumnDefinition.OnFail.QUARANTINE)
            .rule("odds < 50", RowRule.OnFail.WARN)
            .block("row_count >= 1")
            .warn("missing(odds) < 10%")
            .build();
    private final InMemoryDatasetStore store = new InMemoryDatasetStore();
    private final List<ReviewDecision> decisions = new ArrayList<>();
    private final List<StoredReport> checks = new ArrayList<>();
    private final @Nullable LoadReport load;

    /** @param loaded whether anything was loaded yet */
    SeededData(boolean loaded) {
        if (!loaded) {
            this.load = null;
            return;
        }
        DataLoad loads = new DataLoad(store);
        loads.load(Sources.read(source, "id,date,odds\na,2020-01-01,2.4\n"), null, NOW.minusSeconds(60));
        this.load = loads.load(Sources.read(source, CSV), null, NOW);
    }

    DatasetStore store() {
        return store;
    }

    @Override
    public List<ValidationReport> checkAll() {
        return List.of(check(null, null));
    }

    @Override
    public ValidationReport check(@Nullable String name, @Nullable String version) {
        ValidationReport report = version == null
                ? new Validation(store).source(source, () -> Sources.read(source, CSV), NOW)
                : new Validation(store).version(source, version(name, version), NOW);
        checks.addFirst(new StoredReport(
                "validation-" + checks.size(),
                "validation",
                "matches",
                NOW,
                report.verdict().name().toLowerCase(Locale.ROOT),
                report.toJson().toString()));
        return report;
    }

    @Override
    public List<StoredReport> checks(@Nullable String name, int limit) {
        return List.copyOf(checks);
    }

    SourceDefinition source() {
        return source;
    }

    /** What the load that is shown did, or null before it. */
    @Nullable LoadReport load() {
        return load;
    }

    @Override
    public List<Review.Item> review(@Nullable String name) {
        return load == null ? List.of() : Review.queue("matches", load.quarantined(), load.marked(), decisions, NOW);
    }

    @Override
    public List<ReviewDecision> decisions(@Nullable String name) {
        return List.copyOf(decisions);
    }

    @Override
    public ReviewDecision decide(
            @Nullable String name,
            String row,
            ReviewDecision.Action action,
            Map<String, String> cells,
            String actor,
            String reason) {
        Review.Item item = review(name).stream()
                .filter(each -> each.id().equals(row))
                .findFirst()
                .orElseThrow(() ->
                        new KeelsonException(ErrorCode.REVIEW_NOT_FOUND, "There is no row (%s).".formatted(row), null));
        ReviewDecision decision = Review.decide(
                "matches", item.row(), action, List.of("id", "date", "odds"), cells, actor, reason, NOW.plusSeconds(1));
        decisions.add(decision);
        return decision;
    }

    @Override
    public ReviewDecision revert(@Nullable String name, String decision, String actor, String reason) {
        ReviewDecision revert = Review.revert(decisions, decision, actor, reason, NOW.plusSeconds(2));
        decisions.add(revert);
        return revert;
    }

    @Override
    public List<DatasetVersion> versions(@Nullable String name) {
        return store.versions("matches");
    }

    @Override
    public SortedMap<String, String> tags(@Nullable String name) {
        return store.tags("matches");
    }

    @Override
    public Optional<DatasetVersion> latest(@Nullable String name) {
        return store.latest("matches");
    }

    @Override
    public DatasetVersion version(@Nullable String name, String version) {
        String id = tags(name).getOrDefault(version, version);
        return (id.equals("latest") ? store.latest("matches") : store.get(id))
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.DATASET_NOT_FOUND, "There is no version (%s).".formatted(version), null));
    }

    @Override
    public DatasetVersion versionAt(@Nullable String name, Instant at) {
        return store.versions("matches").stream()
                .filter(version -> !version.createdAt().isAfter(at))
                .reduce((first, second) -> second)
                .orElseThrow(() ->
                        new KeelsonException(ErrorCode.DATASET_NOT_FOUND, "There was none.", null));
    }

    @Override
    public DatasetDetails details(DatasetVersion version) {
        return new DatasetDetails(version, true, List.of(), store.statistics(version), List.of());
    }

    @Override
    public DatasetDifference difference(@Nullable String name, String before, String after) {
        return DatasetDifference.between(store, version(name, before), version(name, after), 20, true);
    }

    @Override
    public DatasetVersion tag(@Nullable String name, String version, String tag) {
        if (!DatasetVersion.isTag(tag)) {
            throw new KeelsonException(ErrorCode.BAD_REQUEST, "(%s) is no tag.".formatted(tag), null);
        }
        DatasetVersion found = version(name, version);
        store.tag(found, tag);
        return found;
    }

    @Override
    public void untag(@Nullable String name, String tag) {
        store.untag("matches", tag);
    }

    @Override
    public DatasetGarbage collect(@Nullable String name, boolean dryRun) {
        return new DatasetGarbage(List.of("0".repeat(64)), 2, 4096);
    }

    @Override
    public List<LoadReport> load(@Nullable String name) {
        return List.of();
    }
}
