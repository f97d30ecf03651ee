package dev.keelson.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.data.DatasetVersion;
import dev.keelson.data.spi.InMemoryDatasetStore;
import dev.keelson.expression.FrameRow;
import dev.keelson.features.Materialization.Outcome;
import dev.keelson.features.Materialization.Request;
import dev.keelson.frame.Frame;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

final class MaterializationTest {
    private static final FeatureEngine ENGINE = MatchRows.footballEngine();
    private static final FeatureService SERVICE = ENGINE.service(MatchRows.footballService("m"));

    private final InMemoryDatasetStore datasets = new InMemoryDatasetStore();
    private final InMemoryOnlineStore store = new InMemoryOnlineStore();

    @Test
    void sliceBySliceGivesTheValuesOfHistory() {
        for (long seed = 0; seed < 30; seed++) {
            InMemoryOnlineStore fresh = new InMemoryOnlineStore();
            MatchRows rows = MatchRows.random(seed, 150);
            OnlineFeatures online = OnlineFeatures.open(ENGINE, fresh, 3);

            List<Outcome> outcomes = materialize(online, version(rows, match -> true), 1 + (int) (seed % 40));

            assertThat(outcomes).hasSize(3).allSatisfy(outcome -> {
                assertThat(outcome.rows()).isEqualTo(rows.matches.size());
                assertThat(outcome.filledAnew()).isFalse();
            });
            assertSameAsHistory(OnlineFeatures.open(ENGINE, fresh, 2), rows, "seed " + seed);
        }
    }

    @Test
    void rowsOfOneKnownTimeAreAppliedMonthByMonth() {
        MatchRows rows = new MatchRows();
        for (MatchRows.Match match : MatchRows.random(5, 200).matches) {
            rows.add(new MatchRows.Match(
                    match.eventTime(),
                    MatchRows.time(320),
                    match.div(),
                    match.home(),
                    match.away(),
                    match.homeGoals(),
                    match.awayGoals(),
                    match.homeOdds()));
        }

        materialize(OnlineFeatures.open(ENGINE, store), version(rows, match -> true), 7);

        assertSameAsHistory(OnlineFeatures.open(ENGINE, store), rows, "one known time");
    }

    @Test
    void nextVersionGoesOnFromTheWatermarkWithLateRows() {
        MatchRows rows = MatchRows.random(11, 200);
        long mark = MatchRows.time(150);
        materialize(OnlineFeatures.open(ENGINE, store), version(rows, match -> match.knownAt() < mark), 50);

        List<Outcome> outcomes =
                materialize(OnlineFeatures.open(ENGINE, store), version(rows, match -> true), 50);

        long later =
                rows.matches.stream().filter(match -> match.knownAt() >= mark).count();
        assertThat(outcomes).allSatisfy(outcome -> {
            assertThat(outcome.rows()).isEqualTo(later);
            assertThat(outcome.filledAnew()).isFalse();
        });
        assertSameAsHistory(OnlineFeatures.open(ENGINE, store), rows, "two versions");
    }

    @Test
    void killedMaterializationGoesOnWhereItWas() {
        MatchRows rows = MatchRows.random(21, 200);
        DatasetVersion version = version(rows, match -> true);
        AtomicInteger slices = new AtomicInteger();
        AtomicInteger applied = new AtomicInteger();

        while (slices.get() < 100) {
            try {
                new Materialization(datasets, 20)
                        .run(
                                OnlineFeatures.open(ENGINE, store),
                                Map.of("matches", version),
                                Request.INCREMENTAL,
                                (source, done, total) -> {
                                    slices.incrementAndGet();
                                    if (done < total) {
                                        applied.addAndGet((int) done);
                                        throw new IllegalStateException("killed");
                                    }
                                    applied.addAndGet((int) done);
                                    slices.set(100);
                                });
            } catch (IllegalStateException e) {
                assertThat(e).hasMessage("killed");
            }
        }

        assertThat(applied).hasValue(rows.matches.size());
        assertSameAsHistory(OnlineFeatures.open(ENGINE, store), rows, "killed again and again");
    }

    @Test
    void restatedHistoryIsFilledAnewWhileTheOldServes() {
        MatchRows rows = MatchRows.random(31, 150);
        materialize(OnlineFeatures.open(ENGINE, store), version(rows, match -> true), 40);
        MatchRows changed = new MatchRows();
        changed.matches.addAll(rows.matches);
        MatchRows.Match old = changed.matches.getFirst();
        changed.matches.set(
                0,
                new MatchRows.Match(
                        old.eventTime(), old.knownAt(), old.div(), old.home(), old.away(), 9L, 0L, old.homeOdds()));
        OnlineFeatures online = OnlineFeatures.open(ENGINE, store);

        List<Outcome> outcomes = materialize(online, version(changed, match -> true), 40);

        assertThat(outcomes).allSatisfy(outcome -> assertThat(outcome.filledAnew()).isTrue());
        assertSameAsHistory(online, changed, "restated");
        assertThat(store.views()).hasSize(3);
    }

