package dev.keelson.registry.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.Run;
import dev.keelson.registry.tracking.DatasetInput;
import dev.keelson.registry.tracking.Detail;
import dev.keelson.registry.tracking.Experiment;
import dev.keelson.registry.tracking.Lifecycle;
import dev.keelson.registry.tracking.LoggedModel;
import dev.keelson.registry.tracking.MetricPoint;
import dev.keelson.registry.tracking.MetricSummary;
import dev.keelson.registry.tracking.RunInfo;
import dev.keelson.registry.tracking.Search;
import dev.keelson.registry.tracking.Search.Clause;
import dev.keelson.registry.tracking.Search.Comparison;
import dev.keelson.registry.tracking.Search.Dataset;
import dev.keelson.registry.tracking.Search.Entity;
import dev.keelson.registry.tracking.Search.Page;
import dev.keelson.registry.tracking.Search.SortKey;
import dev.keelson.registry.tracking.TrackedRun;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every catalogue must do with experiments, runs of clients and logged models. */
public abstract class TrackingContract {
    private static final Instant T0 = Instant.parse("2020-01-01T00:00:00.123Z");
    private static final Instant T1 = T0.plusSeconds(60);
    /** Of points of one metric. */
    private static final Comparator<MetricPoint> IN_ORDER = Comparator.comparingLong(MetricPoint::step)
            .thenComparingLong(MetricPoint::timestamp)
            .thenComparingDouble(point -> Double.isNaN(point.value()) ? 0.0 : point.value())
            .thenComparing(point -> Double.isNaN(point.value()));
    private Catalog catalog;

    /** A new, empty catalogue. */
    protected abstract Catalog newCatalog();

    @BeforeEach
    void open() {
        catalog = newCatalog();
    }

    @AfterEach
    void close() {
        catalog.close();
    }

    // ---- experiments

    @Test
    void everyStoreHasTheDefaultExperiment() {
        Experiment experiment = read(tx -> tx.experiment(Experiment.DEFAULT_ID)).orElseThrow();

        assertThat(experiment.name()).isEqualTo(Experiment.DEFAULT_NAME);
        assertThat(experiment.artifactLocation()).isEqualTo("mlflow-artifacts:/0");
        assertThat(experiment.lifecycle()).isEqualTo(Lifecycle.ACTIVE);
    }

    @Test
    void experimentComesBackWhole() {
        Experiment made = write(tx -> tx.createExperiment("π \"x\"", null, Map.of("a", "1", "b", ""), T0));
        Experiment elsewhere = write(tx -> tx.createExperiment("other", "s3://bucket/x", Map.of(), T0));

        assertThat(made.artifactLocation()).isEqualTo("mlflow-artifacts:/" + made.id());
        assertThat(made.createdAt()).isEqualTo(T0);
        assertThat(made.tags()).containsExactly(Map.entry("a", "1"), Map.entry("b", ""));
        assertThat(this.<Optional<Experiment>>read(tx -> tx.experiment(made.id()))).hasValue(made);
        assertThat(this.<Optional<Experiment>>read(tx -> tx.experimentNamed("π \"x\""))).hasValue(made);
        assertThat(elsewhere.artifactLocation()).isEqualTo("s3://bucket/x");
        assertThat(this.<Optional<Experiment>>read(tx -> tx.experiment("99"))).isEmpty();
        assertThat(this.<Optional<Experiment>>read(tx -> tx.experiment("x"))).isEmpty();
        assertThat(this.<Optional<Experiment>>read(tx -> tx.experiment("00"))).isEmpty();
    }

    @Test
    void nameOfAnExperimentIsTakenAlsoWhenItIsDeleted() {
        String id = experiment("e");
        update(tx -> tx.setExperimentLifecycle(id, Lifecycle.DELETED, T1));

        assertCode(() -> experiment("e"), ErrorCode.ALREADY_EXISTS);
        assertCode(() -> update(tx -> tx.renameExperiment("0", "e", T1)), ErrorCode.ALREADY_EXISTS);
        assertCode(() -> update(tx -> tx.renameExperiment(id, "f", T1)), ErrorCode.CONFLICT);
        assertCode(() -> update(tx -> tx.renameExperiment("77", "f", T1)), ErrorCode.NOT_FOUND);
    }

    @Test
    void experimentIsRenamedAndTagged() {
        String id = experiment("e");

        update(tx -> {
            tx.renameExperiment(id, "f", T1);
            tx.setExperimentTag(id, "k", "1", T1);
            tx.setExperimentTag(id, "k", "2", T1);
            tx.setExperimentTag(id, "gone", "3", T1);
            tx.setExperimentTag(id, "gone", null, T1);
        });

        Experiment now = read(tx -> tx.experiment(id)).orElseThrow();
        assertThat(now.name()).isEqualTo("f");
        assertThat(now.updatedAt()).isEqualTo(T1);
        assertThat(now.tags()).containsExactly(Map.entry("k", "2"));
        assertCode(() -> update(tx -> tx.setExperimentTag("77", "k", "1", T1)), ErrorCode.NOT_FOUND);
    }

    @Test
    void deletingAnExperimentDeletesItsRuns() {
        String id = experiment("e");
        run("r1", id, T0);

        update(tx -> tx.setExperimentLifecycle(id, Lifecycle.DELETED, T1));

        assertThat(info("r1").lifecycle()).isEqualTo(Lifecycle.DELETED);
        assertCode(() -> run("r2", id, T0), ErrorCode.CONFLICT);
        assertCode(() -> update(tx -> tx.log("r1", List.of(), Map.of(), Map.of("a", "b"))), ErrorCode.CONFLICT);

        update(tx -> tx.setExperimentLifecycle(id, Lifecycle.ACTIVE, T1));

        assertThat(info("r1").lifecycle()).isEqualTo(Lifecycle.ACTIVE);
        assertCode(() -> update(tx -> tx.setExperimentLifecycle("77", Lifecycle.ACTIVE, T1)), ErrorCode.NOT_FOUND);
    }

    @Test
    void experimentsAreSearched() {
        write(tx -> tx.createExperiment("alpha", null, Map.of("t", "1"), T0.minusSeconds(10)));
        write(tx -> tx.createExperiment("Beta", null, Map.of("t", "2"), T0.minusSeconds(20)));
        String gone = write(tx -> tx.createExperiment("gone", null, Map.of("t", "1"), T0.minusSeconds(30))).id();
        update(tx -> tx.setExperimentLifecycle(gone, Lifecycle.DELETED, T1));

        assertThat(experiments(List.of(), List.of(), Lifecycle.View.ACTIVE_ONLY)).containsExactly("Default", "alpha", "Beta");
        assertThat(experiments(List.of(), List.of(), Lifecycle.View.DELETED_ONLY)).containsExactly("gone");
        assertThat(experiments(List.of(), List.of(), Lifecycle.View.ALL)).containsExactly("Default", "alpha", "Beta", "gone");
        assertThat(experiments(
                        List.of(Clause.text(Entity.ATTRIBUTE, "name", Comparison.LIKE, "b%")), List.of(), Lifecycle.View.ALL))
                .isEmpty();
        assertThat(experiments(
                        List.of(Clause.text(Entity.ATTRIBUTE, "name", Comparison.ILIKE, "b%")), List.of(), Lifecycle.View.ALL))
                .containsExactly("Beta");
        assertThat(experiments(
                        List.of(Clause.text(Entity.TAG, "t", Comparison.EQUAL, "1")), List.of(), Lifecycle.View.ALL))
                .containsExactly("alpha", "gone");
        assertThat(experiments(
                        List.of(Clause.text(Entity.TAG, "t", Comparison.NOT_EQUAL, "1")), List.of(), Lifecycle.View.ALL))
                .containsExactly("Beta");
        assertThat(experiments(
                        List.of(Clause.number(
                                Entity.ATTRIBUTE,
                                "creation_time",
                                Comparison.AT_MOST,
                                (double) T0.minusSeconds(20).toEpochMilli())),
                        List.of(new SortKey(Entity.ATTRIBUTE, "creation_time", true)),
                        Lifecycle.View.ALL))
                .containsExactly("gone", "Beta");
        assertThat(experiments(
                        List.of(), List.of(new SortKey(Entity.ATTRIBUTE, "name", false)), Lifecycle.View.ACTIVE_ONLY))
                .containsExactly("alpha", "Default", "Beta");
    }

