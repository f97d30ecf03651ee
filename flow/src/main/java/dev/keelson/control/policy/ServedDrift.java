package dev.keelson.control.policy;

import dev.keelson.control.LoopTrainer;
import dev.keelson.control.LoopTrainer.Trained;
import dev.keelson.control.Requests;
import dev.keelson.control.WideDrift;
import dev.keelson.frame.Micros;
import dev.keelson.learn.Model;
import dev.keelson.monitor.DriftCheck;
import dev.keelson.monitor.DriftMonitorDefinition;
import dev.keelson.monitor.DriftMonitorDefinition.Policy;
import dev.keelson.monitor.DriftReport;
import dev.keelson.monitor.MeasuredWindow;
import dev.keelson.monitor.ReferenceProfile;
import dev.keelson.registry.ModelVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The drift checks that would have been made on what a matrix was made of: at the start of a period, the rows of the monitor's window,
 * against what a candidate was trained on. The project's own rule, and the recommended one, look at what a server looks at: answers of
 * the model, segments and all columns together, at most once a day; rules of other systems look at columns alone, as those systems do.
 * Baselines other than the training data are left out. A version is a candidate's number plus one. Not safe for use by several
 * threads.
 */
public final class ServedDrift implements ReferencePolicies.DriftWatch {
    private static final Duration WIDELY = Duration.ofDays(1);
    /** What a candidate answered before a window: the newest so many count. */
    private static final int ANSWERS = 50_000;

    private final String model;
    private final DriftMonitorDefinition monitor;
    private final List<Instant> starts;
    private final LoopTrainer trainer;
    private final List<Trained> trained;
    private final List<Integer> trainedIn;
    private final List<double[]> features = new ArrayList<>();
    private final List<double[]> watched = new ArrayList<>();
    private final List<String> segments = new ArrayList<>();
    private final List<Instant> times = new ArrayList<>();
    /** How many rows came before each period. */
    private final List<Integer> before = new ArrayList<>();

    private final Map<Policy, Instant> lookedWidely = new HashMap<>();
    /** What the rules that are asked about the present period share, by candidate. */
    private final Map<Integer, Judged> shared = new HashMap<>();

    private int sharedOf = -1;

    /** A window and its reference, measured once for all rules. */
    private record Judged(ReferenceProfile reference, DriftCheck.Window window, int first, int end, MeasuredWindow measured) {}

    /**
     * @param monitor window, least rows, segments and whether to look at all columns together; its rule does not count
     * @param periods the start of each period
     * @param filling holds the rows
     * @param trainer has the rows that candidates were trained on
     * @param trained the candidates
     * @param trainedIn period of each
     */
    public ServedDrift(
            String model,
            DriftMonitorDefinition monitor,
            List<Instant> periods,
            MatrixFilling filling,
            LoopTrainer trainer,
            List<Trained> trained,
            List<Integer> trainedIn) {
        this.model = model;
        this.monitor = monitor;
        this.starts = List.copyOf(periods);
        this.trainer = trainer;
        this.trained = List.copyOf(trained);
        this.trainedIn = List.copyOf(trainedIn);
        for (int t = 0; t < filling.size(); t++) {
            before.add(features.size());
            Requests requests = filling.rows(t).requests();
            for (int i = 0; i < requests.size(); i++) {
                features.add(requests.features()[i]);
                watched.add(requests.watched()[i]);
                segments.add(requests.segments().get(i));
                times.add(Micros.toInstant(requests.eventTimes()[i]));
            }
        }
    }

    @Override
    public DriftReport check(Policy rule, int candidate, int period, List<DriftReport> earlier) {
        Instant now = starts.get(period);
        int end = before.get(period);
        if (!earlier.isEmpty() && (end == 0 || times.get(end - 1).isBefore(earlier.getFirst().to()))) {
            return DriftCheck.nothingNew(earlier.getFirst(), now);
        }
        if (sharedOf != period) {
            shared.clear();
            sharedOf = period;
        }
        Judged judged = shared.computeIfAbsent(candidate, each -> judged(each, now, end));
        DriftMonitorDefinition ruled = ruled(rule);
        DriftReport report = DriftCheck.check(
                model, candidate + 1, judged.reference, judged.window, ruled, now, earlier, judged.measured);
        Instant last = lookedWidely.get(rule);
        boolean wide = (rule == monitor.policy() || rule == Policy.RECOMMENDED)
                && (earlier.isEmpty() || last == null || !last.plus(WIDELY).isAfter(now));
        if (!wide) {
            return report;
        }
        lookedWidely.put(rule, now);
        return widened(report, earlier, candidate, judged, ruled, now);
    }

    private Judged judged(int candidate, Instant now, int end) {
        Instant start = now.minus(monitor.window());
        int first = end;
        while (first > 0 && (!times.get(first - 1).isBefore(start) || end - first < monitor.minRows())) {
            first--;
        }
        ReferenceProfile reference = trainer.profile(version(candidate), trained.get(candidate));
        return new Judged(
                reference,
                new DriftCheck.Window(
                        DriftCheck.columns(inputs(first, end), reference.names().size()),
                        first == end ? start : times.get(first),
                        now),
                first,
                end,
                new MeasuredWindow());
    }

    private List<double[]> inputs(int first, int end) {
        List<double[]> rows = new ArrayList<>(end - first);
        for (int i = first; i < end; i++) {
            double[] row = Arrays.copyOf(features.get(i), features.get(i).length + watched.get(i).length);
            System.arraycopy(watched.get(i), 0, row, features.get(i).length, watched.get(i).length);
            rows.add(row);
        }
        return rows;
    }

    private DriftMonitorDefinition ruled(Policy rule) {
        return new DriftMonitorDefinition(
                monitor.name(),
                monitor.models(),
                monitor.window(),
                monitor.minRows(),
                rule,
                monitor.share(),
                monitor.watch(),
                monitor.location(),
                monitor.methods(),
                monitor.segments(),
                monitor.multivariate());
    }

    private DriftReport widened(
            DriftReport report,
            List<DriftReport> earlier,
            int candidate,
            Judged judged,
            DriftMonitorDefinition ruled,
            Instant now) {
        Model answers = trained.get(candidate).model();
        int since = Math.max(before.get(trainedIn.get(candidate)), judged.first - ANSWERS);
        return WideDrift.quickly(
                report,
                earlier,
                ruled,
                answers.task().outputs(),
                answers(answers, since, judged.first),
                answers(answers, judged.first, judged.end),
                () -> trainer.tables(
                        version(candidate),
                        new LoopTrainer.Asked(
                                inputs(judged.first, judged.end),
                                segments.subList(judged.first, judged.end),
                                judged.window.from(),
                                now),
                        ruled,
                        now));
    }

    private List<double[]> answers(Model of, int first, int end) {
        int outputs = of.task().outputs().size();
        List<double[]> answers = new ArrayList<>(Math.max(0, end - first));
        double[] told = new double[of.outputs().size()];
        for (int i = first; i < end; i++) {
            of.predict(features.get(i), told);
            answers.add(Arrays.copyOf(told, outputs));
        }
        return answers;
    }

    private ModelVersion version(int candidate) {
        Instant at = starts.get(trainedIn.get(candidate));
        Trained known = trained.get(candidate);
        return new ModelVersion(
                model, candidate + 1, known.run().id(), known.sha256(), ModelVersion.Kind.REFRESH, at, at);
    }
}
