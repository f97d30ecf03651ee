package dev.keelson.serve.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.serve.ComparedVersions;
import dev.keelson.serve.InMemoryPredictionLog;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.ModelEvent;
import dev.keelson.serve.ModelEventKind;
import dev.keelson.serve.ModelEventQuery;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.PredictionQuery;
import dev.keelson.serve.spi.PredictionLog.JournalPosition;
import dev.keelson.serve.spi.PredictionLog.Placed;
import dev.keelson.serve.spi.SettledPairs.Mark;
import dev.keelson.serve.spi.SettledPairs.Touched;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every prediction log must do. */
public abstract class PredictionLogContract {
    private static final Instant T0 = Instant.parse("2020-01-01T00:00:00.123456Z");
    private static final PredictionQuery ALL =
            new PredictionQuery(null, null, null, null, null, null, null, false, 1_000);
    private PredictionLog log;

    /** A new, empty log. */
    protected abstract PredictionLog newLog();

    /**
     * The log after a restart of the process: the given one is closed and opened again.
     *
     * @return empty when the log does not outlive the process
     */
    protected abstract Optional<PredictionLog> reopen(PredictionLog open);

    @BeforeEach
    void open() {
        log = newLog();
    }

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void predictionComesBackWhole() {
        PredictionEvent event = new PredictionEvent(
                new UUID(Long.MIN_VALUE, -1), "football-1x2", 12, "champion", "E0|2020-01-01|Köln, \"FC\"\n\\n|\r", "",
                Instant.parse("1969-12-31T23:59:59.999999Z"), T0, T0.plusSeconds(1),
                new double[] {1.0 / 3, 0.25, Double.MIN_VALUE},
                new double[] {Double.NaN, -0.0, 0, 1e300, 123456.7891, -2.5, Double.POSITIVE_INFINITY, Double.NaN},
                new double[0],
                "{a}_{b}=x_y;c=Köln\\;\n, \"FC\"",
                false,
                "site \"A\"",
                "{\"campaign\":\"Köln, a\\\"b\"}");

        log.append(List.of(event), true);
        log.catchUp();

        LoggedPrediction found = log.find(event.id()).orElseThrow();
        assertThat(found.outcome()).isNull();
        assertThat(found.outcomeKnownAt()).isNull();
        assertThat(found.event())
                .usingRecursiveComparison()
                .withEqualsForType((a, b) -> Double.compare(a, b) == 0, Double.class) // exact, NaN equals NaN
                .isEqualTo(event);
        assertThat(found.event().features()).containsExactly(event.features());
    }

    @Test
    void oneMissingNumberIsNotNoNumber() {
        PredictionEvent event = new PredictionEvent(
                new UUID(0, 1), "m", 1, "champion", "", "", T0, T0, T0, new double[] {1}, new double[] {Double.NaN},
                new double[] {});

        log.append(List.of(event), false);
        log.catchUp();

        PredictionEvent found = log.find(event.id()).orElseThrow().event();
        assertThat(found.features()).containsExactly(Double.NaN);
        assertThat(found.watched()).isEmpty();
    }

    @Test
    void textIsLookedForInTheKeysThatWereAskedForToo() {
        PredictionEvent event = new PredictionEvent(
                new UUID(0, 7), "m", 1, "champion", "b1", "", T0, T0, T0, new double[] {1}, new double[0], new double[0],
                "{sport}_{market}=Soccer_1X2;book=a\\;b");
        log.append(List.of(event, prediction(8, "b2", T0)), false);
        log.catchUp();

        assertThat(log.find(query(null, null, null, null, null, null, "soccer_1x2", false, 9))).hasSize(1);
        assertThat(log.find(query(null, null, null, null, null, null, "a;b", false, 9))).hasSize(1);
        assertThat(log.count(query(null, null, null, null, null, null, "tennis", false, 9))).isZero();
    }