    // ---- runs

    @Test
    void runIsMadeAndEnded() {
        String id = experiment("e");
        RunInfo made = write(tx -> tx.createRun("r1", id, "lucky", "ann", T0, Map.of("a", "1", "mlflow.runName", "lucky")));

        assertThat(made)
                .isEqualTo(new RunInfo(
                        "r1", id, "lucky", "ann", Run.Status.RUNNING, T0, null, Lifecycle.ACTIVE,
                        "mlflow-artifacts:/" + id + "/r1/artifacts"));
        assertThat(info("r1")).isEqualTo(made);
        assertThat(tracked("r1").tags()).containsExactly(Map.entry("a", "1"), Map.entry("mlflow.runName", "lucky"));

        RunInfo ended = write(tx -> tx.updateRun("r1", Run.Status.FINISHED, T1, "other"));

        assertThat(ended.status()).isEqualTo(Run.Status.FINISHED);
        assertThat(ended.endedAt()).isEqualTo(T1);
        assertThat(ended.name()).isEqualTo("other");
        assertThat(tracked("r1").tags()).containsEntry("mlflow.runName", "other");
    }

    @Test
    void runThatIsNotThereIsSaidSo() {
        assertThat(this.<Optional<RunInfo>>read(tx -> tx.runInfo("nobody"))).isEmpty();
        assertCode(() -> update(tx -> tx.log("nobody", List.of(), Map.of(), Map.of())), ErrorCode.RUN_NOT_FOUND);
        assertCode(() -> write(tx -> tx.updateRun("nobody", null, null, "x")), ErrorCode.RUN_NOT_FOUND);
        assertCode(() -> update(tx -> tx.deleteRunTag("nobody", "x")), ErrorCode.RUN_NOT_FOUND);
        assertCode(
                () -> update(tx -> tx.setRunLifecycle("nobody", Lifecycle.DELETED, T1)), ErrorCode.RUN_NOT_FOUND);
        assertCode(() -> read(tx -> tx.history("nobody", "m", 0, 10)), ErrorCode.RUN_NOT_FOUND);
        assertCode(() -> run("r", "77", T0), ErrorCode.NOT_FOUND);
        run("r", "0", T0);
        assertCode(() -> run("r", "0", T0), ErrorCode.ALREADY_EXISTS);
    }

    @Test
    void nameAndItsTagAreOne() {
        run("r", "0", T0);

        update(tx -> tx.log("r", List.of(), Map.of(), Map.of("mlflow.runName", "by tag")));

        assertThat(info("r").name()).isEqualTo("by tag");
    }

    @Test
    void deletedRunIsNotWritten() {
        run("r", "0", T0);
        update(tx -> tx.setRunLifecycle("r", Lifecycle.DELETED, T1));

        assertThat(info("r").lifecycle()).isEqualTo(Lifecycle.DELETED);
        assertCode(() -> log("r", new MetricPoint("m", 1, 1, 1)), ErrorCode.CONFLICT);
        assertCode(() -> update(tx -> tx.deleteRunTag("r", "x")), ErrorCode.CONFLICT);
        assertCode(() -> write(tx -> tx.updateRun("r", Run.Status.FAILED, null, null)), ErrorCode.CONFLICT);
        assertThat(found(List.of(), List.of())).isEmpty();

        update(tx -> tx.setRunLifecycle("r", Lifecycle.ACTIVE, T1));

        log("r", new MetricPoint("m", 1, 1, 1));
        assertThat(found(List.of(), List.of())).containsExactly("r");
    }

    @Test
    void paramsNeverChange() {
        run("r", "0", T0);
        update(tx -> tx.log("r", List.of(), Map.of("a", "1", "empty", ""), Map.of()));

        update(tx -> tx.log("r", List.of(), Map.of("a", "1"), Map.of()));
        assertCode(
                () -> update(tx -> tx.log(
                        "r", List.of(new MetricPoint("m", 1, 1, 1)), Map.of("b", "2", "a", "3"), Map.of("t", "x"))),
                ErrorCode.CONFLICT);

        TrackedRun run = tracked("r");
        assertThat(run.params()).containsExactly(Map.entry("a", "1"), Map.entry("empty", ""));
        assertThat(run.metrics()).isEmpty();
        assertThat(run.tags()).doesNotContainKey("t");
    }

    @Test
    void tagsAreOverwrittenAndRemoved() {
        run("r", "0", T0);
        update(tx -> tx.log("r", List.of(), Map.of(), Map.of("a", "1", "b", "2")));
        update(tx -> tx.log("r", List.of(), Map.of(), Map.of("a", "3")));

        update(tx -> tx.deleteRunTag("r", "b"));

        assertThat(tracked("r").tags()).containsEntry("a", "3").doesNotContainKey("b");
        assertCode(() -> update(tx -> tx.deleteRunTag("r", "b")), ErrorCode.NOT_FOUND);
    }

    // ---- metrics

    @Test
    void lastPointIsTheGreatestByStepTimeAndValue() {
        run("r", "0", T0);

        log("r", new MetricPoint("m", 5, 100, 2), new MetricPoint("m", 7, 200, 1), new MetricPoint("m", 4, 100, 2));
        assertThat(summary("r", "m")).isEqualTo(new MetricSummary(new MetricPoint("m", 5, 100, 2), 4, 7, 3));

        log("r", new MetricPoint("m", -1, 101, 2));
        assertThat(summary("r", "m").last().value()).isEqualTo(-1);

        log("r", new MetricPoint("m", 9, 0, -3));
        assertThat(summary("r", "m")).isEqualTo(new MetricSummary(new MetricPoint("m", -1, 101, 2), -1, 9, 5));
    }

    @Test
    void equalPointsAreOne() {
        run("r", "0", T0);
        MetricPoint point = new MetricPoint("m", 0.1, 100, 2);
        MetricPoint nan = new MetricPoint("m", Double.NaN, 100, 2);

        log("r", point, point, nan, nan);
        log("r", point, nan);

        assertThat(history("r", "m")).containsExactlyInAnyOrder(point, nan);
        assertThat(summary("r", "m").count()).isEqualTo(2);
    }

    @Test
    void whatIsNoFiniteNumberIsKept() {
        run("r", "0", T0);

        log(
                "r",
                new MetricPoint("m", Double.POSITIVE_INFINITY, 1, 1),
                new MetricPoint("m", Double.NEGATIVE_INFINITY, 2, 2),
                new MetricPoint("m", Double.NaN, 3, 3),
                new MetricPoint("tiny", 4.9e-324, 1, 1));

        assertThat(history("r", "m")).extracting(MetricPoint::value)
                .containsExactly(Double.MAX_VALUE, -Double.MAX_VALUE, Double.NaN);
        assertThat(summary("r", "m"))
                .isEqualTo(new MetricSummary(
                        new MetricPoint("m", Double.NaN, 3, 3), -Double.MAX_VALUE, Double.MAX_VALUE, 3));
        assertThat(summary("r", "tiny").last().value()).isEqualTo(4.9e-324);

        log("r", new MetricPoint("only", Double.NaN, 3, 3));
        assertThat(summary("r", "only"))
                .isEqualTo(new MetricSummary(new MetricPoint("only", Double.NaN, 3, 3), Double.NaN, Double.NaN, 1));
    }

