package dev.keelson.features;

import static dev.keelson.features.FeatureEnginePropertyTest.bits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.expression.ArrayRow;
import dev.keelson.expression.FrameRow;
import dev.keelson.features.spi.OnlineStore;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class OnlineFeaturesTest {
    private static final FeatureEngine ENGINE = MatchRows.footballEngine();
    private static final FeatureService SERVICE =
            ENGINE.service(MatchRows.footballService("m", "implied(AvgH, AvgD, AvgA)", "overround(AvgH, AvgD, AvgA)"));

    @Test
    void valuesAreThoseOfHistoryBitForBitInDailySteps() {
        forSeeds(1, seed -> sameAsHistory(seed, new Random(seed), 1, false));
    }

    @Test
    void valuesAreThoseOfHistoryBitForBitInWeeklySteps() {
        forSeeds(4, seed -> sameAsHistory(seed, new Random(seed), 7, false));
    }

    @Test
    void valuesAreThoseOfHistoryBitForBitInRandomSteps() {
        forSeeds(4, seed -> sameAsHistory(seed, new Random(seed), 0, false));
    }

    @Test
    void valuesAreThoseOfHistoryBitForBitWhenEveryStepRestarts() {
        forSeeds(4, seed -> sameAsHistory(seed, new Random(seed), 0, true));
    }

    /** Rows are given when the step begins, so that many of them wait; questions are asked where the step ends. */
    private static void sameAsHistory(long seed, Random random, int stepDays, boolean restart) {
        MatchRows rows = MatchRows.random(seed, 150);
        Frame frame = rows.frame();
        try (OnlineStore store = new InMemoryOnlineStore()) {
            OnlineFeatures online = OnlineFeatures.open(ENGINE, store);
            double day = 0;
            while (day < 350) {
                double next = day + (stepDays > 0 ? stepDays : 15 * random.nextDouble());
                if (restart) {
                    online.flush();
                    online = OnlineFeatures.open(ENGINE, store);
                }
                // a restarted process is given all rows again; another one only those of its step
                online.advance(restart ? frame : happenedBetween(rows, day, next), MatchRows.instant(next));
                MatchRows asked = askedAt(rows, next);
                FeatureTable history = ENGINE.history(frame, asked.frame(), SERVICE);
                FrameRow request = new FrameRow(asked.frame(), SERVICE.requestSchema());
                for (int row = 0; row < history.rows(); row++) {
                    FeatureVector vector = online.get(SERVICE, request.at(row), MatchRows.instant(next));
                    assertThat(bits(vector.values()))
                            .as("seed %d, day %s", seed, next)
                            .isEqualTo(bits(history.row(row)));
                    for (int i = 0; i < vector.statuses().length; i++) {
                        assertThat(vector.statuses()[i]).as("seed %d", seed).isEqualTo(history.statuses()[i][row]);
                    }
                }
                day = next;
            }
        }
    }

    private static Frame happenedBetween(MatchRows rows, double from, double until) {
        MatchRows some = new MatchRows();
        rows.matches.stream()
                .filter(match -> match.eventTime() >= MatchRows.time(from) && match.eventTime() < MatchRows.time(until))
                .forEach(some::add);
        return some.frame();
    }

    /** A few of the rows, asked at another time. */
    private static MatchRows askedAt(MatchRows rows, double day) {
        MatchRows asked = new MatchRows();
        for (int i = 0; i < rows.matches.size(); i += 17) {
            MatchRows.Match m = rows.matches.get(i);
            asked.add(new MatchRows.Match(
                    MatchRows.time(day), m.knownAt(), m.div(), m.home(), m.away(), null, null, m.homeOdds()));
        }
        return asked;
    }

    @Test
    void entityThatStandsInTwoColumnsOfARowIsTold() {
        MatchRows rows = MatchRows.random(5, 200);
        MatchRows.Match known = rows.matches.getFirst();
        MatchRows asked = new MatchRows();
        asked.add(new MatchRows.Match(MatchRows.time(400), MatchRows.time(400), known.div(), known.home(), known.home(), null, null, 2.0));
        asked.add(new MatchRows.Match(MatchRows.time(400), MatchRows.time(400), known.div(), known.home(), known.away(), null, null, 2.0));
        FrameRow request = new FrameRow(asked.frame(), SERVICE.requestSchema());
        try (OnlineStore store = new InMemoryOnlineStore()) {
            OnlineFeatures features = OnlineFeatures.open(ENGINE, store);

            assertThat(features.repeated(SERVICE, request.at(0)))
                    .containsExactly(new RepeatedEntity("team", java.util.Objects.requireNonNull(known.home()), "HomeTeam", "AwayTeam"));
            assertThat(features.repeated(SERVICE, request.at(1))).isEmpty();
        }
    }

    @Test
    void entitiesWithoutHistoryAreTold() {
        MatchRows rows = MatchRows.random(5, 200);
        MatchRows.Match known = rows.matches.getFirst();
        MatchRows asked = new MatchRows();
        asked.add(new MatchRows.Match(MatchRows.time(400), MatchRows.time(400), known.div(), known.home(), "Nobody", null, null, 2.0));
        asked.add(new MatchRows.Match(MatchRows.time(400), MatchRows.time(400), known.div(), known.home(), known.away(), null, null, 2.0));
        asked.add(new MatchRows.Match(MatchRows.time(400), MatchRows.time(400), known.div(), null, known.away(), null, null, 2.0));
        FrameRow request = new FrameRow(asked.frame(), SERVICE.requestSchema());
        try (OnlineStore store = new InMemoryOnlineStore()) {
            OnlineFeatures online = OnlineFeatures.open(ENGINE, store);
            online.advance(rows.frame(), MatchRows.instant(400));
            online.flush();
            OnlineFeatures reopened = OnlineFeatures.open(ENGINE, store);

            for (OnlineFeatures features : List.of(online, reopened)) {
                assertThat(features.unknown(SERVICE, request.at(0)))
                        .containsExactly(new OnlineFeatures.UnknownEntity("team", "AwayTeam", "Nobody"));
                assertThat(features.unknown(SERVICE, request.at(1))).isEmpty();
                assertThat(features.unknown(SERVICE, request.at(2))).isEmpty();
                assertThat(features.keys("team")).contains(known.home(), known.away()).isSorted();
                assertThat(features.keys("stadium")).isEmpty();
            }
        }
    }

    @Test
    void statesDoNotDependOnTheSteps() {
        MatchRows rows = MatchRows.random(5, 200);
        Frame frame = rows.frame();

        Map<String, byte[]> atOnce = statesAfter(frame, List.of(400.0));
        List<Double> days = new ArrayList<>();
        for (double day = 1; day <= 400; day++) {
            days.add(day);
        }
        Map<String, byte[]> daily = statesAfter(frame, days);

        assertThat(daily.keySet()).isEqualTo(atOnce.keySet()).isNotEmpty();
        // behind it stands how it was before, which 400 days at once did not keep
        daily.forEach((key, bytes) -> assertThat(bytes).as(key).startsWith(atOnce.get(key)));
    }

    private static Map<String, byte[]> statesAfter(Frame frame, List<Double> days) {
        Map<String, byte[]> states = new TreeMap<>();
        try (RecordingStore store = new RecordingStore()) {
            OnlineFeatures online = OnlineFeatures.open(ENGINE, store);
            for (double day : days) {
                online.advance(frame, MatchRows.instant(day));
                online.flush();
            }
            store.puts.forEach(
                    put -> states.put(put.view() + "/" + put.key(), put.entry().bytes()));
        }
        return states;
    }

    @Test
    void rowsGivenEarlyWait() {
        MatchRows rows = new MatchRows().add(0, "A", "B", 2, 1).add(3, 9, "A", "C", 0, 0);
        OnlineFeatures online = OnlineFeatures.open(ENGINE, new InMemoryOnlineStore());

        OnlineFeatures.Advance first = online.advance(rows.frame(), MatchRows.instant(5));
        FeatureVector before = online.get(SERVICE, request("A", "Z"), MatchRows.instant(5));
        OnlineFeatures.Advance second = online.advance(new MatchRows().frame(), MatchRows.instant(9));
        OnlineFeatures.Advance third = online.advance(new MatchRows().frame(), MatchRows.instant(9.001));
        FeatureVector after = online.get(SERVICE, request("A", "Z"), MatchRows.instant(10));

        assertThat(first).isEqualTo(new OnlineFeatures.Advance(1, 1, 0));
        assertThat(second).isEqualTo(new OnlineFeatures.Advance(0, 1, 0));
        assertThat(third).isEqualTo(new OnlineFeatures.Advance(1, 0, 0));
        assertThat(before.value("home.team_form.points_last10")).isEqualTo(3);
        assertThat(after.value("home.team_form.points_last10")).isEqualTo(4);
        assertThat(after.value("home.team_form.rest_days")).isEqualTo(7);
        assertThat(after.ageMicros("home.team_form.points_last10")).isEqualTo(7 * Micros.PER_DAY);
        assertThat(after.ageMicros("implied_AvgH")).isEqualTo(FeatureVector.NO_AGE);
        assertThat(after.status("away.team_form.rest_days")).isEqualTo(FeatureStatus.NOT_FOUND);
    }

    @Test
    void rowsGivenTwiceCountOnce() {
        MatchRows rows =
                new MatchRows().add(0, "A", "B", 2, 1).add(3, "A", "C", 0, 0).add(20, "A", "D", 1, 0);
        OnlineFeatures online = OnlineFeatures.open(ENGINE, new InMemoryOnlineStore());

        online.advance(rows.frame(), MatchRows.instant(10));
        OnlineFeatures.Advance again = online.advance(rows.frame(), MatchRows.instant(10));
        OnlineFeatures.Advance earlier = online.advance(rows.frame(), MatchRows.instant(2));
        online.advance(rows.frame(), MatchRows.instant(30));

        assertThat(again).isEqualTo(new OnlineFeatures.Advance(0, 1, 2));
        assertThat(earlier).isEqualTo(new OnlineFeatures.Advance(0, 1, 2));
        assertThat(online.watermark()).contains(MatchRows.instant(30));
        assertThat(online.get(SERVICE, request("A", "Z"), MatchRows.instant(30)).value("home.team_form.points_last10"))
                .isEqualTo(7);
    }

    @Test
    void waitingRowIsReplacedByOneWithItsKey() {
        OnlineFeatures online = OnlineFeatures.open(ENGINE, new InMemoryOnlineStore());

        online.advance(new MatchRows().add(0, "A", "B", 0, 1).frame(), MatchRows.instant(0.5));
        online.advance(new MatchRows().add(0, "A", "B", 1, 0).frame(), MatchRows.instant(0.6));
        online.advance(new MatchRows().frame(), MatchRows.instant(2));

        assertThat(online.get(SERVICE, request("A", "Z"), MatchRows.instant(2)).value("home.team_form.points_last10"))
                .isEqualTo(3);
    }

    @Test
    void questionBeforeWhatAnEntityContainsIsRefusedUnlessTheLatestIsWanted() {
        OnlineFeatures online = OnlineFeatures.open(ENGINE, new InMemoryOnlineStore());
        online.advance(new MatchRows().add(0, "A", "B", 0, 1).frame(), MatchRows.instant(5));

        FeatureVector latest = online.latest(SERVICE, request("A", "B"), MatchRows.instant(4));

        assertThat(latest.asOf()).isEqualTo(MatchRows.instant(5));
        assertThatThrownBy(() -> online.get(SERVICE, request("A", "B"), MatchRows.instant(0)))
                .isInstanceOfSatisfying(
                        KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_REQUEST))
                .hasMessageContaining("as of 2020-01-01T00:00:00Z")
                .hasMessageContaining("`A` of the view (team_form)")
                .hasMessageContaining("/api/v1/features/history");
    }

    @Test
    void questionBeforeTheWatermarkIsAnsweredAsHistoryDoesWhereTheEntityHasNothingNewer() {
        Frame frame = MatchRows.random(4, 120).frame();
        OnlineFeatures online = OnlineFeatures.open(ENGINE, new InMemoryOnlineStore());
        online.advance(frame, MatchRows.instant(1_000));
        int answered = 0;
        int refused = 0;

        for (double day = 270; day < 345; day += 2.5) {
            for (int team = 0; team < 7; team++) {
                String home = "team" + team;
                String away = "team" + (team + 1);
                try {
                    double[] values = online.get(SERVICE, request(home, away), MatchRows.instant(day)).values();
                    MatchRows asked = new MatchRows().add(day, home, away, 0, 0);
                    assertThat(bits(values))
                            .isEqualTo(bits(ENGINE.history(frame, asked.frame(), SERVICE).row(0)));
                    answered++;
                } catch (KeelsonException e) {
                    refused++;
                }
            }
        }

        assertThat(answered).isPositive();
        assertThat(refused).isPositive();
    }

    @Test
    void midnightIsAnsweredAsHistoryDoesWhenWhatBecameKnownAtItIsContained() {
        forSeeds(4, seed -> atMidnight(seed, false));
    }

    @Test
    void midnightIsAnsweredAsHistoryDoesAfterRestarts() {
        forSeeds(2, seed -> atMidnight(seed, true));
    }

    /** Rows are known at midnight, applied in the morning, and asked about as of that midnight. */
    private static void atMidnight(long seed, boolean restart) {
        MatchRows rows = MatchRows.random(seed, 150);
        Frame frame = rows.frame();
        int contained = 0;
        try (OnlineStore store = new InMemoryOnlineStore()) {
            OnlineFeatures online = OnlineFeatures.open(ENGINE, store);
            for (int day = 1; day < 320; day++) {
                online.advance(restart ? frame : happenedBetween(rows, day - 1, day), MatchRows.instant(day + 0.4));
                if (restart) {
                    online.flush();
                    online = OnlineFeatures.open(ENGINE, store);
                }
                long midnight = MatchRows.time(day);
                contained += (int) rows.matches.stream()
                        .filter(match -> match.knownAt() == midnight)
                        .count();
                MatchRows asked = askedAt(rows, day);
                FeatureTable history = ENGINE.history(frame, asked.frame(), SERVICE);
                FrameRow request = new FrameRow(asked.frame(), SERVICE.requestSchema());
                for (int row = 0; row < history.rows(); row++) {
                    FeatureVector vector = online.get(SERVICE, request.at(row), MatchRows.instant(day));
                    assertThat(bits(vector.values())).as("seed %d, day %d", seed, day).isEqualTo(bits(history.row(row)));
                    for (int i = 0; i < vector.statuses().length; i++) {
                        assertThat(vector.statuses()[i]).as("seed %d", seed).isEqualTo(history.statuses()[i][row]);
                    }
                }
            }
        }
        assertThat(contained).isGreaterThan(50);
    }

    @Test
    void whatBecameKnownLongBeforeTheEndOfAnAdvanceIsNotHeldTwice() {
        InMemoryOnlineStore store = new InMemoryOnlineStore();
        OnlineFeatures online = OnlineFeatures.open(ENGINE, store);
        online.advance(new MatchRows().add(0, "A", "B", 0, 1).add(3, "C", "D", 0, 1).frame(), MatchRows.instant(4.5));
        online.flush();

        assertThat(bytesOf(store, "C")).isGreaterThan(bytesOf(store, "A"));
        online.get(SERVICE, request("C", "D"), MatchRows.instant(4));
        assertThatThrownBy(() -> online.get(SERVICE, request("A", "B"), MatchRows.instant(1)))
                .hasMessageContaining("`A` of the view (team_form)");
    }

    private static int bytesOf(OnlineStore store, String team) {
        return store.views().stream()
                .filter(name -> name.startsWith("team_form"))
                .flatMap(name -> store.get(name, team).stream())
                .mapToInt(entry -> entry.bytes().length)
                .sum();
    }

    @Test
    void stateOfTheFormerFormIsRead() {
        InMemoryOnlineStore store = new InMemoryOnlineStore();
        OnlineFeatures online = OnlineFeatures.open(ENGINE, store);
        online.advance(new MatchRows().add(0, "A", "B", 0, 1).frame(), MatchRows.instant(30));
        online.flush();
        double[] values = online.get(SERVICE, request("A", "B"), MatchRows.instant(31)).values();
        for (String view : store.views()) {
            for (String key : store.keys(view)) {
                OnlineStore.Entry entry = store.get(view, key).orElseThrow();
                byte[] former = entry.bytes().clone();
                former[0] = 1;
                store.putAll(
                        List.of(new OnlineStore.Put(
                                view, key, new OnlineStore.Entry(former, entry.knownAt(), entry.eventTime()))),
                        Map.of());
            }
        }

        OnlineFeatures reopened = OnlineFeatures.open(ENGINE, store);

        assertThat(bits(reopened.get(SERVICE, request("A", "B"), MatchRows.instant(31)).values()))
                .isEqualTo(bits(values));
    }

    @Test
    void pushedRowDoesNotStandInTheWayOfQuestionsBeforeIt() {
        Frame loaded = new MatchRows().add(0, "A", "B", 3, 1).add(2, "C", "A", 1, 1).frame();
        OnlineFeatures online = OnlineFeatures.open(ENGINE, new InMemoryOnlineStore());
        online.advance(loaded, MatchRows.instant(4));
        MatchRows both = new MatchRows().add(6, "A", "C", 0, 2).add(9, "B", "A", 5, 0);
        online.push(MatchRows.SOURCE.name(), both.frame(), MatchRows.instant(30));

        for (double day : new double[] {5, 6.5, 8, 9.9, 20}) {
            MatchRows asked = new MatchRows().add(day, "A", "B", 0, 0);
            MatchRows all = new MatchRows()
                    .add(0, "A", "B", 3, 1)
                    .add(2, "C", "A", 1, 1)
                    .add(6, "A", "C", 0, 2)
                    .add(9, "B", "A", 5, 0);
            assertThat(bits(online.get(SERVICE, request("A", "B"), MatchRows.instant(day)).values()))
                    .as("day %s", day)
                    .isEqualTo(bits(ENGINE.history(all.frame(), asked.frame(), SERVICE).row(0)));
        }
    }

    @Test
    void changedViewStartsEmptyAndOthersGoOn() {
        Frame frame = MatchRows.random(3, 80).frame();
        InMemoryOnlineStore store = new InMemoryOnlineStore();
        OnlineFeatures old = OnlineFeatures.open(ENGINE, store);
        old.advance(frame, MatchRows.instant(400));
        old.flush();
        List<FeatureViewDefinition> changed = new ArrayList<>(MatchRows.footballViews());
        changed.set(1, MatchRows.ratings("elo(home = HomeTeam, away = AwayTeam, result = FTR, k = 30)"));
        FeatureEngine engine = FeatureEngine.of(changed, MatchRows.ENTITIES, List.of(MatchRows.SOURCE));
        FeatureService service = engine.service(MatchRows.footballService("m"));

        OnlineFeatures online = OnlineFeatures.open(engine, store);

        assertThat(online.watermark()).isEmpty();
        OnlineFeatures.Advance advance = online.advance(frame, MatchRows.instant(400));
        assertThat(advance.applied()).isEqualTo(frame.rows());
        MatchRows asked = new MatchRows().add(400, "team1", "team2", 0, 0);
        assertThat(bits(online.get(service, new FrameRow(asked.frame(), MatchRows.SCHEMA).at(0), MatchRows.instant(400))
                        .values()))
                .isEqualTo(bits(engine.history(frame, asked.frame(), service).row(0)));
        online.flush();
        assertThat(online.removeOthers()).isEqualTo(1);
        assertThat(store.views()).hasSize(3);
    }

    @Test
    void flushWritesOnlyWhatChanged() {
        OnlineFeatures online = OnlineFeatures.open(ENGINE, new InMemoryOnlineStore());
        online.advance(
                new MatchRows().add(0, "A", "B", 0, 1).add(4, "C", "D", 1, 1).frame(), MatchRows.instant(3));

        int first = online.flush();
        int none = online.flush();
        online.advance(new MatchRows().frame(), MatchRows.instant(6));
        int second = online.flush();

        // two views of two teams, and one league
        assertThat(first).isEqualTo(5);
        assertThat(none).isZero();
        assertThat(second).isEqualTo(5);
    }

    @Test
    void damagedStateIsReported() {
        InMemoryOnlineStore store = new InMemoryOnlineStore();
        OnlineFeatures online = OnlineFeatures.open(ENGINE, store);
        online.advance(new MatchRows().add(0, "A", "B", 0, 1).frame(), MatchRows.instant(3));
        online.flush();
        String view = store.views().stream()
                .filter(name -> name.startsWith("team_form"))
                .findFirst()
                .orElseThrow();
        OnlineStore.Entry entry = store.get(view, "A").orElseThrow();
        byte[] cut = Arrays.copyOf(entry.bytes(), entry.bytes().length - 3);
        store.putAll(
                List.of(new OnlineStore.Put(view, "A", new OnlineStore.Entry(cut, entry.knownAt(), entry.eventTime()))),
                Map.of());

        OnlineFeatures reopened = OnlineFeatures.open(ENGINE, store);

        assertThatThrownBy(() -> reopened.get(SERVICE, request("A", "B"), MatchRows.instant(3)))
                .isInstanceOfSatisfying(
                        KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_DAMAGED))
                .hasMessageContaining("team_form")
                .hasMessageContaining("(A)");
    }

    @Test
    void readersSeeAllOfAnAdvanceOrNothing() throws InterruptedException {
        FeatureEngine engine = FeatureEngine.of(
                List.of(
                        MatchRows.teamView(null, "n", "count(*) over last 1000 events"),
                        MatchRows.leagueView("n", "count(*) over 1000d")),
                MatchRows.ENTITIES,
                List.of(MatchRows.SOURCE));
        FeatureService service = engine.service(
                MatchRows.service("m", MatchRows.located("home.team_form.n", "league.league_odds.n"), Map.of()));
        OnlineFeatures online = OnlineFeatures.open(engine, new InMemoryOnlineStore());
        online.advance(new MatchRows().add(0, "A", "B", 0, 1).frame(), MatchRows.instant(2));
        AtomicReference<@Nullable String> torn = new AtomicReference<>();
        Thread reader = Thread.ofPlatform().start(() -> {
            double seen = 0;
            while (seen < 200 && torn.get() == null) {
                FeatureVector vector = online.latest(service, request("A", "B"), MatchRows.instant(0));
                seen = vector.value("home.team_form.n");
                if (seen != vector.value("league.league_odds.n")) {
                    torn.set(vector.toString());
                }
            }
        });

        for (int day = 2; day <= 200; day++) {
            online.advance(new MatchRows().add(day, "A", "B", 0, 1).frame(), MatchRows.instant(day + 1.5));
        }
        reader.join();

        assertThat(torn.get()).isNull();
    }

    private static ArrayRow request(String home, String away) {
        ArrayRow row = new ArrayRow(MatchRows.SCHEMA);
        return row.setText(0, "E0")
                .setText(2, home)
                .setText(3, away)
                .setDouble(7, 2)
                .setDouble(8, 3.5)
                .setDouble(9, 3.5);
    }

    private static void forSeeds(int count, LongConsumer test) {
        for (long seed = 0; seed < count; seed++) {
            test.accept(seed);
        }
    }

    /** Keeps what is put, the latest of each key. */
    private static final class RecordingStore implements OnlineStore {
        private final InMemoryOnlineStore store = new InMemoryOnlineStore();
        private final List<Put> puts = new ArrayList<>();

        @Override
        public Optional<Entry> get(String view, String key) {
            return store.get(view, key);
        }

        @Override
        public void putAll(List<Put> added, Map<String, Instant> watermarks, Map<String, String> notes) {
            store.putAll(added, watermarks, notes);
            puts.addAll(added);
            puts.sort(Comparator.comparing(Put::view).thenComparing(Put::key));
        }

        @Override
        public List<String> keys(String view) {
            return store.keys(view);
        }

        @Override
        public Optional<Instant> watermark(String view) {
            return store.watermark(view);
        }

        @Override
        public Optional<String> note(String view) {
            return store.note(view);
        }

        @Override
        public Optional<Instant> newestEvent(String view) {
            return store.newestEvent(view);
        }

        @Override
        public Size size(String view) {
            return store.size(view);
        }

        @Override
        public void rename(String view, String newName) {
            store.rename(view, newName);
        }

        @Override
        public List<String> views() {
            return store.views();
        }

        @Override
        public void remove(String view) {
            store.remove(view);
        }

        @Override
        public void close() {
            store.close();
        }
    }
}