    @Test
    void predictionsAreFilteredByWhatTheyAnswered() {
        log.append(
                List.of(
                        answered(1, "a", 0.5, true, "", ""),
                        answered(2, "b", 0.7, false, "", "{\"campaign\":\"Spring\"}"),
                        answered(3, "c", 0.9, true, "desk", "")),
                false);
        log.append(
                List.of(new PredictionEvent(
                        new UUID(0, 4), "n", 1, "champion", "d", "", T0, T0, T0, new double[] {0.8}, new double[0],
                        new double[0])),
                false);
        log.appendOutcomes(List.of(new OutcomeEvent("m", "a", "H", T0), new OutcomeEvent("m", "b", "D", T0)), false);
        log.catchUp();

        assertThat(ids(new PredictionQuery(
                        null, null, null, true, null, null, null, null, null, null, null, null, false, 9)))
                .containsExactly(1L, 3L, 4L);
        assertThat(ids(new PredictionQuery(
                        null, null, null, null, null, null, null, null, 0.7, null, null, null, false, 9)))
                .containsExactly(2L, 3L);
        assertThat(ids(new PredictionQuery(
                        null, null, null, null, null, null, null, null, 0.5, 0.7, null, null, false, 9)))
                .containsExactly(1L, 2L);
        assertThat(ids(new PredictionQuery(
                        null, null, null, null, null, null, null, "D", null, null, null, null, false, 9)))
                .containsExactly(2L);
        assertThat(log.count(new PredictionQuery(
                        null, null, null, null, null, null, null, "H", null, null, null, null, false, 9)))
                .isEqualTo(1);
        assertThat(ids(new PredictionQuery(
                        null, null, null, null, null, null, null, null, null, null, null, "spring", false, 9)))
                .containsExactly(2L);
        assertThat(ids(new PredictionQuery(
                        null, null, null, null, null, null, null, null, null, null, null, "desk", false, 9)))
                .containsExactly(3L);
    }

    private static PredictionEvent answered(
            long id, String entity, double confidence, boolean served, String client, String metadata) {
        return new PredictionEvent(
                new UUID(0, id), "m", 1, "champion", entity, "", T0, T0, T0, new double[] {confidence, 1 - confidence},
                new double[0], new double[0], "", served, client, metadata);
    }

    @Test
    void trainingsAndEvaluationsAreListedNewestFirst() {
        ModelEvent training = new ModelEvent(
                ModelEventKind.TRAINING, new UUID(0, 1), T0, "m", 3, "run-1", Map.of("log_loss", 0.98, "a=b;c", -0.5),
                "{\"why\":\"a, \\\"new\\\" season\"}");
        ModelEvent evaluation = new ModelEvent(
                ModelEventKind.EVALUATION, new UUID(0, 2), T0.plusSeconds(1), "m", 3, "", Map.of(), "");
        ModelEvent other =
                new ModelEvent(ModelEventKind.EVALUATION, new UUID(0, 3), T0, "n", 0, "", Map.of("x", 1e300), "");
        log.appendEvents(List.of(training, evaluation), false);
        log.appendEvents(List.of(other, evaluation), true);
        assertThat(log.events(ModelEventQuery.newest(9))).isEmpty();

        log.catchUp();

        assertThat(log.events(ModelEventQuery.newest(9))).containsExactly(evaluation, other, training);
        assertThat(log.events(ModelEventQuery.newest(1))).containsExactly(evaluation);
        assertThat(log.events(new ModelEventQuery(ModelEventKind.TRAINING, null, null, null, null, null, 9)))
                .containsExactly(training);
        assertThat(log.events(new ModelEventQuery(null, "n", 0, null, null, null, 9))).containsExactly(other);
        assertThat(log.events(new ModelEventQuery(null, null, null, T0, T0.plusSeconds(1), null, 9)))
                .containsExactly(other, training);
        assertThat(log.events(new ModelEventQuery(null, null, null, null, null, "SEASON", 9))).containsExactly(training);
        assertThat(log.events(new ModelEventQuery(null, null, null, null, null, "run-1", 9))).containsExactly(training);
    }

    @Test
    void unknownPredictionIsEmpty() {
        assertThat(log.find(new UUID(1, 2))).isEmpty();
        assertThat(log.find(ALL)).isEmpty();
        assertThat(log.count(ALL)).isZero();
    }

