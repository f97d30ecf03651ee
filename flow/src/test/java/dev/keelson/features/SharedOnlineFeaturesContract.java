package dev.keelson.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.keelson.data.DatasetVersion;
import dev.keelson.data.spi.InMemoryDatasetStore;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.expression.FrameRow;
import dev.keelson.features.Materialization.Outcome;
import dev.keelson.features.Materialization.Request;
import dev.keelson.features.spi.SharedOnlineStore;
import dev.keelson.frame.Frame;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What two processes see of each other in an online store that they share. */
public abstract class SharedOnlineFeaturesContract {
    private static final FeatureEngine ENGINE = MatchRows.footballEngine();
    private static final FeatureService SERVICE = ENGINE.service(MatchRows.footballService("m"));

    private final InMemoryDatasetStore datasets = new InMemoryDatasetStore();
    private final List<SharedOnlineStore> stores = new ArrayList<>();
    private OnlineFeatures one;
    private OnlineFeatures other;

    /**
     * A store on a server.
     *
     * @param fresh whether it is a new, empty one; else the last one, opened once more
     */
    protected abstract SharedOnlineStore open(boolean fresh);

    @BeforeEach
    void openTwice() {
        one = OnlineFeatures.open(ENGINE, opened(true));
        other = OnlineFeatures.open(ENGINE, opened(false), 3);
    }

    private SharedOnlineStore opened(boolean fresh) {
        SharedOnlineStore store = open(fresh);
        stores.add(store);
        return store;
    }

    @AfterEach
    void close() {
        stores.forEach(SharedOnlineStore::close);
    }

    @Test
    void whatOneMaterializesTheOtherReadsNext() {
        MatchRows rows = MatchRows.random(7, 200);
        assertThat(vector(other, 400).statuses()).contains(FeatureStatus.NOT_FOUND.code());

        materialize(one, rows, 150, 40);
        assertSameAsHistory(other, before(rows, 150), "after the first");
        materialize(one, rows, 400, 40);

        assertSameAsHistory(other, rows, "after the second");
        assertSameAsHistory(one, rows, "who wrote it");
        assertThat(other.status("ratings").watermark()).isEqualTo(one.status("ratings").watermark());
    }

    @Test
    void processesTakeTurnsAndEachRowCountsOnce() {
        MatchRows rows = MatchRows.random(8, 200);

        for (int day = 50; day <= 400; day += 50) {
            materialize(day % 100 == 0 ? one : other, rows, day, 15);
        }

        assertSameAsHistory(one, rows, "one");
        assertSameAsHistory(other, rows, "other");
        assertSameAsHistory(OnlineFeatures.open(ENGINE, opened(false)), rows, "a third");
    }

    @Test
    void ofTwoWhoMaterializeAtOnceOneIsToldAndNoRowCountsTwice() {
        MatchRows rows = MatchRows.random(9, 200);
        DatasetVersion version = TestDatasets.put(datasets, rows);
        AtomicBoolean met = new AtomicBoolean();

        KeelsonException told = catchThrowableOfType(
                KeelsonException.class,
                () -> new Materialization(datasets, 30)
                        .run(one, Map.of("matches", version), Request.INCREMENTAL, (source, done, total) -> {
                            if (!met.getAndSet(true)) {
                                materialize(other, version, 30);
                            }
                        }));

        assertThat(told.code()).isEqualTo(ErrorCode.STORE_CHANGED);
        assertSameAsHistory(one, rows, "who was told");
        assertSameAsHistory(other, rows, "who won");
        assertThat(materialize(one, version, 30)).extracting(Outcome::rows).containsOnly(0L);
    }

    @Test
    void killedMaterializationIsEndedByTheOther() {
        MatchRows rows = MatchRows.random(10, 200);
        DatasetVersion version = TestDatasets.put(datasets, rows);
        try {
            new Materialization(datasets, 30)
                    .run(one, Map.of("matches", version), Request.INCREMENTAL, (source, done, total) -> {
                        if (done >= 90) {
                            throw new IllegalStateException("killed");
                        }
                    });
        } catch (IllegalStateException e) {
            assertThat(e).hasMessage("killed");
        }

        List<Outcome> outcomes = materialize(other, version, 30);

        assertThat(outcomes).allSatisfy(outcome -> assertThat(outcome.rows()).isLessThan(rows.matches.size()));
        assertSameAsHistory(other, rows, "ended");
        assertSameAsHistory(one, rows, "seen by the first");
    }

    @Test
    void readerBesideAMaterializationSeesWholeSlices() throws InterruptedException {
        MatchRows rows = MatchRows.random(12, 150);
        DatasetVersion version = TestDatasets.put(datasets, rows);
        List<long[]> allowed = new ArrayList<>();
        OnlineFeatures alone = OnlineFeatures.open(ENGINE, new InMemoryOnlineStore());
        allowed.add(bits(vector(alone, 400).values()));
        new Materialization(datasets, 10).run(alone, Map.of("matches", version), Request.INCREMENTAL, (s, done, total) ->
                allowed.add(bits(vector(alone, 400).values())));
        AtomicBoolean ended = new AtomicBoolean();
        AtomicReference<@Nullable Throwable> wrong = new AtomicReference<>();
        Thread reader = Thread.ofPlatform().start(() -> {
            try {
                while (!ended.get()) {
                    assertThat(allowed).contains(bits(vector(other, 400).values()));
                }
            } catch (Throwable e) {
                wrong.set(e);
            }
        });

        materialize(one, version, 10);
        ended.set(true);
        reader.join();

        assertThat(wrong.get()).isNull();
        assertSameAsHistory(other, rows, "at the end");
    }

