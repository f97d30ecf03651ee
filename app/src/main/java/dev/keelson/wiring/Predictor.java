package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.control.rollout.ArmTally;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.features.FeatureVector;
import dev.keelson.features.OnlineFeatures;
import dev.keelson.http.FeatureGaps;
import dev.keelson.http.PredictOptions;
import dev.keelson.http.Prediction;
import dev.keelson.http.PredictionDetails;
import dev.keelson.http.StageTimes;
import dev.keelson.learn.Advice;
import dev.keelson.learn.EnsembleModel;
import dev.keelson.learn.Model;
import dev.keelson.learn.Advice;
import dev.keelson.learn.explain.Explainer;
import dev.keelson.serve.PredictionEvent;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * From checked rows to logged answers: features, prediction, journal. The path that must be fast; it holds no lock of its own.
 * What a version predicts that does not answer is made and logged off that path, and changes no answer.
 * Safe for use by several threads.
 */
final class Predictor {
    private static final System.Logger LOG = System.getLogger(Predictor.class.getName());
    private static final String CHAMPION = "champion";
    private static final String CHALLENGER = "challenger";

    private final OnlineFeatures features;
    private final PredictionSink log;
    private final InstantSource clock;
    private final Shadows shadows;
    private final StageTimes stages;
    private final FeatureGaps gaps;
    private final PredictionIds ids = new PredictionIds();
    private final Shares shares = new Shares(Runtime.getRuntime().availableProcessors());
    private final EnginePool engines;

    /**
     * Predicts nothing yet.
     *
     * @param shadows takes what versions predict that do not answer
     * @param engines has the models predict that do so by an engine
     * @param stages takes how long each stage took
     * @param gaps takes which predictions lack most of their features
     */
    Predictor(
            OnlineFeatures features,
            PredictionSink log,
            Shadows shadows,
            EnginePool engines,
            InstantSource clock,
            StageTimes stages,
            FeatureGaps gaps) {
        this.engines = engines;
        this.stages = stages;
        this.gaps = gaps;
        this.shadows = shadows;
        this.features = features;
        this.log = log;
        this.clock = clock;
    }

    /** What a row is answered by. */
    @SuppressWarnings("ArrayRecordComponent") // of one request
    private record Asked(RequestRow row, Instant eventTime, Instant asOf, Instant now, FeatureVector vector, double[] watched) {}

    /** What the log keeps of who asked. */
    private record Sender(String client, String metadata) {
        static Sender of(PredictOptions options) {
            String client = options.client();
            JsonNode metadata = options.metadata();
            return new Sender(client == null ? "" : client, metadata == null ? "" : metadata.toString());
        }
    }

    /**
     * Answers rows in order and logs every answer.
     *
     * @param served the model
     * @param by the version that answers; null for the one that serves
     * @param rows column to value
     * @throws KeelsonException BAD_REQUEST with every problem of every row
     */
    List<Prediction> predict(
            ServedModel served, @Nullable LoadedVersion by, List<Map<String, @Nullable Object>> rows, PredictOptions options) {
        long start = System.nanoTime();
        RequestRow[] checked = checked(served, rows);
        Instant now = clock.instant();
        int count = checked.length;
        Asked[] asked = new Asked[count];
        shares.each(count, i -> asked[i] = asked(served, checked[i], i, options.asOf(), now));
        long featured = System.nanoTime();
        Answered[] answered = by == null
                ? answered(served, asked, options)
                : answered(served, by, role(served, by), asked, options);
        Newcomers newcomers = new Newcomers(features);
        List<Prediction> answers = new ArrayList<>(count);
        List<PredictionEvent> events = new ArrayList<>(count);
        Sender sender = Sender.of(options);
        for (int i = 0; i < count; i++) {
            PredictionEvent event =
                    event(answered[i].by(), answered[i].role(), asked[i], answered[i].probabilities(), true, sender);
            events.add(event);
            answers.add(answer(served, answered[i], asked[i], event, newcomers));
        }
        long predicted = System.nanoTime();
        log.append(events, options.durable());
        if (by == null && served.challenger() != null) {
            beside(served, asked, answered, sender);
        }
        StageTimes.OfModel times = stages.of(served.plan().name());
        times.took(StageTimes.Stage.FEATURES, featured - start);
        times.took(StageTimes.Stage.PREDICT, predicted - featured);
        times.took(StageTimes.Stage.JOURNAL, System.nanoTime() - predicted);
        return answers;
    }