    @Test
    void nothingIsFoundBeforeTheIndexCaughtUp() {
        assertThat(log.lag()).isZero();

        log.append(List.of(prediction(1, "a", T0)), true);
        assertThat(log.lag()).isPositive();

        log.catchUp();
        assertThat(log.lag()).isZero();
        assertThat(log.find(ALL)).hasSize(1);
    }

    @Test
    void lateOutcomeReachesItsPredictions() {
        log.append(List.of(prediction(1, "a", T0), prediction(2, "a", T0), prediction(3, "b", T0)), false);
        log.appendOutcomes(List.of(new OutcomeEvent("m", "a", "H", T0.plusSeconds(9))), false);
        log.catchUp();

        assertThat(log.find(ALL)).extracting(LoggedPrediction::outcome).containsExactly("H", "H", null);
        assertThat(log.find(ALL).getFirst().outcomeKnownAt()).isEqualTo(T0.plusSeconds(9));
    }

    @Test
    void outcomeMayComeBeforeItsPrediction() {
        log.appendOutcomes(List.of(new OutcomeEvent("m", "a", "H", T0)), false);
        log.append(List.of(prediction(1, "a", T0)), false);
        log.catchUp();

        assertThat(log.find(new UUID(0, 1)).orElseThrow().outcome()).isEqualTo("H");
    }

    @Test
    void laterOutcomeCorrectsAnEarlierOne() {
        log.append(List.of(prediction(1, "a", T0)), false);
        log.appendOutcomes(List.of(new OutcomeEvent("m", "a", "H", T0.plusSeconds(9))), false);
        log.catchUp();
        log.appendOutcomes(List.of(new OutcomeEvent("m", "a", "D", T0.plusSeconds(5))), false);
        log.catchUp();

        LoggedPrediction found = log.find(new UUID(0, 1)).orElseThrow();
        assertThat(found.outcome()).isEqualTo("D");
        assertThat(found.outcomeKnownAt()).isEqualTo(T0.plusSeconds(5));
        assertThat(log.count(ALL)).isEqualTo(1);
    }

    @Test
    void outcomeOfOnePredictionSettlesThatOneAlone() {
        log.append(List.of(prediction(1, "a", T0), prediction(2, "a", T0.plusSeconds(7)), prediction(3, "a", T0.plusSeconds(8))), false);
        log.appendOutcomes(
                List.of(
                        OutcomeEvent.ofPrediction("m", new UUID(0, 2), "D", T0.plusSeconds(9)),
                        OutcomeEvent.ofPrediction("other", new UUID(0, 3), "A", T0.plusSeconds(9))),
                false);
        log.catchUp();

        assertThat(log.find(ALL)).extracting(LoggedPrediction::outcome).containsExactly(null, "D", null);
        assertThat(log.settled(0, 0, 9)).extracting(each -> each.prediction().outcome()).containsExactly("D");
        assertThat(log.known("m", new UUID(0, 2).toString()))
                .isEqualTo(new PredictionLog.Knowledge(
                        T0.plusSeconds(7), OutcomeEvent.ofPrediction("m", new UUID(0, 2), "D", T0.plusSeconds(9)), new UUID(0, 2)));
        assertThat(log.known("m", "a")).isEqualTo(new PredictionLog.Knowledge(T0.plusSeconds(8), null, null));
    }

    @Test
    void outcomeOfOnePredictionCountsBeforeThatOfItsEntity() {
        log.append(List.of(prediction(1, "a", T0), prediction(2, "a", T0.plusSeconds(7))), false);
        log.appendOutcomes(List.of(OutcomeEvent.ofPrediction("m", new UUID(0, 2), "D", T0.plusSeconds(9))), false);
        log.appendOutcomes(List.of(new OutcomeEvent("m", "a", "H", T0.plusSeconds(9))), false);
        log.catchUp();

        assertThat(log.find(ALL)).extracting(LoggedPrediction::outcome).containsExactly("H", "D");
        assertThat(log.settled(0, 0, 9)).extracting(each -> each.prediction().outcome()).containsExactly("D", "H");

        log.appendOutcomes(List.of(OutcomeEvent.ofPrediction("m", new UUID(0, 2), "A", T0.plusSeconds(9))), false);
        log.catchUp();

        assertThat(log.find(ALL)).extracting(LoggedPrediction::outcome).containsExactly("H", "A");
        assertThat(log.settled(0, 0, 1)).extracting(each -> each.prediction().outcome()).containsExactly("H");
    }