    @Test
    void batchOfManyMetricsIsWhole() {
        run("r", "0", T0);
        MetricPoint[] points = IntStream.range(0, 1_000)
                .mapToObj(i -> new MetricPoint("m" + i % 137, i, 1_000 + i, i))
                .toArray(MetricPoint[]::new);

        log("r", points);
        log("r", points);

        Map<String, MetricSummary> all = tracked("r").metrics();
        assertThat(all).hasSize(137);
        assertThat(all.values().stream().mapToLong(MetricSummary::count).sum()).isEqualTo(1_000);
        assertThat(all.get("m1")).isEqualTo(new MetricSummary(new MetricPoint("m1", 960, 1_960, 960), 1, 960, 8));
    }

    @Test
    void historyIsInOrderAndPaged() {
        run("r", "0", T0);
        log("r", LongStream.range(0, 25).mapToObj(i -> new MetricPoint("m", i, i, 24 - i)).toArray(MetricPoint[]::new));

        Page<MetricPoint> first = read(tx -> tx.history("r", "m", 0, 10));
        Page<MetricPoint> last = read(tx -> tx.history("r", "m", 20, 5));

        assertThat(first.items()).extracting(MetricPoint::step).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
        assertThat(first.more()).isTrue();
        assertThat(last.items()).extracting(MetricPoint::step).containsExactly(20L, 21L, 22L, 23L, 24L);
        assertThat(last.more()).isFalse();
        assertThat(history("r", "none")).isEmpty();
    }

    @Test
    void historyOfManyStepsIsThinnedAndKeepsItsEnds() {
        run("r", "0", T0);
        log("r", LongStream.range(0, 1_000).mapToObj(i -> new MetricPoint("m", i, i, i)).toArray(MetricPoint[]::new));

        List<MetricPoint> thin = read(tx -> tx.history("r", "m", 100, 899, 100));
        List<MetricPoint> all = read(tx -> tx.history("r", "m", 10, 19, 100));

        assertThat(thin).hasSizeBetween(50, 101).isSortedAccordingTo(Comparator.comparingLong(MetricPoint::step));
        assertThat(thin.getFirst().step()).isEqualTo(100);
        assertThat(thin.getLast().step()).isEqualTo(899);
        assertThat(all).hasSize(10);
        assertThat(this.<List<MetricPoint>>read(tx -> tx.history("r", "m", 5_000, 6_000, 100))).isEmpty();
    }

    /** More points than a store may keep in one place. */
    @Test
    void pointsOfManyCallsAreThereOnceAndInOrder() {
        run("r", "0", T0);
        run("other", "0", T0);
        Random random = new Random(11);
        Set<MetricPoint> even = new TreeSet<>(IN_ORDER);
        Set<MetricPoint> odd = new TreeSet<>(IN_ORDER);
        List<MetricPoint> call = List.of();

        for (int i = 0; i < 14; i++) {
            long first = i % 5 == 4 ? 0 : i * 500L;
            List<MetricPoint> again = call.subList(0, call.size() / 2); // late, and told twice
            call = Stream.concat(again.stream(), LongStream.range(0, 1_000 - again.size()).mapToObj(j -> {
                        long step = first + random.nextInt(700);
                        double value = random.nextInt(20) == 0 ? Double.NaN : random.nextInt(2);
                        return new MetricPoint(j % 2 == 0 ? "even" : "odd", value, step, step);
                    }))
                    .toList();
            for (MetricPoint point : call) {
                (point.key().equals("even") ? even : odd).add(point);
            }
            log("r", call.toArray(MetricPoint[]::new));
            log("other", new MetricPoint("even", i, i, i));
        }

        assertThat(history("r", "even")).containsExactlyElementsOf(even);
        assertThat(history("r", "odd")).containsExactlyElementsOf(odd);
        assertThat(summary("r", "even").count()).isEqualTo(even.size());
        assertThat(summary("r", "odd").count()).isEqualTo(odd.size());
        assertThat(summary("r", "odd").last()).isEqualTo(List.copyOf(odd).getLast());
        assertThat(this.<Page<MetricPoint>>read(tx -> tx.history("r", "even", 2_000, 100)).items())
                .containsExactlyElementsOf(List.copyOf(even).subList(2_000, 2_100));
        assertThat(this.<List<MetricPoint>>read(tx -> tx.history("r", "odd", 600, 1_100, 10_000)))
                .containsExactlyElementsOf(
                        odd.stream().filter(point -> point.step() >= 600 && point.step() <= 1_100).toList());
        Map<String, List<MetricPoint>> curves = read(tx -> tx.histories(List.of("r", "other"), "even", 100_000));
        assertThat(curves.get("r")).containsExactlyElementsOf(even);
        assertThat(curves.get("other")).hasSize(14);
        Map<String, MetricPoint> at = read(tx -> tx.at(List.of("r", "other"), "odd", 640));
        assertThat(at).isEqualTo(odd.stream()
                .filter(point -> point.step() == 640)
                .collect(Collectors.toMap(point -> "r", point -> point, (one, next) -> next)));
    }

    // ---- search

    @Test
    void runsAreLatestStartFirst() {
        run("b", "0", T0);
        run("a", "0", T0);
        run("c", "0", T1);
        String other = experiment("e");
        run("d", other, T1.plusSeconds(1));

        assertThat(found(List.of(), List.of())).containsExactly("c", "a", "b");
        assertThat(ids(read(tx -> tx.searchRuns(null, search(List.of(), List.of(), 10, 0), Detail.NONE))))
                .containsExactly("d", "c", "a", "b");
        assertThat(ids(read(tx -> tx.searchRuns(
                        List.of("0", other, "99", "x"), search(List.of(), List.of(), 10, 0), Detail.NONE))))
                .containsExactly("d", "c", "a", "b");
        assertThat(read(tx -> tx.searchRuns(List.of(), search(List.of(), List.of(), 10, 0), Detail.NONE)).items())
                .isEmpty();
    }

    @Test
    void pageKnowsWhetherThereIsAnother() {
        for (int i = 0; i < 5; i++) {
            run("r" + i, "0", T0.plusSeconds(i));
        }

        Page<TrackedRun> first = read(tx -> tx.searchRuns(List.of("0"), search(List.of(), List.of(), 2, 0), Detail.NONE));
        Page<TrackedRun> last = read(tx -> tx.searchRuns(List.of("0"), search(List.of(), List.of(), 2, 3), Detail.NONE));

        assertThat(ids(first)).containsExactly("r4", "r3");
        assertThat(first.more()).isTrue();
        assertThat(ids(last)).containsExactly("r1", "r0");
        assertThat(last.more()).isFalse();
        assertThat(this.<Long>read(tx -> tx.countRuns(List.of("0"), search(List.of(), List.of(), 2, 3)))).isEqualTo(5);
        assertThat(this.<Long>read(tx -> tx.countRuns(null, search(List.of(), List.of(), 2, 3)))).isEqualTo(5);
        assertThat(this.<Long>read(tx -> tx.countRuns(List.of(), search(List.of(), List.of(), 2, 3)))).isZero();
    }

    @Test
    void runWithoutTheKeyNeverMatches() {
        measured("has", 1.0, "x");
        run("lacks", "0", T1);

        assertThat(found(List.of(Clause.number(Entity.METRIC, "m", Comparison.NOT_EQUAL, 5)), List.of()))
                .containsExactly("has");
        assertThat(found(List.of(Clause.text(Entity.PARAM, "p", Comparison.NOT_EQUAL, "y")), List.of()))
                .containsExactly("has");
        assertThat(found(List.of(Clause.text(Entity.TAG, "t", Comparison.NOT_EQUAL, "y")), List.of()))
                .containsExactly("has");
        assertThat(found(List.of(Clause.number(Entity.METRIC, "unknown", Comparison.NOT_EQUAL, 5)), List.of()))
                .isEmpty();
    }

