package dev.keelson.learn.split;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SplitPropertyTest {

    /** Rows in random order with labels known up to 20 later, in groups of rows near to each other. */
    private static EventTimes times(int n, long seed) {
        Random random = new Random(seed);
        long[] event = new long[n];
        long[] known = new long[n];
        int[] group = new int[n];
        int groups = 20 + random.nextInt(60);
        for (int i = 0; i < n; i++) {
            group[i] = random.nextInt(groups);
            event[i] = group[i] * 10L + random.nextInt(14); // groups overlap in time
            known[i] = event[i] + random.nextInt(21);
            group[i] = (group[i] * 37) % 1_000; // numbers without order in time
        }
        return new EventTimes(event, known, group);
    }

    private static int[] all(int n) {
        return IntStream.range(0, n).toArray();
    }

    private static List<Splitter> splitters() {
        return List.of(
                new KFold(4, true, 7),
                new KFold(3, false, 0),
                new GroupKFold(5),
                new PurgedKFold(4, 20, 20),
                new CombinatorialPurged(6, 2, 25, 20));
    }

    @Test
    void everyRowIsJudgedEquallyOftenAndNeverTrainsWhereItIsJudged() {
        for (long seed = 0; seed < 30; seed++) {
            EventTimes times = times(300, seed);
            for (Splitter splitter : splitters()) {
                int[] judged = new int[300];

                List<Fold> folds = splitter.split(times, all(300));

                for (Fold fold : folds) {
                    boolean[] trains = new boolean[300];
                    for (int row : fold.train()) {
                        trains[row] = true;
                    }
                    for (int row : fold.validation()) {
                        judged[row]++;
                        assertThat(trains[row]).isFalse();
                    }
                    assertThat(times.eventTime()[fold.validation()[0]]).isEqualTo(fold.start());
                    for (int i = 1; i < fold.train().length; i++) {
                        assertThat(times.eventTime()[fold.train()[i]] >= times.eventTime()[fold.train()[i - 1]])
                                .isTrue();
                    }
                }
                int expected = splitter instanceof CombinatorialPurged combinatorial ? combinatorial.paths().length : 1;
                assertThat(judged).as("%s", splitter).containsOnly(expected);
            }
        }
    }

    @Test
    void groupsAreKeptWhole() {
        for (long seed = 0; seed < 30; seed++) {
            EventTimes times = times(300, seed);
            for (Splitter splitter : splitters().subList(2, 5)) {
                for (Fold fold : splitter.split(times, all(300))) {
                    int[] own = IntStream.of(fold.validation())
                            .map(row -> times.day()[row])
                            .distinct()
                            .toArray();
                    boolean shared = IntStream.of(fold.train())
                            .anyMatch(row -> Arrays.stream(own).anyMatch(group -> group == times.day()[row]));
                    assertThat(shared).as("%s, seed %d", splitter, seed).isFalse();
                }
            }
        }
    }

    @Test
    void noTrainingSpanTouchesAValidationBlockOrItsEmbargo() {
        for (long seed = 0; seed < 30; seed++) {
            EventTimes times = times(400, seed);
            CombinatorialPurged splitter = new CombinatorialPurged(5, 2, 22, 20);
            int[][] blocks = Partition.blocks(times, all(400), 5);

            List<Fold> folds = splitter.split(times, all(400));

            for (int f = 0; f < folds.size(); f++) {
                boolean[] mayTrain = new boolean[400];
                Arrays.fill(mayTrain, true);
                for (int b : splitter.combinations().get(f)) {
                    long start = IntStream.of(blocks[b])
                            .mapToLong(row -> times.eventTime()[row])
                            .min()
                            .orElseThrow();
                    long end = IntStream.of(blocks[b])
                            .mapToLong(row -> times.knownAt()[row])
                            .max()
                            .orElseThrow();
                    for (int row = 0; row < 400; row++) {
                        long from = times.eventTime()[row];
                        long to = times.knownAt()[row];
                        boolean startsInside = from >= start && from <= end;
                        boolean endsInside = to >= start && to <= end;
                        boolean envelops = from <= start && to >= end;
                        boolean embargoed = from > end && from <= end + 22;
                        mayTrain[row] &= !(startsInside || endsInside || envelops || embargoed);
                    }
                }
                int[] expected =
                        IntStream.range(0, 400).filter(row -> mayTrain[row]).toArray();
                assertThat(folds.get(f).train()).containsExactlyInAnyOrder(expected);
            }
        }
    }

    @Test
    void equalityIsOverlap() {
        // blocks: rows 0-1, 2-3, 4-5; the middle one lives from 10 to 20
        long[] event = {0, 1, 10, 12, 21, 30};
        long[] known = {9, 10, 15, 20, 22, 31};
        EventTimes times = new EventTimes(event, known, new int[] {0, 1, 2, 3, 4, 5});

        assertThat(new PurgedKFold(3, 0, 0).split(times, all(6)).get(1).train()).containsExactly(0, 4, 5);
        assertThat(new PurgedKFold(3, 1, 0).split(times, all(6)).get(1).train()).containsExactly(0, 5);
        assertThat(new PurgedKFold(3, 9, 0).split(times, all(6)).get(1).train()).containsExactly(0, 5);
        assertThat(new PurgedKFold(3, 10, 0).split(times, all(6)).get(1).train())
                .containsExactly(0);
    }

    @Test
    void orderOfTheRowsDoesNotMatter() {
        EventTimes times = times(200, 9);
        int[] turned = IntStream.range(0, 200).map(i -> 199 - i).toArray();
        for (Splitter splitter : splitters()) {
            List<Fold> straight = splitter.split(times, all(200));
            List<Fold> reversed = splitter.split(times, turned);
            for (int f = 0; f < straight.size(); f++) {
                assertThat(reversed.get(f).train())
                        .containsExactly(straight.get(f).train());
                assertThat(reversed.get(f).validation())
                        .containsExactly(straight.get(f).validation());
            }
        }
    }

    @Test
    void seedDecidesTheShuffle() {
        EventTimes times = times(100, 1);

        int[] first = new KFold(5, true, 1).split(times, all(100)).get(0).validation();

        assertThat(new KFold(5, true, 1).split(times, all(100)).get(0).validation())
                .containsExactly(first);
        assertThat(new KFold(5, true, 2).split(times, all(100)).get(0).validation())
                .isNotEqualTo(first);
    }

    @Test
    void groupFoldsAreBalanced() {
        EventTimes times = times(300, 4);

        List<Fold> folds = new GroupKFold(5).split(times, all(300));

        assertThat(folds)
                .allSatisfy(fold -> assertThat(fold.validation().length).isBetween(55, 65));
    }

    @Test
    void pathsUseEachFoldsBlockOnce() {
        CombinatorialPurged splitter = new CombinatorialPurged(6, 2, 0, 0);

        int[][] paths = splitter.paths();

        assertThat(splitter.folds()).isEqualTo(15);
        assertThat(paths.length).isEqualTo(5);
        List<int[]> combinations = splitter.combinations();
        assertThat(combinations).hasSize(15);
        int[] used = new int[15];
        for (int[] path : paths) {
            for (int block = 0; block < 6; block++) {
                int wanted = block;
                used[path[block]]++;
                assertThat(IntStream.of(combinations.get(path[block])).anyMatch(b -> b == wanted))
                        .isTrue();
            }
        }
        assertThat(used).containsOnly(2);
    }

    @Test
    void embargoShorterThanTheHorizonIsRefused() {
        long hour = 3_600_000_000L;

        assertThatThrownBy(() -> new PurgedKFold(5, 23 * hour, 24 * hour))
                .isInstanceOfSatisfying(
                        KeelsonException.class,
                        error -> assertThat(error.code()).isEqualTo(ErrorCode.EMBARGO_TOO_SHORT))
                .hasMessageContaining("PT23H")
                .hasMessageContaining("Maybe an embargo of PT24H");
        assertThatThrownBy(() -> new CombinatorialPurged(5, 2, 0, 1)).isInstanceOf(KeelsonException.class);
        assertThatThrownBy(() -> new WalkForward(3, hour, 0.5).forHorizon(2 * hour))
                .isInstanceOf(KeelsonException.class);
        assertThat(Embargo.horizon(new EventTimes(new long[] {1, 2}, new long[] {5, 9}, new int[2]), all(2)))
                .isEqualTo(7);
    }

    @Test
    void tooFewRowsOrGroupsAreRefused() {
        EventTimes one = new EventTimes(new long[] {0, 1, 2}, new long[] {0, 1, 2}, new int[] {0, 0, 0});
        EventTimes envelope = new EventTimes(new long[] {0, 1, 2}, new long[] {9, 9, 9}, new int[] {0, 1, 2});

        for (Splitter splitter : List.of(new KFold(4, true, 0), new GroupKFold(2), new PurgedKFold(2, 0, 0))) {
            assertThatThrownBy(() -> splitter.split(one, all(3)))
                    .isInstanceOfSatisfying(
                            KeelsonException.class,
                            error -> assertThat(error.code()).isEqualTo(ErrorCode.NOT_ENOUGH_ROWS));
        }
        assertThatThrownBy(() -> new PurgedKFold(3, 0, 0).split(envelope, all(3)))
                .hasMessageContaining("no row to fit on");
        assertThatThrownBy(() -> new KFold(1, true, 0)).hasMessageContaining("folds (1)");
        assertThatThrownBy(() -> new CombinatorialPurged(30, 15, 0, 0)).hasMessageContaining("more than 10000 ways");
    }

    @Test
    void largeGroupLeavesABlockForTheOthers() {
        int[] group = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2};
        long[] event = IntStream.range(0, 12).asLongStream().toArray();

        List<Fold> folds = new PurgedKFold(3, 0, 0).split(new EventTimes(event, event, group), all(12));

        assertThat(folds).extracting(fold -> fold.validation().length).containsExactly(10, 1, 1);
    }

    @Test
    void rollingWindowForgetsTheOldest() {
        long[] event = IntStream.range(0, 100).asLongStream().toArray();
        EventTimes times = new EventTimes(event, event, IntStream.range(0, 100).toArray());

        List<Fold> expanding = new WalkForward(4, 2, 0.4).split(times, all(100));
        List<Fold> rolling = new WalkForward(4, 2, 0.4).rolling(20).split(times, all(100));

        for (int f = 0; f < 4; f++) {
            int start = (int) expanding.get(f).start();
            assertThat(expanding.get(f).train())
                    .containsExactly(IntStream.range(0, start - 2).toArray());
            assertThat(rolling.get(f).train())
                    .containsExactly(IntStream.range(start - 20, start - 2).toArray());
            assertThat(rolling.get(f).validation())
                    .containsExactly(expanding.get(f).validation());
        }
        assertThatThrownBy(() -> new WalkForward(4, 20, 0.4).rolling(20)).hasMessageContaining("windowMicros (20)");
    }
}