    /** Has predicted off the request's path what the version that does not answer tells of each row. */
    private void beside(ServedModel served, Asked[] asked, Answered[] answered, Sender sender) {
        Routing routing = served.routing();
        for (int i = 0; i < asked.length; i++) {
            Shadows.Shadow other = other(served, answered[i], asked[i], sender);
            if (other != null && !shadows.offer(other) && routing != null) {
                routing.tally().dropped().increment();
            }
        }
    }

    /**
     * Who answered.
     *
     * @param role as it stands in the log
     * @param advice what stands beside the prediction; null for nothing
     * @param details what was asked for beside it; null for nothing
     */
    @SuppressWarnings("ArrayRecordComponent") // of one row
    private record Answered(
            LoadedVersion by,
            String role,
            double[] probabilities,
            @Nullable Advice advice,
            @Nullable PredictionDetails details) {}

    /** Does something for each row by the threads that are meant for a version. */
    private void each(LoadedVersion by, int count, IntConsumer work) {
        Model model = by.trained().model();
        if (!model.byEngine()) {
            shares.each(count, work);
            return;
        }
        try (Model.Hold _ = model.hold()) {
            engines.each(count, work);
        }
    }

    /** The answers of one version. */
    private Answered[] answered(
            ServedModel served, LoadedVersion by, String role, Asked[] asked, PredictOptions options) {
        Answered[] answered = new Answered[asked.length];
        each(
                by,
                asked.length,
                i -> answered[i] = answered(served, by, role, asked[i], probabilities(by, asked[i]), options));
        return answered;
    }

    private static Answered answered(
            ServedModel served,
            LoadedVersion by,
            String role,
            Asked asked,
            double[] probabilities,
            PredictOptions options) {
        Model model = by.trained().model();
        return new Answered(
                by,
                role,
                probabilities,
                served.plan().advice(model, asked.row(), asked.vector().values(), probabilities),
                options.details().isEmpty() ? null : details(model, asked.vector(), options));
    }

    /** Of the versions that the rollout names, or of the champion; it stands in for a candidate that fails. */
    private Answered[] answered(ServedModel served, Asked[] asked, PredictOptions options) {
        Routing routing = served.routing();
        LoadedVersion champion = served.champion();
        if (routing == null) {
            return answered(served, champion, CHAMPION, asked, options);
        }
        @Nullable Answered[] byCandidate = byCandidate(served, routing, asked, options);
        Answered[] answered = new Answered[asked.length];
        int left = 0;
        for (int i = 0; i < asked.length; i++) {
            Answered there = byCandidate[i];
            if (there != null) {
                answered[i] = there;
            } else {
                left++;
            }
        }
        if (left > 0) {
            each(champion, asked.length, i -> {
                if (byCandidate[i] == null) {
                    answered[i] = byBaseline(served, routing, asked[i], options);
                }
            });
        }
        return answered;
    }

    /** What the candidate answers, where it is asked and does; null for all other rows. */
    private @Nullable Answered[] byCandidate(
            ServedModel served, Routing routing, Asked[] asked, PredictOptions options) {
        boolean[] its = new boolean[asked.length];
        int count = 0;
        for (int i = 0; i < asked.length; i++) {
            its[i] = routing.split().toCandidate(asked[i].row().entity(), options.client());
            count += its[i] ? 1 : 0;
        }
        @Nullable Answered[] answered = new Answered[asked.length];
        if (count == 0) {
            return answered;
        }
        try {
            each(routing.candidate(), asked.length, i -> {
                if (its[i]) {
                    answered[i] = byCandidate(served, routing, asked[i], options);
                }
            });
            return answered;
        } catch (RuntimeException e) { // its engine has no room for them, or no time
            failed(routing, e);
            for (int i = 0; i < count; i++) {
                routing.tally().candidate().failed();
            }
            return new Answered[asked.length]; // some that had begun may still end in the other
        }
    }