    @Test
    void nothingNewIsNothingToDo() {
        DatasetVersion version = version(MatchRows.random(41, 60), match -> true);
        materialize(OnlineFeatures.open(ENGINE, store), version, 40);

        List<Outcome> outcomes = materialize(OnlineFeatures.open(ENGINE, store), version, 40);

        assertThat(outcomes).allSatisfy(outcome -> assertThat(outcome.rows()).isZero());
    }

    @Test
    void chosenViewIsFilledFromATimeOn() {
        MatchRows rows = MatchRows.random(51, 100);
        DatasetVersion version = version(rows, match -> true);
        Instant from = MatchRows.instant(100);
        OnlineFeatures online = OnlineFeatures.open(ENGINE, store);

        List<Outcome> outcomes = new Materialization(datasets, 10)
                .run(
                        online,
                        Map.of("matches", version),
                        new Request(List.of("ratings"), from, MatchRows.instant(200), false),
                        (source, done, total) -> {});

        long between = rows.matches.stream()
                .filter(match -> match.knownAt() >= MatchRows.time(100) && match.knownAt() < MatchRows.time(200))
                .count();
        assertThat(outcomes).containsExactly(new Outcome("ratings", between, true, MatchRows.instant(200)));
        assertThat(online.status("team_form").watermark()).isNull();
        assertThatThrownBy(() -> new Request(List.of(), from, from, false))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void pushedRowCountsUntilTheDataHoldsIt() {
        MatchRows rows = MatchRows.random(61, 100);
        OnlineFeatures online = OnlineFeatures.open(ENGINE, store);
        materialize(online, version(rows, match -> true), 40);
        MatchRows fresh = new MatchRows().add(399, "team1", "team2", 4, 0).add(401, "team2", "team3", 1, 1);
        MatchRows first = both(rows, fresh, 1);

        int known = online.push("matches", fresh.frame(), MatchRows.instant(400.5));
        int again = online.push("matches", fresh.frame(), MatchRows.instant(400.5));

        assertThat(known).isEqualTo(2);
        assertThat(again).isEqualTo(2);
        assertThat(online.status("ratings").newestEvent()).isEqualTo(MatchRows.instant(399));
        assertSameAsHistory(online, first, 400.5, "the second row is not known yet");
        MatchRows all = both(rows, fresh, 2);
        assertSameAsHistory(online, all, 402.5, "both are known");
        materialize(online, version(all, match -> true), 40);
        assertThat(online.status("ratings").pushed()).isZero();
        assertSameAsHistory(online, all, 402.5, "the data holds both");
        assertSameAsHistory(OnlineFeatures.open(ENGINE, store), all, 402.5, "after a restart");
    }

    private static MatchRows both(MatchRows rows, MatchRows more, int count) {
        MatchRows both = new MatchRows();
        both.matches.addAll(rows.matches);
        both.matches.addAll(more.matches.subList(0, count));
        return both;
    }

    private List<Outcome> materialize(OnlineFeatures online, DatasetVersion version, int slice) {
        return new Materialization(datasets, slice)
                .run(online, Map.of("matches", version), Request.INCREMENTAL, (source, done, total) -> {});
    }

    private static void assertSameAsHistory(OnlineFeatures online, MatchRows rows, String what) {
        assertSameAsHistory(online, rows, 400, what);
    }

    private static void assertSameAsHistory(OnlineFeatures online, MatchRows rows, double day, String what) {
        MatchRows asked = new MatchRows();
        for (int home = 0; home < 6; home++) {
            asked.add(day, "team" + home, "team" + (home + 1) % 6, 0, 0);
        }
        Frame frame = asked.frame();
        FeatureTable history = ENGINE.history(rows.frame(), frame, SERVICE);
        FrameRow row = new FrameRow(frame, MatchRows.SCHEMA);
        for (int i = 0; i < frame.rows(); i++) {
            FeatureVector vector = online.get(SERVICE, row.at(i), MatchRows.instant(day));
            assertThat(bits(vector.values())).as(what).isEqualTo(bits(history.row(i)));
        }
    }

    private static long[] bits(double[] values) {
        return Arrays.stream(values).mapToLong(Double::doubleToRawLongBits).toArray();
    }

    private DatasetVersion version(MatchRows all, Predicate<MatchRows.Match> kept) {
        MatchRows rows = new MatchRows();
        all.matches.stream().filter(kept).forEach(rows::add);
        return TestDatasets.put(datasets, rows);
    }
}