    @Test
    void outcomeOfOnePredictionMayComeBeforeIt() {
        log.appendOutcomes(List.of(OutcomeEvent.ofPrediction("m", new UUID(0, 1), "H", T0)), false);
        log.append(List.of(prediction(1, "a", T0), prediction(2, "a", T0)), false);
        log.catchUp();

        assertThat(log.find(ALL)).extracting(LoggedPrediction::outcome).containsExactly("H", null);
        assertThat(log.settled(0, 0, 9)).extracting(each -> each.prediction().event().id()).containsExactly(new UUID(0, 1));
    }

    @Test
    void outcomeOfAnotherModelSettlesNothing() {
        log.append(List.of(prediction(1, "a", T0)), false);
        log.appendOutcomes(List.of(new OutcomeEvent("other", "a", "H", T0)), false);
        log.catchUp();

        assertThat(log.find(new UUID(0, 1)).orElseThrow().outcome()).isNull();
    }

    @Test
    void ofAnEntityTheNewestPredictionAndOutcomeAreKnown() {
        log.append(List.of(prediction(1, "a", T0), prediction(2, "a", T0.plusSeconds(7)), prediction(3, "b", T0)), false);
        log.appendOutcomes(
                List.of(
                        new OutcomeEvent("m", "a", "H", T0),
                        new OutcomeEvent("m", "a", "D", T0),
                        new OutcomeEvent("m", "never predicted", "A", T0)),
                false);
        log.catchUp();

        assertThat(log.known("m", "a"))
                .isEqualTo(new PredictionLog.Knowledge(T0.plusSeconds(7), new OutcomeEvent("m", "a", "D", T0), null));
        assertThat(log.known("m", "b")).isEqualTo(new PredictionLog.Knowledge(T0, null, null));
        assertThat(log.known("m", "never predicted").eventTime()).isNull();
        assertThat(log.known("m", "never predicted").outcome()).isNotNull();
        assertThat(log.known("other", "a")).isEqualTo(new PredictionLog.Knowledge(null, null, null));
    }

    @Test
    void idThatIsKnownIsLeftOut() {
        log.append(List.of(prediction(1, "a", T0), prediction(1, "b", T0)), false);
        log.catchUp();
        log.append(List.of(prediction(1, "c", T0)), false);
        log.catchUp();

        assertThat(log.find(ALL)).extracting(logged -> logged.event().entity()).containsExactly("a");
    }

    @Test
    void listIsOrderedByEventTimeThenEntity() {
        log.append(
                List.of(prediction(1, "b", T0.plusSeconds(1)), prediction(2, "c", T0), prediction(3, "a", T0),
                        prediction(4, "a", T0)),
                false);
        log.catchUp();

        assertThat(ids(ALL)).containsExactly(3L, 4L, 2L, 1L);
        assertThat(ids(query(null, null, null, null, null, null, null, true, 3))).containsExactly(1L, 2L, 4L);
    }

    @Test
    void everyConditionOfAQueryCounts() {
        log.append(
                List.of(
                        event(1, "m", 1, "champion", "E0|Arsenal", T0),
                        event(2, "m", 2, "champion", "E0|Leeds", T0.plusSeconds(1)),
                        event(3, "m", 1, "challenger", "E1|Arsenal", T0.plusSeconds(2)),
                        event(4, "n", 1, "champion", "E0|100%", T0.plusSeconds(3))),
                false);
        log.appendOutcomes(List.of(new OutcomeEvent("m", "E0|Leeds", "H", T0)), false);
        log.catchUp();

        assertThat(ids(query("m", null, null, null, null, null, null, false, 9))).containsExactly(1L, 2L, 3L);
        assertThat(ids(query("m", 1, null, null, null, null, null, false, 9))).containsExactly(1L, 3L);
        assertThat(ids(query(null, null, "champion", null, null, null, null, false, 9))).containsExactly(1L, 2L, 4L);
        assertThat(ids(query(null, null, null, T0.plusSeconds(1), T0.plusSeconds(3), null, null, false, 9)))
                .containsExactly(2L, 3L);
        assertThat(ids(query(null, null, null, T0.plusNanos(1), null, null, null, false, 9)))
                .containsExactly(2L, 3L, 4L);
        assertThat(ids(query(null, null, null, null, null, true, null, false, 9))).containsExactly(2L);
        assertThat(ids(query("m", null, null, null, null, false, null, false, 9))).containsExactly(1L, 3L);
        assertThat(ids(query(null, null, null, null, null, null, "arSENal", false, 9))).containsExactly(1L, 3L);
        assertThat(ids(query(null, null, null, null, null, null, "0%", false, 9))).containsExactly(4L);
        assertThat(ids(PredictionQuery.of("m", "challenger"))).containsExactly(3L);
    }

