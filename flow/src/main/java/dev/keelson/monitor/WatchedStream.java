package dev.keelson.monitor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.frame.Micros;
import dev.keelson.stats.Adwin;
import dev.keelson.stats.Kswin;
import dev.keelson.stats.PageHinkley;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One stream under one detector. The first {@value #LEARNED} values tell its mean and standard deviation, in which it is judged from
 * then on; after a change all starts again. What it knows fits into a document, from which it goes on.
 *
 * <p>Not safe for use by several threads.
 */
public final class WatchedStream {
    /** Values from which mean and deviation are learned. */
    static final int LEARNED = 200;

    private static final int MARKS = 512;
    /** A change lies between at least so many values on either side. */
    private static final int LEAST_SIDE = 3;
    /** Page-Hinkley: finds a change by half a deviation, with one false alarm in so many values. */
    private static final double SHIFT = 0.5;

    private static final double BETWEEN_FALSE_ALARMS = 100_000;

    private final String model;
    private final String of;
    private final StreamDefinition.Detector detector;
    private long seen;
    private double total;
    private long learned;
    private double mean;
    private double squares;
    /** Count, event time and sum so far at values: the newest each, the older the fewer. */
    private final List<double[]> marks = new ArrayList<>();

    private @Nullable Adwin adwin;
    private @Nullable PageHinkley pageHinkley;
    private @Nullable Kswin kswin;

    /** A stream of which nothing is known. */
    public WatchedStream(String model, String of, StreamDefinition.Detector detector) {
        this.model = model;
        this.of = of;
        this.detector = detector;
    }

    /** Values since it began, or since its last change. */
    public long seen() {
        return seen;
    }

    /** Mean of the values that were learned from; NaN without any. */
    public double mean() {
        return learned == 0 ? Double.NaN : mean;
    }

    /**
     * Takes the next value.
     *
     * @param value what is not finite is skipped
     * @param at its event time
     * @return the change that it showed, else null
     */
    public @Nullable StreamChange add(double value, Instant at) {
        if (!Double.isFinite(value)) {
            return null;
        }
        mark(at);
        seen++;
        total += value;
        if (learned < LEARNED) {
            learned++;
            double off = value - mean;
            mean += off / learned;
            squares += off * (value - mean);
            return null;
        }
        double deviation = Math.sqrt(squares / (LEARNED - 1));
        double scale = deviation > 0 ? deviation : 1;
        double z = (value - mean) / scale;
        return switch (detector) {
            case ADWIN -> {
                Adwin watching = adwin == null ? new Adwin(Adwin.Config.defaults()) : adwin;
                adwin = watching;
                yield watching.add(z) == null ? null : found(at);
            }
            case PAGE_HINKLEY -> {
                PageHinkley watching = pageHinkley == null ? pageHinkley() : pageHinkley;
                pageHinkley = watching;
                yield watching.add(z) == null ? null : found(at);
            }
            case KSWIN -> {
                Kswin watching = kswin == null ? new Kswin(config()) : kswin;
                kswin = watching;
                yield watching.add(z) == null ? null : found(at);
            }
        };
    }

    private static PageHinkley pageHinkley() {
        return PageHinkley.standardised(PageHinkley.Config.forRun(SHIFT, BETWEEN_FALSE_ALARMS), 0, 1);
    }

    private Kswin.Config config() {
        return Kswin.Config.defaults((model + "|" + of).hashCode());
    }

    private void mark(Instant at) {
        marks.add(new double[] {seen, Micros.of(at), total});
        if (marks.size() == MARKS) {
            for (int i = MARKS / 2; i > 0; i -= 2) {
                marks.remove(i - 1);
            }
        }
    }

    /**
     * Where it most likely began: where the means on both sides differ most against chance.
     *
     * <p>Source: Hinkley, D. V. (1970), Inference about the change-point in a sequence of random variables, Biometrika 57.
     */
    private StreamChange found(Instant at) {
        double[] began = marks.getLast();
        double most = -1;
        for (double[] mark : marks) {
            double k = mark[0];
            double rest = seen - k;
            if (k < LEAST_SIDE || rest < LEAST_SIDE) {
                continue;
            }
            double differs = Math.abs(mark[2] / k - (total - mark[2]) / rest) * Math.sqrt(k * rest);
            if (differs > most) {
                most = differs;
                began = mark;
            }
        }
        double before = began[0] == 0 ? mean : began[2] / began[0];
        StreamChange change = new StreamChange(
                model,
                of,
                detector,
                Micros.toInstant((long) began[1]),
                at,
                seen - (long) began[0],
                before,
                (total - began[2]) / (seen - began[0]));
        forget();
        return change;
    }

    private void forget() {
        seen = 0;
        total = 0;
        learned = 0;
        mean = 0;
        squares = 0;
        marks.clear();
        adwin = null;
        pageHinkley = null;
        kswin = null;
    }

    /** What it knows. */
    public ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance
                .objectNode()
                .put("of", of)
                .put("detector", detector.word())
                .put("seen", seen)
                .put("total", total)
                .put("learned", learned)
                .put("mean", mean)
                .put("squares", squares);
        ArrayNode kept = node.putArray("marks");
        marks.forEach(mark -> write(kept.addArray(), mark));
        double[] state = adwin != null
                ? adwin.state()
                : pageHinkley != null ? pageHinkley.state() : kswin != null ? kswin.state() : null;
        if (state != null) {
            write(node.putArray("state"), state);
        }
        return node;
    }

    /** Goes on from what {@link #toJson} said. */
    public WatchedStream read(JsonNode node) {
        seen = node.path("seen").asLong();
        total = node.path("total").asDouble();
        learned = node.path("learned").asLong();
        mean = node.path("mean").asDouble();
        squares = node.path("squares").asDouble();
        marks.clear();
        node.path("marks").forEach(mark -> marks.add(read(mark, 3)));
        JsonNode kept = node.path("state");
        if (kept.isArray()) {
            double[] state = read(kept, kept.size());
            switch (detector) {
                case ADWIN -> adwin = Adwin.restore(Adwin.Config.defaults(), state);
                case PAGE_HINKLEY -> pageHinkley = pageHinkley().restore(state);
                case KSWIN -> kswin = new Kswin(config()).restore(state);
            }
        }
        return this;
    }

    private static void write(ArrayNode to, double[] values) {
        for (double value : values) {
            to.add(value);
        }
    }

    private static double[] read(JsonNode from, int length) {
        double[] values = new double[length];
        for (int i = 0; i < length; i++) {
            values[i] = from.path(i).asDouble();
        }
        return values;
    }
}