    @Test
    void pushIsSeenByTheNextReadOfTheOther() {
        MatchRows rows = MatchRows.random(61, 100);
        materialize(one, rows, 400, 40);
        relay(one, MatchRows.instant(400.5));
        relay(other, MatchRows.instant(400.5));
        MatchRows fresh = new MatchRows();

        for (int push = 0; push < 5; push++) {
            fresh.add(399 + push / 10.0, "team" + push, "team" + (push + 1), 4, 0);
            pushed.add(fresh.matches.getLast());
            stores.getFirst().pushes().append("matches", true, false, MatchRows.instant(400), 0, "");
            MatchRows all = new MatchRows();
            all.matches.addAll(rows.matches);
            all.matches.addAll(fresh.matches);

            assertSameAsHistory(push % 2 == 0 ? other : one, all, 400.5, "push " + push);
        }
        assertThat(other.status("ratings").pushed()).isEqualTo(5);
    }

    @Test
    void viewThatIsGoneFailsClosedUntilItIsFilledAgain() {
        MatchRows rows = MatchRows.random(13, 100);
        materialize(one, rows, 400, 40);
        assertSameAsHistory(other, rows, "before");

        stores.getFirst().views().forEach(stores.getFirst()::remove);

        KeelsonException failure = catchThrowableOfType(KeelsonException.class, () -> vector(other, 400));
        assertThat(failure.code()).isEqualTo(ErrorCode.STORE_CHANGED);
        materialize(other, rows, 400, 40);
        assertSameAsHistory(other, rows, "filled again");
        assertSameAsHistory(one, rows, "seen by the first");
    }

    @Test
    void valueOlderThanTheTimeToLiveIsStale() {
        FeatureEngine engine = FeatureEngine.of(
                List.of(MatchRows.teamView(Duration.ofDays(30), "played", "count(*) over last 3 events")),
                MatchRows.ENTITIES,
                List.of(MatchRows.SOURCE));
        OnlineFeatures filled = OnlineFeatures.open(engine, opened(true));
        OnlineFeatures reads = OnlineFeatures.open(engine, opened(false));
        DatasetVersion version = TestDatasets.put(datasets, new MatchRows().add(10, "A", "B", 1, 0));
        materialize(filled, version, 10);
        String view = engine.viewNames().getFirst();

        assertThat(status(reads, view, 40)).isEqualTo(FeatureStatus.PRESENT.code());
        assertThat(status(reads, view, 40.001)).isEqualTo(FeatureStatus.STALE.code());
    }

    private static byte status(OnlineFeatures features, String view, double day) {
        return features.read(
                        List.of(new OnlineFeatures.Wanted(view, List.of("played"), List.of("A"))),
                        MatchRows.instant(day))
                .getFirst()
                .getFirst()
                .statuses()[0];
    }

    /** What the application does: numbers of pushes stand for rows that are kept elsewhere. */
    private void relay(OnlineFeatures features, Instant now) {
        features.pushedElsewhere(all -> {
            List<OnlineFeatures.Pushed> rows = new ArrayList<>();
            for (MatchRows.Match match : pushed) {
                MatchRows row = new MatchRows();
                row.add(match);
                rows.add(new OnlineFeatures.Pushed("matches", row.frame()));
            }
            int[] counted = features.lay(rows, all, now);
            assertThat(counted).hasSize(rows.size());
        });
    }

    private final List<MatchRows.Match> pushed = new ArrayList<>();

    private List<Outcome> materialize(OnlineFeatures online, MatchRows rows, double until, int slice) {
        return materialize(online, TestDatasets.put(datasets, before(rows, until)), slice);
    }

    private List<Outcome> materialize(OnlineFeatures online, DatasetVersion version, int slice) {
        return new Materialization(datasets, slice)
                .run(online, Map.of("matches", version), Request.INCREMENTAL, (source, done, total) -> {});
    }

    private static MatchRows before(MatchRows rows, double day) {
        MatchRows some = new MatchRows();
        rows.matches.stream()
                .filter(match -> match.knownAt() < MatchRows.time(day))
                .forEach(some::add);
        return some;
    }

    private static FeatureVector vector(OnlineFeatures online, double day) {
        MatchRows asked = new MatchRows().add(day, "team1", "team2", 0, 0);
        return online.latest(SERVICE, new FrameRow(asked.frame(), MatchRows.SCHEMA).at(0), MatchRows.instant(day));
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
            FeatureVector vector = online.latest(SERVICE, row.at(i), MatchRows.instant(day));
            assertThat(bits(vector.values())).as(what).isEqualTo(bits(history.row(i)));
        }
    }

    private static long[] bits(double[] values) {
        return Arrays.stream(values).mapToLong(Double::doubleToRawLongBits).toArray();
    }
}