    @Test
    void metricsAreComparedByTheirLastValue() {
        measured("a", 1.0, "x");
        measured("b", 2.0, "x");
        measured("c", 3.0, "x");
        measured("n", Double.NaN, "x");
        log("a", new MetricPoint("m", 0.5, 1, 9));

        assertThat(metric(Comparison.LESS, 1)).containsExactly("a");
        assertThat(metric(Comparison.AT_MOST, 2)).containsExactlyInAnyOrder("a", "b");
        assertThat(metric(Comparison.EQUAL, 2)).containsExactly("b");
        assertThat(metric(Comparison.NOT_EQUAL, 2)).containsExactlyInAnyOrder("a", "c", "n");
        assertThat(metric(Comparison.AT_LEAST, 2)).containsExactlyInAnyOrder("b", "c");
        assertThat(metric(Comparison.GREATER, 2)).containsExactly("c");
        assertThat(this.<Long>read(tx -> tx.countRuns(
                        List.of("0"),
                        search(List.of(Clause.number(Entity.METRIC, "m", Comparison.GREATER, 0)), List.of(), 1, 0))))
                .isEqualTo(3);
    }

    @Test
    void orderByAMetricPutsNanAfterNumbersAndWhatLacksItLast() {
        measured("nan", Double.NaN, "x");
        measured("low", -1.0, "x");
        measured("high", 8.0, "x");
        measured("endless", Double.POSITIVE_INFINITY, "x");
        run("lacks", "0", T0);

        assertThat(found(List.of(), List.of(new SortKey(Entity.METRIC, "m", true))))
                .containsExactly("low", "high", "endless", "nan", "lacks");
        assertThat(found(List.of(), List.of(new SortKey(Entity.METRIC, "m", false))))
                .containsExactly("endless", "high", "low", "nan", "lacks");
        for (int limit = 1; limit <= 5; limit++) {
            int size = limit;
            assertThat(ids(read(tx -> tx.searchRuns(
                            List.of("0"),
                            search(List.of(), List.of(new SortKey(Entity.METRIC, "m", false)), size, 0),
                            Detail.NONE))))
                    .containsExactly(List.of("endless", "high", "low", "nan", "lacks").subList(0, size).toArray(String[]::new));
        }
        assertThat(found(
                        List.of(Clause.number(Entity.METRIC, "m", Comparison.NOT_EQUAL, 8)),
                        List.of(new SortKey(Entity.METRIC, "m", false))))
                .containsExactly("endless", "low", "nan");
        assertThat(found(
                        List.of(Clause.number(Entity.METRIC, "m", Comparison.LESS, 9)),
                        List.of(new SortKey(Entity.METRIC, "m", false))))
                .containsExactly("high", "low");
        assertThat(found(List.of(), List.of(new SortKey(Entity.METRIC, "unknown", true)))).hasSize(5);
    }

    @Test
    void orderByAParamPutsWhatLacksItLastInBothDirections() {
        measured("a", 1.0, "x");
        measured("b", 1.0, "y");
        run("lacks", "0", T1);

        assertThat(found(List.of(), List.of(new SortKey(Entity.PARAM, "p", true)))).containsExactly("a", "b", "lacks");
        assertThat(found(List.of(), List.of(new SortKey(Entity.PARAM, "p", false)))).containsExactly("b", "a", "lacks");
        assertThat(found(List.of(), List.of(new SortKey(Entity.TAG, "t", false)))).containsExactly("b", "a", "lacks");
    }

    @Test
    void orderByTheEndPutsRunningRunsLastInBothDirections() {
        run("running", "0", T0);
        run("early", "0", T0);
        run("late", "0", T0);
        write(tx -> tx.updateRun("early", Run.Status.FINISHED, T0, null));
        write(tx -> tx.updateRun("late", Run.Status.FINISHED, T1, null));

        assertThat(found(List.of(), List.of(new SortKey(Entity.ATTRIBUTE, "end_time", true))))
                .containsExactly("early", "late", "running");
        assertThat(found(List.of(), List.of(new SortKey(Entity.ATTRIBUTE, "end_time", false))))
                .containsExactly("late", "early", "running");
    }

    @Test
    void likeMindsTheCaseAndIlikeDoesNot() {
        measured("a", 1.0, "GradientBoost");
        measured("b", 1.0, "gradient_boost");
        measured("c", 1.0, "100% C:\\x");

        assertThat(param(Comparison.LIKE, "Gradient%")).containsExactly("a");
        assertThat(param(Comparison.LIKE, "%_oost")).containsExactlyInAnyOrder("a", "b");
        assertThat(param(Comparison.ILIKE, "GRADIENT%")).containsExactlyInAnyOrder("a", "b");
        assertThat(param(Comparison.LIKE, "gradient__boost")).isEmpty();
        assertThat(param(Comparison.LIKE, "%C:\\x")).containsExactly("c");
        assertThat(param(Comparison.ILIKE, "%c:\\X")).containsExactly("c");
        assertThat(param(Comparison.LIKE, "GradientBoost")).containsExactly("a");
        assertThat(param(Comparison.EQUAL, "gradient_boost")).containsExactly("b");
        assertThat(param(Comparison.EQUAL, "' or 1=1 --")).isEmpty();
    }

    @Test
    void longValuesAreEqualAsAWhole() {
        String beginning = "ä".repeat(300);
        measured("a", 1.0, beginning + "1");
        measured("b", 1.0, beginning + "2");

        assertThat(param(Comparison.EQUAL, beginning + "2")).containsExactly("b");
        assertThat(param(Comparison.EQUAL, beginning)).isEmpty();
    }

    @Test
    void keysAndValuesAreNoSql() {
        run("r", "0", T0);
        String nasty = "x'); drop table runs; --\"`";
        update(tx -> tx.log("r", List.of(new MetricPoint(nasty, 1, 1, 1)), Map.of(nasty, nasty), Map.of(nasty, nasty)));

        assertThat(found(
                        List.of(
                                Clause.number(Entity.METRIC, nasty, Comparison.EQUAL, 1),
                                Clause.text(Entity.PARAM, nasty, Comparison.EQUAL, nasty),
                                Clause.text(Entity.TAG, nasty, Comparison.LIKE, nasty)),
                        List.of(new SortKey(Entity.METRIC, nasty, true), new SortKey(Entity.TAG, nasty, false))))
                .containsExactly("r");
        assertThat(history("r", nasty)).hasSize(1);
    }