    private static @Nullable Answered byCandidate(
            ServedModel served, Routing routing, Asked asked, PredictOptions options) {
        long start = System.nanoTime();
        try {
            LoadedVersion by = routing.candidate();
            Answered answered = answered(served, by, CHALLENGER, asked, sound(probabilities(by, asked)), options);
            routing.tally().candidate().served(System.nanoTime() - start);
            return answered;
        } catch (RuntimeException e) {
            failed(routing, e);
            routing.tally().candidate().failed();
            return null;
        }
    }

    private static Answered byBaseline(ServedModel served, Routing routing, Asked asked, PredictOptions options) {
        long start = System.nanoTime();
        try {
            LoadedVersion by = served.champion();
            Answered answered = answered(served, by, CHAMPION, asked, probabilities(by, asked), options);
            routing.tally().baseline().served(System.nanoTime() - start);
            return answered;
        } catch (RuntimeException e) {
            routing.tally().baseline().failed();
            throw e;
        }
    }

    private static void failed(Routing routing, RuntimeException e) {
        LOG.log(
                System.Logger.Level.DEBUG,
                "The candidate (%s) of the rollout failed: %s".formatted(routing.candidate().version().label(), e),
                e);
    }

    /** What the version that did not answer is to predict off the request's path; null for nothing. */
    private Shadows.@Nullable Shadow other(ServedModel served, Answered answered, Asked asked, Sender sender) {
        LoadedVersion challenger = served.challenger();
        Routing routing = served.routing();
        if (challenger == null) {
            return null;
        }
        if (routing == null) {
            return () -> event(challenger, CHALLENGER, asked, probabilities(challenger, asked), false, sender);
        }
        if (!routing.rollout().paired()) {
            return null;
        }
        boolean candidate = answered.role().equals(CHAMPION);
        LoadedVersion by = candidate ? routing.candidate() : served.champion();
        ArmTally tally = candidate ? routing.tally().candidate() : routing.tally().baseline();
        return () -> {
            long start = System.nanoTime();
            try {
                double[] probabilities = sound(probabilities(by, asked));
                tally.shadowed(System.nanoTime() - start);
                return event(by, candidate ? CHALLENGER : CHAMPION, asked, probabilities, false, sender);
            } catch (RuntimeException e) {
                failed(routing, e);
                tally.failedInShadow();
                return null;
            }
        };
    }

    private static double[] probabilities(LoadedVersion by, Asked asked) {
        Model model = by.trained().model();
        double[] probabilities = new double[model.outputs().size()];
        model.predict(asked.vector().values(), probabilities);
        return probabilities;
    }

    /** A candidate that answers with what is no number has failed. */
    private static double[] sound(double[] probabilities) {
        for (double each : probabilities) {
            if (!Double.isFinite(each)) {
                throw new ArithmeticException("It predicts %s.".formatted(java.util.Arrays.toString(probabilities)));
            }
        }
        return probabilities;
    }

