package dev.keelson.control.policy;

import dev.keelson.control.Requests;
import dev.keelson.frame.Micros;
import dev.keelson.monitor.DriftCheck;
import dev.keelson.monitor.DriftMonitorDefinition;
import dev.keelson.monitor.DriftReport;
import dev.keelson.monitor.ReferenceProfile;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The drift check that the loop would have made at the start of a period: the rows served so far, within the monitor's window,
 * against what a candidate was trained on. A version is a candidate's number plus one. Not safe for use by several threads.
 */
public final class ServedDrift implements ReferencePolicies.DriftWatch {
    private final String model;
    private final DriftMonitorDefinition monitor;
    private final List<Instant> starts;
    private final IntFunction<ReferenceProfile> profiles;
    private final List<double[]> inputs = new ArrayList<>();
    private final List<Instant> times = new ArrayList<>();
    /** How many rows came before each period. */
    private final List<Integer> before = new ArrayList<>();
    /** The profile asked for last: a policy asks for the same one until it retrains. */
    private @Nullable ReferenceProfile profile;

    private int profileOf = -1;

    /**
     * @param monitor window and least rows; its rule does not count
     * @param periods the start of each period
     * @param filling holds the rows
     * @param profiles what a candidate was trained on: its features, then the watched values
     */
    public ServedDrift(
            String model,
            DriftMonitorDefinition monitor,
            List<Instant> periods,
            MatrixFilling filling,
            IntFunction<ReferenceProfile> profiles) {
        this.model = model;
        this.monitor = monitor;
        this.starts = List.copyOf(periods);
        this.profiles = profiles;
        for (int t = 0; t < filling.size(); t++) {
            before.add(inputs.size());
            Requests requests = filling.rows(t).requests();
            for (int i = 0; i < requests.size(); i++) {
                double[] features = requests.features()[i];
                double[] watched = requests.watched()[i];
                double[] row = Arrays.copyOf(features, features.length + watched.length);
                System.arraycopy(watched, 0, row, features.length, watched.length);
                inputs.add(row);
                times.add(Micros.toInstant(requests.eventTimes()[i]));
            }
        }
    }

    @Override
    public DriftReport check(
            DriftMonitorDefinition.Policy rule, int candidate, int period, List<DriftReport> earlier) {
        Instant now = starts.get(period);
        int end = before.get(period);
        if (!earlier.isEmpty() && (end == 0 || times.get(end - 1).isBefore(earlier.getFirst().to()))) {
            return DriftCheck.nothingNew(earlier.getFirst(), now);
        }
        Instant start = now.minus(monitor.window());
        int first = end;
        while (first > 0 && (!times.get(first - 1).isBefore(start) || end - first < monitor.minRows())) {
            first--;
        }
        ReferenceProfile reference = profile(candidate);
        DriftMonitorDefinition ruled = new DriftMonitorDefinition(
                monitor.name(),
                monitor.models(),
                monitor.window(),
                monitor.minRows(),
                rule,
                monitor.share(),
                monitor.watch(),
                monitor.location());
        return DriftCheck.check(
                model,
                candidate + 1,
                reference,
                new DriftCheck.Window(
                        DriftCheck.columns(inputs.subList(first, end), reference.names().size()),
                        first == end ? start : times.get(first),
                        now),
                ruled,
                now,
                earlier);
    }

    private ReferenceProfile profile(int candidate) {
        ReferenceProfile kept = profile;
        if (kept == null || profileOf != candidate) {
            kept = profiles.apply(candidate);
            profile = kept;
            profileOf = candidate;
        }
        return kept;
    }
}
