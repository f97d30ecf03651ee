package dev.keelson.wiring;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.features.FeatureVector;
import dev.keelson.features.OnlineFeatures;
import dev.keelson.http.PredictOptions;
import dev.keelson.http.Prediction;
import dev.keelson.http.PredictionDetails;
import dev.keelson.http.StageTimes;
import dev.keelson.learn.Model;
import dev.keelson.learn.explain.Explainer;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.spi.PredictionLog;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * From checked rows to logged answers: features, prediction, journal. The path that must be fast; it holds no lock of its own.
 * Safe for use by several threads.
 */
final class Predictor {
    private final OnlineFeatures features;
    private final PredictionLog log;
    private final InstantSource clock;
    private final StageTimes stages;
    private final PredictionIds ids = new PredictionIds();
    private final Shares shares = new Shares(Runtime.getRuntime().availableProcessors());

    /**
     * Predicts nothing yet.
     *
     * @param stages takes how long each stage took
     */
    Predictor(OnlineFeatures features, PredictionLog log, InstantSource clock, StageTimes stages) {
        this.features = features;
        this.log = log;
        this.clock = clock;
        this.stages = stages;
    }

    /** What a row is answered by. */
    @SuppressWarnings("ArrayRecordComponent") // of one request
    private record Asked(RequestRow row, Instant eventTime, Instant asOf, Instant now, FeatureVector vector, double[] watched) {}

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
        List<RequestRow> checked = checked(served, rows);
        Instant now = clock.instant();
        int count = checked.size();
        Asked[] asked = new Asked[count];
        shares.each(count, i -> asked[i] = asked(served, checked.get(i), i, options.asOf(), now));
        long featured = System.nanoTime();
        LoadedVersion champion = by == null ? served.champion() : by;
        LoadedVersion challenger = by == null ? served.challenger() : null;
        double[][] told = told(champion, asked);
        double[][] shadows = challenger == null ? new double[0][] : told(challenger, asked);
        Newcomers newcomers = new Newcomers(features);
        List<Prediction> answers = new ArrayList<>(count);
        List<PredictionEvent> events = new ArrayList<>(challenger == null ? count : 2 * count);
        String role = by == null ? "champion" : role(served, by);
        for (int i = 0; i < count; i++) {
            PredictionEvent event = event(champion, role, asked[i], told[i]);
            events.add(event);
            if (challenger != null) {
                events.add(event(challenger, "challenger", asked[i], shadows[i]));
            }
            answers.add(answer(served, champion, asked[i], event, newcomers, options));
        }
        long predicted = System.nanoTime();
        log.append(events, options.durable());
        StageTimes.OfModel times = stages.of(served.plan().name());
        times.took(StageTimes.Stage.FEATURES, featured - start);
        times.took(StageTimes.Stage.PREDICT, predicted - featured);
        times.took(StageTimes.Stage.JOURNAL, System.nanoTime() - predicted);
        return answers;
    }

    private double[][] told(LoadedVersion by, Asked[] asked) {
        Model model = by.trained().model();
        double[][] told = new double[asked.length][model.outputs().size()];
        shares.each(asked.length, i -> model.predict(asked[i].vector().values(), told[i]));
        return told;
    }

    private static List<RequestRow> checked(ServedModel served, List<Map<String, @Nullable Object>> rows) {
        List<Problem> problems = new ArrayList<>();
        List<RequestRow> checked = new ArrayList<>(rows.size());
        for (int i = 0; i < rows.size(); i++) {
            checked.add(served.requests().read(rows.get(i), i, problems));
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
        return checked;
    }

    /** As what a version that a request names stands in the log. */
    private static String role(ServedModel served, LoadedVersion by) {
        if (by.equals(served.champion())) {
            return "champion";
        }
        return by.equals(served.challenger()) ? "challenger" : "named";
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

    private PredictionEvent event(LoadedVersion by, String role, Asked asked, double[] probabilities) {
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
                asked.row().keys());
    }

    private static Prediction answer(
            ServedModel served,
            LoadedVersion by,
            Asked asked,
            PredictionEvent event,
            Newcomers newcomers,
            PredictOptions options) {
        ModelPlan plan = served.plan();
        Model model = by.trained().model();
        return new Prediction(
                event.id(),
                event.model(),
                event.version(),
                event.entity(),
                plan.definition().task().outputs(),
                event.probabilities(),
                asked.asOf(),
                newcomers.warnings(plan.service(), asked.row().row(), asked.vector()),
                plan.advice(model, asked.row(), asked.vector().values(), event.probabilities()),
                options.details().isEmpty() ? null : details(model, asked.vector(), options));
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
        return new PredictionDetails(options.wants(PredictOptions.Detail.FEATURES) ? vector : null, contributions);
    }
}