    @Test
    void predictionsAreReadOnInTheOrderOfTheJournal() {
        log.append(List.of(prediction(3, "b", T0.plusSeconds(9)), prediction(1, "a", T0)), false);
        log.appendOutcomes(List.of(new OutcomeEvent("m", "a", "H", T0)), false);
        log.append(List.of(prediction(2, "c", T0)), false);
        log.catchUp();

        List<Placed> first = log.predictions(0, 2);
        List<Placed> rest = log.predictions(first.getLast().at(), 2);

        assertThat(placed(first)).containsExactly(3L, 1L);
        assertThat(first.getLast().prediction().outcome()).isEqualTo("H");
        assertThat(placed(rest)).containsExactly(2L);
        assertThat(log.predictions(rest.getLast().at(), 2)).isEmpty();
    }

    @Test
    void settledPredictionsAreReadOnInTheOrderInWhichTheyWereSettled() {
        log.append(List.of(prediction(1, "a", T0), prediction(2, "b", T0), prediction(3, "a", T0)), false);
        log.appendOutcomes(
                List.of(new OutcomeEvent("m", "b", "D", T0), new OutcomeEvent("m", "a", "H", T0), new OutcomeEvent("m", "c", "H", T0)),
                false);
        log.append(List.of(prediction(4, "c", T0), prediction(5, "d", T0)), false);
        log.catchUp();

        List<Long> seen = new ArrayList<>();
        Placed last = new Placed(0, 0, log.predictions(0, 1).getFirst().prediction());
        for (List<Placed> page = log.settled(0, 0, 1); !page.isEmpty(); page = log.settled(last.at(), last.place(), 1)) {
            last = page.getFirst();
            seen.addAll(placed(page));
        }

        assertThat(seen).containsExactly(2L, 1L, 3L, 4L);
        assertThat(placed(log.settled(0, 0, 100))).isEqualTo(seen);

        log.appendOutcomes(List.of(new OutcomeEvent("m", "b", "A", T0)), false);
        log.catchUp();

        assertThat(log.settled(last.at(), last.place(), 9)).singleElement().satisfies(again -> {
            assertThat(again.prediction().event().id()).isEqualTo(new UUID(0, 2));
            assertThat(again.prediction().outcome()).isEqualTo("A");
        });
    }

    private static List<Long> placed(List<Placed> page) {
        return page.stream()
                .map(each -> each.prediction().event().id().getLeastSignificantBits())
                .toList();
    }

    @Test
    void countDisregardsTheLimit() {
        for (int i = 1; i <= 5; i++) {
            log.append(List.of(prediction(i, "e" + i, T0)), false);
        }
        log.appendOutcomes(List.of(new OutcomeEvent("m", "e1", "H", T0)), false);
        log.catchUp();

        assertThat(log.count(query("m", null, null, null, null, null, null, false, 2))).isEqualTo(5);
        assertThat(log.count(query("m", null, null, null, null, false, null, false, 2))).isEqualTo(4);
        assertThat(log.find(query("m", null, null, null, null, null, null, false, 2))).hasSize(2);
    }

