package dev.keelson.wiring;

import dev.keelson.data.SystemColumns;
import dev.keelson.features.FeatureTable;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Vector;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A sample of a model's features computed anew as they could have been at the time: from the rows that were known before the
 * event and nothing else, without the event's own outcomes. Every feature must be what the whole history gives.
 */
final class FeatureRecheck {
    private static final int MOMENTS = 16;
    private static final int MOST_ROWS = 50;

    private FeatureRecheck() {}

    /**
     * Computes features of rows at a few moments, spread evenly over the model's rows.
     *
     * @param frames rows by source, with the system columns
     * @return the values of each row by its identity
     */
    static Map<String, double[]> values(ProjectModels models, String model, Map<String, Frame> frames) {
        ModelPlan plan = models.plans().stream()
                .filter(each -> each.name().equals(model))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no model (%s).".formatted(model)));
        Frame rows = frame(frames, plan.source().name());
        long[] times = rows.longs(SystemColumns.EVENT_TIME).values();
        long[] sorted = Arrays.stream(times).sorted().distinct().toArray();
        long[] moments = IntStream.rangeClosed(1, Math.min(MOMENTS, sorted.length))
                .mapToLong(i -> sorted[(int) ((long) i * sorted.length / Math.min(MOMENTS, sorted.length)) - 1])
                .toArray();
        Map<String, double[]> values = new LinkedHashMap<>();
        for (long moment : moments) {
            Frame asked = rows.take(IntStream.range(0, times.length)
                    .filter(row -> times[row] == moment)
                    .limit(MOST_ROWS)
                    .toArray());
            Map<String, Frame> known = new LinkedHashMap<>();
            frames.forEach((source, frame) -> known.put(source, knownBefore(frame, moment)));
            FeatureTable table = models.engine()
                    .history(known, withoutOutcomes(asked, plan.source().outcomes()), List.of(plan.service()))
                    .getFirst();
            for (int row = 0; row < asked.rows(); row++) {
                values.put(plan.entity(asked, row), table.row(row));
            }
        }
        return values;
    }

    private static Frame frame(Map<String, Frame> frames, String source) {
        Frame frame = frames.get(source);
        if (frame == null) {
            throw new IllegalArgumentException("The rows of the source (%s) are missing.".formatted(source));
        }
        return frame;
    }

    private static Frame knownBefore(Frame frame, long moment) {
        long[] known = frame.longs(SystemColumns.KNOWN_AT).values();
        return frame.take(
                IntStream.range(0, known.length).filter(row -> known[row] < moment).toArray());
    }

    private static Frame withoutOutcomes(Frame frame, List<String> outcomes) {
        List<Vector> vectors = frame.schema().names().stream()
                .map(name -> outcomes.contains(name) ? missing(frame.vector(name)) : frame.vector(name))
                .toList();
        return new Frame(frame.schema(), vectors, frame.rows());
    }

    private static Vector missing(Vector vector) {
        int n = vector.size();
        boolean[] nulls = new boolean[n];
        Arrays.fill(nulls, true);
        return switch (vector) {
            case Vector.Doubles _ -> new Vector.Doubles(new double[n], nulls);
            case Vector.Longs longs -> new Vector.Longs(longs.type(), new long[n], nulls);
            case Vector.Booleans _ -> new Vector.Booleans(new boolean[n], nulls);
            case Vector.Strings _ -> new Vector.Strings(new String[n]);
        };
    }
}