    @Test
    void attributesAreSearched() {
        run("r1", "0", T0);
        run("r2", "0", T1);
        write(tx -> tx.updateRun("r2", Run.Status.FAILED, T1.plusMillis(5), "Second"));

        assertThat(attribute(Clause.text(Entity.ATTRIBUTE, "run_id", Comparison.IN, "r1", "x"))).containsExactly("r1");
        assertThat(attribute(Clause.text(Entity.ATTRIBUTE, "run_id", Comparison.NOT_IN, "r1"))).containsExactly("r2");
        assertThat(attribute(Clause.text(Entity.ATTRIBUTE, "run_id", Comparison.IN))).isEmpty();
        assertThat(attribute(Clause.text(Entity.ATTRIBUTE, "run_name", Comparison.EQUAL, "Second"))).containsExactly("r2");
        assertThat(attribute(Clause.text(Entity.ATTRIBUTE, "status", Comparison.EQUAL, "FAILED"))).containsExactly("r2");
        assertThat(attribute(Clause.text(Entity.ATTRIBUTE, "status", Comparison.NOT_EQUAL, "FAILED"))).containsExactly("r1");
        assertThat(attribute(Clause.text(Entity.ATTRIBUTE, "user_id", Comparison.LIKE, "a%"))).hasSize(2);
        assertThat(attribute(Clause.text(Entity.ATTRIBUTE, "artifact_uri", Comparison.LIKE, "%/r2/%"))).containsExactly("r2");
        double start = (double) T0.toEpochMilli();
        assertThat(attribute(Clause.number(Entity.ATTRIBUTE, "start_time", Comparison.EQUAL, start))).containsExactly("r1");
        assertThat(attribute(Clause.number(Entity.ATTRIBUTE, "start_time", Comparison.NOT_EQUAL, start))).containsExactly("r2");
        assertThat(attribute(Clause.number(Entity.ATTRIBUTE, "start_time", Comparison.GREATER, start))).containsExactly("r2");
        assertThat(attribute(Clause.number(Entity.ATTRIBUTE, "start_time", Comparison.AT_LEAST, start))).hasSize(2);
        assertThat(attribute(Clause.number(Entity.ATTRIBUTE, "start_time", Comparison.LESS, start))).isEmpty();
        assertThat(attribute(Clause.number(Entity.ATTRIBUTE, "start_time", Comparison.LESS, start + 0.5))).containsExactly("r1");
        assertThat(attribute(Clause.number(Entity.ATTRIBUTE, "start_time", Comparison.AT_MOST, start))).containsExactly("r1");
        assertThat(attribute(Clause.number(Entity.ATTRIBUTE, "end_time", Comparison.GREATER, 0))).containsExactly("r2");
        assertThatThrownBy(() -> attribute(Clause.text(Entity.ATTRIBUTE, "; drop", Comparison.EQUAL, "x")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void clausesAndOrdersAgreeWithAPlainScan() {
        java.util.Random random = new java.util.Random(7);
        Map<String, double[]> values = new TreeMap<>();
        for (int i = 0; i < 120; i++) {
            String id = "r%03d".formatted(i);
            double[] of = {random.nextInt(10), random.nextInt(5), random.nextInt(4)};
            values.put(id, of);
            run(id, "0", T0.plusSeconds(random.nextInt(20)));
            List<MetricPoint> points = new ArrayList<>();
            if (of[2] != 0) {
                points.add(new MetricPoint("a", of[0], 1, 1));
            }
            points.add(new MetricPoint("b", of[1], 1, 1));
            update(tx -> tx.log(id, points, Map.of("k", Integer.toString((int) of[2])), Map.of()));
        }
        Map<String, Instant> starts = new TreeMap<>();
        values.keySet().forEach(id -> starts.put(id, info(id).startedAt()));

        for (int limit : new int[] {3, 20, 200}) {
            List<String> expected = values.keySet().stream()
                    .filter(id -> of(values, id)[2] > 1 && of(values, id)[0] > 2)
                    .sorted(Comparator.comparingDouble((String id) -> -of(values, id)[1])
                            .thenComparing(starts::get, Comparator.reverseOrder())
                            .thenComparing(Comparator.naturalOrder()))
                    .limit(limit)
                    .toList();
            List<String> found = ids(read(tx -> tx.searchRuns(
                    List.of("0"),
                    search(
                            List.of(
                                    Clause.number(Entity.METRIC, "a", Comparison.GREATER, 2),
                                    Clause.text(Entity.PARAM, "k", Comparison.NOT_EQUAL, "1")),
                            List.of(new SortKey(Entity.METRIC, "b", false)),
                            limit,
                            0),
                    Detail.NONE)));
            assertThat(found).containsExactlyElementsOf(expected);
        }
    }

    private static double[] of(Map<String, double[]> values, String id) {
        return Objects.requireNonNull(values.get(id));
    }

    @Test
    void onlyWhatIsAskedForIsRead() {
        run("r", "0", T0);
        update(tx -> tx.log(
                "r",
                List.of(new MetricPoint("m1", 1, 1, 1), new MetricPoint("m2", 2, 1, 1)),
                Map.of("p1", "1", "p2", "2"),
                Map.of("t1", "1")));

        TrackedRun some = read(tx -> tx.runs(List.of("r", "nobody"), new Detail(Set.of("m2"), Set.of(), Set.of("t1"), false)))
                .getFirst();

        assertThat(some.metrics()).containsOnlyKeys("m2");
        assertThat(some.params()).isEmpty();
        assertThat(some.tags()).containsOnlyKeys("t1");
        assertThat(this.<List<TrackedRun>>read(tx -> tx.runs(List.of("r"), Detail.NONE)).getFirst().metrics()).isEmpty();
    }

    @Test
    void runsAreReadInTheOrderOfTheirIds() {
        for (int i = 0; i < 20; i++) {
            run("r" + i, "0", T0);
        }
        List<String> ids = List.of("r7", "nobody", "r19", "r0", "r3");

        assertThat(this.<List<TrackedRun>>read(tx -> tx.runs(ids, Detail.ALL))).extracting(run -> run.info().id())
                .containsExactly("r7", "r19", "r0", "r3");
    }

    @Test
    void namesOfKeysAreTold() {
        String other = experiment("e");
        run("r1", "0", T0);
        run("r2", other, T0);
        run("gone", "0", T0);
        update(tx -> {
            tx.log("r1", List.of(new MetricPoint("m1", 1, 1, 1)), Map.of("p1", "1"), Map.of("t1", "1"));
            tx.log("r2", List.of(new MetricPoint("m2", 1, 1, 1)), Map.of("p2", "1"), Map.of("t2", "1"));
            tx.log("gone", List.of(new MetricPoint("m3", 1, 1, 1)), Map.of("p3", "1"), Map.of("t3", "1"));
            tx.setRunLifecycle("gone", Lifecycle.DELETED, T1);
        });

        assertThat(keys(List.of("0"), Entity.METRIC)).containsExactly("m1");
        assertThat(keys(List.of("0"), Entity.PARAM)).containsExactly("p1");
        assertThat(keys(List.of("0"), Entity.TAG)).containsExactly("mlflow.runName", "t1");
        assertThat(keys(null, Entity.METRIC)).containsExactly("m1", "m2");
        assertThat(keys(null, Entity.PARAM)).containsExactly("p1", "p2");
        assertThat(keys(List.of(), Entity.PARAM)).isEmpty();
    }

    // ---- inputs and outputs

    @Test
    void dataSetsAreKeptAndSearched() {
        DatasetInput train = new DatasetInput(
                "iris", "abc", "local", "{}", "{\"c\":1}", null, Map.of("mlflow.data.context", "train"));
        DatasetInput other = new DatasetInput("wine", "def", "local", "{}", null, "{}", Map.of());
        run("r1", "0", T0);
        run("r2", "0", T0);

        update(tx -> {
            tx.addInputs("r1", List.of(train, other), List.of("m-1"));
            tx.addInputs("r1", List.of(train), List.of("m-1", "m-2"));
            tx.addInputs("r2", List.of(other), List.of());
            tx.addOutputs("r1", Map.of("m-3", 4L));
        });

        TrackedRun run = tracked("r1");
        assertThat(run.inputs()).containsExactly(train, other);
        assertThat(run.modelInputs()).containsExactly("m-1", "m-2");
        assertThat(run.modelOutputs()).containsExactly(Map.entry("m-3", 4L));
        assertThat(found(List.of(Clause.text(Entity.DATASET, "name", Comparison.EQUAL, "iris")), List.of()))
                .containsExactly("r1");
        assertThat(found(List.of(Clause.text(Entity.DATASET, "digest", Comparison.LIKE, "d%")), List.of()))
                .containsExactlyInAnyOrder("r1", "r2");
        assertThat(found(List.of(Clause.text(Entity.DATASET, "context", Comparison.IN, "train", "x")), List.of()))
                .containsExactly("r1");
        assertThat(this.<List<TrackingTransaction.DatasetSummary>>read(tx -> tx.datasets(List.of("0"), 10)))
                .containsExactly(
                        new TrackingTransaction.DatasetSummary("0", "iris", "abc", "train"),
                        new TrackingTransaction.DatasetSummary("0", "wine", "def", null));
        assertThat(this.<List<TrackingTransaction.DatasetSummary>>read(tx -> tx.datasets(List.of(), 10))).isEmpty();
        assertCode(() -> update(tx -> tx.addInputs("nobody", List.of(), List.of())), ErrorCode.RUN_NOT_FOUND);
    }

    // ---- logged models

    @Test
    void loggedModelComesBackWithItsMetricsAndRegistrations() {
        run("r", "0", T0);
        LoggedModel model = model("m-1", "net", T0, Map.of("lr", "0.1"), Map.of("t", "1"));
        MetricPoint point = new MetricPoint("acc", 0.9, 5, 1, "m-1", "iris", "abc");
        write(tx -> {
            tx.putLoggedModel(model);
            tx.log("r", List.of(point, new MetricPoint("acc", 0.8, 5, 0)), Map.of(), Map.of());
            return 0;
        });
        catalog.update(tx -> {
            tx.registry().createModel("reg", "", Map.of(), T0);
            tx.registry().createVersion("reg", "models:/m-1", null, null, "m-1", "ann", "", Map.of(), T0);
        });

        LoggedModel read = read(tx -> tx.loggedModel("m-1")).orElseThrow();

        assertThat(read.params()).isEqualTo(model.params());
        assertThat(read.metrics()).containsExactly(new LoggedModel.Metric(point, "r"));
        assertThat(read.registrations()).containsExactly(new LoggedModel.Registration("reg", 1));
        assertThat(history("r", "acc")).containsExactly(new MetricPoint("acc", 0.8, 5, 0), point);
        assertThat(summary("r", "acc").last()).isEqualTo(point);

        LoggedModel ready = new LoggedModel(
                "m-1", "0", "net", "uri", LoggedModel.Status.READY, "agent", "r", Lifecycle.DELETED, T0, T1,
                new TreeMap<>(), new TreeMap<>(Map.of("u", "2")), List.of(), List.of());
        update(tx -> tx.putLoggedModel(ready));

        LoggedModel again = read(tx -> tx.loggedModel("m-1")).orElseThrow();
        assertThat(again.status()).isEqualTo(LoggedModel.Status.READY);
        assertThat(again.lifecycle()).isEqualTo(Lifecycle.DELETED);
        assertThat(again.tags()).containsExactly(Map.entry("u", "2"));
        assertThat(again.metrics()).hasSize(1);
        assertThat(this.<Optional<LoggedModel>>read(tx -> tx.loggedModel("m-2"))).isEmpty();
        assertCode(
                () -> update(tx -> tx.putLoggedModel(new LoggedModel(
                        "m-9", "77", "x", "u", LoggedModel.Status.READY, null, null, Lifecycle.ACTIVE, T0, T0,
                        new TreeMap<>(), new TreeMap<>(), List.of(), List.of()))),
                ErrorCode.NOT_FOUND);
    }

    @Test
    void loggedModelsAreSearched() {
        run("r", "0", T0);
        update(tx -> {
            tx.putLoggedModel(model("m-1", "a", T0, Map.of("lr", "1"), Map.of()));
            tx.putLoggedModel(model("m-2", "b", T1, Map.of("lr", "2"), Map.of("t", "x")));
            tx.putLoggedModel(model("m-3", "c", T1, Map.of(), Map.of()));
            tx.log(
                    "r",
                    List.of(
                            new MetricPoint("acc", 0.5, 1, 1, "m-1", "iris", "abc"),
                            new MetricPoint("acc", 0.9, 1, 1, "m-2", "iris", "abc"),
                            new MetricPoint("acc", 0.1, 2, 2, "m-2", "wine", "def"),
                            new MetricPoint("acc", Double.NaN, 2, 2, "m-3", null, null)),
                    Map.of(),
                    Map.of());
        });

        assertThat(models(List.of(), List.of())).containsExactly("m-2", "m-3", "m-1");
        assertThat(models(List.of(Clause.number(Entity.METRIC, "acc", Comparison.GREATER, 0.3)), List.of()))
                .containsExactly("m-1");
        assertThat(models(
                        List.of(new Clause(
                                Entity.METRIC, "acc", Comparison.GREATER, 0.3, List.of(), new Dataset("iris", "abc"))),
                        List.of(new SortKey(Entity.METRIC, "acc", true, new Dataset("iris", null)))))
                .containsExactly("m-1", "m-2");
        assertThat(models(List.of(), List.of(new SortKey(Entity.METRIC, "acc", false))))
                .containsExactly("m-1", "m-2", "m-3");
        assertThat(models(List.of(), List.of(new SortKey(Entity.METRIC, "acc", false, new Dataset("iris", null)))))
                .containsExactly("m-2", "m-1", "m-3");
        assertThat(models(List.of(Clause.text(Entity.PARAM, "lr", Comparison.NOT_EQUAL, "1")), List.of()))
                .containsExactly("m-2");
        assertThat(models(
                        List.of(Clause.text(Entity.ATTRIBUTE, "name", Comparison.IN, "a", "c")),
                        List.of(new SortKey(Entity.PARAM, "lr", true))))
                .containsExactly("m-1", "m-3");
        assertThat(models(List.of(Clause.text(Entity.TAG, "t", Comparison.ILIKE, "X")), List.of())).containsExactly("m-2");
        assertThat(models(
                        List.of(Clause.number(Entity.ATTRIBUTE, "creation_timestamp", Comparison.EQUAL, (double) T0.toEpochMilli())),
                        List.of()))
                .containsExactly("m-1");
    }

    // ---- one store, two views

    @Test
    void runOfTheProjectIsTracked() {
        Run run = new Run(
                "a".repeat(32), "football", Run.Status.FINISHED, T0, T1, Map.of("rounds", "80"),
                Map.of("log_loss", 0.98, "nothing", Double.NaN, "endless", Double.POSITIVE_INFINITY), Map.of("seed", "42"),
                List.of(new Run.Artifact("z/model.bin", "f".repeat(64), 12), new Run.Artifact("a.json", "e".repeat(64), 0)),
                "{\"data\":1}");

        catalog.update(tx -> tx.putRun(run));

        Experiment experiment = read(tx -> tx.experimentNamed("football")).orElseThrow();
        TrackedRun tracked = tracked(run.id());
        assertThat(tracked.info().experimentId()).isEqualTo(experiment.id());
        assertThat(tracked.info().name()).isEqualTo("football-aaaaaaaa");
        assertThat(tracked.info().endedAt()).isEqualTo(T1);
        assertThat(tracked.params()).isEqualTo(run.params());
        assertThat(tracked.tags()).containsEntry("seed", "42").containsEntry("mlflow.runName", "football-aaaaaaaa");
        assertThat(tracked.metrics().get("log_loss"))
                .isEqualTo(new MetricSummary(new MetricPoint("log_loss", 0.98, T1.toEpochMilli(), 0), 0.98, 0.98, 1));
        assertThat(summary(run.id(), "endless").last().value()).isEqualTo(Double.MAX_VALUE);
        assertThat(history(run.id(), "nothing")).extracting(MetricPoint::value).containsExactly(Double.NaN);
        String root = experiment.id() + "/" + run.id() + "/artifacts";
        assertThat(tracked.info().artifactUri()).isEqualTo("mlflow-artifacts:/" + root);
        assertThat(catalog.<Optional<FilesTransaction.StoredFile>>read(tx -> tx.files().file(root + "/z/model.bin")))
                .hasValue(new FilesTransaction.StoredFile(root + "/z/model.bin", "f".repeat(64), 12, T1));
        assertThat(catalog.<Optional<Run>>read(tx -> tx.run(run.id()))).hasValue(run);
    }

    @Test
    void renamedExperimentLeavesTheProjectItsRuns() {
        Run run = new Run(
                "b".repeat(32), "m", Run.Status.RUNNING, T0, null, Map.of(), Map.of(), Map.of("mlflow.runName", "given"),
                List.of(), "{}");
        catalog.update(tx -> tx.putRun(run));
        String id = read(tx -> tx.experimentNamed("m")).orElseThrow().id();

        update(tx -> tx.renameExperiment(id, "renamed", T1));

        assertThat(catalog.<List<Run>>read(tx -> tx.runs("m", 10))).containsExactly(run);
        assertThat(info(run.id()).name()).isEqualTo("given");
    }

    @Test
    void runOfAClientIsARunOfTheProjectToo() {
        String id = experiment("e");
        run("c".repeat(32), id, T0);
        update(tx -> tx.log(
                "c".repeat(32), List.of(new MetricPoint("m", 1, 1, 1), new MetricPoint("m", 2, 1, 2)), Map.of("p", "1"),
                Map.of()));

        Run run = catalog.<Optional<Run>>read(tx -> tx.run("cccc")).orElseThrow();

        assertThat(run.experiment()).isEqualTo("e");
        assertThat(run.metrics()).containsExactly(Map.entry("m", 2.0));
        assertThat(run.params()).containsExactly(Map.entry("p", "1"));
        assertThat(run.tags()).containsKey("mlflow.runName");
        assertThat(catalog.<List<Run>>read(tx -> tx.runs(null, 10))).isEmpty();
    }

    @Test
    void deletedRunOfTheProjectIsNotListed() {
        Run run = new Run(
                "d".repeat(32), "m", Run.Status.RUNNING, T0, null, Map.of(), Map.of(), Map.of(), List.of(), "{}");
        catalog.update(tx -> tx.putRun(run));

        update(tx -> tx.setRunLifecycle(run.id(), Lifecycle.DELETED, T1));

        assertThat(catalog.<List<Run>>read(tx -> tx.runs(null, 10))).isEmpty();
        assertThat(catalog.<Optional<Run>>read(tx -> tx.run(run.id()))).hasValue(run);
    }

    // ---- several writers

    @Test
    void writersThatComeTogetherAllSucceedOrFailAlone() throws Exception {
        run("r", "0", T0);
        List<Future<?>> done = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (int i = 0; i < 200; i++) {
                int number = i;
                done.add(threads.submit(() -> {
                    if (number % 10 == 3) {
                        assertThatThrownBy(() -> update(tx -> {
                                    tx.log("r", List.of(new MetricPoint("m", -1, number, number)), Map.of(), Map.of());
                                    throw new IllegalStateException("on purpose");
                                }))
                                .hasMessage("on purpose");
                    } else {
                        log("r", new MetricPoint("m", number, number, number));
                        assertThat(history("r", "m")).contains(new MetricPoint("m", number, number, number));
                    }
                }));
            }
            for (Future<?> each : done) {
                each.get();
            }
        }

        assertThat(history("r", "m")).hasSize(180).noneMatch(point -> point.value() < 0);
        assertThat(summary("r", "m").count()).isEqualTo(180);
    }

    @Test
    void oneOfSeveralWritersOfAParamWins() throws Exception {
        run("r", "0", T0);
        List<Future<Boolean>> done = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int i = 0; i < 16; i++) {
                String value = Integer.toString(i);
                done.add(threads.submit(() -> {
                    try {
                        update(tx -> tx.log("r", List.of(), Map.of("p", value), Map.of()));
                        return true;
                    } catch (KeelsonException e) {
                        return false;
                    }
                }));
            }
        }
        int won = 0;
        for (Future<Boolean> each : done) {
            won += each.get() ? 1 : 0;
        }

        assertThat(won).isOne();
    }