    @Test
    void theNextPlaceLiesBetweenWhatIsThereAndWhatComes() {
        long first = log.nextPlace();
        log.append(List.of(prediction(1, "a", T0), prediction(2, "b", T0)), false);
        long second = log.nextPlace();
        log = reopen(log).orElse(log);
        long reopened = log.nextPlace();
        log.append(List.of(prediction(3, "c", T0)), true);
        log.catchUp();

        List<Long> places = log.predictions(0, 9).stream().map(PredictionLog.Placed::place).toList();
        assertThat(places).hasSize(3);
        assertThat(places.getFirst()).isGreaterThanOrEqualTo(first);
        assertThat(places.get(1)).isLessThan(second).isLessThan(reopened);
        assertThat(places.getLast()).isGreaterThanOrEqualTo(second).isGreaterThanOrEqualTo(reopened);
    }

    @Test
    void limitBelowOneIsRefused() {
        assertThatThrownBy(() -> log.find(query(null, null, null, null, null, null, null, false, 0)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void cutForgetsWhatWasAppendedAfter() {
        log.append(List.of(prediction(1, "a", T0)), false);
        log.appendOutcomes(List.of(new OutcomeEvent("m", "a", "H", T0)), false);
        JournalPosition position = log.position();
        log.append(List.of(prediction(2, "b", T0)), false);
        log.appendOutcomes(List.of(new OutcomeEvent("m", "a", "D", T0)), false);
        log.catchUp();

        log.truncateTo(position);

        assertThat(log.position()).isEqualTo(position);
        log.catchUp();
        assertThat(log.find(ALL)).hasSize(1).first().extracting(LoggedPrediction::outcome).isEqualTo("H");
        assertThat(log.lag()).isZero();
        log.append(List.of(prediction(2, "c", T0)), false);
        log.catchUp();
        assertThat(log.find(ALL)).extracting(logged -> logged.event().entity()).containsExactly("a", "c");
    }

    @Test
    void cutToTheStartEmptiesTheLog() {
        JournalPosition start = log.position();
        log.append(List.of(prediction(1, "a", T0)), true);
        log.catchUp();

        log.truncateTo(JournalPosition.START);

        assertThat(start).isEqualTo(JournalPosition.START);
        assertThat(log.count(ALL)).isZero();
        log.append(List.of(prediction(1, "b", T0)), true);
        log.catchUp();
        assertThat(log.find(new UUID(0, 1)).orElseThrow().event().entity()).isEqualTo("b");
    }

    @Test
    void cutBeyondTheEndIsRefused() {
        log.append(List.of(prediction(1, "a", T0)), false);
        JournalPosition end = log.position();

        assertThatThrownBy(() -> log.truncateTo(new JournalPosition(end.segment(), end.offset() + 1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void severalThreadsAppend() throws Exception {
        List<Future<?>> done = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int i = 1; i <= 100; i++) {
                int number = i;
                done.add(threads.submit(
                        () -> log.append(List.of(prediction(number, "e", T0.plusSeconds(number))), number % 10 == 0)));
                if (i % 20 == 0) {
                    done.add(threads.submit(() -> log.catchUp()));
                }
            }
            for (Future<?> each : done) {
                each.get();
            }
        }
        log.catchUp();

        assertThat(ids(ALL)).hasSize(100).isSorted();
    }

    @Test
    void whatIsDurableOutlivesTheProcess() {
        log.append(List.of(prediction(1, "a", T0)), true);
        log.appendOutcomes(List.of(new OutcomeEvent("m", "a", "H", T0)), true);
        JournalPosition position = log.position();

        reopen(log).ifPresent(again -> {
            log = again;
            log.catchUp();
            assertThat(log.position()).isEqualTo(position);
            assertThat(log.find(new UUID(0, 1)).orElseThrow().outcome()).isEqualTo("H");
        });
    }

    @Test
    void pairsAreThoseOfTheLastPredictionsAndTheirLastOutcome() {
        Random random = new Random(5);
        InMemoryPredictionLog plain = new InMemoryPredictionLog();
        List<String> outcomes = List.of("H", "D", "A");
        Mark before = log.pairs().mark();
        Mark plainBefore = plain.pairs().mark();
        int pairs = 0;
        for (int i = 1; i <= 900; i++) {
            String entity = "e" + random.nextInt(80);
            String model = random.nextInt(8) == 0 ? "other" : "m";
            if (random.nextInt(3) == 0) {
                OutcomeEvent outcome = new OutcomeEvent(
                        model, entity, random.nextInt(9) == 0 ? "void" : outcomes.get(random.nextInt(3)), T0.plusSeconds(i));
                log.appendOutcomes(List.of(outcome), false);
                plain.appendOutcomes(List.of(outcome), false);
            } else {
                String role = List.of("champion", "champion", "challenger", "named").get(random.nextInt(4));
                int id = random.nextInt(20) == 0 ? 1 + random.nextInt(i) : i; // now and then the same again
                List<PredictionEvent> event = List.of(event(
                        id, model, 1 + random.nextInt(2), role, entity, T0.plusSeconds(random.nextInt(40_000) - 20_000)));
                log.append(event, false);
                plain.append(event, false);
            }
            if (random.nextInt(30) == 0) {
                log.catchUp();
                plain.catchUp();
                Mark now = log.pairs().mark();
                Mark plainNow = plain.pairs().mark();
                var wanted = new ComparedVersions("m", 1, 2, null, null, null);
                var part = new ComparedVersions("m", 1, 2, T0.minusSeconds(9_000), T0.minusSeconds(5_000), T0.plusSeconds(9_000));
                pairs += told(log, wanted).size();
                assertThat(told(log, wanted)).isEqualTo(told(plain, wanted));
                assertThat(told(log, part)).isEqualTo(told(plain, part));
                Instant from = T0.plusSeconds(random.nextInt(30_000) - 15_000);
                assertThat(log.pairs().firstOpen("m", from, outcomes)).isEqualTo(plain.pairs().firstOpen("m", from, outcomes));
                assertThat(log.pairs().firstOpen("m", from, List.of())).isEqualTo(plain.pairs().firstOpen("m", from, List.of()));
                assertThat(log.pairs().firstAsked("m", from)).isEqualTo(plain.pairs().firstAsked("m", from));
                Touched touched = log.pairs().touched("m", before, now);
                Touched expected = plain.pairs().touched("m", plainBefore, plainNow);
                assertThat(touched.earliest()).isEqualTo(expected.earliest());
                assertThat(touched.minutes()).containsExactly(expected.minutes());
                assertThat(log.pairs().settled("m", 1, before, now))
                        .isEqualTo(plain.pairs().settled("m", 1, plainBefore, plainNow));
                assertThat(log.pairs().settled("m", 1, Mark.START, now))
                        .isEqualTo(log.count(query("m", 1, null, null, null, true, null, false, 1)));
                before = now;
                plainBefore = plainNow;
            }
        }
        assertThat(pairs).isGreaterThan(50);
    }

    private static List<String> told(PredictionLog log, ComparedVersions wanted) {
        List<String> told = new ArrayList<>();
        log.pairs().each(wanted, pair -> told.add(pair.eventTime() + " " + Arrays.toString(pair.champion()) + " "
                + Arrays.toString(pair.challenger()) + " " + pair.outcome()));
        return told;
    }

    private List<Long> ids(PredictionQuery query) {
        return log.find(query).stream()
                .map(logged -> logged.event().id().getLeastSignificantBits())
                .toList();
    }

    private static PredictionEvent prediction(long id, String entity, Instant eventTime) {
        return event(id, "m", 1, "champion", entity, eventTime);
    }

    private static PredictionEvent event(
            long id, String model, int version, String role, String entity, Instant eventTime) {
        return new PredictionEvent(
                new UUID(0, id), model, version, role, entity, "E0", eventTime, eventTime, eventTime,
                new double[] {0.5, 0.25, 0.25 + id * 1e-9}, new double[] {id, Double.NaN}, new double[] {1.05});
    }

    private static PredictionQuery query(
            @Nullable String model,
            @Nullable Integer version,
            @Nullable String role,
            @Nullable Instant from,
            @Nullable Instant to,
            @Nullable Boolean settled,
            @Nullable String text,
            boolean newestFirst,
            int limit) {
        return new PredictionQuery(model, version, role, from, to, settled, text, newestFirst, limit);
    }
}