    /** What is wrong with rows, of all of them; empty when they can be predicted. */
    static List<Problem> problems(ServedModel served, List<Map<String, @Nullable Object>> rows) {
        List<Problem> problems = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            var _ = served.requests().read(rows.get(i), i, problems);
        }
        return problems;
    }

    private RequestRow[] checked(ServedModel served, List<Map<String, @Nullable Object>> rows) {
        int count = rows.size();
        RequestRow[] checked = new RequestRow[count];
        SortedMap<Integer, List<Problem>> problems = new TreeMap<>();
        shares.each(count, i -> {
            List<Problem> ofRow = new ArrayList<>(0);
            checked[i] = served.requests().read(rows.get(i), i, ofRow);
            if (!ofRow.isEmpty()) {
                synchronized (problems) {
                    problems.put(i, ofRow);
                }
            }
        });
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems.values().stream().flatMap(List::stream).toList(), null);
        }
        return checked;
    }

    /** As what a version that a request names stands in the log. */
    private static String role(ServedModel served, LoadedVersion by) {
        if (by.equals(served.champion())) {
            return CHAMPION;
        }
        return by.equals(served.challenger()) ? CHALLENGER : "named";
    }

    private Asked asked(ServedModel served, RequestRow row, int index, @Nullable Instant wanted, Instant now) {
        Instant eventTime = row.eventTime() == null ? now : row.eventTime();
        Instant asOf = wanted != null ? wanted : eventTime.isBefore(now) ? eventTime : now;
        if (asOf.isAfter(now) || asOf.isAfter(eventTime)) {
            throw new KeelsonException(Problem.at(
                    ErrorCode.BAD_REQUEST,
                    new Location("rows[" + index + "]", 0, 0),
                    "The features were asked for as of %s, but must not be later than now (%s) or the event (%s)."
                            .formatted(asOf, now, eventTime),
                    "Maybe leave as_of out: the event's time or now is taken, whichever is earlier."));
        }
        FeatureVector vector = vector(served.plan(), row, index, asOf, now);
        return new Asked(row, eventTime, asOf, now, vector, served.plan().watched(row.row()));
    }

    private FeatureVector vector(ModelPlan plan, RequestRow row, int index, Instant asOf, Instant now) {
        try {
            return asOf.equals(now)
                    ? features.latest(plan.service(), row.row(), now)
                    : features.get(plan.service(), row.row(), asOf);
        } catch (KeelsonException e) {
            // which of the rows it is
            throw new KeelsonException(
                    e.problems().stream()
                            .map(problem -> problem.location() != null
                                    ? problem
                                    : Problem.at(
                                            problem.code(),
                                            new Location("rows[" + index + "]", 0, 0),
                                            problem.message(),
                                            problem.hint()))
                            .toList(),
                    e);
        }
    }

    private PredictionEvent event(
            LoadedVersion by, String role, Asked asked, double[] probabilities, boolean answer, Sender sender) {
        UUID id = ids.next(asked.now());
        return new PredictionEvent(
                id,
                by.version().model(),
                by.version().version(),
                role,
                asked.row().entity(),
                asked.row().segment(),
                asked.eventTime(),
                asked.asOf(),
                asked.now(),
                probabilities,
                asked.vector().values(),
                asked.watched(),
                asked.row().keys(),
                answer,
                sender.client(),
                sender.metadata());
    }

    private Prediction answer(
            ServedModel served,
            Answered answered,
            Asked asked,
            PredictionEvent event,
            Newcomers newcomers) {
        ModelPlan plan = served.plan();
        return new Prediction(
                event.id(),
                event.model(),
                event.version(),
                event.entity(),
                plan.definition().task().outputs(),
                event.probabilities(),
                asked.asOf(),
                warnings(plan, asked, newcomers),
                answered.advice(),
                answered.details());
    }

    private List<String> warnings(ModelPlan plan, Asked asked, Newcomers newcomers) {
        List<String> warnings = newcomers.warnings(plan.service(), asked.row().row(), asked.vector());
        String starved = gaps.look(plan.name(), asked.vector());
        return starved == null ? warnings : Stream.concat(warnings.stream(), Stream.of(starved)).toList();
    }

    private static PredictionDetails details(Model model, FeatureVector vector, PredictOptions options) {
        PredictionDetails.Contributions contributions = null;
        if (options.wants(PredictOptions.Detail.CONTRIBUTIONS)) {
            Explainer explainer = model.explainer();
            if (explainer != null) {
                double[] values = new double[explainer.length()];
                explainer.explain(vector.values(), values);
                contributions = new PredictionDetails.Contributions(
                        explainer.scale().name().toLowerCase(Locale.ROOT), explainer.margins(), model.features(), values);
            }
        }
        return new PredictionDetails(
                options.wants(PredictOptions.Detail.FEATURES) ? vector : null,
                contributions,
                options.wants(PredictOptions.Detail.INTERVAL) && model instanceof EnsembleModel ensemble
                        ? ensemble.probabilityRange(vector.values())
                        : null);
    }
}