    // ---- shorthands

    // ---- several runs at once

    @Test
    void runsThatLackATagOrParamAreFoundByItsAbsence() {
        String experiment = Experiment.DEFAULT_ID;
        run("r1", experiment, T0);
        run("r2", experiment, T1);
        update(tx -> tx.log("r1", List.of(), Map.of("depth", "3"), Map.of("mlflow.parentRunId", "r2")));

        assertThat(found(List.of(Clause.text(Entity.TAG, "mlflow.parentRunId", Comparison.ABSENT)), List.of())).containsExactly("r2");
        assertThat(found(List.of(Clause.text(Entity.PARAM, "depth", Comparison.ABSENT)), List.of())).containsExactly("r2");
        assertThat(found(List.of(Clause.text(Entity.TAG, "nobody has it", Comparison.ABSENT)), List.of())).containsExactly("r2", "r1");
    }

    @Test
    void curvesOfSeveralRunsAreThinnedAndKeepTheirEnds() {
        String experiment = experiment("curves");
        for (String id : List.of("r1", "r2", "r3")) {
            run(id, experiment, T0);
        }
        update(tx -> {
            tx.log(
                    "r1",
                    LongStream.range(0, 1_000).mapToObj(step -> new MetricPoint("loss", -step, 5, step)).toList(),
                    Map.of(),
                    Map.of());
            tx.log("r2", List.of(new MetricPoint("loss", Double.NaN, 5, 7)), Map.of(), Map.of());
            tx.log("r3", List.of(new MetricPoint("other", 1, 5, 7)), Map.of(), Map.of());
        });

        Map<String, List<MetricPoint>> curves = read(tx -> tx.histories(List.of("r1", "r2", "r3", "none"), "loss", 100));

        assertThat(curves).containsOnlyKeys("r1", "r2");
        assertThat(curves.getOrDefault("r1", List.of())).hasSizeBetween(50, 101).isSortedAccordingTo(Comparator.comparingLong(MetricPoint::step));
        assertThat(curves.getOrDefault("r1", List.of()).getFirst().step()).isZero();
        assertThat(curves.getOrDefault("r1", List.of()).getLast()).isEqualTo(new MetricPoint("loss", -999, 5, 999));
        assertThat(curves.getOrDefault("r2", List.of())).singleElement().extracting(MetricPoint::value).isEqualTo(Double.NaN);
        assertThat(this.<Map<String, List<MetricPoint>>>read(tx -> tx.histories(List.of("r1"), "unknown", 100))).isEmpty();
    }

    @Test
    void theLatestPointAtAStepIsFoundForEachRun() {
        String experiment = experiment("steps");
        run("r1", experiment, T0);
        run("r2", experiment, T0);
        log("r1", new MetricPoint("loss", 3, 5, 1), new MetricPoint("loss", 2, 6, 1), new MetricPoint("loss", 9, 7, 2));
        log("r2", new MetricPoint("loss", 4, 5, 2));

        assertThat(this.<Map<String, MetricPoint>>read(tx -> tx.at(List.of("r1", "r2"), "loss", 1))).isEqualTo(Map.of("r1", new MetricPoint("loss", 2, 6, 1)));
        assertThat(this.<Map<String, MetricPoint>>read(tx -> tx.at(List.of("r1", "r2"), "loss", 2))).containsOnlyKeys("r1", "r2");
        assertThat(this.<Map<String, MetricPoint>>read(tx -> tx.at(List.of("r1"), "unknown", 2))).isEmpty();
    }

    @Test
    void runsThatBelongToAnotherAreCounted() {
        String experiment = experiment("children");
        for (String id : List.of("r1", "r2", "r3", "r4")) {
            run(id, experiment, T0);
        }
        update(tx -> {
            tx.log("r2", List.of(), Map.of(), Map.of("mlflow.parentRunId", "r1"));
            tx.log("r3", List.of(), Map.of(), Map.of("mlflow.parentRunId", "r1"));
            tx.log("r4", List.of(), Map.of(), Map.of("mlflow.parentRunId", "r1"));
            tx.setRunLifecycle("r4", Lifecycle.DELETED, T1);
        });

        assertThat(this.<Map<String, Long>>read(tx -> tx.children(List.of("r1", "r2")))).isEqualTo(Map.of("r1", 2L));
    }

    // ---- retention

    @Test
    void deletedRunIsRemovedForGood() {
        String id = experiment("e");
        run("old", id, T0);
        run("young", id, T0);
        run("active", id, T0);
        DatasetInput data = new DatasetInput("d", "1", "local", "{}", null, null, Map.of("k", "v"));
        update(tx -> {
            for (String run : List.of("old", "active")) {
                tx.log(run, List.of(new MetricPoint("loss", 1, 0, 0)), Map.of("p", "1"), Map.of("t", "1"));
                tx.addInputs(run, List.of(data), List.of("m-1"));
            }
            tx.setRunLifecycle("old", Lifecycle.DELETED, T0);
            tx.setRunLifecycle("young", Lifecycle.DELETED, T1);
        });
        String hash = "0f".repeat(32);
        catalog.update(tx -> {
            tx.files().put(id + "/old/artifacts/a/b", hash, 1, T0);
            tx.files().put(id + "/active/artifacts/a", "1f".repeat(32), 1, T0);
        });

        List<RunInfo> deleted = catalog.read(tx -> tx.retention().deletedRuns(T1));
        List<Boolean> removed = catalog.write(tx -> List.of(
                tx.retention().removeRun("old", T1),
                tx.retention().removeRun("old", T1),
                tx.retention().removeRun("young", T1),
                tx.retention().removeRun("active", T1)));

        assertThat(deleted).extracting(RunInfo::id).containsExactly("old");
        assertThat(removed).containsExactly(true, false, false, false);
        assertThat(this.<Optional<RunInfo>>read(tx -> tx.runInfo("old"))).isEmpty();
        assertThat(tracked("active").inputs()).containsExactly(data);
        assertThat(history("active", "loss")).hasSize(1);
        Set<String> hashes = catalog.read(tx -> tx.files().hashes(folder -> true));
        Set<String> elsewhere = catalog.read(tx -> tx.files().hashes(folder -> !folder.startsWith(id + "/active")));
        assertThat(hashes).containsExactly("1f".repeat(32));
        assertThat(elsewhere).isEmpty();
    }

    @Test
    void experimentIsRemovedOnlyWhenItHoldsNothing() {
        String id = experiment("e");
        run("r1", id, T0);
        update(tx -> tx.setExperimentLifecycle(id, Lifecycle.DELETED, T0));

        List<Experiment> deleted = catalog.read(tx -> tx.retention().deletedExperiments(T1));
        List<Boolean> removed = catalog.write(tx -> List.of(
                tx.retention().removeExperiment(id, T1),
                tx.retention().holds(id, Set.of("r1")) == null,
                tx.retention().removeRun("r1", T1),
                tx.retention().removeExperiment(id, T0),
                tx.retention().removeExperiment(id, T1),
                tx.retention().removeExperiment("0", T1)));

        assertThat(deleted).extracting(Experiment::id).containsExactly(id);
        assertThat(removed).containsExactly(false, true, true, false, true, false);
        assertThat(this.<Optional<Experiment>>read(tx -> tx.experiment(id))).isEmpty();
    }

    @Test
    void wordsOfTheCatalogueAreTold() {
        String id = experiment("e");
        run("r1", id, T0);
        run("r2", id, T0);
        update(tx -> {
            tx.log("r1", List.of(), Map.of("p", "says p"), Map.of("t", "says t"));
            tx.log("r2", List.of(), Map.of("p", "silent"), Map.of());
        });
        catalog.update(tx -> {
            tx.registry().createModel("m", "says d", Map.of("k", "says k"), T0);
            tx.registry().createVersion("m", "runs:/r1/x", "r1", null, null, "kim", "", Map.of(), T0);
        });

        List<String> models = new ArrayList<>();
        List<String> others = new ArrayList<>();
        catalog.read(tx -> {
            tx.retention().models((referrer, what, text) -> models.add(referrer + " " + what + " " + text));
            tx.retention().others(Set.of("r2"), (referrer, what, text) -> others.add(text));
            return true;
        });

        assertThat(models).contains("VERSION m v1 runs:/r1/x", "VERSION m v1 r1", "VERSION m says d", "VERSION m says k");
        assertThat(others).contains("says p", "says t").doesNotContain("silent");
    }

    private <T> T write(Function<TrackingTransaction, T> work) {
        return catalog.write(tx -> work.apply(tx.tracking()));
    }

    private <T> T read(Function<TrackingTransaction, T> work) {
        return catalog.read(tx -> work.apply(tx.tracking()));
    }

    private void update(Consumer<TrackingTransaction> work) {
        catalog.update(tx -> work.accept(tx.tracking()));
    }

    private String experiment(String name) {
        return write(tx -> tx.createExperiment(name, null, Map.of(), T0)).id();
    }

    private void run(String id, String experiment, Instant startedAt) {
        write(tx -> tx.createRun(id, experiment, "name of " + id, "ann", startedAt, Map.of()));
    }

    private void measured(String id, double metric, String param) {
        run(id, "0", T0);
        update(tx -> tx.log(id, List.of(new MetricPoint("m", metric, 1, 1)), Map.of("p", param), Map.of("t", param)));
    }

    private void log(String run, MetricPoint... points) {
        update(tx -> tx.log(run, List.of(points), Map.of(), Map.of()));
    }

    private RunInfo info(String id) {
        return read(tx -> tx.runInfo(id)).orElseThrow();
    }

    private TrackedRun tracked(String id) {
        return read(tx -> tx.runs(List.of(id), Detail.ALL)).getFirst();
    }

    private MetricSummary summary(String run, String key) {
        return Objects.requireNonNull(tracked(run).metrics().get(key));
    }

    private List<MetricPoint> history(String run, String key) {
        return read(tx -> tx.history(run, key, 0, 100_000)).items();
    }

    private SortedSet<String> keys(@Nullable List<String> experiments, Entity entity) {
        return read(tx -> tx.keys(experiments, entity));
    }

    private static Search search(List<Clause> clauses, List<SortKey> order, int limit, long offset) {
        return new Search(clauses, order, Lifecycle.View.ACTIVE_ONLY, limit, offset);
    }

    private List<String> found(List<Clause> clauses, List<SortKey> order) {
        return ids(read(tx -> tx.searchRuns(List.of("0"), search(clauses, order, 100, 0), Detail.NONE)));
    }

    private List<String> metric(Comparison comparison, double value) {
        return found(List.of(Clause.number(Entity.METRIC, "m", comparison, value)), List.of());
    }

    private List<String> param(Comparison comparison, String value) {
        return found(List.of(Clause.text(Entity.PARAM, "p", comparison, value)), List.of());
    }

    private List<String> attribute(Clause clause) {
        return found(List.of(clause), List.of());
    }

    private static List<String> ids(Page<TrackedRun> page) {
        return page.items().stream().map(run -> run.info().id()).toList();
    }

    private List<String> experiments(List<Clause> clauses, List<SortKey> order, Lifecycle.View view) {
        // the default experiment is as new as the store: newer than the others of these tests
        return read(tx -> tx.searchExperiments(new Search(clauses, order, view, 100, 0))).items().stream()
                .map(Experiment::name)
                .toList();
    }

    private static LoggedModel model(
            String id, String name, Instant at, Map<String, String> params, Map<String, String> tags) {
        return new LoggedModel(
                id, "0", name, "mlflow-artifacts:/0/models/" + id, LoggedModel.Status.PENDING, null, null, Lifecycle.ACTIVE,
                at, at, new TreeMap<>(params), new TreeMap<>(tags), List.of(), List.of());
    }

    private List<String> models(List<Clause> clauses, List<SortKey> order) {
        return read(tx -> tx.searchLoggedModels(List.of("0"), search(clauses, order, 100, 0))).items().stream()
                .map(LoggedModel::id)
                .toList();
    }

    private static void assertCode(ThrowingCallable call, ErrorCode code) {
        assertThatThrownBy(call).isInstanceOfSatisfying(
                KeelsonException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
